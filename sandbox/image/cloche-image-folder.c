/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-folder.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-image-error.h"
#include "cloche-json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _ClocheImageFolder
{
  GObject parent_instance;

  /* Owned */
  char *id;
  char *path;
  JsonObject *manifest;
  int fd;
};

G_DEFINE_FINAL_TYPE (ClocheImageFolder, cloche_image_folder, G_TYPE_OBJECT)

static void
cloche_image_folder_finalize (GObject *object)
{
  ClocheImageFolder *self = CLOCHE_IMAGE_FOLDER (object);

  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->manifest, json_object_unref);
  cloche_clear_fd (&self->fd);

  G_OBJECT_CLASS (cloche_image_folder_parent_class)->finalize (object);
}

static void
cloche_image_folder_class_init (ClocheImageFolderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_image_folder_finalize;
}

static void
cloche_image_folder_init (ClocheImageFolder *self)
{
  self->fd = -1;
}

static gboolean
check_sizes (ClocheImageFolder *self,
             GError           **error)
{
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++) {
    struct stat st;
    guint64 size;
    const char *sha256;

    if (!cloche_image_manifest_get_file (self->manifest, CLOCHE_IMAGE_FILES[i], &size, &sha256, error))
      return FALSE;
    if (fstatat (self->fd, CLOCHE_IMAGE_FILES[i], &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG (st.st_mode) ||
        (guint64) st.st_size != size) {
      g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_DAMAGED, "“%s/%s” is missing or has another size",
                   self->path, CLOCHE_IMAGE_FILES[i]);
      return FALSE;
    }
  }

  return TRUE;
}

/**
 * cloche_image_folder_open:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_INVALID, %CLOCHE_IMAGE_ERROR_DAMAGED, %CLOCHE_BASE_ERROR, %G_IO_ERROR.
 */
ClocheImageFolder *
cloche_image_folder_open (const char *path,
                          GError    **error)
{
  g_autoptr (ClocheImageFolder) self = g_object_new (CLOCHE_TYPE_IMAGE_FOLDER, NULL);
  g_autoptr (GBytes) bytes = NULL;

  self->path = g_strdup (path);
  self->fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (self->fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", path);
    return NULL;
  }

  bytes = cloche_read_file_at (self->fd, CLOCHE_IMAGE_FILE_MANIFEST, CLOCHE_IMAGE_MANIFEST_MAX_BYTES, error);
  if (bytes == NULL || (self->manifest = cloche_image_manifest_parse (bytes, error)) == NULL ||
      !check_sizes (self, error))
    return NULL;
  self->id = cloche_image_manifest_make_id (bytes);

  return g_steal_pointer (&self);
}

const char *
cloche_image_folder_get_id (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), NULL);

  return self->id;
}

const char *
cloche_image_folder_get_path (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), NULL);

  return self->path;
}

/**
 * cloche_image_folder_get_packages_us:
 *
 * When the packages were installed, in microseconds since 1970, UTC: an image that took its root from another may be younger.
 */
gint64
cloche_image_folder_get_packages_us (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), 0);

  return cloche_json_get_int (self->manifest, "packages_us", 0);
}

/**
 * cloche_image_folder_get_built_us:
 *
 * When the image was made, in microseconds since 1970, UTC.
 */
gint64
cloche_image_folder_get_built_us (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), 0);

  return cloche_json_get_int (self->manifest, "built_us", 0);
}

const char *
cloche_image_folder_get_recipe_key (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), NULL);

  return cloche_json_get_string (self->manifest, "recipe_key");
}

const char *
cloche_image_folder_get_guest_key (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), NULL);

  return cloche_json_get_string (self->manifest, "guest_key");
}

/**
 * cloche_image_folder_get_modules_bytes:
 *
 * How much of the initrd, from its start, comes from the root.
 */
guint64
cloche_image_folder_get_modules_bytes (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), 0);

  return (guint64) MAX (0, cloche_json_get_int (self->manifest, "modules_bytes", 0));
}

guint64
cloche_image_folder_get_bytes (ClocheImageFolder *self)
{
  guint64 total = 0;

  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), 0);

  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++) {
    guint64 size;
    const char *sha256;

    if (cloche_image_manifest_get_file (self->manifest, CLOCHE_IMAGE_FILES[i], &size, &sha256, NULL))
      total += size;
  }

  return total;
}

