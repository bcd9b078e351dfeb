/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 *
 * Runs a fuzz target over every file of a folder and prints TAP. Plain C, so that targets without GLib can use it.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
is_visible (const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

/* The bytes go into a block of exactly their size, so that ASan sees a read beyond the end. */
static int
replay (const char *folder,
        const char *name)
{
  char path[4096];
  uint8_t *bytes;
  long length;
  FILE *file;

  if (snprintf (path, sizeof path, "%s/%s", folder, name) >= (int) sizeof path)
    return -1;
  file = fopen (path, "re");
  if (file == NULL)
    return -1;

  fseek (file, 0, SEEK_END);
  length = ftell (file);
  rewind (file);
  bytes = malloc ((size_t) length > 0 ? (size_t) length : 1);
  if (bytes == NULL || fread (bytes, 1, (size_t) length, file) != (size_t) length)
    length = -1;
  fclose (file);

  if (length >= 0)
    LLVMFuzzerTestOneInput (bytes, (size_t) length);
  free (bytes);

  return length < 0 ? -1 : 0;
}

int
main (int    argc,
      char **argv)
{
  struct dirent **entries;
  int failed = 0;
  int n = argc == 2 ? scandir (argv[1], &entries, is_visible, alphasort) : -1;

  if (n <= 0) {
    printf ("1..1\nnot ok 1 - no corpus\n");
    return 1;
  }

  printf ("1..%d\n", n);
  for (int i = 0; i < n; i++) {
    int ret = replay (argv[1], entries[i]->d_name);

    failed |= ret < 0;
    printf ("%s %d - %s\n", ret < 0 ? "not ok" : "ok", i + 1, entries[i]->d_name);
    fflush (stdout);
    free (entries[i]);
  }
  free (entries);

  return failed;
}
