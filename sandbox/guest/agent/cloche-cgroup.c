/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cgroup.h"

#include "cloche-text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define TOP "/sys/fs/cgroup"
#define WORK TOP "/work"

/* bytes: kept from work, so that work meets its own limit, where somebody of it is killed at once, before the kernel has to
 * make room for everybody: without swap that means to throw programs' code out and read it again, for minutes. Measured at
 * 4 GiB: 200 MB are the agent's, its warm services' and the kernel's, and at 100 MB free the kernel begins to make room. */
#define RESERVE_BYTES (384ull * 1024 * 1024)

/* processes and threads of all work together: a fork bomb ends here, a parallel build does not. */
#define MAX_TASKS "8192"

/* bytes: a list of process ids that is read at once; more are signalled by the second, harder call. */
#define PROCS_BYTES (64 * 1024)

int
cloche_cgroup_set_up (void)
{
  int result;

  if (mount ("cgroup2", TOP, "cgroup2", MS_NOSUID | MS_NODEV | MS_NOEXEC, "nsdelegate") < 0 && errno != EBUSY)
    return -errno;
  result = cloche_text_file_write (TOP "/cgroup.subtree_control", "+cpu +memory +pids");
  if (result == 0 && mkdir (WORK, 0755) < 0 && errno != EEXIST)
    result = -errno;
  if (result == 0)
    result = cloche_text_file_write (WORK "/cgroup.subtree_control", "+cpu +memory +pids");
  if (result == 0)
    result = cloche_text_file_write (WORK "/pids.max", MAX_TASKS);
  if (result == 0)
    result = cloche_cgroup_limit (0, 0);
  return result;
}

int
cloche_cgroup_limit (uint64_t memory_bytes,
                     unsigned cpus)
{
  struct sysinfo info;
  char text[64];
  uint64_t total;
  int result;

  if (sysinfo (&info) < 0)
    return -errno;
  total = (uint64_t) info.totalram * info.mem_unit;
  total = total > 2 * RESERVE_BYTES ? total - RESERVE_BYTES : total;
  (void) snprintf (text, sizeof text, "%" PRIu64, memory_bytes > 0 && memory_bytes < total ? memory_bytes : total);
  result = cloche_text_file_write (WORK "/memory.max", text);
  if (result < 0)
    return result;
  /* 100 ms is the kernel's usual period, so that a quota of N periods is N processors. */
  if (cpus > 0)
    (void) snprintf (text, sizeof text, "%u 100000", cpus * 100000);
  return cloche_text_file_write (WORK "/cpu.max", cpus > 0 ? text : "max 100000");
}

static void
make_path (char        path[PATH_MAX],
           const char *name,
           const char *file)
{
  (void) snprintf (path, PATH_MAX, WORK "/%s%s", name, file);
}

int
cloche_cgroup_make (const char *name)
{
  char path[PATH_MAX];
  int fd;

  make_path (path, name, "");
  if (mkdir (path, 0755) < 0 && errno != EEXIST)
    return -errno;
  fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int
cloche_cgroup_remove (const char *name)
{
  char path[PATH_MAX];

  make_path (path, name, "");
  return rmdir (path) < 0 ? -errno : 0;
}

int
cloche_cgroup_signal (const char *name,
                      int         number)
{
  char path[PATH_MAX];
  char *list, *rest, *line;
  int result;

  make_path (path, name, "/cgroup.procs");
  result = cloche_text_file_read (path, PROCS_BYTES, &list);
  if (result < 0)
    return result;
  rest = list;
  while ((line = strsep (&rest, "\n")) != NULL) {
    pid_t pid = (pid_t) strtol (line, NULL, 10);

    if (pid > 1)
      (void) kill (pid, number); /* It may have ended meanwhile. */
  }
  free (list);
  return 0;
}

int
cloche_cgroup_kill (const char *name)
{
  char path[PATH_MAX];

  make_path (path, name, "/cgroup.kill");
  return cloche_text_file_write (path, "1");
}

int
cloche_cgroup_freeze (const char *name,
                      bool        is_frozen)
{
  char path[PATH_MAX];

  make_path (path, name, "/cgroup.freeze");
  return cloche_text_file_write (path, is_frozen ? "1" : "0");
}

int
cloche_cgroup_limit_part (const char *name,
                          unsigned    percent)
{
  struct sysinfo info;
  char path[PATH_MAX], text[64];

  if (sysinfo (&info) < 0)
    return -errno;
  make_path (path, name, "/memory.max");
  (void) snprintf (text, sizeof text, "%" PRIu64, (uint64_t) info.totalram * info.mem_unit / 100 * percent);
  return cloche_text_file_write (path, text);
}
