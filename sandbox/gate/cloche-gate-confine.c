/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-confine.h"

#include "cloche-base-error.h"
#include "cloche-egress-reason.h"
#include "cloche-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * What the gate may still do after this, should its parsers be taken over: speak TCP and UDP, which is its work, read
 * how names are resolved, and use the descriptors that it has. It has no file, can start no program, cannot look at or
 * signal another process, and has no unix socket, through which a session bus would start one for it.
 *
 * Three layers, each enough against most: no capabilities and no new privileges; Landlock for files; a list of the
 * system calls that GLib and the C library's resolver need. What is not on the list fails with ENOSYS, because that is
 * what libraries are prepared for.
 */

/* Landlock's ABI 4 and 6, which Debian 12's headers do not have. */
struct ruleset_attr {
  guint64 handled_access_fs;
  guint64 handled_access_net;
  guint64 scoped;
};
#define ACCESS_FS_REFER          (1ULL << 13)   /* ABI 2 */
#define ACCESS_FS_TRUNCATE       (1ULL << 14)   /* ABI 3 */
#define ACCESS_FS_IOCTL_DEV      (1ULL << 15)   /* ABI 5 */
#define ACCESS_NET_BIND_TCP      (1ULL << 0)    /* ABI 4 */
#define SCOPE_ABSTRACT_UNIX      (1ULL << 0)    /* ABI 6 */
#define SCOPE_SIGNAL             (1ULL << 1)

/* bytes of memory of its own: 256 connections with two buffers need 32 MiB, a resolver's thread 8 MiB of stack. */
#define MEMORY_BYTES (1024ULL * 1024 * 1024)

/* descriptors: two for a connection, its resolver's, the clients'. */
#define MAX_FDS 1024

/* What getaddrinfo() reads; resolv.conf is often a link into one of the folders. Plug-ins of nsswitch.conf are
 * libraries. Each may be missing. */
static const char *const READABLE[] = {
  "/etc/gai.conf", "/etc/host.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/resolv.conf", "/etc/services",
  "/etc/ld.so.cache", "/run/systemd/resolve", "/run/NetworkManager", "/run/resolvconf", "/run/connman",
  "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/app/lib",
};

static gboolean
refuse (GError    **error,
        int         errsv,
        const char *what)
{
  g_set_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CONFINE, "Could not %s: %s", what, g_strerror (errsv));
  return FALSE;
}

