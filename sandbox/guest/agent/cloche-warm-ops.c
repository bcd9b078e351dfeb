/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * warm and settle: what the forge asks of a machine that will be a template, never of a conversation's own.
 *
 * The hooks of /usr/lib/cloche/warm.d run as root, in the order of their names; each must have done what a fork should
 * not have to do any more. The job's events are "step" before each, then the end with "ok".
 */
#include "cloche-alloc.h"
#include "cloche-console.h"
#include "cloche-environment.h"
#include "cloche-ops.h"
#include "cloche-reply-call.h"
#include "cloche-reply.h"
#include "cloche-run.h"
#include "cloche-services.h"
#include "cloche-text-file.h"

#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct
{
  cloche_agent *agent;
  cloche_guest_job *job;
  cloche_account root;
  struct dirent **hooks;
  char *folder;
  int n_hooks;
  int at;                       /* the next one */
  cloche_run *run;              /* NULL between two */
} warm_state;

static void run_next (warm_state *self);

static void
finish (warm_state *self,
        const char *failed,
        const char *reason)
{
  cloche_guest_job *job = self->job;
  char *message = failed != NULL ? cloche_format ("%s: %s", failed, reason) : cloche_strdup ("");

  for (int i = 0; i < self->n_hooks; i++)
    free (self->hooks[i]);
  free (self->hooks);
  free (self->folder);
  free (self);
  cloche_guest_job_finish (job, failed == NULL ? "ok" : "error",
                           json_pack ("{s:b, s:o}", "ok", failed == NULL, "message", cloche_json_text (message)));
  free (message);
}

static void
stop_cb (cloche_guest_job *job,
         void             *user_data)
{
  warm_state *self = user_data;

  if (self->run != NULL)
    cloche_run_stop (self->run);
}

static void
room_cb (cloche_guest_job *job,
         void             *user_data)
{
  warm_state *self = user_data;

  if (self->run != NULL)
    cloche_run_resume (self->run);
}

static const cloche_guest_job_class job_class = {
  .stop = stop_cb,
  .room = room_cb,
};

static void
hook_ended_cb (int   status,
               void *user_data)
{
  warm_state *self = user_data;
  const char *name = self->hooks[self->at - 1]->d_name;
  char reason[64];

  self->run = NULL;
  if (status == 0) {
    run_next (self);
    return;
  }
  (void) snprintf (reason, sizeof reason, WIFSIGNALED (status) ? "ended by signal %d" : "ended with status %d",
                   WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status));
  finish (self, name, reason);
}

static void
run_next (warm_state *self)
{
  const char *name;
  char *program;
  const char *argv[2] = { NULL, NULL };
  char **environment;
  cloche_run_setup setup = { .argv = argv, .cwd = "/", .account = &self->root };
  char *event;
  int result;

  if (self->at == self->n_hooks) {
    finish (self, NULL, NULL);
    return;
  }
  name = self->hooks[self->at++]->d_name;
  event = cloche_format ("{\"event\":\"step\",\"name\":\"%s\",\"n\":%d,\"of\":%d}", name, self->at, self->n_hooks);
  cloche_guest_job_emit (self->job, 'j', event, strlen (event));
  free (event);
  argv[0] = program = cloche_format ("%s/%s", self->folder, name);
  setup.environment = environment = cloche_environment_new (self->agent, &self->root, NULL);
  result = cloche_run_start (self->agent, self->job, &setup, hook_ended_cb, self, &self->run);
  cloche_environment_free (environment);
  free (program);
  if (result < 0)
    finish (self, name, strerror (-result));
}

/* Names go into JSON and messages as they are, so only plain ones count. */
static int
is_hook (const struct dirent *entry)
{
  return entry->d_name[0] != '.' &&
         strspn (entry->d_name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (entry->d_name);
}

void
cloche_op_warm (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  warm_state *self;
  int result;

  if (agent->is_revived) {
    cloche_reply_error (stream, "denied", "Only a template is warmed");
    return;
  }
  self = cloche_new (sizeof *self);
  self->agent = agent;
  self->folder = cloche_format ("%s/usr/lib/cloche/warm.d", agent->root);
  self->job = cloche_guest_job_new (agent, "warm", "warm", 0, &job_class, self);
  cloche_guest_job_attach (self->job, stream, 0, false, false);
  result = agent->is_init ? cloche_account_look_up ("root", &self->root) : 0;
  if (!agent->is_init)
    self->root = agent->user;
  self->n_hooks = scandir (self->folder, &self->hooks, is_hook, alphasort);
  if (self->n_hooks < 0 || result < 0) {
    result = self->n_hooks < 0 ? -errno : result;
    self->n_hooks = self->n_hooks < 0 ? 0 : self->n_hooks;
    finish (self, "warm.d", strerror (-result));
    return;
  }
  run_next (self);
}

/* ---- settle ---- */

static void
settled (cloche_stream *stream,
         int            status)
{
  (void) malloc_trim (0);
  if (status == 0)
    cloche_reply_end (stream, NULL);
  else
    cloche_reply_error (stream, "failed", "The caches could not be dropped");
}

/* Files that were only read once are not worth a place in every fork's memory; what is mapped stays. */
static int
drop_caches (void *data)
{
  sync ();
  return cloche_text_file_write ("/proc/sys/vm/drop_caches", "3") < 0 ? 1 : 0;
}

void
cloche_op_settle (cloche_agent  *agent,
                  cloche_stream *stream,
                  json_t        *request)
{
  if (agent->is_revived || !agent->is_init) {
    cloche_reply_error (stream, "denied", "Only a template settles");
    return;
  }
  cloche_services_rest (agent->services);
  cloche_reply_call (agent, stream, drop_caches, NULL, settled);
}
