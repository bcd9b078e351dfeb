/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * exec: a program as a job. Its output is read 64 KiB at a time, one record each; both pipes are read until they end, or
 * for 2 s after the program ended, since what it left behind is killed and cannot hold them for long.
 */
#include "cloche-alloc.h"
#include "cloche-environment.h"
#include "cloche-guest-job.h"
#include "cloche-ops.h"
#include "cloche-process.h"
#include "cloche-record.h"
#include "cloche-reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

/* bytes: of output that becomes one record: what a pipe holds. */
#define CHUNK_BYTES (64 * 1024)

/* words of a command, as many as a person could mean. */
#define MAX_ARGUMENTS 4096

/* ms: how long a pipe may stay open after the program ended. */
#define DRAIN_MS 2000

typedef struct
{
  cloche_agent *agent;
  cloche_guest_job *job;
  cloche_process *process;      /* NULL: ended */
  int status;                   /* of waitpid(2), when ended */
  int fds[3];                   /* our ends of its pipes; -1: none or closed */
  cloche_source *sources[3];
  cloche_timer *drain;
} exec_state;

static void
close_pipe (exec_state *self,
            int         number)
{
  cloche_source_remove (self->sources[number]);
  self->sources[number] = NULL;
  if (self->fds[number] >= 0)
    (void) close (self->fds[number]);
  self->fds[number] = -1;
}

static void
finish (exec_state *self)
{
  cloche_guest_job *job = self->job;
  int status = self->status;

  for (int i = 0; i < 3; i++)
    close_pipe (self, i);
  cloche_timer_cancel (self->drain);
  free (self);
  if (WIFSIGNALED (status))
    cloche_guest_job_finish (job, "killed", json_pack ("{s:i}", "signal", WTERMSIG (status)));
  else
    cloche_guest_job_finish (job, WEXITSTATUS (status) == 0 ? "ok" : "error",
                             json_pack ("{s:i}", "code", WEXITSTATUS (status)));
}

static void
finish_if_done (exec_state *self)
{
  if (self->process == NULL && self->fds[1] < 0 && self->fds[2] < 0)
    finish (self);
}

/* ---- output ---- */

static void
pause_output (exec_state *self)
{
  /* Not in the epoll set at all: a set with no events would still report a hang-up for ever. */
  for (int i = 1; i <= 2; i++) {
    cloche_source_remove (self->sources[i]);
    self->sources[i] = NULL;
  }
}

static void
read_output (exec_state *self,
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
watch_output (exec_state *self)
{
  for (int i = 1; i <= 2; i++) {
    if (self->fds[i] >= 0 && self->sources[i] == NULL)
      self->sources[i] = cloche_loop_watch (self->agent->loop, self->fds[i], EPOLLIN, i == 1 ? stdout_cb : stderr_cb, self);
  }
}

static void
room_cb (cloche_guest_job *job,
         void             *user_data)
{
  watch_output (user_data);
}

/* ---- input ---- */

static void
stdin_ready_cb (uint32_t events,
                void    *user_data)
{
  exec_state *self = user_data;

  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    close_pipe (self, 0);       /* It reads no more; the rest of the input is taken and dropped. */
  } else {
    cloche_source_remove (self->sources[0]);
    self->sources[0] = NULL;
  }
  cloche_guest_job_input_ready (self->job);
}

