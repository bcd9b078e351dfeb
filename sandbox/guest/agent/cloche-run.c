/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-run.h"

#include "cloche-alloc.h"
#include "cloche-process.h"
#include "cloche-record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* bytes: of output that becomes one record: what a pipe holds. */
#define CHUNK_BYTES (64 * 1024)

/* ms: how long a pipe may stay open after the program ended. */
#define DRAIN_MS 2000

struct cloche_run
{
  cloche_agent *agent;
  cloche_guest_job *job;
  cloche_run_ended ended;
  void *user_data;
  cloche_process *process;      /* NULL: ended */
  int status;                   /* of waitpid(2), when ended */
  int fds[3];                   /* our ends of its pipes; -1: none or closed */
  cloche_source *sources[3];    /* NULL of an open pipe: not read, for the sake of a slow reader */
  cloche_timer *drain;
};

static void
close_pipe (cloche_run *self,
            int         number)
{
  cloche_source_remove (self->sources[number]);
  self->sources[number] = NULL;
  if (self->fds[number] >= 0)
    (void) close (self->fds[number]);
  self->fds[number] = -1;
}

static void
finish (cloche_run *self)
{
  cloche_run_ended ended = self->ended;
  void *user_data = self->user_data;
  int status = self->status;

  for (int i = 0; i < 3; i++)
    close_pipe (self, i);
  cloche_timer_cancel (self->drain);
  free (self);
  ended (status, user_data);
}

static void
finish_if_done (cloche_run *self)
{
  if (self->process == NULL && self->fds[1] < 0 && self->fds[2] < 0)
    finish (self);
}

/* ---- output ---- */

static void
pause_output (cloche_run *self)
{
  /* Not in the epoll set at all: a set with no events would still report a hang-up for ever. */
  for (int i = 1; i <= 2; i++) {
    cloche_source_remove (self->sources[i]);
    self->sources[i] = NULL;
  }
}

static void
read_output (cloche_run *self,
             int         number)
{
  static uint8_t chunk[CHUNK_BYTES];
  ssize_t n;

  if (cloche_guest_job_is_full (self->job, CHUNK_BYTES)) {
    pause_output (self);
    return;
  }
  n = read (self->fds[number], chunk, sizeof chunk);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n > 0) {
    cloche_guest_job_emit (self->job, number == 1 ? CLOCHE_RECORD_OUTPUT : CLOCHE_RECORD_ERROR, chunk, (size_t) n);
    return;
  }
  close_pipe (self, number);
  finish_if_done (self);
}

static void
stdout_cb (uint32_t events,
           void    *user_data)
{
  read_output (user_data, 1);
}

static void
stderr_cb (uint32_t events,
           void    *user_data)
{
  read_output (user_data, 2);
}

static void
watch_output (cloche_run *self)
{
  for (int i = 1; i <= 2; i++) {
    if (self->fds[i] >= 0 && self->sources[i] == NULL)
      self->sources[i] = cloche_loop_watch (self->agent->loop, self->fds[i], EPOLLIN, i == 1 ? stdout_cb : stderr_cb, self);
  }
}

void
cloche_run_resume (cloche_run *self)
{
  watch_output (self);
}

/* ---- input ---- */

static void
stdin_ready_cb (uint32_t events,
                void    *user_data)
{
  cloche_run *self = user_data;

  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    close_pipe (self, 0);       /* It reads no more; the rest of the input is taken and dropped. */
  } else {
    cloche_source_remove (self->sources[0]);
    self->sources[0] = NULL;
  }
  cloche_guest_job_input_ready (self->job);
}

size_t
cloche_run_input (cloche_run    *self,
                  const uint8_t *bytes,
                  size_t         length)
{
  size_t taken = 0;

  if (self->fds[0] >= 0 && length == 0)
    close_pipe (self, 0);
  while (self->fds[0] >= 0 && taken < length) {
    ssize_t n = write (self->fds[0], bytes + taken, length - taken);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN) {
      if (self->sources[0] == NULL)
        self->sources[0] = cloche_loop_watch (self->agent->loop, self->fds[0], EPOLLOUT, stdin_ready_cb, self);
      return taken;
    }
    if (n < 0)
      close_pipe (self, 0);
    else
      taken += (size_t) n;
  }
  return length;
}

/* ---- ending ---- */

void
cloche_run_signal (cloche_run *self,
                   int         number)
{
  if (self->process != NULL)
    cloche_process_signal (self->process, number);
}

void
cloche_run_stop (cloche_run *self)
{
  if (self->process != NULL)
    cloche_process_end (self->process);
}

static void
drain_over_cb (void *user_data)
{
  cloche_run *self = user_data;

  self->drain = NULL;
  if ((self->fds[1] >= 0 && self->sources[1] == NULL) || (self->fds[2] >= 0 && self->sources[2] == NULL)) {
    /* It is we who do not read, for the sake of a slow reader. */
    self->drain = cloche_loop_after (self->agent->loop, DRAIN_MS, drain_over_cb, self);
    return;
  }
  close_pipe (self, 1);
  close_pipe (self, 2);
  finish_if_done (self);
}

static void
exited_cb (int   status,
           void *user_data)
{
  cloche_run *self = user_data;

  self->process = NULL;
  self->status = status;
  self->drain = cloche_loop_after (self->agent->loop, DRAIN_MS, drain_over_cb, self);
  finish_if_done (self);
}

/* ---- starting ---- */

/* Both ends close on exec; ours does not block. @ours: which of the two stays here. */
static int
make_pipe (int  ours,
           int *ret_ours,
           int *ret_theirs)
{
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) < 0)
    return -errno;
  (void) fcntl (ends[ours], F_SETFL, O_NONBLOCK); /* Cannot fail on a pipe of ours. */
  *ret_ours = ends[ours];
  *ret_theirs = ends[1 - ours];
  return 0;
}

static int
make_pipes (cloche_run *self,
            bool        has_input,
            int         theirs[3])
{
  int result = make_pipe (0, &self->fds[1], &theirs[1]);

  if (result == 0)
    result = make_pipe (0, &self->fds[2], &theirs[2]);
  if (result == 0 && has_input)
    result = make_pipe (1, &self->fds[0], &theirs[0]);
  return result;
}

int
cloche_run_start (cloche_agent           *agent,
                  cloche_guest_job       *job,
                  const cloche_run_setup *setup,
                  cloche_run_ended        ended,
                  void                   *user_data,
                  cloche_run            **ret_run)
{
  cloche_run *self = cloche_new (sizeof *self);
  int theirs[3] = { -1, -1, -1 };
  char group[32];
  cloche_process_setup process = {
    .argv = setup->argv, .environment = setup->environment, .cwd = setup->cwd, .account = setup->account, .group = group,
    .listen_fd = -1,
  };
  int result;

  *self = (cloche_run) {
    .agent = agent, .job = job, .ended = ended, .user_data = user_data, .fds = { -1, -1, -1 },
  };
  result = make_pipes (self, setup->has_input, theirs);
  (void) snprintf (group, sizeof group, "job-%lld", (long long) cloche_guest_job_get_id (job));
  process.stdin_fd = theirs[0];
  process.stdout_fd = theirs[1];
  process.stderr_fd = theirs[2];
  if (result == 0)
    result = cloche_process_start (agent->children, &process, exited_cb, self, &self->process);
  for (int i = 0; i < 3; i++)
    if (theirs[i] >= 0)
      (void) close (theirs[i]);
  if (result < 0) {
    for (int i = 0; i < 3; i++)
      close_pipe (self, i);
    free (self);
    return result;
  }
  watch_output (self);
  *ret_run = self;
  return 0;
}
