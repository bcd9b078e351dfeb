/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-confine.h"

#include "cloche-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

G_DEFINE_QUARK (cloche-keeper-error-quark, cloche_keeper_error)

/* The system calls that a keeper has no more use for once QEMU and gate run. Threads (clone) and accept stay. */
static const int DENIED[] = {
  SCMP_SYS (add_key), SCMP_SYS (bind), SCMP_SYS (bpf), SCMP_SYS (chroot), SCMP_SYS (connect), SCMP_SYS (execve),
  SCMP_SYS (execveat), SCMP_SYS (fork), SCMP_SYS (init_module), SCMP_SYS (io_uring_setup), SCMP_SYS (kexec_load),
  SCMP_SYS (keyctl), SCMP_SYS (listen), SCMP_SYS (mount), SCMP_SYS (move_mount), SCMP_SYS (open_by_handle_at),
  SCMP_SYS (open_tree), SCMP_SYS (perf_event_open), SCMP_SYS (pidfd_getfd), SCMP_SYS (pivot_root),
  SCMP_SYS (process_vm_readv), SCMP_SYS (process_vm_writev), SCMP_SYS (ptrace), SCMP_SYS (request_key),
  SCMP_SYS (setns), SCMP_SYS (socket), SCMP_SYS (umount2), SCMP_SYS (unshare), SCMP_SYS (userfaultfd),
  SCMP_SYS (vfork),
};

#define READ_ACCESS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ALL_ACCESS ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)       /* everything of the first ABI */

static gboolean
fail (GError    **error,
      const char *what,
      int         errsv)
{
  g_set_error (error, CLOCHE_KEEPER_ERROR, CLOCHE_KEEPER_ERROR_CONFINE, "%s: %s", what, g_strerror (errsv));

  return FALSE;
}

static gboolean
allow_below (int         ruleset,
             const char *path,
             guint64     access,
             GError    **error)
{
  cloche_autofd int fd = open (path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = fd };

  if (fd < 0 || syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
    return fail (error, path, errno);

  return TRUE;
}

static gboolean
confine_files (const char *folder,
               GError    **error)
{
  struct landlock_ruleset_attr attr = { .handled_access_fs = ALL_ACCESS };
  cloche_autofd int ruleset = (int) syscall (SYS_landlock_create_ruleset, &attr, sizeof attr, 0);

  if (ruleset < 0)
    return fail (error, "The kernel has no Landlock", errno);
  if (!allow_below (ruleset, folder, ALL_ACCESS & ~LANDLOCK_ACCESS_FS_EXECUTE, error) ||
      !allow_below (ruleset, "/proc", READ_ACCESS, error))
    return FALSE;
  if (syscall (SYS_landlock_restrict_self, ruleset, 0) < 0)
    return fail (error, "Landlock refused to confine the keeper", errno);

  return TRUE;
}

static gboolean
confine_calls (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int result = filter != NULL ? 0 : -ENOMEM;

  for (gsize i = 0; result == 0 && i < G_N_ELEMENTS (DENIED); i++)
    result = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), DENIED[i], 0);
  if (result == 0)
    result = seccomp_load (filter);
  seccomp_release (filter);

  return result == 0 || fail (error, "The kernel refused a filter of system calls", -result);
}

gboolean
cloche_keeper_confine (const char *folder,
                       GError    **error)
{
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return fail (error, "Could not give up privileges", errno);

  return confine_files (folder, error) && confine_calls (error);
}
