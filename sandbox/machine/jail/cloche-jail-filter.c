/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-jail-filter.h"

#include "cloche-call-filter.h"

#include <asm/sockios.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * What a machine's QEMU may not ask of the kernel, on top of QEMU's own -sandbox, which is applied late and by the program
 * that it is to confine.
 *
 * A deny list, because QEMU's needs change with every release and a list of what is allowed would break on the next one;
 * Landlock, namespaces and descriptors decide what can be reached at all. Refusals are errors, not deaths: QEMU probes
 * for features.
 *
 * Rules compare 64-bit registers, of which the kernel looks at 32 bits for ints. So a rule that refuses a value masks the
 * upper half away, and a rule that allows one value refuses all that are not equal in full.
 *
 * Executing: once the process has become QEMU nothing may be executed. The filter must let the launcher's last call pass,
 * so it allows execveat() of one descriptor number only, and that number lies above RLIMIT_NOFILE, which cannot be raised
 * again. The descriptor closes on exec, and no later one can ever have its number.
 */

static const int REFUSED[] = {
  /* network and other sockets */
  SCMP_SYS (socket), SCMP_SYS (socketpair), SCMP_SYS (connect), SCMP_SYS (bind), SCMP_SYS (listen),
  SCMP_SYS (accept), SCMP_SYS (accept4),
  /* other processes */
  SCMP_SYS (ptrace), SCMP_SYS (process_vm_readv), SCMP_SYS (process_vm_writev), SCMP_SYS (process_madvise),
  SCMP_SYS (process_mrelease), SCMP_SYS (kcmp), SCMP_SYS (pidfd_open), SCMP_SYS (pidfd_getfd),
  SCMP_SYS (pidfd_send_signal), SCMP_SYS (tkill), SCMP_SYS (move_pages), SCMP_SYS (migrate_pages),
  SCMP_SYS (sched_setscheduler), SCMP_SYS (sched_setparam), SCMP_SYS (sched_setattr), SCMP_SYS (setpriority),
  SCMP_SYS (ioprio_set), SCMP_SYS (shmget), SCMP_SYS (shmat), SCMP_SYS (shmctl), SCMP_SYS (semget),
  SCMP_SYS (semctl), SCMP_SYS (semop), SCMP_SYS (semtimedop), SCMP_SYS (msgget), SCMP_SYS (msgsnd),
  SCMP_SYS (msgrcv), SCMP_SYS (msgctl), SCMP_SYS (mq_open), SCMP_SYS (mq_unlink),
  /* new processes; clone() is looked at below */
  SCMP_SYS (fork), SCMP_SYS (vfork), SCMP_SYS (execve), SCMP_SYS (unshare), SCMP_SYS (setns),
  /* names and modes of files: 0400 is part of what keeps a template from being written */
  SCMP_SYS (chmod), SCMP_SYS (fchmod), SCMP_SYS (fchmodat), SCMP_SYS (chown), SCMP_SYS (fchown), SCMP_SYS (lchown),
  SCMP_SYS (fchownat), SCMP_SYS (setxattr), SCMP_SYS (lsetxattr), SCMP_SYS (fsetxattr), SCMP_SYS (removexattr),
  SCMP_SYS (lremovexattr), SCMP_SYS (fremovexattr), SCMP_SYS (truncate), SCMP_SYS (link), SCMP_SYS (linkat),
  SCMP_SYS (symlink), SCMP_SYS (symlinkat), SCMP_SYS (rename), SCMP_SYS (renameat), SCMP_SYS (renameat2),
  SCMP_SYS (mknod), SCMP_SYS (mknodat), SCMP_SYS (mkdir), SCMP_SYS (mkdirat), SCMP_SYS (rmdir), SCMP_SYS (unlink),
  SCMP_SYS (unlinkat), SCMP_SYS (creat), SCMP_SYS (open_by_handle_at), SCMP_SYS (name_to_handle_at),
  /* the file system's shape */
  SCMP_SYS (mount), SCMP_SYS (umount2), SCMP_SYS (pivot_root), SCMP_SYS (chroot), SCMP_SYS (move_mount),
  SCMP_SYS (open_tree), SCMP_SYS (fsopen), SCMP_SYS (fsconfig), SCMP_SYS (fsmount), SCMP_SYS (fspick),
  SCMP_SYS (mount_setattr), SCMP_SYS (quotactl), SCMP_SYS (quotactl_fd), SCMP_SYS (swapon), SCMP_SYS (swapoff),
  SCMP_SYS (fanotify_init), SCMP_SYS (fanotify_mark),
  /* who we are */
  SCMP_SYS (setuid), SCMP_SYS (setgid), SCMP_SYS (setreuid), SCMP_SYS (setregid), SCMP_SYS (setresuid),
  SCMP_SYS (setresgid), SCMP_SYS (setfsuid), SCMP_SYS (setfsgid), SCMP_SYS (setgroups), SCMP_SYS (capset),
  SCMP_SYS (personality), SCMP_SYS (keyctl), SCMP_SYS (add_key), SCMP_SYS (request_key),
  /* the kernel's large or privileged surfaces */
  SCMP_SYS (bpf), SCMP_SYS (perf_event_open), SCMP_SYS (userfaultfd), SCMP_SYS (io_uring_setup),
  SCMP_SYS (io_uring_enter), SCMP_SYS (io_uring_register), SCMP_SYS (memfd_secret), SCMP_SYS (modify_ldt),
  SCMP_SYS (iopl), SCMP_SYS (ioperm), SCMP_SYS (kexec_load), SCMP_SYS (kexec_file_load), SCMP_SYS (init_module),
  SCMP_SYS (finit_module), SCMP_SYS (delete_module), SCMP_SYS (reboot), SCMP_SYS (acct), SCMP_SYS (syslog),
  SCMP_SYS (settimeofday), SCMP_SYS (clock_settime), SCMP_SYS (clock_adjtime), SCMP_SYS (adjtimex),
  SCMP_SYS (sethostname), SCMP_SYS (setdomainname), SCMP_SYS (vhangup), SCMP_SYS (lookup_dcookie),
};

