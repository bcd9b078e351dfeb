/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-page-hash.h"

#include "cloche-base-error.h"

#include <errno.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes: the unit that is left out when it is all zero. */
#define PAGE_BYTES 4096

/* bytes: of one read. */
#define CHUNK_BYTES (1024 * 1024)

#define SHA256_BYTES 32

/* The file is walked by pages; a page that is not all zero is hashed after its number. */
static gboolean
hash_chunk (gnutls_hash_hd_t hash,
            const guint8    *chunk,
            gsize            length,
            off_t            offset)
{
  static const guint8 ZERO[PAGE_BYTES];

  for (gsize at = 0; at < length; at += PAGE_BYTES) {
    gsize n = MIN (PAGE_BYTES, length - at);
    guint64 number = GUINT64_TO_LE ((guint64) offset / PAGE_BYTES + at / PAGE_BYTES);

    if (memcmp (chunk + at, ZERO, n) == 0)
      continue;
    if (gnutls_hash (hash, &number, sizeof number) < 0 || gnutls_hash (hash, chunk + at, n) < 0)
      return FALSE;
  }

  return TRUE;
}

static gboolean
hash_extent (gnutls_hash_hd_t       hash,
             int                    fd,
             guint8                *chunk,
             off_t                  start,
             off_t                  end,
             GCancellable          *cancellable,
             ClochePageHashProgress progress,
             gpointer               progress_data,
             GError               **error)
{
  while (start < end) {
    ssize_t n;

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;

    n = pread (fd, chunk, (size_t) MIN (end - start, CHUNK_BYTES), start);
    if (n < 0 && errno == EINTR)
      continue;
    /* A regular file gives whole pages until its end: a shorter read is one that is being cut under us. */
    if (n <= 0 || (n % PAGE_BYTES != 0 && start + n != end)) {
      cloche_set_errno_error (error, n < 0 ? errno : EIO, "Could not read");
      return FALSE;
    }
    if (!hash_chunk (hash, chunk, (gsize) n, start)) {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Could not compute a hash");
      return FALSE;
    }
    start += n;
    if (progress != NULL)
      progress ((guint64) n, progress_data);
  }

  return TRUE;
}

static gboolean
hash_file (gnutls_hash_hd_t       hash,
           int                    fd,
           GCancellable          *cancellable,
           ClochePageHashProgress progress,
           gpointer               progress_data,
           GError               **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  struct stat st;
  off_t offset = 0;

  if (fstat (fd, &st) < 0) {
    cloche_set_errno_error (error, errno, "Could not read");
    return FALSE;
  }

  for (;;) {
    off_t start = lseek (fd, offset, SEEK_DATA);

    if (start < 0 && errno == ENXIO)            /* No data after this offset: lseek(2). */
      return TRUE;
    offset = start < 0 ? start : lseek (fd, start, SEEK_HOLE);
    if (offset < 0) {
      cloche_set_errno_error (error, errno, "Could not read");
      return FALSE;
    }
    /* Extents need not begin at a page of ours. */
    start -= start % PAGE_BYTES;
    offset = MIN (offset + (PAGE_BYTES - offset % PAGE_BYTES) % PAGE_BYTES, st.st_size);
    if (!hash_extent (hash, fd, chunk, start, offset, cancellable, progress, progress_data, error))
      return FALSE;
  }
}

/**
 * cloche_page_hash_file:
 * @fd: a regular file
 * @progress: (nullable): told of what has been read; holes are not
 *
 * The SHA-256 of a file that may be sparse: of every 4 KiB page that is not all zero, its number (64 bits, little endian)
 * and its bytes. Holes cost nothing, and a copy that stores them otherwise has the same hash. The file's size is not
 * part of it. Blocks.
 */
char *
cloche_page_hash_file (int                    fd,
                       GCancellable          *cancellable,
                       ClochePageHashProgress progress,
                       gpointer               progress_data,
                       GError               **error)
{
  gnutls_hash_hd_t hash;
  guint8 digest[SHA256_BYTES];
  gboolean hashed;
  GString *hex;

  if (gnutls_hash_init (&hash, GNUTLS_DIG_SHA256) < 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Could not compute a hash");
    return NULL;
  }

  hashed = hash_file (hash, fd, cancellable, progress, progress_data, error);
  gnutls_hash_deinit (hash, digest);
  if (!hashed)
    return NULL;

  hex = g_string_sized_new (CLOCHE_PAGE_HASH_LENGTH);
  for (gsize i = 0; i < sizeof digest; i++)
    g_string_append_printf (hex, "%02x", digest[i]);

  return g_string_free (hex, FALSE);
}
