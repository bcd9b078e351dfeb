/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* exec: a program as a job. */
#include "cloche-alloc.h"
#include "cloche-environment.h"
#include "cloche-ops.h"
#include "cloche-reply.h"
#include "cloche-run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

/* words of a command, as many as a person could mean. */
#define MAX_ARGUMENTS 4096

typedef struct
{
  cloche_guest_job *job;
  cloche_run *run;
} exec_state;

static size_t
input_cb (cloche_guest_job *job,
          const uint8_t    *bytes,
          size_t            length,
          void             *user_data)
{
  exec_state *self = user_data;

  return cloche_run_input (self->run, bytes, length);
}

static void
signal_cb (cloche_guest_job *job,
           int               number,
           void             *user_data)
{
  exec_state *self = user_data;

  cloche_run_signal (self->run, number);
}

static void
stop_cb (cloche_guest_job *job,
         void             *user_data)
{
  exec_state *self = user_data;

  cloche_run_stop (self->run);
}

static void
room_cb (cloche_guest_job *job,
         void             *user_data)
{
  exec_state *self = user_data;

  cloche_run_resume (self->run);
}

static const cloche_guest_job_class job_class = {
  .input = input_cb,
  .signal = signal_cb,
  .stop = stop_cb,
  .room = room_cb,
};

static void
ended_cb (int   status,
          void *user_data)
{
  exec_state *self = user_data;
  cloche_guest_job *job = self->job;

  free (self);
  if (WIFSIGNALED (status))
    cloche_guest_job_finish (job, "killed", json_pack ("{s:i}", "signal", WTERMSIG (status)));
  else
    cloche_guest_job_finish (job, WEXITSTATUS (status) == 0 ? "ok" : "error",
                             json_pack ("{s:i}", "code", WEXITSTATUS (status)));
}

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

/* A program that cannot be started is a job that has ended: its reader learns the reason like any other. */
static void
fail (exec_state *self,
      int         error,
      const char *program)
{
  cloche_guest_job *job = self->job;
  char *message = cloche_format ("Could not start %s: %s", program, strerror (error));

  free (self);
  cloche_guest_job_finish (job, "error", json_pack ("{s:i, s:o}", "code", error == ENOENT ? 127 : 126, "message",
                                                    cloche_json_text (message)));
  free (message);
}

static void
start (cloche_agent         *agent,
       cloche_stream        *stream,
       json_t               *request,
       const char          **argv,
       const cloche_account *account,
       char                **environment)
{
  exec_state *self = cloche_new (sizeof *self);
  char *workspace = cloche_format ("%s/workspace", agent->root);
  cloche_run_setup setup = {
    .argv = argv, .environment = environment, .account = account,
    .cwd = cloche_request_text (request, "cwd", workspace), .has_input = cloche_request_flag (request, "stdin"),
  };
  int result;

  self->job = cloche_guest_job_new (agent, "exec", cloche_request_text (request, "script", argv[0]),
                                    cloche_request_number (request, "timeout_ms", 0), &job_class, self);
  result = cloche_run_start (agent, self->job, &setup, ended_cb, self, &self->run);
  /* Nothing can have happened yet that this reader would miss: all is told by the loop. */
  cloche_guest_job_attach (self->job, stream, 0, true, cloche_request_flag (request, "kill_on_close"));
  if (result < 0)
    fail (self, -result, argv[0]);
  free (workspace);
}

void
cloche_op_exec (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  const char **argv = make_argv (request);
  cloche_account account;
  char **environment = NULL;

  if (argv != NULL && get_account (agent, request, &account) == 0)
    environment = cloche_environment_new (agent, &account, json_object_get (request, "env"));
  if (environment == NULL)
    cloche_reply_error (stream, "invalid", "exec takes argv or script, and env as an object of texts");
  else
    start (agent, stream, request, argv, &account, environment);
  cloche_environment_free (environment);
  free (argv);
}
