/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-landlock.h"

#include <errno.h>
#include <fcntl.h>
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

#define NET_BIND_TCP (1ull << 0)
#define NET_CONNECT_TCP (1ull << 1)
#define SCOPE_ABSTRACT_UNIX (1ull << 0)
#define SCOPE_SIGNAL (1ull << 1)

struct ruleset_attr { uint64_t fs, net, scoped; };
struct path_beneath_attr { uint64_t access; int32_t fd; } __attribute__ ((packed));

int
cloche_landlock_get_abi (void)
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
cloche_landlock_new (unsigned keep)
{
  int abi = cloche_landlock_get_abi ();
  struct ruleset_attr attr = {
    .fs = get_handled_fs (abi),
    .net = NET_BIND_TCP | ((keep & CLOCHE_LANDLOCK_KEEP_CONNECT) != 0 ? 0 : NET_CONNECT_TCP),
    .scoped = SCOPE_ABSTRACT_UNIX | ((keep & CLOCHE_LANDLOCK_KEEP_SIGNAL) != 0 ? 0 : SCOPE_SIGNAL),
  };
  /* Fields that the kernel does not know are not shown to it. */
  size_t size = abi >= 6 ? sizeof attr : abi >= 4 ? 2 * sizeof (uint64_t) : sizeof (uint64_t);
  long fd;

  if (abi == 0)
    return -ENOSYS;

  fd = syscall (SYS_landlock_create_ruleset, &attr, size, 0);

  return fd < 0 ? -errno : (int) fd;
}

int
cloche_landlock_allow (int                    rules_fd,
                       int                    fd,
                       cloche_landlock_access access)
{
  struct path_beneath_attr attr = { .access = FS_READ_FILE, .fd = fd };
  struct stat st;

  if (fstat (fd, &st) < 0)
    return -errno;

  if (access == CLOCHE_LANDLOCK_ACCESS_EXECUTE)
    attr.access |= FS_EXECUTE;
  if (access == CLOCHE_LANDLOCK_ACCESS_WRITE)
    attr.access |= FS_WRITE_FILE;
  if (access == CLOCHE_LANDLOCK_ACCESS_WRITE && S_ISCHR (st.st_mode))
    attr.access |= FS_IOCTL_DEV;
  if (S_ISDIR (st.st_mode))
    attr.access |= FS_READ_DIR;
  attr.access &= get_handled_fs (cloche_landlock_get_abi ());

  return syscall (SYS_landlock_add_rule, rules_fd, RULE_PATH_BENEATH, &attr, 0) < 0 ? -errno : 0;
}

int
cloche_landlock_allow_path (int                    rules_fd,
                            const char            *path,
                            cloche_landlock_access access)
{
  int fd = open (path, O_PATH | O_CLOEXEC);
  int result;

  if (fd < 0)
    return -errno;

  result = cloche_landlock_allow (rules_fd, fd, access);
  (void) close (fd);

  return result;
}

int
cloche_landlock_enforce (int rules_fd)
{
  return syscall (SYS_landlock_restrict_self, rules_fd, 0) < 0 ? -errno : 0;
}
