/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-forge-memory.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"

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

static void
punch_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  GError *error = NULL;

  if (cloche_forge_memory_punch (GPOINTER_TO_INT (task_data), cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
close_fd (gpointer data)
{
  (void) close (GPOINTER_TO_INT (data));        /* Holes need no second look. */
}

/**
 * cloche_forge_memory_punch_async:
 * @name: the file of a machine's memory in @dir_fd
 *
 * cloche_forge_memory_punch() in a worker thread.
 */
void
cloche_forge_memory_punch_async (int                 dir_fd,
                                 const char         *name,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  GError *error = NULL;
  int fd = cloche_open_beneath (dir_fd, name, O_RDWR, 0, &error);

  g_task_set_source_tag (task, cloche_forge_memory_punch_async);
  if (fd < 0) {
    g_task_return_error (task, error);
    return;
  }

  g_task_set_task_data (task, GINT_TO_POINTER (fd), close_fd);
  g_task_run_in_thread (task, punch_in_thread);
}

/**
 * cloche_forge_memory_punch_finish:
 *
 * Errors: %G_IO_ERROR.
 */
gboolean
cloche_forge_memory_punch_finish (GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
