/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-call-filter.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

struct cloche_call_filter
{
  scmp_filter_ctx context;
  uint32_t otherwise;
  int result;                   /* of the first rule that failed */
};

/* What Debian 12's libraries call, and what newer ones call in its place: fstat() and newfstatat() are the same to a program,
 * select() and pselect6(), futex() and futex_waitv(). A call that is newer than libseccomp cannot be on the list; it fails
 * like all others, and libraries go on with the older one. */
static const int PROGRAM[] = {
  /* memory, time, threads */
  SCMP_SYS (brk), SCMP_SYS (mmap), SCMP_SYS (mmap2), SCMP_SYS (mprotect), SCMP_SYS (mremap), SCMP_SYS (munmap),
  SCMP_SYS (madvise), SCMP_SYS (membarrier), SCMP_SYS (clock_gettime), SCMP_SYS (clock_getres), SCMP_SYS (gettimeofday),
  SCMP_SYS (clock_nanosleep), SCMP_SYS (nanosleep), SCMP_SYS (restart_syscall), SCMP_SYS (futex), SCMP_SYS (futex_waitv),
  SCMP_SYS (rseq), SCMP_SYS (set_robust_list), SCMP_SYS (set_tid_address), SCMP_SYS (sched_yield),
  SCMP_SYS (sched_getaffinity), SCMP_SYS (sched_getattr), SCMP_SYS (sched_setattr), SCMP_SYS (getcpu), SCMP_SYS (exit),
  SCMP_SYS (exit_group),
  /* who we are */
  SCMP_SYS (getpid), SCMP_SYS (getppid), SCMP_SYS (gettid), SCMP_SYS (getuid), SCMP_SYS (geteuid), SCMP_SYS (getgid),
  SCMP_SYS (getegid), SCMP_SYS (uname), SCMP_SYS (sysinfo), SCMP_SYS (getrandom),
  /* signals of our own */
  SCMP_SYS (rt_sigaction), SCMP_SYS (rt_sigprocmask), SCMP_SYS (rt_sigreturn), SCMP_SYS (sigaltstack), SCMP_SYS (alarm),
  SCMP_SYS (setitimer),
  /* descriptors */
  SCMP_SYS (read), SCMP_SYS (readv), SCMP_SYS (pread64), SCMP_SYS (write), SCMP_SYS (writev), SCMP_SYS (lseek),
  SCMP_SYS (close), SCMP_SYS (close_range), SCMP_SYS (dup), SCMP_SYS (dup3), SCMP_SYS (fcntl), SCMP_SYS (fsync),
  SCMP_SYS (fdatasync), SCMP_SYS (fallocate), SCMP_SYS (fstat), SCMP_SYS (newfstatat), SCMP_SYS (statx),
  SCMP_SYS (fstatfs), SCMP_SYS (poll), SCMP_SYS (ppoll),
  SCMP_SYS (select), SCMP_SYS (pselect6), SCMP_SYS (eventfd2), SCMP_SYS (pipe2), SCMP_SYS (epoll_create1),
  SCMP_SYS (epoll_ctl), SCMP_SYS (epoll_wait), SCMP_SYS (epoll_pwait), SCMP_SYS (epoll_pwait2),
  /* sockets that are there */
  SCMP_SYS (accept4), SCMP_SYS (accept), SCMP_SYS (shutdown), SCMP_SYS (sendto), SCMP_SYS (sendmsg), SCMP_SYS (sendmmsg),
  SCMP_SYS (recvfrom), SCMP_SYS (recvmsg), SCMP_SYS (recvmmsg), SCMP_SYS (getsockname), SCMP_SYS (getpeername),
  SCMP_SYS (getsockopt), SCMP_SYS (setsockopt),
};

cloche_call_filter *
cloche_call_filter_new (uint32_t otherwise)
{
  cloche_call_filter *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;
  self->context = seccomp_init (otherwise);
  self->otherwise = otherwise;
  self->result = self->context != NULL ? 0 : -ENOMEM;

  return self;
}

void
cloche_call_filter_add (cloche_call_filter *self,
                        uint32_t            action,
                        const int          *calls,
                        size_t              n_calls)
{
  for (size_t i = 0; i < n_calls; i++)
    cloche_call_filter_add_if (self, action, calls[i], NULL, 0);
}

void
cloche_call_filter_add_if (cloche_call_filter        *self,
                           uint32_t                   action,
                           int                        call,
                           const struct scmp_arg_cmp *conditions,
                           unsigned                   n_conditions)
{
  int result;

  if (self == NULL || self->result < 0)
    return;
  result = seccomp_rule_add_array (self->context, action, call, n_conditions, conditions);
  if (result != -EDOM)
    self->result = result;
}

void
cloche_call_filter_allow_program (cloche_call_filter *self)
{
  cloche_call_filter_add (self, SCMP_ACT_ALLOW, PROGRAM, sizeof PROGRAM / sizeof *PROGRAM);

  /* Threads but no processes. clone3() hides its flags in memory; glibc takes clone() when it does not exist. */
  cloche_call_filter_add_if (self, SCMP_ACT_ALLOW, SCMP_SYS (clone),
                             CLOCHE_CONDITIONS (SCMP_A0 (SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)));
  if (self != NULL && self->otherwise != SCMP_ACT_ERRNO (ENOSYS))
    cloche_call_filter_add_if (self, SCMP_ACT_ERRNO (ENOSYS), SCMP_SYS (clone3), NULL, 0);
  /* The name of a thread but nothing else of prctl(); reading limits but not raising them. */
  cloche_call_filter_add_if (self, SCMP_ACT_ALLOW, SCMP_SYS (prctl),
                             CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, PR_SET_NAME)));
  cloche_call_filter_add_if (self, SCMP_ACT_ALLOW, SCMP_SYS (prlimit64), CLOCHE_CONDITIONS (SCMP_A2 (SCMP_CMP_EQ, 0)));
  /* A signal to ourselves, which abort() sends. */
  cloche_call_filter_add_if (self, SCMP_ACT_ALLOW, SCMP_SYS (tgkill),
                             CLOCHE_CONDITIONS (SCMP_A0_32 (SCMP_CMP_EQ, (uint32_t) getpid ())));
  /* How much can be read, and whether it is a terminal. */
  cloche_call_filter_add_if (self, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), CLOCHE_CONDITIONS (SCMP_A1 (SCMP_CMP_EQ, FIONREAD)));
  cloche_call_filter_add_if (self, SCMP_ACT_ALLOW, SCMP_SYS (ioctl), CLOCHE_CONDITIONS (SCMP_A1 (SCMP_CMP_EQ, TCGETS)));
}

/* Who looks for what is refused: with the attribute SCMP_FLTATR_CTL_LOG set here, dmesg tells. */
int
cloche_call_filter_load (cloche_call_filter *self)
{
  int result;

  if (self == NULL)
    return -ENOMEM;

  result = self->result;
  if (result == 0)
    result = seccomp_attr_set (self->context, SCMP_FLTATR_CTL_OPTIMIZE, 2);    /* A binary tree: the lists are long. */
  if (result == 0)
    result = seccomp_load (self->context);
  seccomp_release (self->context);
  free (self);

  return result;
}
