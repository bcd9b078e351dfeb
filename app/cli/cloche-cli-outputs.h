/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-cli.h"
#include "cloche-files.h"
#include "cloche-tool-run.h"

G_BEGIN_DECLS

/**
 * ClocheCliOutputs:
 *
 * A folder of the person's that gets what tools have shown and made: pictures, tables as CSV, files. It is made with the
 * first of them, and nothing that is there already is replaced.
 */
typedef struct _ClocheCliOutputs ClocheCliOutputs;

ClocheCliOutputs *cloche_cli_outputs_new      (const char *folder) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_cli_outputs_free     (ClocheCliOutputs *self);

gboolean          cloche_cli_outputs_save     (ClocheCliOutputs  *self,
                                               ClocheFiles       *files,
                                               GListModel        *items,
                                               guint              first,
                                               GCancellable      *cancellable,
                                               GError           **error);
gboolean          cloche_cli_outputs_add_text (ClocheCliOutputs  *self,
                                               const char        *name,
                                               const char        *text,
                                               GError           **error);

/* (element-type filename): all that was written */
GPtrArray        *cloche_cli_outputs_get_paths (ClocheCliOutputs *self);
const char       *cloche_cli_outputs_get_name  (ClocheCliOutputs *self,
                                                gconstpointer     origin);

char             *cloche_cli_outputs_make_csv  (const char *json) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliOutputs, cloche_cli_outputs_free)

G_END_DECLS
