/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-content.h"

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

JsonObject    *cloche_file_to_json   (ClocheFile *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheFile    *cloche_file_from_json (JsonObject  *json,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheFile, cloche_file_unref)

G_END_DECLS
