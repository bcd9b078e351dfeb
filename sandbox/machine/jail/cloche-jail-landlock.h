/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Landlock by its system calls: which files may be opened from here on. Plain C; the numbers are the kernel's
 * (include/uapi/linux/landlock.h), because Debian 12's headers end at the second ABI while kernels are newer.
 */

#include <stdint.h>

typedef enum {
  CLOCHE_JAIL_ACCESS_READ,      /* a file, or all below a folder */
  CLOCHE_JAIL_ACCESS_EXECUTE,   /* that, and run it */
  CLOCHE_JAIL_ACCESS_WRITE,     /* read and write existing ones */
} cloche_jail_access;

/* The kernel's ABI, 0 without Landlock. */
int cloche_jail_landlock_get_abi (void);

/* A new rule set that allows nothing, as a descriptor; negative errno. */
int cloche_jail_landlock_new     (void);
/* 0 or negative errno. @fd: an open file or folder, O_PATH is enough. */
int cloche_jail_landlock_allow   (int                rules_fd,
                                  int                fd,
                                  cloche_jail_access access);
/* Applies the rules to this process and what it becomes, for ever. Needs no_new_privs. */
int cloche_jail_landlock_enforce (int                rules_fd);
