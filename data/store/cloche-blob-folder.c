/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-blob-folder.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-store-error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A blob is written beside under a name with a leading dot, synced and renamed, so a file with a SHA-256 as its name is
 * whole, and is never changed afterwards. Adding what is there already touches it, so that whoever removes old blobs that
 * no message names does not remove one that a message is about to name.
 */

/* bytes: one read of a stream. */
#define CHUNK_BYTES (256 * 1024)

struct _ClocheBlobFolder
{
  char *path;
  int fd;
};

static void
clear (ClocheBlobFolder *self)
{
  g_clear_pointer (&self->path, g_free);
  cloche_clear_fd (&self->fd);
}

static void
fail (ClocheBlobFolder *self,
      int               errsv,
      const char       *name,
      GError          **error)
{
  ClocheStoreError code = CLOCHE_STORE_ERROR_FAILED;

  if (errsv == ENOSPC || errsv == EDQUOT)
    code = CLOCHE_STORE_ERROR_NO_SPACE;
  else if (errsv == EACCES || errsv == EPERM || errsv == EROFS)
    code = CLOCHE_STORE_ERROR_READ_ONLY;
  else if (errsv == ENOENT)
    code = CLOCHE_STORE_ERROR_NOT_FOUND;

  g_set_error (error, CLOCHE_STORE_ERROR, code, "“%s/%s”: %s", self->path, name, g_strerror (errsv));
}

/**
 * cloche_blob_folder_open:
 * @path: made if absent, with access for its owner only
 */
ClocheBlobFolder *
cloche_blob_folder_open (const char *path,
                         GError    **error)
{
  g_autoptr (ClocheBlobFolder) self = g_atomic_rc_box_new0 (ClocheBlobFolder);

  self->path = g_strdup (path);
  self->fd = -1;
  if (mkdir (path, 0700) == 0 || errno == EEXIST || errno == EROFS)
    self->fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (self->fd < 0) {
    fail (self, errno, "", error);
    return NULL;
  }

  return g_steal_pointer (&self);
}