static gboolean
drop_privileges (GError **error)
{
  struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
  struct __user_cap_data_struct none[2] = { 0 };

  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
    return refuse (error, errno, "give up new privileges");
  if (syscall (SYS_capset, &header, none) < 0)
    return refuse (error, errno, "drop capabilities");
  /* No core file, and nobody of the same user may look into the memory. */
  if (prctl (PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
    return refuse (error, errno, "hide the memory");

  return TRUE;
}

static gboolean
limit (int      resource,
       guint64  value,
       GError **error)
{
  struct rlimit now;

  if (getrlimit ((__rlimit_resource_t) resource, &now) < 0)
    return refuse (error, errno, "read a limit");

  now.rlim_max = MIN (now.rlim_max, value);
  now.rlim_cur = now.rlim_max;
  if (setrlimit ((__rlimit_resource_t) resource, &now) < 0)
    return refuse (error, errno, "set a limit");

  return TRUE;
}

static gboolean
set_limits (GError **error)
{
#if !defined (__SANITIZE_ADDRESS__)     /* Its shadow memory is beyond any limit. */
  if (!limit (RLIMIT_DATA, MEMORY_BYTES, error))
    return FALSE;
#endif

  return limit (RLIMIT_CORE, 0, error) && limit (RLIMIT_NOFILE, MAX_FDS, error);
}

static guint64
file_rights (long abi)
{
  guint64 rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;      /* all of ABI 1 */

  return rights | (abi >= 2 ? ACCESS_FS_REFER : 0) | (abi >= 3 ? ACCESS_FS_TRUNCATE : 0) |
         (abi >= 5 ? ACCESS_FS_IOCTL_DEV : 0);
}

static gboolean
allow_reading (int         ruleset,
               const char *path,
               GError    **error)
{
  cloche_autofd int fd = open (path, O_PATH | O_CLOEXEC);
  struct landlock_path_beneath_attr rule = { .parent_fd = fd, .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE };
  struct stat st;

  if (fd < 0 || fstat (fd, &st) < 0)
    return errno == ENOENT || errno == ENOTDIR || errno == EACCES ? TRUE : refuse (error, errno, "open a file");
  if (S_ISDIR (st.st_mode))
    rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
  if (syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
    return refuse (error, errno, "allow a file");

  return TRUE;
}

static gboolean
restrict_files (GError **error)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  struct ruleset_attr attr = {
    .handled_access_fs = file_rights (abi),
    .handled_access_net = abi >= 4 ? ACCESS_NET_BIND_TCP : 0,
    .scoped = abi >= 6 ? SCOPE_ABSTRACT_UNIX | SCOPE_SIGNAL : 0,
  };
  gsize size = abi >= 6 ? sizeof attr
                        : abi >= 4 ? G_STRUCT_OFFSET (struct ruleset_attr, scoped)
                                   : G_STRUCT_OFFSET (struct ruleset_attr, handled_access_net);
  cloche_autofd int ruleset = -1;

  if (abi < 1)
    return refuse (error, errno, "use Landlock");
  ruleset = (int) syscall (SYS_landlock_create_ruleset, &attr, size, 0);
  if (ruleset < 0)
    return refuse (error, errno, "use Landlock");

  for (gsize i = 0; i < G_N_ELEMENTS (READABLE); i++)
    if (!allow_reading (ruleset, READABLE[i], error))
      return FALSE;
  if (syscall (SYS_landlock_restrict_self, ruleset, 0) < 0)
    return refuse (error, errno, "use Landlock");

  return TRUE;
}

/* Without a condition. Calls that an architecture does not have are skipped by libseccomp's -EDOM and -EFAULT. */
static const int CALLS[] = {
  /* memory, time, threads */
  SCMP_SYS (brk), SCMP_SYS (mmap), SCMP_SYS (mmap2), SCMP_SYS (mprotect), SCMP_SYS (mremap), SCMP_SYS (munmap),
  SCMP_SYS (madvise), SCMP_SYS (membarrier), SCMP_SYS (clock_gettime), SCMP_SYS (clock_getres), SCMP_SYS (gettimeofday),
  SCMP_SYS (clock_nanosleep), SCMP_SYS (nanosleep), SCMP_SYS (restart_syscall), SCMP_SYS (futex), SCMP_SYS (rseq),
  SCMP_SYS (set_robust_list), SCMP_SYS (set_tid_address), SCMP_SYS (sched_yield), SCMP_SYS (sched_getaffinity),
  SCMP_SYS (sched_getattr), SCMP_SYS (sched_setattr), SCMP_SYS (getcpu), SCMP_SYS (exit), SCMP_SYS (exit_group),
  /* who we are */
  SCMP_SYS (getpid), SCMP_SYS (getppid), SCMP_SYS (gettid), SCMP_SYS (getuid), SCMP_SYS (geteuid), SCMP_SYS (getgid),
  SCMP_SYS (getegid), SCMP_SYS (uname), SCMP_SYS (sysinfo), SCMP_SYS (getrandom),
  /* signals of our own */
  SCMP_SYS (rt_sigaction), SCMP_SYS (rt_sigprocmask), SCMP_SYS (rt_sigreturn), SCMP_SYS (sigaltstack), SCMP_SYS (alarm),
  SCMP_SYS (setitimer),
  /* descriptors */
  SCMP_SYS (read), SCMP_SYS (readv), SCMP_SYS (pread64), SCMP_SYS (write), SCMP_SYS (writev), SCMP_SYS (lseek),
  SCMP_SYS (close), SCMP_SYS (close_range), SCMP_SYS (dup), SCMP_SYS (dup3), SCMP_SYS (fcntl), SCMP_SYS (fsync),
  SCMP_SYS (fdatasync), SCMP_SYS (fallocate), SCMP_SYS (poll), SCMP_SYS (ppoll), SCMP_SYS (select), SCMP_SYS (pselect6),
  SCMP_SYS (eventfd2), SCMP_SYS (pipe2), SCMP_SYS (epoll_create1), SCMP_SYS (epoll_ctl), SCMP_SYS (epoll_wait),
  SCMP_SYS (epoll_pwait), SCMP_SYS (epoll_pwait2),
  /* files, as far as Landlock lets them */
  SCMP_SYS (openat), SCMP_SYS (open), SCMP_SYS (fstat), SCMP_SYS (stat), SCMP_SYS (lstat), SCMP_SYS (newfstatat),
  SCMP_SYS (statx), SCMP_SYS (fstatfs), SCMP_SYS (statfs), SCMP_SYS (access), SCMP_SYS (faccessat),
  SCMP_SYS (faccessat2), SCMP_SYS (readlink), SCMP_SYS (readlinkat), SCMP_SYS (getdents64), SCMP_SYS (getcwd),
  /* sockets */
  SCMP_SYS (connect), SCMP_SYS (accept4), SCMP_SYS (accept), SCMP_SYS (shutdown), SCMP_SYS (sendto), SCMP_SYS (sendmsg),
  SCMP_SYS (sendmmsg), SCMP_SYS (recvfrom), SCMP_SYS (recvmsg), SCMP_SYS (recvmmsg), SCMP_SYS (getsockname),
  SCMP_SYS (getpeername), SCMP_SYS (getsockopt), SCMP_SYS (setsockopt),
};

/* Fails with EPERM: somebody who tries these is not one of our libraries. */
static const int FORBIDDEN[] = {
  SCMP_SYS (execve), SCMP_SYS (execveat), SCMP_SYS (fork), SCMP_SYS (vfork), SCMP_SYS (ptrace), SCMP_SYS (kill),
  SCMP_SYS (tkill), SCMP_SYS (process_vm_readv), SCMP_SYS (process_vm_writev), SCMP_SYS (pidfd_open),
  SCMP_SYS (pidfd_getfd), SCMP_SYS (pidfd_send_signal), SCMP_SYS (mount), SCMP_SYS (umount2), SCMP_SYS (unshare),
  SCMP_SYS (setns), SCMP_SYS (chroot), SCMP_SYS (pivot_root), SCMP_SYS (bpf), SCMP_SYS (perf_event_open),
  SCMP_SYS (userfaultfd), SCMP_SYS (keyctl), SCMP_SYS (add_key), SCMP_SYS (request_key), SCMP_SYS (io_uring_setup),
  SCMP_SYS (bind), SCMP_SYS (listen),
};

static int
add_calls (scmp_filter_ctx filter,
           uint32_t        action,
           const int      *calls,
           gsize           n_calls)
{
  for (gsize i = 0; i < n_calls; i++) {
    int result = seccomp_rule_add (filter, action, calls[i], 0);

    if (result < 0 && result != -EDOM)
      return result;
  }

  return 0;
}

/* socket(): internet only, streams and datagrams only. The flags above the type are ours to set. */
static int
add_sockets (scmp_filter_ctx filter)
{
  static const int FAMILIES[] = { AF_INET, AF_INET6 };
  static const int TYPES[] = { SOCK_STREAM, SOCK_DGRAM };
  const scmp_datum_t type_mask = (scmp_datum_t) ~(SOCK_CLOEXEC | SOCK_NONBLOCK);
  int result = 0;

  for (gsize f = 0; f < G_N_ELEMENTS (FAMILIES); f++)
    for (gsize t = 0; t < G_N_ELEMENTS (TYPES) && result == 0; t++)
      result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (socket), 2,
                                 SCMP_A0_32 (SCMP_CMP_EQ, (uint32_t) FAMILIES[f]),
                                 SCMP_A1_32 (SCMP_CMP_MASKED_EQ, (uint32_t) type_mask, (uint32_t) TYPES[t]));

  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (socketpair), 1, SCMP_A0_32 (SCMP_CMP_EQ, AF_UNIX));

  return result;
}

