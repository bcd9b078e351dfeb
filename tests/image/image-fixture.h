/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-image-folder.h"

G_BEGIN_DECLS

/* A data folder of its own, and images of three small files in it. */
typedef struct
{
  char *path;
} DataFolder;

void               data_folder_set_up    (DataFolder    *folder,
                                          gconstpointer  data);
void               data_folder_tear_down (DataFolder    *folder,
                                          gconstpointer  data);

ClocheImageFolder *data_folder_add_image (DataFolder *folder,
                                          const char *guest,
                                          gint64      built_us) G_GNUC_WARN_UNUSED_RESULT;
char              *data_folder_make_manifest (int         dir_fd,
                                              const char *guest,
                                              gint64      built_us) G_GNUC_WARN_UNUSED_RESULT;
guint              data_folder_count_images (DataFolder *folder);

G_END_DECLS
