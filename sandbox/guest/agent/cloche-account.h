/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* Who work runs as. Read from /etc/passwd and /etc/group by hand: glibc's own way needs loadable modules. */

#include <stddef.h>
#include <sys/types.h>

/* groups beyond the primary one; the rest is not given. */
#define CLOCHE_ACCOUNT_MAX_GROUPS 32

/* bytes: the name of an account; useradd's own limit is 32. */
#define CLOCHE_ACCOUNT_NAME_BYTES 33

typedef struct
{
  char name[CLOCHE_ACCOUNT_NAME_BYTES];
  uid_t uid;
  gid_t gid;
  gid_t groups[CLOCHE_ACCOUNT_MAX_GROUPS];
  size_t n_groups;
  char home[256];
} cloche_account;

/* 0, -ENOENT if there is no such account, or why the files could not be read. */
int cloche_account_look_up (const char     *name,
                            cloche_account *ret_account);
/* The account that this process has. */
void cloche_account_self   (cloche_account *ret_account);
/* Takes the identity on, for good: called between fork and exec, so only async-signal-safe calls. 0 or -errno. */
int cloche_account_become  (const cloche_account *account);
