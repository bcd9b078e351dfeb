/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-image-manifest.h"

G_BEGIN_DECLS

/**
 * ClocheImageFolder:
 *
 * One complete image: a folder whose manifest is understood and whose files have the sizes it says. Immutable.
 */
#define CLOCHE_TYPE_IMAGE_FOLDER (cloche_image_folder_get_type ())
G_DECLARE_FINAL_TYPE (ClocheImageFolder, cloche_image_folder, CLOCHE, IMAGE_FOLDER, GObject)

ClocheImageFolder *cloche_image_folder_open (const char  *path,
                                             GError     **error) G_GNUC_WARN_UNUSED_RESULT;

const char        *cloche_image_folder_get_id            (ClocheImageFolder *self);
const char        *cloche_image_folder_get_path          (ClocheImageFolder *self);
gint64             cloche_image_folder_get_built_us      (ClocheImageFolder *self);
gint64             cloche_image_folder_get_packages_us   (ClocheImageFolder *self);
const char        *cloche_image_folder_get_recipe_key    (ClocheImageFolder *self);
const char        *cloche_image_folder_get_guest_key     (ClocheImageFolder *self);
guint64            cloche_image_folder_get_modules_bytes (ClocheImageFolder *self);
guint64            cloche_image_folder_get_bytes         (ClocheImageFolder *self);
JsonObject        *cloche_image_folder_get_manifest      (ClocheImageFolder *self);
JsonObject        *cloche_image_folder_describe          (ClocheImageFolder *self) G_GNUC_WARN_UNUSED_RESULT;

gboolean           cloche_image_folder_link_into (ClocheImageFolder  *self,
                                                  const char         *name,
                                                  int                 to_dir_fd,
                                                  GError            **error);

void               cloche_image_folder_verify_async  (ClocheImageFolder    *self,
                                                      GCancellable         *cancellable,
                                                      GAsyncReadyCallback   callback,
                                                      gpointer              user_data);
gboolean           cloche_image_folder_verify_finish (ClocheImageFolder  *self,
                                                      GAsyncResult       *result,
                                                      GError            **error);
gboolean           cloche_image_folder_verify_file   (ClocheImageFolder  *self,
                                                      const char         *name,
                                                      GCancellable       *cancellable,
                                                      GError            **error);

G_END_DECLS
