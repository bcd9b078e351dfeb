/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-identity.h"

#include "cloche-alloc.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "/run/cloche/identity"

static bool
consists_of (const char *text,
             const char *characters,
             size_t      max)
{
  size_t length = strnlen (text, max + 1);

  return length >= 1 && length <= max && strspn (text, characters) == length;
}

bool
cloche_identity_is_valid (const cloche_identity *self)
{
  return consists_of (self->hostname, "abcdefghijklmnopqrstuvwxyz0123456789-", 63) && self->hostname[0] != '-' &&
         consists_of (self->machine_id, "0123456789abcdef", 32) && strlen (self->machine_id) == 32;
}

static int
write_name (const char *path,
            const char *name)
{
  char *line = cloche_format ("%s\n", name);
  int result = cloche_text_file_replace (path, line, strlen (line), 0644);

  free (line);
  return result;
}

int
cloche_identity_apply (const cloche_identity *self)
{
  int result;

  if (sethostname (self->hostname, strlen (self->hostname)) < 0 ||
      (mkdir (FOLDER, 0755) < 0 && errno != EEXIST))
    return -errno;
  result = write_name (FOLDER "/hostname", self->hostname);
  return result < 0 ? result : write_name (FOLDER "/machine-id", self->machine_id);
}
