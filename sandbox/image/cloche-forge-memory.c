/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-forge-memory.h"

#include "cloche-base-error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* bytes: of the machine's memory; a hole is made of whole ones. */
#define PAGE_BYTES 4096
/* bytes: looked at at once; a cancel is seen between two. */
#define CHUNK_BYTES (4 * 1024 * 1024)

static gboolean
is_zero (const guint8 *page)
{
  /* The first byte is zero and every byte equals the one before it: memcmp() of the C library is as fast as the memory. */
  return page[0] == 0 && memcmp (page, page + 1, PAGE_BYTES - 1) == 0;
}

static gboolean
punch_range (int      fd,
             off_t    offset,
             off_t    length,
             GError **error)
{
  if (length == 0)
    return TRUE;

  if (fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) < 0) {
    cloche_set_errno_error (error, errno, "Could not make the memory's file sparse");
    return FALSE;
  }

  return TRUE;
}

/* Punches the zero pages of one chunk, those side by side at once. */
static gboolean
punch_chunk (int           fd,
             off_t         offset,
             const guint8 *bytes,
             gsize         length,
             GError      **error)
{
  gsize zeros = 0;      /* bytes of zero pages that end where we are */

  for (gsize at = 0; at + PAGE_BYTES <= length; at += PAGE_BYTES) {
    if (is_zero (bytes + at)) {
      zeros += PAGE_BYTES;
      continue;
    }
    if (!punch_range (fd, offset + (off_t) (at - zeros), (off_t) zeros, error))
      return FALSE;
    zeros = 0;
  }

  return punch_range (fd, offset + (off_t) (length - length % PAGE_BYTES - zeros), (off_t) zeros, error);
}

/**
 * cloche_forge_memory_punch:
 * @fd: the file of a machine's memory, which nobody writes any more
 *
 * Makes holes of pages that hold zeros only: they read the same and cost neither disk nor memory. Blocks for seconds.
 */
gboolean
cloche_forge_memory_punch (int           fd,
                           GCancellable *cancellable,
                           GError      **error)
{
  g_autofree guint8 *chunk = g_malloc (CHUNK_BYTES);
  off_t offset = 0;

  for (;;) {
    off_t data = lseek (fd, offset, SEEK_DATA);
    ssize_t n;

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;
    if (data < 0 && errno == ENXIO)     /* No data after this offset: lseek(2). */
      break;

    offset = data < 0 ? data : data - data % PAGE_BYTES;
    n = offset < 0 ? -1 : pread (fd, chunk, CHUNK_BYTES, offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      cloche_set_errno_error (error, errno, "Could not read the memory's file");
      return FALSE;
    }
    if (n == 0)
      break;
    if (!punch_chunk (fd, offset, chunk, (gsize) n, error))
      return FALSE;
    offset += n;
  }

  return TRUE;
}