/* fcntl() and ioctl() that send signals to whoever is named, that type into a terminal, or that unprotect a file. */
static const unsigned REFUSED_FCNTL[] = { F_SETOWN, F_SETOWN_EX, F_SETSIG };
static const unsigned REFUSED_IOCTL[] = { TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR };

static void
refuse_value (cloche_call_filter *filter,
              int                 call,
              unsigned            argument,
              unsigned            value)
{
  cloche_call_filter_add_if (filter, SCMP_ACT_ERRNO (EPERM), call,
                             CLOCHE_CONDITIONS (SCMP_CMP64 (argument, SCMP_CMP_MASKED_EQ, 0xffffffffu, value)));
}

static void
refuse_all_but (cloche_call_filter *filter,
                int                 call,
                unsigned            argument,
                unsigned            value)
{
  cloche_call_filter_add_if (filter, SCMP_ACT_ERRNO (EPERM), call,
                             CLOCHE_CONDITIONS (SCMP_CMP64 (argument, SCMP_CMP_NE, value)));
}

int
cloche_jail_filter_enforce (int exec_fd)
{
  cloche_call_filter *filter = cloche_call_filter_new (SCMP_ACT_ALLOW);
  unsigned self = (unsigned) getpid ();

  cloche_call_filter_add (filter, SCMP_ACT_ERRNO (EPERM), REFUSED, sizeof REFUSED / sizeof *REFUSED);
  for (size_t i = 0; i < sizeof REFUSED_FCNTL / sizeof *REFUSED_FCNTL; i++)
    refuse_value (filter, SCMP_SYS (fcntl), 1, REFUSED_FCNTL[i]);
  for (size_t i = 0; i < sizeof REFUSED_IOCTL / sizeof *REFUSED_IOCTL; i++)
    refuse_value (filter, SCMP_SYS (ioctl), 1, REFUSED_IOCTL[i]);

  /* Signals only to itself. */
  refuse_all_but (filter, SCMP_SYS (kill), 0, self);
  refuse_all_but (filter, SCMP_SYS (tgkill), 0, self);
  refuse_all_but (filter, SCMP_SYS (rt_sigqueueinfo), 0, self);
  refuse_all_but (filter, SCMP_SYS (rt_tgsigqueueinfo), 0, self);
  refuse_all_but (filter, SCMP_SYS (prlimit64), 0, 0);

  /* Threads, but no processes. clone3() hides its flags in memory; glibc takes clone() when it does not exist. */
  cloche_call_filter_add_if (filter, SCMP_ACT_ERRNO (EPERM), SCMP_SYS (clone),
                             CLOCHE_CONDITIONS (SCMP_CMP64 (0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0)));
  cloche_call_filter_add (filter, SCMP_ACT_ERRNO (ENOSYS), (const int[]) { SCMP_SYS (clone3) }, 1);

  refuse_all_but (filter, SCMP_SYS (execveat), 0, (unsigned) exec_fd);

  return cloche_call_filter_load (filter);
}