ClocheBlobFolder *
cloche_blob_folder_ref (ClocheBlobFolder *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_blob_folder_unref (ClocheBlobFolder *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

/* Whether @blob is there with @size bytes; if so it counts as new again. */
static gboolean
touch (ClocheBlobFolder *self,
       const char       *blob,
       guint64           size)
{
  struct stat st;

  return fstatat (self->fd, blob, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode) &&
         (guint64) st.st_size == size && utimensat (self->fd, blob, NULL, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Gives the synced file @beside its name. On failure it stays where it is. */
static gboolean
give_name (ClocheBlobFolder *self,
           const char       *beside,
           const char       *blob,
           GError          **error)
{
  if (renameat (self->fd, beside, self->fd, blob) == 0 && fsync (self->fd) == 0)
    return TRUE;

  fail (self, errno, blob, error);
  return FALSE;
}

static gboolean
write_chunk (ClocheBlobFolder *self,
             int               fd,
             const char       *beside,
             const void       *data,
             gsize             size,
             GError          **error)
{
  const char *p = data;

  while (size > 0) {
    ssize_t n = write (fd, p, size);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      fail (self, errno, beside, error);
      return FALSE;
    }
    p += n;
    size -= (gsize) n;
  }

  return TRUE;
}

/* Copies the stream and says what its hash and size were. */
static gboolean
write_stream (ClocheBlobFolder *self,
              int               fd,
              const char       *beside,
              GInputStream     *stream,
              GChecksum        *checksum,
              guint64          *ret_size,
              GCancellable     *cancellable,
              GError          **error)
{
  g_autofree guchar *chunk = g_malloc (CHUNK_BYTES);

  *ret_size = 0;
  for (;;) {
    gssize n = g_input_stream_read (stream, chunk, CHUNK_BYTES, cancellable, error);

    if (n < 0)
      return FALSE;
    if (n == 0)
      break;
    g_checksum_update (checksum, chunk, n);
    *ret_size += (guint64) n;
    if (!write_chunk (self, fd, beside, chunk, (gsize) n, error))
      return FALSE;
  }

  if (fsync (fd) < 0) {
    fail (self, errno, beside, error);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_blob_folder_add_from_stream:
 * @stream: read to its end, blocking; its size is only bounded by the disk
 *
 * Returns: (transfer full): a content that names the blob
 */
ClocheContent *
cloche_blob_folder_add_from_stream (ClocheBlobFolder *self,
                                    const char       *mime_type,
                                    GInputStream     *stream,
                                    GCancellable     *cancellable,
                                    GError          **error)
{
  g_autofree char *id = cloche_id_new ();
  g_autofree char *beside = g_strconcat (".", id, NULL);
  cloche_autofd int fd = openat (self->fd, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint64 size;
  gboolean is_written;

  if (fd < 0) {
    fail (self, errno, beside, error);
    return NULL;
  }

  is_written = write_stream (self, fd, beside, stream, checksum, &size, cancellable, error);
  if (is_written && touch (self, g_checksum_get_string (checksum), size))
    (void) unlinkat (self->fd, beside, 0);      /* A leftover is removed with the old blobs. */
  else if (is_written)
    is_written = give_name (self, beside, g_checksum_get_string (checksum), error);

  if (!is_written) {
    (void) unlinkat (self->fd, beside, 0);      /* The failure to report came before. */
    return NULL;
  }

  return cloche_content_new_blob (mime_type, g_checksum_get_string (checksum), size);
}

/**
 * cloche_blob_folder_add:
 * @content: one that has its bytes in memory
 *
 * Returns: (transfer full): the same content, its bytes in the folder
 */
ClocheContent *
cloche_blob_folder_add (ClocheBlobFolder *self,
                        ClocheContent    *content,
                        GError          **error)
{
  GBytes *bytes = cloche_content_get_bytes (content);
  g_autofree char *blob = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autoptr (GInputStream) stream = NULL;

  if (touch (self, blob, g_bytes_get_size (bytes)))
    return cloche_content_with_blob (content, blob);

  stream = g_memory_input_stream_new_from_bytes (bytes);
  return cloche_blob_folder_add_from_stream (self, cloche_content_get_mime_type (content), stream, NULL, error);
}

/**
 * cloche_blob_folder_load:
 * @content: one that names a blob
 *
 * Returns: (transfer full): the same content, its bytes mapped into memory
 *
 * Errors: %CLOCHE_STORE_ERROR_NOT_FOUND, %CLOCHE_STORE_ERROR_DAMAGED if its size is another.
 */
ClocheContent *
cloche_blob_folder_load (ClocheBlobFolder *self,
                         ClocheContent    *content,
                         GError          **error)
{
  const char *blob = cloche_content_get_blob (content);
  cloche_autofd int fd = openat (self->fd, blob, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (fd < 0) {
    fail (self, errno, blob, error);
    return NULL;
  }

  file = g_mapped_file_new_from_fd (fd, FALSE, error);
  if (file == NULL)
    return NULL;

  if (g_mapped_file_get_length (file) != cloche_content_get_size (content)) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_DAMAGED,
                 "“%s/%s” has not the size it should have", self->path, blob);
    return NULL;
  }

  bytes = g_mapped_file_get_bytes (file);
  return cloche_content_with_bytes (content, bytes);
}

char *
cloche_blob_folder_dup_path (ClocheBlobFolder *self,
                             const char       *blob)
{
  return g_build_filename (self->path, blob, NULL);
}

/**
 * cloche_blob_folder_list_old:
 * @before_us: µs since 1970
 *
 * Returns: (element-type utf8): names of blobs, and of half-written ones, that were last touched before that
 */
GPtrArray *
cloche_blob_folder_list_old (ClocheBlobFolder *self,
                             gint64            before_us,
                             GError          **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int fd = openat (self->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;
  struct dirent *entry;

  if (dir == NULL) {
    fail (self, errno, "", error);
    cloche_clear_fd (&fd);
    return NULL;
  }

  while ((entry = readdir (dir)) != NULL) {
    struct stat st;
    gboolean is_ours = cloche_content_is_blob_id (entry->d_name) ||
                       (entry->d_name[0] == '.' && cloche_id_is_valid (entry->d_name + 1));

    if (is_ours && fstatat (self->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (st.st_mode) &&
        (gint64) st.st_mtim.tv_sec * G_USEC_PER_SEC < before_us)
      g_ptr_array_add (names, g_strdup (entry->d_name));
  }
  closedir (dir);

  return g_steal_pointer (&names);
}

gboolean
cloche_blob_folder_remove (ClocheBlobFolder *self,
                           const char       *name,
                           GError          **error)
{
  if (unlinkat (self->fd, name, 0) == 0 || errno == ENOENT)
    return TRUE;

  fail (self, errno, name, error);
  return FALSE;
}
