/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-account.h"

#include <errno.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* bytes: one line of /etc/passwd or /etc/group; a longer one is skipped in pieces that match nothing. */
#define LINE_BYTES 4096

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
