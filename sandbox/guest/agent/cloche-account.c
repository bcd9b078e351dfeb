/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-account.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes: one line of /etc/passwd or /etc/group; a longer one is skipped in pieces that match nothing. */
#define LINE_BYTES 4096

#define USER_NAME "user"
#define USER_ID 1000

/* Cuts @line at its colons; the number of fields found, at most @max. */
static int
split (char  *line,
       char **fields,
       int    max)
{
  int n = 0;

  line[strcspn (line, "\n")] = '\0';
  while (n < max && line != NULL)
    fields[n++] = strsep (&line, ":");
  return n;
}

static void
look_up_groups (cloche_account *account)
{
  char line[LINE_BYTES];
  FILE *file = fopen ("/etc/group", "re");

  if (file == NULL)
    return;
  while (account->n_groups < CLOCHE_ACCOUNT_MAX_GROUPS && fgets (line, sizeof line, file) != NULL) {
    char *fields[4], *members, *member;

    if (split (line, fields, 4) < 4)
      continue;
    members = fields[3];
    while ((member = strsep (&members, ",")) != NULL) {
      if (strcmp (member, account->name) == 0) {
        account->groups[account->n_groups++] = (gid_t) strtoul (fields[2], NULL, 10);
        break;
      }
    }
  }
  (void) fclose (file);
}

int
cloche_account_look_up (const char     *name,
                        cloche_account *ret_account)
{
  char line[LINE_BYTES];
  FILE *file = fopen ("/etc/passwd", "re");
  cloche_account account = { 0 };
  bool is_found = false;

  if (file == NULL)
    return -errno;
  while (!is_found && fgets (line, sizeof line, file) != NULL) {
    char *fields[7];

    if (split (line, fields, 7) < 7 || strcmp (fields[0], name) != 0)
      continue;
    is_found = true;
    (void) snprintf (account.name, sizeof account.name, "%s", fields[0]);
    (void) snprintf (account.home, sizeof account.home, "%s", fields[5]);
    account.uid = (uid_t) strtoul (fields[2], NULL, 10);
    account.gid = (gid_t) strtoul (fields[3], NULL, 10);
  }
  (void) fclose (file);
  if (!is_found)
    return -ENOENT;
  look_up_groups (&account);
  *ret_account = account;
  return 0;
}

void
cloche_account_self (cloche_account *ret_account)
{
  const char *home = getenv ("HOME");
  int n = getgroups (CLOCHE_ACCOUNT_MAX_GROUPS, ret_account->groups);

  ret_account->uid = geteuid ();
  ret_account->gid = getegid ();
  ret_account->n_groups = n > 0 ? (size_t) n : 0;
  (void) snprintf (ret_account->name, sizeof ret_account->name, "self");
  (void) snprintf (ret_account->home, sizeof ret_account->home, "%s", home != NULL ? home : "/");
}

static int
append_line (const char *path,
             const char *line)
{
  int fd = open (path, O_WRONLY | O_APPEND | O_CLOEXEC);
  ssize_t n;

  if (fd < 0)
    return -errno;
  n = write (fd, line, strlen (line));
  (void) close (fd);
  return n == (ssize_t) strlen (line) ? 0 : -EIO;
}

static int
make_folder (const char *path,
             mode_t      mode)
{
  if (mkdir (path, mode) < 0)
    return errno == EEXIST ? 0 : -errno;
  return chown (path, USER_ID, USER_ID) < 0 ? -errno : 0;
}

/* Adds the user to the line of group sudo, whose members Debian lets do anything; the password is waived in sudoers.d. */
static int
join_sudo (void)
{
  char line[LINE_BYTES];
  FILE *from = fopen ("/etc/group", "re");
  FILE *to = fopen ("/etc/group.cloche", "we");
  int result = 0;

  if (from == NULL || to == NULL)
    result = -errno;
  while (result == 0 && fgets (line, sizeof line, from) != NULL) {
    line[strcspn (line, "\n")] = '\0';
    if (strncmp (line, "sudo:", 5) == 0)
      (void) fprintf (to, "%s%s" USER_NAME "\n", line, line[strlen (line) - 1] == ':' ? "" : ",");
    else
      (void) fprintf (to, "%s\n", line);
  }
  if (from != NULL)
    (void) fclose (from);
  if (to != NULL && fclose (to) != 0 && result == 0)
    result = -errno;
  if (result == 0 && (chmod ("/etc/group.cloche", 0644) < 0 || rename ("/etc/group.cloche", "/etc/group") < 0))
    result = -errno;
  return result;
}

int
cloche_account_ensure_user (void)
{
  cloche_account account;
  int result = cloche_account_look_up (USER_NAME, &account);

  if (result == -ENOENT) {
    result = append_line ("/etc/passwd", USER_NAME ":x:1000:1000::/home/" USER_NAME ":/bin/bash\n");
    if (result == 0)
      result = append_line ("/etc/shadow", USER_NAME ":!:20000:0:99999:7:::\n");
    if (result == 0)
      result = append_line ("/etc/group", USER_NAME ":x:1000:\n");
    if (result == 0)
      result = join_sudo ();
  }
  if (result == 0)
    result = make_folder ("/home/" USER_NAME, 0755);
  if (result == 0)
    result = make_folder ("/workspace", 0755);
  return result;
}

int
cloche_account_become (const cloche_account *account)
{
  if (account->uid == geteuid ())
    return 0;
  if (setgroups (account->n_groups, account->groups) < 0 || setresgid (account->gid, account->gid, account->gid) < 0 ||
      setresuid (account->uid, account->uid, account->uid) < 0)
    return -errno;
  return 0;
}