/* Threads but no processes; the name of a thread but nothing else of prctl(); reading limits but not raising them; a
 * signal to ourselves, which abort() sends; how much can be read, and whether it is a terminal. */
static int
add_conditional (scmp_filter_ctx filter)
{
  int result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (clone), 1,
                                 SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));

  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prctl), 1, SCMP_A0_32 (SCMP_CMP_EQ, PR_SET_NAME));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), 1, SCMP_A2 (SCMP_CMP_EQ, 0));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1,
                               SCMP_A0_32 (SCMP_CMP_EQ, (uint32_t) getpid ()));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1, SCMP_A1_32 (SCMP_CMP_EQ, FIONREAD));
  if (result == 0)
    result = seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), 1, SCMP_A1_32 (SCMP_CMP_EQ, TCGETS));

  return result;
}

static gboolean
filter_calls (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (ENOSYS));
  int result = filter != NULL ? 0 : -ENOMEM;

  if (result == 0)
    result = add_calls (filter, SCMP_ACT_ALLOW, CALLS, G_N_ELEMENTS (CALLS));
  if (result == 0)
    result = add_calls (filter, SCMP_ACT_ERRNO (EPERM), FORBIDDEN, G_N_ELEMENTS (FORBIDDEN));
  if (result == 0)
    result = add_sockets (filter);
  if (result == 0)
    result = add_conditional (filter);
  if (result == 0)
    result = seccomp_load (filter);
  seccomp_release (filter);

  return result == 0 ? TRUE : refuse (error, -result, "filter system calls");
}

/**
 * cloche_gate_confine:
 *
 * Confines the process for good. To be called before there is a second thread and before anything is read that the
 * keeper did not give at the start.
 *
 * Errors: %CLOCHE_GATE_ERROR_CONFINE; then the gate must not run.
 */
gboolean
cloche_gate_confine (GError **error)
{
  return set_limits (error) && drop_privileges (error) && restrict_files (error) && filter_calls (error);
}