static size_t
input_cb (cloche_guest_job *job,
          const uint8_t    *bytes,
          size_t            length,
          void             *user_data)
{
  exec_state *self = user_data;
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

static void
signal_cb (cloche_guest_job *job,
           int               number,
           void             *user_data)
{
  exec_state *self = user_data;

  if (self->process != NULL)
    cloche_process_signal (self->process, number);
}

static void
stop_cb (cloche_guest_job *job,
         void             *user_data)
{
  exec_state *self = user_data;

  if (self->process != NULL)
    cloche_process_end (self->process);
}

static void
drain_over_cb (void *user_data)
{
  exec_state *self = user_data;

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
  exec_state *self = user_data;

  self->process = NULL;
  self->status = status;
  self->drain = cloche_loop_after (self->agent->loop, DRAIN_MS, drain_over_cb, self);
  finish_if_done (self);
}

static const cloche_guest_job_class job_class = {
  .input = input_cb,
  .signal = signal_cb,
  .stop = stop_cb,
  .room = room_cb,
};

/* ---- starting ---- */

/* The command as an array that borrows from @request; NULL if it is not one. */
static const char **
make_argv (json_t *request)
{
  json_t *words = json_object_get (request, "argv");
  const char *script = cloche_request_text (request, "script", NULL);
  size_t n = json_array_size (words);
  const char **argv;

  if ((script != NULL) == (n > 0) || n > MAX_ARGUMENTS)
    return NULL;
  argv = cloche_new ((n + 4) * sizeof *argv);
  if (script != NULL) {
    argv[0] = "/bin/bash";
    argv[1] = "-c";
    argv[2] = script;
    return argv;
  }
  for (size_t i = 0; i < n; i++) {
    argv[i] = json_string_value (json_array_get (words, i));
    if (argv[i] == NULL) {
      free (argv);
      return NULL;
    }
  }
  return argv;
}

static int
get_account (cloche_agent   *agent,
             json_t         *request,
             cloche_account *ret_account)
{
  const char *name = cloche_request_text (request, "user", "user");

  *ret_account = agent->user;
  if (strcmp (name, "user") == 0)
    return 0;
  if (strcmp (name, "root") != 0)
    return -EINVAL;
  return cloche_account_look_up ("root", ret_account);
}

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
start (exec_state           *self,
       const char          **argv,
       json_t               *request,
       const cloche_account *account,
       char                **environment)
{
  int theirs[3] = { -1, -1, -1 };
  char group[32];
  cloche_process_setup setup = {
    .argv = argv, .environment = environment, .account = account, .group = group, .listen_fd = -1,
  };
  char *workspace = cloche_format ("%s/workspace", self->agent->root);
  int result = make_pipe (0, &self->fds[1], &theirs[1]);

  (void) snprintf (group, sizeof group, "job-%lld", (long long) cloche_guest_job_get_id (self->job));
  setup.cwd = cloche_request_text (request, "cwd", workspace);
  if (result == 0)
    result = make_pipe (0, &self->fds[2], &theirs[2]);
  if (result == 0 && cloche_request_flag (request, "stdin"))
    result = make_pipe (1, &self->fds[0], &theirs[0]);
  setup.stdin_fd = theirs[0];
  setup.stdout_fd = theirs[1];
  setup.stderr_fd = theirs[2];
  if (result == 0)
    result = cloche_process_start (self->agent->children, &setup, exited_cb, self, &self->process);
  for (int i = 0; i < 3; i++)
    if (theirs[i] >= 0)
      (void) close (theirs[i]);
  free (workspace);
  return result;
}

/* A program that cannot be started is a job that has ended: its reader learns the reason like any other. */
static void
fail (exec_state *self,
      int         error,
      const char *program)
{
  cloche_guest_job *job = self->job;
  char *message = cloche_format ("Could not start %s: %s", program, strerror (error));

  for (int i = 0; i < 3; i++)
    close_pipe (self, i);
  free (self);
  cloche_guest_job_finish (job, "error", json_pack ("{s:i, s:o}", "code", error == ENOENT ? 127 : 126, "message",
                                                    cloche_json_text (message)));
  free (message);
}

void
cloche_op_exec (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  const char **argv = make_argv (request);
  cloche_account account;
  char **environment = NULL;
  exec_state *self;
  int result;

  if (argv != NULL && get_account (agent, request, &account) == 0)
    environment = cloche_environment_new (agent, &account, json_object_get (request, "env"));
  if (environment == NULL) {
    cloche_reply_error (stream, "invalid", "exec takes argv or script, and env as an object of texts");
    free (argv);
    return;
  }
  self = cloche_new (sizeof *self);
  self->agent = agent;
  memset (self->fds, 0xff, sizeof self->fds); /* All -1. */
  self->job = cloche_guest_job_new (agent, "exec", cloche_request_text (request, "script", argv[0]),
                                    cloche_request_number (request, "timeout_ms", 0), &job_class, self);
  cloche_guest_job_attach (self->job, stream, 0, true, cloche_request_flag (request, "kill_on_close"));
  result = start (self, argv, request, &account, environment);
  if (result < 0)
    fail (self, -result, argv[0]);
  else
    watch_output (self);
  cloche_environment_free (environment);
  free (argv);
}
