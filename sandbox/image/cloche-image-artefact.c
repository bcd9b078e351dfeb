/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-artefact.h"

#include "cloche-archive.h"
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-image-draft.h"
#include "cloche-image-error.h"
#include "cloche-image-store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * An image as one file: an uncompressed tar (root.erofs is compressed already) with exactly the members manifest.json,
 * kernel, initrd and root.erofs in this order. A reader takes no other name, no other order, no links, and no more bytes than
 * the manifest announces; each file's hash is compared while it is written. So a hostile artefact can be no worse than an
 * image that does something else, which is what the id is for.
 */

/* bytes: copied at once. */
#define CHUNK_BYTES (1024 * 1024)
/* bytes: one file of an image; ours are below 2 GiB. */
#define FILE_MAX_BYTES (G_GUINT64_CONSTANT (16) * 1024 * 1024 * 1024)

typedef struct
{
  ClocheImageFolder *image;     /* export */
  char *path;
  char *data_path;              /* import */
} Transfer;

static void
transfer_free (Transfer *transfer)
{
  g_clear_object (&transfer->image);
  g_free (transfer->path);
  g_free (transfer->data_path);
  g_free (transfer);
}

/* 1. Export */

static gboolean
write_content (struct archive *writer,
               int             fd,
               const char     *name,
               GCancellable   *cancellable,
               GError        **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);

  for (;;) {
    ssize_t n = read (fd, chunk, CHUNK_BYTES);

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      cloche_set_errno_error (error, errno, "Could not read “%s”", name);
      return FALSE;
    }
    if (n == 0)
      return TRUE;
    if (archive_write_data (writer, chunk, (size_t) n) != n)
      return cloche_archive_check (writer, ARCHIVE_FATAL, name, error);
  }
}

static gboolean
write_member (struct archive *writer,
              int             dir_fd,
              const char     *name,
              GCancellable   *cancellable,
              GError        **error)
{
  cloche_autofd int fd = cloche_open_beneath (dir_fd, name, O_RDONLY, 0, error);
  g_autoptr (ClocheArchiveEntry) entry = archive_entry_new ();
  struct stat st;

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &st) < 0) {
    cloche_set_errno_error (error, errno, "Could not look at “%s”", name);
    return FALSE;
  }

  archive_entry_set_pathname (entry, name);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0444);
  archive_entry_set_mtime (entry, 0, 0);
  archive_entry_set_size (entry, st.st_size);

  return cloche_archive_check (writer, archive_write_header (writer, entry), name, error) &&
         write_content (writer, fd, name, cancellable, error);
}

static gboolean
write_artefact (ClocheImageFolder *image,
                int                out_fd,
                GCancellable      *cancellable,
                GError           **error)
{
  g_autoptr (ClocheArchiveWriter) writer = archive_write_new ();
  cloche_autofd int dir_fd = open (cloche_image_folder_get_path (image), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (dir_fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", cloche_image_folder_get_path (image));
    return FALSE;
  }

  if (!cloche_archive_check (writer, archive_write_set_format_pax_restricted (writer), "tar", error) ||
      !cloche_archive_check (writer, archive_write_open_fd (writer, out_fd), "tar", error) ||
      !write_member (writer, dir_fd, CLOCHE_IMAGE_FILE_MANIFEST, cancellable, error))
    return FALSE;
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++)
    if (!write_member (writer, dir_fd, CLOCHE_IMAGE_FILES[i], cancellable, error))
      return FALSE;

  return cloche_archive_check (writer, archive_write_close (writer), "tar", error);
}

static gboolean
export (Transfer     *transfer,
        GCancellable *cancellable,
        GError      **error)
{
  g_autofree char *id = cloche_id_new ();
  g_autofree char *beside = g_strdup_printf ("%s.%s.part", transfer->path, id);
  cloche_autofd int fd = open (beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not create “%s”", beside);
    return FALSE;
  }

  if (!write_artefact (transfer->image, fd, cancellable, error)) {
    (void) unlink (beside);             /* The failure to report is the writing's. */
    return FALSE;
  }

  if (fsync (fd) < 0 || rename (beside, transfer->path) < 0) {
    cloche_set_errno_error (error, errno, "Could not write “%s”", transfer->path);
    (void) unlink (beside);
    return FALSE;
  }

  return TRUE;
}

static void
export_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  GError *error = NULL;

  if (export (task_data, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* 2. Import */

/* The next member, which must be the file @name of at most @max_bytes. */
static gboolean
next_member (struct archive *reader,
             const char     *name,
             guint64         max_bytes,
             GError        **error)
{
  struct archive_entry *entry = NULL;
  int status = archive_read_next_header (reader, &entry);

  if (status == ARCHIVE_EOF || (status == ARCHIVE_OK && g_strcmp0 (archive_entry_pathname (entry), name) != 0)) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID, "“%s” is not where it should be", name);
    return FALSE;
  }
  if (!cloche_archive_check (reader, status, name, error))
    return FALSE;

  if (archive_entry_filetype (entry) != AE_IFREG || archive_entry_hardlink (entry) != NULL ||
      archive_entry_size (entry) < 0 || (guint64) archive_entry_size (entry) > max_bytes) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID, "“%s” is no file or too large", name);
    return FALSE;
  }

  return TRUE;
}

