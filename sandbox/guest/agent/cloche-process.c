/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-process.h"

#include "cloche-alloc.h"
#include "cloche-cgroup.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ms: from SIGTERM to SIGKILL: long enough to save a file, short enough for a person who pressed Stop. */
#define GRACE_MS 2000

/* bytes: the name of a control group. */
#define GROUP_BYTES 64

/* A group whose main process has ended stays on the list until the last of its processes is gone. */
typedef struct ended_group
{
  char name[GROUP_BYTES];
  struct ended_group *next;
} ended_group;

struct cloche_process
{
  cloche_children *children;
  pid_t pid;
  char group[GROUP_BYTES];
  cloche_process_exited exited;
  void *user_data;
  cloche_timer *grace;
  cloche_process *next;
};

struct cloche_children
{
  cloche_loop *loop;
  int signal_fd;
  cloche_source *source;
  cloche_process *processes;
  ended_group *ended_groups;
};

/* ---- reaping ---- */

static void
remove_ended_groups (cloche_children *self)
{
  ended_group **at = &self->ended_groups;

  while (*at != NULL) {
    ended_group *ended = *at;

    if (cloche_cgroup_remove (ended->name) == -EBUSY) {
      at = &ended->next;
      continue;
    }
    *at = ended->next;
    free (ended);
  }
}

/* What the main process leaves behind ends with it. */
static void
end_group (cloche_children *self,
           const char      *name,
           pid_t            pid)
{
  ended_group *ended;

  if (cloche_cgroup_kill (name) < 0)
    (void) kill (-pid, SIGKILL); /* Nobody may be left. */
  ended = cloche_new (sizeof *ended);
  (void) snprintf (ended->name, sizeof ended->name, "%s", name);
  ended->next = self->ended_groups;
  self->ended_groups = ended;
}

static void
unlink_process (cloche_process *process)
{
  cloche_process **at = &process->children->processes;

  while (*at != process)
    at = &(*at)->next;
  *at = process->next;
  cloche_timer_cancel (process->grace);
}

static void
reaped (cloche_children *self,
        pid_t            pid,
        int              status)
{
  cloche_process *process = self->processes;

  while (process != NULL && process->pid != pid)
    process = process->next;
  if (process == NULL)
    return; /* An orphan that PID 1 inherited. */
  unlink_process (process);
  if (process->group[0] != '\0')
    end_group (self, process->group, pid);
  if (process->exited != NULL)
    process->exited (status, process->user_data);
  free (process);
}

static void
signalled_cb (uint32_t events,
              void    *user_data)
{
  cloche_children *self = user_data;
  struct signalfd_siginfo info;
  int status;
  pid_t pid;

  while (read (self->signal_fd, &info, sizeof info) == sizeof info)
    continue; /* Only that children ended matters: signals of one kind are folded. */
  while ((pid = waitpid (-1, &status, WNOHANG)) > 0)
    reaped (self, pid, status);
  remove_ended_groups (self);
}

