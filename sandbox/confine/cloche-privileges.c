/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int
cloche_privileges_drop (void)
{
  struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
  struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };

  /* EPERM: not root, so that there is nothing to drop. */
  for (int capability = 0; prctl (PR_CAPBSET_READ, capability) >= 0; capability++)
    if (prctl (PR_CAPBSET_DROP, capability) < 0 && errno != EPERM)
      return -errno;
  /* EINVAL: a kernel without ambient capabilities. */
  if (prctl (PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && errno != EINVAL)
    return -errno;
  if (syscall (SYS_capset, &header, data) < 0)
    return -errno;

  return prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int
cloche_privileges_limit (int      resource,
                         uint64_t value)
{
  struct rlimit limit;

  if (getrlimit ((__rlimit_resource_t) resource, &limit) < 0)
    return -errno;
  if (limit.rlim_max < value)
    value = limit.rlim_max;
  limit.rlim_cur = limit.rlim_max = value;

  return setrlimit ((__rlimit_resource_t) resource, &limit) < 0 ? -errno : 0;
}
