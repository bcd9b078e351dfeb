/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-registries.h"

#include "cloche-alloc.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where Debian's npm and pip look for what is set for all users. */
#define NPM_FILE "/etc/npmrc"
#define PIP_FILE "/etc/pip.conf"

/* By which a file of ours is known, in both syntaxes. */
#define MARK "# Set by the computer that this machine runs on\n"

/* bytes: of an address; the host tells none that is longer. */
#define MAX_ADDRESS 512

/* bytes: more than a file of ours has. */
#define MAX_FILE 4096

#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/@%+,=[]"

static bool
is_http (const char *address)
{
  return strncmp (address, "http://", 7) == 0;
}

bool
cloche_registry_is_valid (const char *address)
{
  size_t length = strnlen (address, MAX_ADDRESS + 1);

  return length <= MAX_ADDRESS && (is_http (address) || strncmp (address, "https://", 8) == 0) &&
         strspn (address, PLAIN) == length;
}

char *
cloche_registries_format_npm (const char *address)
{
  return cloche_format (MARK "registry=%s\n", address);
}

/* pip takes nothing over plain HTTP from a host that is not called trusted; who set such an address has done that too. */
char *
cloche_registries_format_pip (const char *address)
{
  const char *host = strstr (address, "://") + 3;

  if (!is_http (address))
    return cloche_format (MARK "[global]\nindex-url = %s\n", address);

  return cloche_format (MARK "[global]\nindex-url = %s\ntrusted-host = %.*s\n", address, (int) strcspn (host, "/"), host);
}

/* @take_text: NULL = no such file. */
static int
adopt (const char *path,
       char       *take_text,
       const char *root)
{
  char *known = NULL;
  char *written = cloche_format ("%s%s", root, path);
  int result = cloche_text_file_read (path, MAX_FILE, &known);

  if (result == -ENOENT)
    result = take_text != NULL ? cloche_text_file_replace (written, take_text, strlen (take_text), 0644) : 0;
  else if (result == 0 && strncmp (known, MARK, strlen (MARK)) == 0) {
    if (take_text == NULL)
      result = unlink (written) < 0 ? -errno : 0;
    else if (strcmp (known, take_text) != 0)
      result = cloche_text_file_replace (written, take_text, strlen (take_text), 0644);
  }
  free (known);
  free (written);
  free (take_text);
  return result;
}

int
cloche_registries_adopt (const char *npm,
                         const char *pip,
                         const char *root)
{
  int result = adopt (NPM_FILE, npm != NULL ? cloche_registries_format_npm (npm) : NULL, root);

  if (result == 0)
    result = adopt (PIP_FILE, pip != NULL ? cloche_registries_format_pip (pip) : NULL, root);
  return result;
}