cloche_children *
cloche_children_new (cloche_loop *loop)
{
  cloche_children *self = cloche_new (sizeof *self);
  sigset_t set;

  (void) sigemptyset (&set);
  (void) sigaddset (&set, SIGCHLD);
  (void) sigprocmask (SIG_BLOCK, &set, NULL);
  self->loop = loop;
  self->signal_fd = signalfd (-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (self->signal_fd >= 0)
    self->source = cloche_loop_watch (loop, self->signal_fd, EPOLLIN, signalled_cb, self);
  if (self->source == NULL) {
    free (self);
    return NULL;
  }
  return self;
}

void
cloche_children_free (cloche_children *self)
{
  if (self == NULL)
    return;
  while (self->processes != NULL) {
    cloche_process *process = self->processes;

    cloche_process_signal (process, SIGKILL);
    unlink_process (process);
    free (process);
  }
  while (self->ended_groups != NULL) {
    ended_group *ended = self->ended_groups;

    self->ended_groups = ended->next;
    free (ended);
  }
  cloche_source_remove (self->source);
  (void) close (self->signal_fd);
  free (self);
}

/* ---- starting: from here to exec only async-signal-safe calls ---- */

static int
place (int fd,
       int number)
{
  if (fd == number)
    return fcntl (fd, F_SETFD, 0) < 0 ? -errno : 0;
  return dup2 (fd, number) < 0 ? -errno : 0;
}

static int
set_descriptors (const cloche_process_setup *setup)
{
  int null_fd = open ("/dev/null", O_RDWR | O_CLOEXEC);
  int result = null_fd < 0 ? -errno : 0;

  /* Any order works: what is passed was opened with O_CLOEXEC and stands above 2. */
  if (result == 0)
    result = place (setup->stdin_fd >= 0 ? setup->stdin_fd : null_fd, STDIN_FILENO);
  if (result == 0 && setup->stdout_fd >= 0)
    result = place (setup->stdout_fd, STDOUT_FILENO);
  else if (result == 0)
    result = place (STDERR_FILENO, STDOUT_FILENO);
  if (result == 0 && setup->stderr_fd >= 0)
    result = place (setup->stderr_fd, STDERR_FILENO);
  if (result == 0 && setup->listen_fd >= 0)
    result = place (setup->listen_fd, 3);
  return result;
}

static int
join_group (int group_fd)
{
  int fd = openat (group_fd, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  int result = fd < 0 || write (fd, "0", 1) < 0 ? -errno : 0;

  if (fd >= 0)
    (void) close (fd);
  return result;
}

/* A signal that PID 1 ignores or blocks would stay so in every program of the machine. */
static void
reset_signals (void)
{
  sigset_t none;

  for (int number = 1; number < NSIG; number++)
    (void) signal (number, SIG_DFL); /* Fails for SIGKILL, SIGSTOP and libc's own: those have no handler. */
  (void) sigemptyset (&none);
  (void) sigprocmask (SIG_SETMASK, &none, NULL);
}

/* The agent is the last to go when memory runs out (cloche-system.c), and a child would inherit that: with nothing left
 * that may go, the kernel panics instead. */
static int
become_killable (void)
{
  return cloche_text_file_write ("/proc/self/oom_score_adj", "0");
}

static int
become_child (const cloche_process_setup *setup,
              int                         group_fd)
{
  const struct rlimit no_core = { 0, RLIM_INFINITY };
  int result;

  (void) setsid ();            /* Cannot fail: a fresh child leads no group. */
  reset_signals ();
  if ((result = become_killable ()) < 0)
    return result;
  (void) setrlimit (RLIMIT_CORE, &no_core);
  (void) umask (0022);
  if (group_fd >= 0 && (result = join_group (group_fd)) < 0)
    return result;
  if ((result = set_descriptors (setup)) < 0)
    return result;
  if ((result = cloche_account_become (setup->account)) < 0)
    return result;
  if (chdir (setup->cwd) < 0)
    return -errno;
  environ = (char **) setup->environment;
  (void) execvp (setup->argv[0], (char *const *) setup->argv);
  return -errno;
}

/* Waits until the child has become its program: the other end closes itself then. */
static int
read_failure (int fd)
{
  int result = 0;
  ssize_t n;

  do
    n = read (fd, &result, sizeof result);
  while (n < 0 && errno == EINTR);
  return n == sizeof result ? result : 0;
}

static pid_t
fork_child (const cloche_process_setup *setup,
            int                         group_fd,
            int                         failure_fd)
{
  pid_t pid = fork ();

  if (pid == 0) {
    int result = become_child (setup, group_fd);

    if (write (failure_fd, &result, sizeof result) < 0)
      _exit (126);
    _exit (127);
  }
  return pid < 0 ? -errno : pid;
}

static cloche_process *
add (cloche_children      *children,
     pid_t                 pid,
     const char           *group,
     cloche_process_exited exited,
     void                 *user_data)
{
  cloche_process *process = cloche_new (sizeof *process);

  process->children = children;
  process->pid = pid;
  (void) snprintf (process->group, sizeof process->group, "%s", group);
  process->exited = exited;
  process->user_data = user_data;
  process->next = children->processes;
  children->processes = process;
  return process;
}

int
cloche_process_start (cloche_children            *children,
                      const cloche_process_setup *setup,
                      cloche_process_exited       exited,
                      void                       *user_data,
                      cloche_process            **ret_process)
{
  int failure[2], group_fd, result;
  pid_t pid;

  if (pipe2 (failure, O_CLOEXEC) < 0)
    return -errno;
  group_fd = cloche_cgroup_make (setup->group);
  pid = fork_child (setup, group_fd, failure[1]);
  (void) close (failure[1]);
  result = pid < 0 ? (int) pid : read_failure (failure[0]);
  (void) close (failure[0]);
  if (group_fd >= 0)
    (void) close (group_fd);
  if (result < 0) {
    if (pid > 0)
      (void) waitpid (pid, NULL, 0);
    (void) cloche_cgroup_remove (setup->group);
    return result;
  }
  *ret_process = add (children, pid, setup->group, exited, user_data);
  return 0;
}

int
cloche_process_call (cloche_children      *children,
                     cloche_process_work   work,
                     void                 *data,
                     cloche_process_exited exited,
                     void                 *user_data)
{
  pid_t pid = fork ();

  if (pid == 0)
    _exit (work (data));
  if (pid < 0)
    return -errno;
  (void) add (children, pid, "", exited, user_data);
  return 0;
}

/* ---- ending ---- */

void
cloche_process_signal (cloche_process *self,
                       int             number)
{
  int result = -ENOENT;

  if (self->group[0] != '\0' && number == SIGKILL)
    result = cloche_cgroup_kill (self->group);
  else if (self->group[0] != '\0')
    result = cloche_cgroup_signal (self->group, number);
  if (result < 0)
    (void) kill (-self->pid, number); /* It may have ended meanwhile. */
}

static void
grace_over_cb (void *user_data)
{
  cloche_process *self = user_data;

  self->grace = NULL;
  cloche_process_signal (self, SIGKILL);
}

void
cloche_process_end (cloche_process *self)
{
  if (self->grace != NULL)
    return;
  cloche_process_signal (self, SIGTERM);
  cloche_process_signal (self, SIGCONT); /* A stopped process could not take the hint. */
  self->grace = cloche_loop_after (self->children->loop, GRACE_MS, grace_over_cb, self);
}

void
cloche_process_forget (cloche_process *self)
{
  self->exited = NULL;
}