JsonObject *
cloche_image_folder_get_manifest (ClocheImageFolder *self)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), NULL);

  return self->manifest;
}

/**
 * cloche_image_folder_describe:
 *
 * Returns: (transfer full): what a base tells of the image that it was made from. The list of packages stays with the image.
 */
JsonObject *
cloche_image_folder_describe (ClocheImageFolder *self)
{
  static const char *const COPIED[] = { "built_us", "guest_key", "mirror", "packages_us", "recipe_key", "suite" };
  JsonObject *description = json_object_new ();

  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), description);

  json_object_set_string_member (description, "id", self->id);
  for (gsize i = 0; i < G_N_ELEMENTS (COPIED); i++)
    if (cloche_json_get_node (self->manifest, COPIED[i]) != NULL)
      json_object_set_member (description, COPIED[i], json_node_copy (cloche_json_get_node (self->manifest, COPIED[i])));

  return description;
}

static gboolean
copy_into (ClocheImageFolder *self,
           const char        *name,
           int                to_dir_fd,
           GError           **error)
{
  cloche_autofd int from = cloche_open_beneath (self->fd, name, O_RDONLY, 0, error);
  cloche_autofd int to = from < 0 ? -1 : cloche_open_beneath (to_dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0400, error);

  return to >= 0 && cloche_copy_sparse (from, to, NULL, error);
}

/**
 * cloche_image_folder_link_into:
 * @name: one of the image's files
 * @to_dir_fd: a folder that has no file of this name
 *
 * Puts the file into another folder as a second name of the same bytes, which nobody writes any more; where the file system
 * cannot do that, as a copy. May block for as long as a copy takes.
 */
gboolean
cloche_image_folder_link_into (ClocheImageFolder *self,
                               const char        *name,
                               int                to_dir_fd,
                               GError           **error)
{
  g_return_val_if_fail (CLOCHE_IS_IMAGE_FOLDER (self), FALSE);

  if (linkat (self->fd, name, to_dir_fd, name, 0) == 0)
    return TRUE;

  if (errno == EXDEV || errno == EMLINK || errno == EPERM || errno == EOPNOTSUPP)
    return copy_into (self, name, to_dir_fd, error);

  cloche_set_errno_error (error, errno, "Could not link “%s”", name);

  return FALSE;
}

/**
 * cloche_image_folder_verify_file:
 * @name: one of the image's files
 *
 * Reads the whole file and compares it with the manifest. Blocks.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_DAMAGED, %G_IO_ERROR.
 */
gboolean
cloche_image_folder_verify_file (ClocheImageFolder *self,
                                 const char        *name,
                                 GCancellable      *cancellable,
                                 GError           **error)
{
  cloche_autofd int fd = cloche_open_beneath (self->fd, name, O_RDONLY, 0, error);
  g_autofree char *hash = NULL;
  guint64 wanted_size, size;
  const char *wanted_hash;

  if (fd < 0 || !cloche_image_manifest_get_file (self->manifest, name, &wanted_size, &wanted_hash, error) ||
      (hash = cloche_image_hash_file (fd, &size, cancellable, error)) == NULL)
    return FALSE;

  if (size != wanted_size || strcmp (hash, wanted_hash) != 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_DAMAGED, "“%s/%s” is not what was built", self->path, name);
    return FALSE;
  }

  return TRUE;
}

static void
verify_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  GError *error = NULL;

  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++)
    if (!cloche_image_folder_verify_file (source, CLOCHE_IMAGE_FILES[i], cancellable, &error)) {
      g_task_return_error (task, error);
      return;
    }

  g_task_return_boolean (task, TRUE);
}

/**
 * cloche_image_folder_verify_async:
 *
 * Reads every file and compares it with the manifest: some seconds for a gigabyte.
 */
void
cloche_image_folder_verify_async (ClocheImageFolder  *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_return_if_fail (CLOCHE_IS_IMAGE_FOLDER (self));

  g_task_set_source_tag (task, cloche_image_folder_verify_async);
  g_task_run_in_thread (task, verify_in_thread);
}

/**
 * cloche_image_folder_verify_finish:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_DAMAGED, %G_IO_ERROR.
 */
gboolean
cloche_image_folder_verify_finish (ClocheImageFolder *self,
                                   GAsyncResult      *result,
                                   GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
