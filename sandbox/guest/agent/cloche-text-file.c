/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-text-file.h"

#include "cloche-alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int
cloche_text_file_write (const char *path,
                        const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  int result = 0;

  if (fd < 0)
    return -errno;
  if (write (fd, text, strlen (text)) < 0)
    result = -errno;
  (void) close (fd);
  return result;
}

int
cloche_text_file_read (const char *path,
                       size_t      max_bytes,
                       char      **ret_text)
{
  char *text = cloche_new (max_bytes + 1);
  size_t length = 0;
  ssize_t n = 0;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  int result = 0;

  if (fd < 0)
    result = -errno;
  while (result == 0 && length < max_bytes) {
    n = read (fd, text + length, max_bytes - length);
    if (n < 0)
      result = -errno;
    if (n <= 0)
      break;
    length += (size_t) n;
  }
  if (fd >= 0)
    (void) close (fd);
  if (result < 0) {
    free (text);
    return result;
  }
  text[length] = '\0';
  *ret_text = text;
  return 0;
}

static int
write_new (const char *path,
           const char *bytes,
           size_t      length,
           mode_t      mode)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  int result = fd < 0 ? -errno : 0;

  while (result == 0 && length > 0) {
    ssize_t n = write (fd, bytes, length);

    if (n < 0) {
      result = -errno;
    } else {
      bytes += n;
      length -= (size_t) n;
    }
  }
  if (fd >= 0) {
    if (fchmod (fd, mode) < 0 && result == 0)
      result = -errno;
    (void) close (fd);
  }
  return result;
}

int
cloche_text_file_replace (const char *path,
                          const void *bytes,
                          size_t      length,
                          mode_t      mode)
{
  char *beside = cloche_format ("%s.cloche-new", path);
  int result = write_new (beside, bytes, length, mode);

  if (result == 0 && rename (beside, path) < 0)
    result = -errno;
  if (result < 0)
    (void) unlink (beside);
  free (beside);
  return result;
}
