/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "cloche-apt-mirror.h"
#include "cloche-image-command.h"
#include "cloche-image-recipe.h"

G_BEGIN_DECLS

/**
 * ClocheImageTree:
 *
 * A Debian tree on its way to become a root: a folder in the cache that is removed with the value. Its files may belong to other
 * users' ids. Whoever has one holds the lock of the images. Its functions block; use it in a worker thread.
 */
typedef struct _ClocheImageTree ClocheImageTree;

ClocheImageTree *cloche_image_tree_new  (const char  *cache_path,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_image_tree_free (ClocheImageTree *self);

gboolean         cloche_image_tree_bootstrap     (ClocheImageTree          *self,
                                                  const ClocheImageRecipe  *recipe,
                                                  const ClocheAptMirror    *mirror,
                                                  ClocheImageLineFunc       line_func,
                                                  gpointer                  user_data,
                                                  GCancellable             *cancellable,
                                                  GError                  **error);
JsonObject      *cloche_image_tree_read_packages (ClocheImageTree  *self,
                                                  GError          **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean         cloche_image_tree_take_kernel   (ClocheImageTree  *self,
                                                  int               to_dir_fd,
                                                  GError          **error);
gboolean         cloche_image_tree_write_modules (ClocheImageTree          *self,
                                                  const ClocheImageRecipe  *recipe,
                                                  int                       initrd_fd,
                                                  gsize                    *ret_bytes,
                                                  GError                  **error);
gboolean         cloche_image_tree_write_root    (ClocheImageTree          *self,
                                                  const ClocheImageRecipe  *recipe,
                                                  const char               *path,
                                                  GCancellable             *cancellable,
                                                  GError                  **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheImageTree, cloche_image_tree_free)

G_END_DECLS
