/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-system.h"

#include "cloche-cgroup.h"
#include "cloche-console.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <net/if.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Init has mounted /dev, /proc, /sys and /run. */
static const struct
{
  const char *type;
  const char *path;
  unsigned long flags;
  const char *data;
} mounts[] = {
  { "devpts", "/dev/pts", MS_NOSUID | MS_NOEXEC, "gid=5,mode=620,ptmxmode=666" },
  { "tmpfs", "/dev/shm", MS_NOSUID | MS_NODEV, "mode=1777" },
  { "tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777" },
  { "mqueue", "/dev/mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL },
};

static int
mount_all (void)
{
  for (size_t i = 0; i < sizeof mounts / sizeof mounts[0]; i++) {
    (void) mkdir (mounts[i].path, 0755); /* Most are there. */
    if (mount (mounts[i].type, mounts[i].path, mounts[i].type, mounts[i].flags, mounts[i].data) < 0) {
      cloche_console_say ("could not mount %s: %s", mounts[i].path, strerror (errno));
      if (strcmp (mounts[i].type, "mqueue") != 0)
        return -errno;
    }
  }
  return 0;
}

static int
link_standard_streams (void)
{
  if (symlink ("/proc/self/fd", "/dev/fd") < 0 || symlink ("/proc/self/fd/0", "/dev/stdin") < 0 ||
      symlink ("/proc/self/fd/1", "/dev/stdout") < 0 || symlink ("/proc/self/fd/2", "/dev/stderr") < 0)
    return errno == EEXIST ? 0 : -errno;
  return 0;
}

static int
raise_loopback (void)
{
  struct ifreq request = { .ifr_name = "lo" };
  int fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  int result = 0;

  if (fd < 0)
    return -errno;
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (ioctl (fd, SIOCSIFFLAGS, &request) < 0)
    result = -errno;
  (void) close (fd);
  return result;
}

/* Programs look for these two; nothing of ours needs them. */
static void
make_runtime_folders (void)
{
  static const char *const folders[] = { "/run/lock", "/run/user", "/run/user/1000", "/run/cloche" };

  for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
    (void) mkdir (folders[i], 0755); /* It may be there. */
  if (chown ("/run/user/1000", 1000, 1000) < 0 || chmod ("/run/user/1000", 0700) < 0)
    cloche_console_say ("/run/user/1000: %s", strerror (errno));
}

int
cloche_system_set_up (void)
{
  static const struct
  {
    const char *what;
    int (*call) (void);
  } steps[] = {
    { "mounts", mount_all },
    { "/dev/fd", link_standard_streams },
    { "control groups", cloche_cgroup_set_up },
    { "loopback", raise_loopback },
  };

  /* The agent must be the last to go when memory runs out. */
  (void) cloche_text_file_write ("/proc/self/oom_score_adj", "-1000");
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    int result = steps[i].call ();

    if (result < 0) {
      cloche_console_say ("%s: %s", steps[i].what, strerror (-result));
      return result;
    }
  }
  make_runtime_folders ();
  return sethostname ("cloche", 6) < 0 ? -errno : 0; /* Until revive; /etc/hosts knows it. */
}

void
cloche_system_halt (void)
{
  sync ();
  (void) reboot (RB_POWER_OFF);
  for (;;)
    (void) pause ();
}