static GBytes *
read_manifest (struct archive *reader,
               GError        **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (!next_member (reader, CLOCHE_IMAGE_FILE_MANIFEST, CLOCHE_IMAGE_MANIFEST_MAX_BYTES, error))
    return NULL;

  for (;;) {
    guint8 chunk[16384];
    la_ssize_t n = archive_read_data (reader, chunk, sizeof chunk);

    if (n < 0 && !cloche_archive_check (reader, (int) n, CLOCHE_IMAGE_FILE_MANIFEST, error))
      return NULL;
    if (n == 0)
      break;
    g_byte_array_append (bytes, chunk, (guint) n);
  }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* Writes the member to @fd; gives its hash. */
static char *
read_content (struct archive *reader,
              const char     *name,
              int             fd,
              guint64        *ret_size,
              GCancellable   *cancellable,
              GError        **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  guint64 size = 0;

  for (;;) {
    la_ssize_t n = archive_read_data (reader, chunk, CHUNK_BYTES);

    if (g_cancellable_set_error_if_cancelled (cancellable, error) ||
        (n < 0 && !cloche_archive_check (reader, (int) n, name, error)))
      return NULL;
    if (n == 0)
      break;
    g_checksum_update (checksum, chunk, n);
    if (!cloche_write_all (fd, chunk, (gsize) n, error))
      return NULL;
    size += (guint64) n;
  }

  *ret_size = size;

  return g_strdup (g_checksum_get_string (checksum));
}

static gboolean
import_file (struct archive *reader,
             JsonObject     *manifest,
             const char     *name,
             int             dir_fd,
             GCancellable   *cancellable,
             GError        **error)
{
  g_autofree char *hash = NULL;
  cloche_autofd int fd = -1;
  const char *wanted_hash;
  guint64 wanted_size, size;

  if (!cloche_image_manifest_get_file (manifest, name, &wanted_size, &wanted_hash, error) ||
      !next_member (reader, name, MIN (wanted_size, FILE_MAX_BYTES), error) ||
      (fd = cloche_open_beneath (dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600, error)) < 0 ||
      (hash = read_content (reader, name, fd, &size, cancellable, error)) == NULL)
    return FALSE;

  if (size != wanted_size || strcmp (hash, wanted_hash) != 0) {
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_DAMAGED, "“%s” is not what the manifest says", name);
    return FALSE;
  }

  return TRUE;
}

static ClocheImageFolder *
import (Transfer     *transfer,
        GCancellable *cancellable,
        GError      **error)
{
  g_autoptr (ClocheArchiveReader) reader = archive_read_new ();
  g_autofree char *images_path = cloche_image_store_dup_path (transfer->data_path);
  g_autoptr (ClocheImageDraft) draft = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonObject) manifest = NULL;

  /* No filters: a compressed tar is not ours, and there is no bomb in a plain one. */
  (void) archive_read_support_format_tar (reader);
  if (!cloche_archive_check (reader, archive_read_open_filename (reader, transfer->path, CHUNK_BYTES), transfer->path, error) ||
      (bytes = read_manifest (reader, error)) == NULL ||
      (manifest = cloche_image_manifest_parse (bytes, error)) == NULL ||
      (draft = cloche_image_draft_new (images_path, error)) == NULL)
    return NULL;

  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++)
    if (!import_file (reader, manifest, CLOCHE_IMAGE_FILES[i], cloche_image_draft_peek_fd (draft), cancellable, error))
      return NULL;

  return cloche_image_draft_publish (draft, bytes, error);
}

static void
import_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  GError *error = NULL;
  ClocheImageFolder *image = import (task_data, cancellable, &error);

  if (image != NULL)
    g_task_return_pointer (task, image, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * cloche_image_artefact_export_async:
 * @path: the file to write; one that is there is replaced when all is written
 */
void
cloche_image_artefact_export_async (ClocheImageFolder  *image,
                                    const char         *path,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->image = g_object_ref (image);
  transfer->path = g_strdup (path);
  g_task_set_source_tag (task, cloche_image_artefact_export_async);
  g_task_set_task_data (task, transfer, (GDestroyNotify) transfer_free);
  g_task_run_in_thread (task, export_in_thread);
}

/**
 * cloche_image_artefact_export_finish:
 *
 * Errors: %G_IO_ERROR.
 */
gboolean
cloche_image_artefact_export_finish (GAsyncResult *result,
                                     GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_image_artefact_import_async:
 * @path: a file from anywhere
 * @data_path: the user's data folder of ours
 */
void
cloche_image_artefact_import_async (const char         *path,
                                    const char         *data_path,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->path = g_strdup (path);
  transfer->data_path = g_strdup (data_path);
  g_task_set_source_tag (task, cloche_image_artefact_import_async);
  g_task_set_task_data (task, transfer, (GDestroyNotify) transfer_free);
  g_task_run_in_thread (task, import_in_thread);
}

/**
 * cloche_image_artefact_import_finish:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_INVALID, %CLOCHE_IMAGE_ERROR_DAMAGED, %CLOCHE_IMAGE_ERROR_BUSY, %CLOCHE_BASE_ERROR, %G_IO_ERROR.
 */
ClocheImageFolder *
cloche_image_artefact_import_finish (GAsyncResult *result,
                                     GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
