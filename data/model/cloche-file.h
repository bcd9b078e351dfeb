/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-content.h"
#include "cloche-origin.h"

G_BEGIN_DECLS

/**
 * ClocheFile:
 *
 * A file as a conversation knows it: attached by the person, or made by a tool (a chip). Immutable.
 */
typedef struct _ClocheFile ClocheFile;

#define CLOCHE_TYPE_FILE (cloche_file_get_type ())
GType          cloche_file_get_type (void);

ClocheFile    *cloche_file_new   (const char    *name,
                                  const char    *path,
                                  ClocheContent *content) G_GNUC_WARN_UNUSED_RESULT;
ClocheFile    *cloche_file_ref   (ClocheFile *self);
void           cloche_file_unref (ClocheFile *self);

const char    *cloche_file_get_name    (ClocheFile *self);
const char    *cloche_file_get_path    (ClocheFile *self);
ClocheContent *cloche_file_get_content (ClocheFile *self);
ClocheContent *cloche_file_get_before  (ClocheFile *self);
ClocheContent *cloche_file_get_preview (ClocheFile *self);
ClocheOrigin  *cloche_file_get_origin  (ClocheFile *self);

/* The same file with one thing more, or another one. */
ClocheFile    *cloche_file_with_content (ClocheFile    *self,
                                         ClocheContent *content) G_GNUC_WARN_UNUSED_RESULT;
ClocheFile    *cloche_file_with_before  (ClocheFile    *self,
                                         ClocheContent *before) G_GNUC_WARN_UNUSED_RESULT;
ClocheFile    *cloche_file_with_preview (ClocheFile    *self,
                                         ClocheContent *preview) G_GNUC_WARN_UNUSED_RESULT;
ClocheFile    *cloche_file_with_origin  (ClocheFile    *self,
                                         ClocheOrigin  *origin) G_GNUC_WARN_UNUSED_RESULT;

JsonObject    *cloche_file_to_json   (ClocheFile *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheFile    *cloche_file_from_json (JsonObject  *json,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheFile, cloche_file_unref)

G_END_DECLS
