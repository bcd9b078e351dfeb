/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-draft.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-image-error.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define DRAFT_PREFIX ".draft-"

struct _ClocheImageDraft
{
  char *images_path;
  char *path;           /* NULL once published */
  int images_fd;
  int fd;
  int lock_fd;          /* closing it lets go */
};

/* A draft holds plain files only. */
static void
remove_draft (int         images_fd,
              const char *name)
{
  cloche_autofd int fd = openat (images_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  g_autoptr (GDir) dir = fd >= 0 ? g_dir_open (path, 0, NULL) : NULL;
  const char *file;

  /* What cannot be removed now is tried again by the next draft. */
  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    (void) unlinkat (fd, file, 0);
  (void) unlinkat (images_fd, name, AT_REMOVEDIR);
}

/* Drafts of processes that died: we hold the lock, so nobody is at work on them. */
static void
remove_stale_drafts (int         images_fd,
                     const char *images_path)
{
  g_autoptr (GDir) dir = g_dir_open (images_path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, DRAFT_PREFIX))
      remove_draft (images_fd, name);
}

static gboolean
take_lock (ClocheImageDraft *self,
           GError          **error)
{
  self->lock_fd = openat (self->images_fd, ".lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->lock_fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open the lock of “%s”", self->images_path);
    return FALSE;
  }

  if (flock (self->lock_fd, LOCK_EX | LOCK_NB) < 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_BUSY, "Another program is writing to “%s”", self->images_path);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_image_draft_new:
 * @images_path: the folder of the images, made if absent
 *
 * Takes the lock, removes what interrupted drafts left, and makes an empty one.
 *
 * Errors: %CLOCHE_IMAGE_ERROR_BUSY, %G_IO_ERROR.
 */
ClocheImageDraft *
cloche_image_draft_new (const char *images_path,
                        GError    **error)
{
  g_autoptr (ClocheImageDraft) self = g_new0 (ClocheImageDraft, 1);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *name = g_strconcat (DRAFT_PREFIX, id, NULL);

  self->images_fd = self->fd = self->lock_fd = -1;
  self->images_path = g_strdup (images_path);
  if (g_mkdir_with_parents (images_path, 0700) < 0 ||
      (self->images_fd = open (images_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
    cloche_set_errno_error (error, errno, "Could not make the folder “%s”", images_path);
    return NULL;
  }

  if (!take_lock (self, error))
    return NULL;
  remove_stale_drafts (self->images_fd, images_path);

  if (mkdirat (self->images_fd, name, 0700) < 0 ||
      (self->fd = openat (self->images_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)) < 0) {
    cloche_set_errno_error (error, errno, "Could not make a folder in “%s”", images_path);
    return NULL;
  }
  self->path = g_build_filename (images_path, name, NULL);

  return g_steal_pointer (&self);
}

void
cloche_image_draft_free (ClocheImageDraft *self)
{
  if (self->path != NULL) {
    g_autofree char *name = g_path_get_basename (self->path);

    remove_draft (self->images_fd, name);
  }

  cloche_clear_fd (&self->fd);
  cloche_clear_fd (&self->images_fd);
  cloche_clear_fd (&self->lock_fd);
  g_free (self->images_path);
  g_free (self->path);
  g_free (self);
}

const char *
cloche_image_draft_get_path (ClocheImageDraft *self)
{
  return self->path;
}

int
cloche_image_draft_peek_fd (ClocheImageDraft *self)
{
  return self->fd;
}

static gboolean
sync_files (ClocheImageDraft *self,
            GError          **error)
{
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++) {
    cloche_autofd int fd = cloche_open_beneath (self->fd, CLOCHE_IMAGE_FILES[i], O_RDONLY, 0, error);

    if (fd < 0)
      return FALSE;
    if (fchmod (fd, 0400) < 0 || fsync (fd) < 0) {
      cloche_set_errno_error (error, errno, "Could not write “%s” to the disk", CLOCHE_IMAGE_FILES[i]);
      return FALSE;
    }
  }

  return TRUE;
}

/**
 * cloche_image_draft_publish:
 * @manifest: describes the files, which are all there
 *
 * Makes the draft an image: everything is on the disk before its name is, the manifest last. An image of the same content
 * that is there already is as good, and stays.
 *
 * Errors: %G_IO_ERROR, %CLOCHE_IMAGE_ERROR_DAMAGED if a file has another size than @manifest says.
 */
ClocheImageFolder *
cloche_image_draft_publish (ClocheImageDraft *self,
                            GBytes           *manifest,
                            GError          **error)
{
  g_autofree char *id = cloche_image_manifest_make_id (manifest);
  g_autofree char *path = g_build_filename (self->images_path, id, NULL);
  g_autofree char *name = g_path_get_basename (self->path);
  gsize length;
  const void *bytes = g_bytes_get_data (manifest, &length);

  g_return_val_if_fail (self->path != NULL, NULL);

  if (!sync_files (self, error) ||
      !cloche_replace_file_at (self->fd, CLOCHE_IMAGE_FILE_MANIFEST, bytes, length, 0400, error))
    return NULL;

  if (renameat (self->images_fd, name, self->images_fd, id) == 0)
    g_clear_pointer (&self->path, g_free);
  else if (errno != EEXIST && errno != ENOTEMPTY) {
    cloche_set_errno_error (error, errno, "Could not name “%s”", path);
    return NULL;
  }

  if (fsync (self->images_fd) < 0) {
    cloche_set_errno_error (error, errno, "Could not write the folder “%s” to the disk", self->images_path);
    return NULL;
  }

  return cloche_image_folder_open (path, error);
}
