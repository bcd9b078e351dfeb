/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-content.h"

G_BEGIN_DECLS

/**
 * ClocheBlobFolder:
 *
 * A folder of files that are named by the SHA-256 of their content. Immutable; may be used from any thread.
 */
typedef struct _ClocheBlobFolder ClocheBlobFolder;

ClocheBlobFolder *cloche_blob_folder_open  (const char  *path,
                                            GError     **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheBlobFolder *cloche_blob_folder_ref   (ClocheBlobFolder *self);
void              cloche_blob_folder_unref (ClocheBlobFolder *self);

ClocheContent    *cloche_blob_folder_add             (ClocheBlobFolder  *self,
                                                      ClocheContent     *content,
                                                      GError           **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent    *cloche_blob_folder_add_from_stream (ClocheBlobFolder  *self,
                                                      const char        *mime_type,
                                                      GInputStream      *stream,
                                                      GCancellable      *cancellable,
                                                      GError           **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheContent    *cloche_blob_folder_load            (ClocheBlobFolder  *self,
                                                      ClocheContent     *content,
                                                      GError           **error) G_GNUC_WARN_UNUSED_RESULT;
char             *cloche_blob_folder_dup_path        (ClocheBlobFolder  *self,
                                                      const char        *blob) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray        *cloche_blob_folder_list_old        (ClocheBlobFolder  *self,
                                                      gint64             before_us,
                                                      GError           **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean          cloche_blob_folder_remove          (ClocheBlobFolder  *self,
                                                      const char        *name,
                                                      GError           **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheBlobFolder, cloche_blob_folder_unref)

G_END_DECLS
