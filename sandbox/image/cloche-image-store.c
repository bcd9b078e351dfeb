/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-store.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-image-draft.h"
#include "cloche-image-error.h"
#include "cloche-image-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/**
 * cloche_image_store_dup_path:
 * @data_path: the user's data folder of ours
 *
 * Where the images are. A base has its own names for the files of the image that it was forged from, so an image may go while
 * bases of it stay; it is kept to forge again for another QEMU.
 */
char *
cloche_image_store_dup_path (const char *data_path)
{
  return g_build_filename (data_path, "images", NULL);
}

static gboolean
is_image_name (const char *name)
{
  return strlen (name) == CLOCHE_IMAGE_ID_LENGTH && strspn (name, "0123456789abcdef") == CLOCHE_IMAGE_ID_LENGTH;
}

static int
compare_newest_first (gconstpointer a,
                      gconstpointer b)
{
  ClocheImageFolder *first = *(ClocheImageFolder *const *) a;
  ClocheImageFolder *second = *(ClocheImageFolder *const *) b;
  gint64 first_us = cloche_image_folder_get_built_us (first);
  gint64 second_us = cloche_image_folder_get_built_us (second);

  if (first_us != second_us)
    return first_us < second_us ? 1 : -1;

  return strcmp (cloche_image_folder_get_id (first), cloche_image_folder_get_id (second));
}

/**
 * cloche_image_store_list:
 *
 * Returns: (element-type ClocheImageFolder): the images that are whole, the newest first.
 *
 * Errors: %G_IO_ERROR; a folder that is not there holds no images.
 */
GPtrArray *
cloche_image_store_list (const char *data_path,
                         GError    **error)
{
  g_autofree char *path = cloche_image_store_dup_path (data_path);
  g_autoptr (GPtrArray) images = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &local_error);
  const char *name;

  if (dir == NULL && !g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return NULL;
  }

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *image_path = g_build_filename (path, name, NULL);
    g_autoptr (ClocheImageFolder) image = is_image_name (name) ? cloche_image_folder_open (image_path, NULL) : NULL;

    if (image != NULL && strcmp (cloche_image_folder_get_id (image), name) == 0)
      g_ptr_array_add (images, g_steal_pointer (&image));
  }
  g_ptr_array_sort (images, compare_newest_first);

  return g_steal_pointer (&images);
}

/**
 * cloche_image_store_newest:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_NONE, %G_IO_ERROR.
 */
ClocheImageFolder *
cloche_image_store_newest (const char *data_path,
                           GError    **error)
{
  g_autoptr (GPtrArray) images = cloche_image_store_list (data_path, error);

  if (images == NULL)
    return NULL;
  if (images->len == 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NONE, "There is no image in “%s”", data_path);
    return NULL;
  }

  return g_object_ref (g_ptr_array_index (images, 0));
}

/**
 * cloche_image_store_find:
 * @guest_key: (nullable): NULL for any
 *
 * Returns: (nullable): the newest image made from exactly this.
 */
ClocheImageFolder *
cloche_image_store_find (const char *data_path,
                         const char *recipe_key,
                         const char *guest_key)
{
  g_autoptr (GPtrArray) images = cloche_image_store_list (data_path, NULL);

  for (guint i = 0; images != NULL && i < images->len; i++) {
    ClocheImageFolder *image = g_ptr_array_index (images, i);

    if (strcmp (cloche_image_folder_get_recipe_key (image), recipe_key) == 0 &&
        (guest_key == NULL || strcmp (cloche_image_folder_get_guest_key (image), guest_key) == 0))
      return g_object_ref (image);
  }

  return NULL;
}

static gboolean
remove_image (ClocheImageFolder *image,
              GError           **error)
{
  const char *path = cloche_image_folder_get_path (image);
  cloche_autofd int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

  /* The manifest first: what is left if we are interrupted is then no image any more. */
  if (fd < 0 || unlinkat (fd, CLOCHE_IMAGE_FILE_MANIFEST, 0) < 0) {
    cloche_set_errno_error (error, errno, "Could not remove “%s”", path);
    return FALSE;
  }
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++)
    (void) unlinkat (fd, CLOCHE_IMAGE_FILES[i], 0);     /* Its folder tells, in the next line. */
  if (rmdir (path) < 0) {
    cloche_set_errno_error (error, errno, "Could not remove “%s”", path);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_image_store_collect:
 *
 * Removes all images but the newest, and what interrupted builds left.
 *
 * Returns: (element-type utf8): ids of what was removed.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_BUSY, %G_IO_ERROR.
 */
GPtrArray *
cloche_image_store_collect (const char *data_path,
                            const char *cache_path,
                            GError    **error)
{
  g_autofree char *path = cloche_image_store_dup_path (data_path);
  g_autoptr (ClocheImageDraft) lock = cloche_image_draft_new (path, error);
  g_autoptr (ClocheImageTree) tree = lock != NULL ? cloche_image_tree_new (cache_path, error) : NULL;
  g_autoptr (GPtrArray) images = tree != NULL ? cloche_image_store_list (data_path, error) : NULL;
  g_autoptr (GPtrArray) removed = g_ptr_array_new_with_free_func (g_free);

  if (images == NULL)
    return NULL;

  for (guint i = 1; i < images->len; i++) {
    ClocheImageFolder *image = g_ptr_array_index (images, i);

    if (!remove_image (image, error))
      return NULL;
    g_ptr_array_add (removed, g_strdup (cloche_image_folder_get_id (image)));
  }

  return g_steal_pointer (&removed);
}
