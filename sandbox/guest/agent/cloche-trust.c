/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-trust.h"

#include "cloche-alloc.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LOCAL_FOLDER "/usr/local/share/ca-certificates"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* bytes: a system's list; Debian's has 220 kB. */
#define MAX_LIST_BYTES (4 * 1024 * 1024)

/* certificates of one list. */
#define MAX_CERTIFICATES 4096

/* Finds the next certificate at or after *at, moves *at behind it. NULL: none. */
static const char *
next_certificate (const char **at,
                  const char  *end,
                  size_t      *ret_length)
{
  const char *first = memmem (*at, (size_t) (end - *at), BEGIN, sizeof BEGIN - 1);
  const char *last = first == NULL ? NULL : memmem (first, (size_t) (end - first), END, sizeof END - 1);

  if (last == NULL)
    return NULL;
  *at = last + sizeof END - 1;
  *ret_length = (size_t) (*at - first);
  return first;
}

/* FNV-1a of the base64 text without its line breaks, which lists cut differently. Only compared with itself: a collision
 * would have to be made by the host's own list. */
static uint64_t
hash (const char *bytes,
      size_t      length)
{
  uint64_t value = 14695981039346656037ull;

  for (size_t i = 0; i < length; i++)
    if (bytes[i] > ' ')
      value = (value ^ (uint8_t) bytes[i]) * 1099511628211ull;
  return value;
}

static int
compare (const void *a,
         const void *b)
{
  const uint64_t *x = a, *y = b;

  return (*x > *y) - (*x < *y);
}

char *
cloche_trust_diff (const char *known,
                   size_t      known_length,
                   const char *pem,
                   size_t      length,
                   size_t     *ret_length)
{
  uint64_t *hashes = cloche_new (MAX_CERTIFICATES * sizeof *hashes);
  char *added = cloche_new (length * 2 + 1);
  const char *at = known, *certificate;
  size_t n = 0, size;

  *ret_length = 0;
  while (n < MAX_CERTIFICATES && (certificate = next_certificate (&at, known + known_length, &size)) != NULL)
    hashes[n++] = hash (certificate, size);
  qsort (hashes, n, sizeof *hashes, compare);
  at = pem;
  while ((certificate = next_certificate (&at, pem + length, &size)) != NULL) {
    uint64_t wanted = hash (certificate, size);

    if (bsearch (&wanted, hashes, n, sizeof *hashes, compare) != NULL)
      continue;
    memcpy (added + *ret_length, certificate, size);
    *ret_length += size;
    added[(*ret_length)++] = '\n';
  }
  free (hashes);
  return added;
}

static int
make_folders (char *path)
{
  for (char *slash = path + 1; (slash = strchr (slash, '/')) != NULL; slash++) {
    int result;

    *slash = '\0';
    result = mkdir (path, 0755) < 0 && errno != EEXIST ? -errno : 0;
    *slash = '/';
    if (result < 0)
      return result;
  }
  return 0;
}

static int
write_below (const char *root,
             const char *path,
             const char *bytes,
             size_t      length)
{
  char *whole = cloche_format ("%s%s", root, path);
  int result = make_folders (whole);

  if (result == 0)
    result = cloche_text_file_replace (whole, bytes, length, 0644);
  free (whole);
  return result;
}

int
cloche_trust_add (const char *pem,
                  size_t      length,
                  const char *root)
{
  char *known, *added, *all;
  size_t known_length, added_length;
  int result = cloche_text_file_read (CLOCHE_TRUST_FILE, MAX_LIST_BYTES, &known);

  if (result < 0)
    return result;
  known_length = strlen (known);
  added = cloche_trust_diff (known, known_length, pem, length, &added_length);
  if (added_length > 0) {
    all = cloche_format ("%s%.*s", known, (int) added_length, added);
    result = write_below (root, LOCAL_FOLDER "/cloche-host.crt", added, added_length);
    if (result == 0)
      result = write_below (root, CLOCHE_TRUST_FILE, all, known_length + added_length);
    free (all);
  }
  free (added);
  free (known);
  return result;
}
