/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-jail-landlock.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define CREATE_RULESET_VERSION 1u
#define RULE_PATH_BENEATH 1

#define FS_EXECUTE (1ull << 0)
#define FS_WRITE_FILE (1ull << 1)
#define FS_READ_FILE (1ull << 2)
#define FS_READ_DIR (1ull << 3)
#define FS_IOCTL_DEV (1ull << 15)
#define FS_ALL_ABI_1 ((1ull << 13) - 1)
#define FS_REFER (1ull << 13)
#define FS_TRUNCATE (1ull << 14)

#define NET_ALL 3ull            /* bind and connect of TCP */
#define SCOPE_ALL 3ull          /* abstract unix sockets and signals outside the domain */

struct ruleset_attr { uint64_t fs, net, scoped; };
struct path_beneath_attr { uint64_t access; int32_t fd; } __attribute__ ((packed));

int
cloche_jail_landlock_get_abi (void)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, CREATE_RULESET_VERSION);

  return abi < 0 ? 0 : (int) abi;
}

static uint64_t
get_handled_fs (int abi)
{
  return FS_ALL_ABI_1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

int
cloche_jail_landlock_new (void)
{
  int abi = cloche_jail_landlock_get_abi ();
  struct ruleset_attr attr = {
    .fs = get_handled_fs (abi),
    .net = abi >= 4 ? NET_ALL : 0,
    .scoped = abi >= 6 ? SCOPE_ALL : 0,
  };
  size_t size = abi >= 6 ? sizeof attr : abi >= 4 ? 2 * sizeof (uint64_t) : sizeof (uint64_t);
  long fd;

  if (abi == 0)
    return -ENOSYS;

  fd = syscall (SYS_landlock_create_ruleset, &attr, size, 0);

  return fd < 0 ? -errno : (int) fd;
}

int
cloche_jail_landlock_allow (int                rules_fd,
                            int                fd,
                            cloche_jail_access access)
{
  struct path_beneath_attr attr = { .access = FS_READ_FILE, .fd = fd };
  struct stat st;

  if (fstat (fd, &st) < 0)
    return -errno;

  if (access == CLOCHE_JAIL_ACCESS_EXECUTE)
    attr.access |= FS_EXECUTE;
  if (access == CLOCHE_JAIL_ACCESS_WRITE)
    attr.access |= FS_WRITE_FILE;
  if (access == CLOCHE_JAIL_ACCESS_WRITE && S_ISCHR (st.st_mode))
    attr.access |= FS_IOCTL_DEV;
  if (S_ISDIR (st.st_mode))
    attr.access |= FS_READ_DIR;
  attr.access &= get_handled_fs (cloche_jail_landlock_get_abi ());

  return syscall (SYS_landlock_add_rule, rules_fd, RULE_PATH_BENEATH, &attr, 0) < 0 ? -errno : 0;
}

int
cloche_jail_landlock_enforce (int rules_fd)
{
  return syscall (SYS_landlock_restrict_self, rules_fd, 0) < 0 ? -errno : 0;
}
