/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-files.h"

G_BEGIN_DECLS

/**
 * ClocheReplacement:
 *
 * A file of the person's whose content was replaced by what has become of it in the conversation, at their word. What it was
 * is kept beside it, and can be put back.
 *
 * Signal: "undone": it was, as cloche_replacement_undo_finish() says.
 */
#define CLOCHE_TYPE_REPLACEMENT (cloche_replacement_get_type ())
G_DECLARE_FINAL_TYPE (ClocheReplacement, cloche_replacement, CLOCHE, REPLACEMENT, GObject)

void               cloche_replacement_make_async  (ClocheFiles           *files,
                                                   ClocheFile            *file,
                                                   GFileProgressCallback  progress,
                                                   gpointer               progress_data,
                                                   GCancellable          *cancellable,
                                                   GAsyncReadyCallback    callback,
                                                   gpointer               user_data);
ClocheReplacement *cloche_replacement_make_finish (GAsyncResult          *result,
                                                   GError               **error) G_GNUC_WARN_UNUSED_RESULT;

const char        *cloche_replacement_get_path        (ClocheReplacement *self);
const char        *cloche_replacement_get_backup_path (ClocheReplacement *self);

void               cloche_replacement_undo_async  (ClocheReplacement     *self,
                                                   GAsyncReadyCallback    callback,
                                                   gpointer               user_data);
gboolean           cloche_replacement_undo_finish (ClocheReplacement     *self,
                                                   GAsyncResult          *result,
                                                   GError               **error);

G_END_DECLS
