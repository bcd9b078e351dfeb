/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-init-account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "user"
#define ID 1000

/* Who browses has an account of its own, so that what a page may get at is neither the person's nor the code's. */
#define BROWSER "browser"
#define BROWSER_ID 900

/* bytes: a line of an account file; a path here. */
#define LINE_BYTES 4096
#define PATH_BYTES 128

/* Each of Debian's account files, and what is added to it. */
static const struct
{
  const char *path;
  const char *line;
} files[] = {
  { "/etc/passwd",
    NAME ":x:1000:1000::/home/" NAME ":/bin/bash\n"
    BROWSER ":x:900:900::/home/" BROWSER ":/usr/sbin/nologin\n" },
  { "/etc/group", NAME ":x:1000:\n" BROWSER ":x:900:\n" },
  { "/etc/shadow", NAME ":!:20000:0:99999:7:::\n" BROWSER ":!:20000:0:99999:7:::\n" },
};

/* The line of group sudo gains a member; the others are copied as they are. */
static void
copy_line (char *line,
           FILE *to)
{
  size_t length = strcspn (line, "\n");

  line[length] = '\0';
  (void) fprintf (to, "%s", line); /* fclose() tells of a failure. */
  if (strncmp (line, "sudo:x:", 7) == 0)
    (void) fprintf (to, "%s" NAME, line[length - 1] == ':' ? "" : ",");
  (void) fprintf (to, "\n");
}

static int
copy_file (const char *from_path,
           const char *to_path,
           const char *added)
{
  char line[LINE_BYTES];
  struct stat status;
  FILE *from = fopen (from_path, "re");
  FILE *to = fopen (to_path, "we");
  int result = from == NULL || to == NULL ? -1 : 0;

  while (result == 0 && fgets (line, sizeof line, from) != NULL)
    copy_line (line, to);
  if (result == 0)
    (void) fprintf (to, "%s", added); /* The same. */
  if (result == 0 && (fstat (fileno (from), &status) < 0 || fchown (fileno (to), status.st_uid, status.st_gid) < 0 ||
                      fchmod (fileno (to), status.st_mode & 0777) < 0))
    result = -1;
  if (from != NULL)
    (void) fclose (from);
  if (to != NULL && fclose (to) != 0)
    result = -1;
  return result;
}

static int
make_folder (const char *tree,
             const char *name,
             unsigned    owner)
{
  char path[PATH_BYTES];

  (void) snprintf (path, sizeof path, "%s%s", tree, name);
  if (mkdir (path, 0755) < 0 && errno != EEXIST)
    return -1;
  return chown (path, owner, owner);
}

int
cloche_init_account_add (const char *debian,
                         const char *tree)
{
  if (make_folder (tree, "/etc", 0) < 0 || make_folder (tree, "/home", 0) < 0 ||
      make_folder (tree, "/home/" NAME, ID) < 0 || make_folder (tree, "/home/" BROWSER, BROWSER_ID) < 0 ||
      make_folder (tree, "/workspace", ID) < 0)
    return -1;
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    char from[PATH_BYTES], to[PATH_BYTES];

    (void) snprintf (from, sizeof from, "%s%s", debian, files[i].path);
    (void) snprintf (to, sizeof to, "%s%s", tree, files[i].path);
    if (copy_file (from, to, files[i].line) < 0)
      return -1;
  }
  return 0;
}
