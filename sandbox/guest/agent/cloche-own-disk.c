/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-own-disk.h"

#include "cloche-console.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BASE "/run/cloche/base"
#define DISK "/run/cloche/disk"
#define NEW_ROOT "/mnt"
#define LAYERS "lowerdir=" BASE "/tree:" BASE "/debian,upperdir=" DISK "/upper,workdir=" DISK "/work"

static int
step (int         result,
      const char *what)
{
  if (result >= 0)
    return 0;
  result = -errno;
  cloche_console_say ("own disk: %s: %s", what, strerror (-result));
  return result;
}

static int
make_folder (const char *path)
{
  return mkdir (path, 0755) < 0 && errno != EEXIST ? -1 : 0;
}

/* The disk survives the machine's sudden end: its journal is replayed here. */
static int
mount_disk (bool *ret_is_fresh)
{
  int result = step (make_folder (DISK), DISK);

  if (result == 0)
    result = step (mount ("/dev/vdb", DISK, "ext4", MS_NODEV | MS_NOATIME, "discard,errors=remount-ro"), "mount /dev/vdb");
  if (result < 0)
    return result;
  *ret_is_fresh = access (DISK "/upper", F_OK) < 0;
  result = step (make_folder (DISK "/upper"), "upper");
  return result < 0 ? result : step (make_folder (DISK "/work"), "work");
}

static int
build_root (void)
{
  static const char *const shared[] = { "/dev", "/proc", "/sys", "/run", "/tmp" };
  int result = step (mount ("overlay", NEW_ROOT, "overlay", 0, LAYERS), "mount overlay");

  for (size_t i = 0; result == 0 && i < sizeof shared / sizeof shared[0]; i++) {
    char target[32] = NEW_ROOT;

    (void) strcat (target, shared[i]);
    result = step (mount (shared[i], target, NULL, MS_BIND | MS_REC, NULL), shared[i]);
  }
  return result;
}

/* pivot_root(2), "pivot_root(".", ".")": the old root ends on top of the new one, from where it is detached. Processes
 * whose root or folder was the old root are moved along by the kernel. */
static int
pivot (void)
{
  int result = step (chdir (NEW_ROOT), "enter");

  if (result == 0)
    result = step ((int) syscall (SYS_pivot_root, ".", "."), "pivot_root");
  if (result == 0)
    result = step (umount2 (".", MNT_DETACH), "detach the old root");
  return step (chdir ("/"), "leave") < 0 && result == 0 ? -EIO : result;
}

int
cloche_own_disk_move (bool *ret_is_fresh)
{
  int result = mount_disk (ret_is_fresh);

  if (result == 0)
    result = build_root ();
  if (result == 0)
    result = pivot ();
  if (result < 0) {
    (void) umount2 (NEW_ROOT, MNT_DETACH); /* As far as it got. */
    (void) umount2 (DISK, MNT_DETACH);
  }
  return result;
}
