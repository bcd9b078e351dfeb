/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd.h"

#include "cloche-base-error.h"
#include "cloche-id.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* bytes: large enough that a copy is not bound by system calls, small enough that a cancel is seen at once. */
#define COPY_CHUNK_BYTES (4 * 1024 * 1024)

void
cloche_clear_fd (int *fd)
{
  if (*fd >= 0)
    (void) close (*fd);         /* Nothing useful can be done about a failure: close(2), "Dealing with error returns". */
  *fd = -1;
}

/**
 * cloche_open_beneath:
 * @dir_fd: the folder that @path must stay in
 * @path: relative; from anywhere
 * @flags: of open(2); O_CLOEXEC is added
 *
 * Opens @path without ever leaving @dir_fd and without following a symbolic link, in one step, so that nothing can
 * be swapped between a check and the opening.
 *
 * Errors: %G_IO_ERROR; a path that leaves the folder or meets a link fails with %G_IO_ERROR_FAILED or _TOO_MANY_LINKS.
 */
int
cloche_open_beneath (int         dir_fd,
                     const char *path,
                     int         flags,
                     mode_t      mode,
                     GError    **error)
{
  struct open_how how = {
    .flags = flags | O_CLOEXEC,
    .mode = (flags & O_CREAT) != 0 ? mode : 0,
    .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
  };
  long fd;

  /* EAGAIN: a rename raced with the resolution and the kernel asks to be asked again: openat2(2). */
  do
    fd = syscall (SYS_openat2, dir_fd, path, &how, sizeof how);
  while (fd < 0 && (errno == EINTR || errno == EAGAIN));

  if (fd < 0)
    cloche_set_errno_error (error, errno, "Could not open “%s”", path);

  return (int) fd;
}

/**
 * cloche_write_all:
 *
 * Writes all of @bytes to a blocking descriptor.
 */
gboolean
cloche_write_all (int         fd,
                  const void *bytes,
                  gsize       length,
                  GError    **error)
{
  const char *p = bytes;

  while (length > 0) {
    ssize_t n = write (fd, p, length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      cloche_set_errno_error (error, errno, "Could not write");
      return FALSE;
    }
    p += n;
    length -= (gsize) n;
  }

  return TRUE;
}

/**
 * cloche_read_file_at:
 * @max_bytes: a file larger than this is refused, whatever its size was claimed to be
 *
 * Errors: %G_IO_ERROR, or %CLOCHE_BASE_ERROR_TOO_LARGE.
 */
GBytes *
cloche_read_file_at (int         dir_fd,
                     const char *path,
                     gsize       max_bytes,
                     GError    **error)
{
  cloche_autofd int fd = openat (dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not open “%s”", path);
    return NULL;
  }

  for (;;) {
    guint8 chunk[16384];
    ssize_t n = read (fd, chunk, sizeof chunk);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      cloche_set_errno_error (error, errno, "Could not read “%s”", path);
      return NULL;
    }
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

static gboolean
write_and_sync (int         fd,
                const void *bytes,
                gsize       length,
                GError    **error)
{
  if (!cloche_write_all (fd, bytes, length, error))
    return FALSE;

  if (fsync (fd) < 0) {
    cloche_set_errno_error (error, errno, "Could not write to the disk");
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_replace_file_at:
 * @name: a name in @dir_fd, without "/"
 * @mode: of a new file
 *
 * Writes beside and renames, with file and folder synced: after a crash the old content is there or the new, never half.
 */
gboolean
cloche_replace_file_at (int         dir_fd,
                        const char *name,
                        const void *bytes,
                        gsize       length,
                        mode_t      mode,
                        GError    **error)
{
  g_autofree char *id = cloche_id_new ();
  g_autofree char *beside = g_strdup_printf (".%s.%s", name, id);
  cloche_autofd int fd = openat (dir_fd, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

  if (fd < 0) {
    cloche_set_errno_error (error, errno, "Could not create “%s”", name);
    return FALSE;
  }

  if (!write_and_sync (fd, bytes, length, error)) {
    (void) unlinkat (dir_fd, beside, 0);        /* The failure to report is the write's. */
    return FALSE;
  }

  if (renameat (dir_fd, beside, dir_fd, name) < 0) {
    cloche_set_errno_error (error, errno, "Could not replace “%s”", name);
    (void) unlinkat (dir_fd, beside, 0);
    return FALSE;
  }

  if (fsync (dir_fd) < 0) {
    cloche_set_errno_error (error, errno, "Could not write the folder of “%s” to the disk", name);
    return FALSE;
  }

  return TRUE;
}

/* copy_file_range(2) refuses pairs of different file systems, such as a disk's and a memfd's; sendfile(2) does not, but
 * never shares blocks. */
static ssize_t
copy_range (int    from_fd,
            off_t *from,
            int    to_fd,
            off_t *to,
            size_t length)
{
  ssize_t n = copy_file_range (from_fd, from, to_fd, to, length, 0);

  if (n >= 0 || (errno != EXDEV && errno != EINVAL && errno != EOPNOTSUPP))
    return n;

  if (lseek (to_fd, *to, SEEK_SET) < 0)
    return -1;

  n = sendfile (to_fd, from_fd, from, length);
  if (n > 0)
    *to += n;

  return n;
}

static gboolean
copy_extent (int           from_fd,
             int           to_fd,
             off_t         start,
             off_t         end,
             GCancellable *cancellable,
             GError      **error)
{
  off_t to = start;

  while (start < end) {
    ssize_t n;

    if (g_cancellable_set_error_if_cancelled (cancellable, error))
      return FALSE;

    n = copy_range (from_fd, &start, to_fd, &to, (size_t) MIN (end - start, COPY_CHUNK_BYTES));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      cloche_set_errno_error (error, n < 0 ? errno : EIO, "Could not copy");
      return FALSE;
    }
  }

  return TRUE;
}

/**
 * cloche_copy_sparse:
 * @from_fd: a regular file
 * @to_fd: an empty regular file
 *
 * Copies by reflink where the file system can, else only the extents that hold data; @to_fd gets the same size.
 */
gboolean
cloche_copy_sparse (int           from_fd,
                    int           to_fd,
                    GCancellable *cancellable,
                    GError      **error)
{
  struct stat st;
  off_t offset = 0;

  if (ioctl (to_fd, FICLONE, from_fd) == 0)
    return TRUE;

  if (fstat (from_fd, &st) < 0 || ftruncate (to_fd, st.st_size) < 0) {
    cloche_set_errno_error (error, errno, "Could not copy");
    return FALSE;
  }

  for (;;) {
    off_t start = lseek (from_fd, offset, SEEK_DATA);

    if (start < 0 && errno == ENXIO)            /* No data after this offset: lseek(2). */
      return TRUE;
    offset = start < 0 ? start : lseek (from_fd, start, SEEK_HOLE);
    if (offset < 0) {
      cloche_set_errno_error (error, errno, "Could not copy");
      return FALSE;
    }
    if (!copy_extent (from_fd, to_fd, start, offset, cancellable, error))
      return FALSE;
  }
}
