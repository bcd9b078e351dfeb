/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-archive.h"

#include "cloche-base-error.h"
#include "cloche-image-error.h"

#include <errno.h>

/* bytes: what libarchive reads at once. */
#define BLOCK_BYTES (64 * 1024)

/**
 * cloche_archive_check:
 * @status: what a function of libarchive returned for @archive
 * @what: what was tried, for the message
 *
 * Returns: whether @status means success; a warning of libarchive is a failure, since we read and write plain files only.
 *
 * Errors: %G_IO_ERROR where the system failed, else %CLOCHE_IMAGE_ERROR_INVALID.
 */
gboolean
cloche_archive_check (struct archive *archive,
                      int             status,
                      const char     *what,
                      GError        **error)
{
  const char *text = archive_error_string (archive);

  if (status == ARCHIVE_OK)
    return TRUE;

  /* libarchive says EILSEQ of a format that it does not understand. */
  if (archive_errno (archive) > 0 && archive_errno (archive) != EILSEQ)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (archive_errno (archive)), "%s: %s", what,
                 text != NULL ? text : g_strerror (archive_errno (archive)));
  else
    g_set_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID, "%s: %s", what,
                 text != NULL ? text : "not understood");

  return FALSE;
}

/**
 * cloche_archive_read_xz:
 * @path: a file, compressed with xz or not at all
 * @max_bytes: cap of what comes out
 *
 * Errors: %G_IO_ERROR, %CLOCHE_IMAGE_ERROR_INVALID, %CLOCHE_BASE_ERROR_TOO_LARGE.
 */
GBytes *
cloche_archive_read_xz (const char *path,
                        gsize       max_bytes,
                        GError    **error)
{
  g_autoptr (ClocheArchiveReader) reader = archive_read_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  struct archive_entry *entry;

  (void) archive_read_support_filter_xz (reader);       /* Fails at opening if it is not there. */
  (void) archive_read_support_format_raw (reader);
  if (!cloche_archive_check (reader, archive_read_open_filename (reader, path, BLOCK_BYTES), path, error) ||
      !cloche_archive_check (reader, archive_read_next_header (reader, &entry), path, error))
    return NULL;

  for (;;) {
    guint8 chunk[BLOCK_BYTES];
    la_ssize_t n = archive_read_data (reader, chunk, sizeof chunk);

    if (n < 0 && !cloche_archive_check (reader, (int) n, path, error))
      return NULL;
    if (n == 0)
      break;
    if (bytes->len + (gsize) n > max_bytes) {
      g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE,
                   "“%s” is larger than %" G_GSIZE_FORMAT " bytes", path, max_bytes);
      return NULL;
    }
    g_byte_array_append (bytes, chunk, (guint) n);
  }

  return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}
