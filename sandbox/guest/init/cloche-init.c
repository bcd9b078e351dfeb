/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * cloche-init: the initrd's /init. From nothing to the agent: modules, the image, a throw-away root over it, switch.
 *
 * The root is an overlay: /tree (ours, from the initrd) above /ro (Debian, EROFS on /dev/vda), written to a tmpfs that is
 * thrown away. Both lower layers stay reachable below /run/cloche/base, since revive builds the conversation's own root
 * from them. See ../../image/image.md for what the initrd holds.
 */
#include "cloche-init-account.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DISK "/dev/vda"
#define AGENT "/usr/lib/cloche/cloche-agent"
#define LAYERS "lowerdir=/tree:/ro,upperdir=/rw/upper,workdir=/rw/work"

/* ms: for the kernel to find the disk; emulated machines take their time. */
#define DISK_WAIT_MS 30000

/* Says what failed, and ends the machine: nobody could do anything in it. */
static void __attribute__ ((noreturn))
fail (const char *what)
{
  (void) dprintf (STDERR_FILENO, "cloche-init: %s: %s\n", what, strerror (errno));
  (void) reboot (RB_POWER_OFF);
  for (;;)
    (void) pause ();
}

static void
mount_or_fail (const char   *source,
               const char   *target,
               const char   *type,
               unsigned long flags,
               const char   *data)
{
  if (mkdir (target, 0755) < 0 && errno != EEXIST)
    fail (target);
  if (mount (source, target, type, flags, data) < 0)
    fail (target);
}

/* The kernel's console, since an initrd without device nodes starts its init without descriptors. */
static void
open_console (void)
{
  int fd = open ("/dev/console", O_RDWR);

  for (int i = 0; fd >= 0 && i <= 2; i++)
    if (fd != i)
      (void) dup2 (fd, i);
  if (fd > 2)
    (void) close (fd);
}

static void
load_module (const char *path)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || (syscall (SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST))
    fail (path);
  (void) close (fd);
}

static void
load_modules (void)
{
  char path[256];
  FILE *list = fopen ("/modules.list", "re");

  if (list == NULL)
    fail ("/modules.list");
  while (fgets (path, sizeof path, list) != NULL) {
    path[strcspn (path, "\n")] = '\0';
    if (path[0] == '/')
      load_module (path);
  }
  (void) fclose (list);
}

/* The kernel probes disks in its own time; devtmpfs tells by the node's appearance. */
static void
wait_for_disk (void)
{
  char events[4096];
  int fd = inotify_init1 (IN_CLOEXEC);
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  if (fd < 0 || inotify_add_watch (fd, "/dev", IN_CREATE) < 0)
    fail ("watch /dev");
  while (access (DISK, F_OK) < 0) {
    if (poll (&poll_fd, 1, DISK_WAIT_MS) <= 0 || read (fd, events, sizeof events) < 0)
      fail ("wait for " DISK);
  }
  (void) close (fd);
}

/* Names that every start of a machine gives it anew; in a layer, so that no machine has to write them to its own disk. */
static void
link_names (void)
{
  if (symlink ("/run/cloche/identity/hostname", "/tree/etc/hostname") < 0 ||
      symlink ("/run/cloche/identity/machine-id", "/tree/etc/machine-id") < 0)
    fail ("names");
}

static void
make_root (void)
{
  mount_or_fail (DISK, "/ro", "erofs", MS_RDONLY | MS_NODEV, NULL);
  if (cloche_init_account_add ("/ro", "/tree") < 0)
    fail ("account");
  link_names ();
  mount_or_fail ("tmpfs", "/rw", "tmpfs", MS_NODEV, "mode=0755");
  if (mkdir ("/rw/upper", 0755) < 0 || mkdir ("/rw/work", 0755) < 0)
    fail ("/rw");
  mount_or_fail ("overlay", "/newroot", "overlay", 0, LAYERS);
  mount_or_fail ("tmpfs", "/newroot/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755");
  if (mkdir ("/newroot/run/cloche", 0711) < 0 || mkdir ("/newroot/run/cloche/base", 0700) < 0)
    fail ("/run/cloche");
  mount_or_fail ("/tree", "/newroot/run/cloche/base/tree", NULL, MS_BIND, NULL);
  mount_or_fail ("/ro", "/newroot/run/cloche/base/debian", NULL, MS_MOVE, NULL);
}

/* What only the initrd needed is memory of the machine now; /tree is still a layer of the root. */
static void
empty_folder (const char *path)
{
  DIR *folder = opendir (path);
  struct dirent *entry;

  while (folder != NULL && (entry = readdir (folder)) != NULL)
    (void) unlinkat (dirfd (folder), entry->d_name, 0); /* Fails for "." and "..". */
  if (folder != NULL)
    (void) closedir (folder);
}

static void
switch_root (void)
{
  mount_or_fail ("/dev", "/newroot/dev", NULL, MS_MOVE, NULL);
  mount_or_fail ("/proc", "/newroot/proc", NULL, MS_MOVE, NULL);
  mount_or_fail ("/sys", "/newroot/sys", NULL, MS_MOVE, NULL);
  empty_folder ("/modules");
  (void) unlink ("/init");      /* The same: memory. */
  if (chdir ("/newroot") < 0 || mount (".", "/", NULL, MS_MOVE, NULL) < 0 || chroot (".") < 0 || chdir ("/") < 0)
    fail ("switch root");
}

int
main (void)
{
  static char *const argv[] = { (char *) AGENT, NULL };
  static char *const environment[] = { (char *) "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

  mount_or_fail ("devtmpfs", "/dev", "devtmpfs", MS_NOSUID, "mode=0755");
  open_console ();
  mount_or_fail ("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  mount_or_fail ("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
  load_modules ();
  wait_for_disk ();
  make_root ();
  switch_root ();
  (void) execve (AGENT, argv, environment);
  fail ("exec " AGENT);
}
