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
  CLOCHE_LANDLOCK_ACCESS_READ,      /* a file, or all below a folder */
  CLOCHE_LANDLOCK_ACCESS_EXECUTE,   /* that, and run it */
  CLOCHE_LANDLOCK_ACCESS_WRITE,     /* read and write existing ones */
} cloche_landlock_access;

/* Beside files, newer kernels refuse TCP and signals to processes that are not confined alike. What a user must keep: */
#define CLOCHE_LANDLOCK_KEEP_CONNECT (1u << 0)  /* connecting by TCP */
#define CLOCHE_LANDLOCK_KEEP_SIGNAL (1u << 1)   /* signals to others */

/* The kernel's ABI, 0 without Landlock. */
int cloche_landlock_get_abi    (void);

/* A new rule set that allows nothing, as a descriptor; negative errno, -ENOSYS without Landlock. */
int cloche_landlock_new        (unsigned               keep);
/* 0 or negative errno. @fd: an open file or folder, O_PATH is enough. */
int cloche_landlock_allow      (int                    rules_fd,
                                int                    fd,
                                cloche_landlock_access access);
int cloche_landlock_allow_path (int                    rules_fd,
                                const char            *path,
                                cloche_landlock_access access);
/* Applies the rules to this process and what it becomes, for ever. Needs no_new_privs. */
int cloche_landlock_enforce    (int                    rules_fd);
