/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * cloche-agent: PID 1 of a machine. Everything it does starts with a request on one of its two ports.
 *
 * Outside of a machine: cloche-agent --ports FD,FD --root DIR serves two connected sockets in place of the ports, as the
 * user who started it, with DIR in place of "/", and ends when both hang up.
 */
#include "cloche-agent.h"
#include "cloche-alloc.h"
#include "cloche-catch.h"
#include "cloche-console.h"
#include "cloche-guest-job.h"
#include "cloche-ops.h"
#include "cloche-port.h"
#include "cloche-process.h"
#include "cloche-services.h"
#include "cloche-session.h"
#include "cloche-system.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  cloche_agent *agent;
  cloche_port *port;
  cloche_session *session;      /* NULL: no host */
  int *n_alive;                 /* ports that may still have a host */
  bool is_bulk;
} line;

static void
request_cb (cloche_stream *stream,
            const char    *text,
            size_t         length,
            void          *user_data)
{
  line *self = user_data;

  cloche_ops_dispatch (self->agent, stream, text, length);
}

static void
over_cb (cloche_session *session,
         void           *user_data)
{
  line *self = user_data;

  if (self->is_bulk && self->agent->catch != NULL)
    cloche_catch_set_session (self->agent->catch, NULL);
  self->session = NULL;
  cloche_session_free (session);
  if (!cloche_port_give_back (self->port) && --*self->n_alive == 0)
    cloche_loop_quit (self->agent->loop);
}

static const cloche_session_events session_events = {
  .request = request_cb,
  .over = over_cb,
};

static void
ready_cb (int   fd,
          void *user_data)
{
  line *self = user_data;

  self->session = cloche_session_new (self->agent->loop, fd, &session_events, self);
  if (self->is_bulk && self->agent->catch != NULL)
    cloche_catch_set_session (self->agent->catch, self->session);
}

static int
parse_options (cloche_agent *agent,
               int           fds[2],
               int           argc,
               char        **argv)
{
  for (int i = 1; i + 1 < argc; i += 2) {
    if (strcmp (argv[i], "--ports") == 0 && sscanf (argv[i + 1], "%d,%d", &fds[0], &fds[1]) == 2)
      agent->is_init = false;
    else if (strcmp (argv[i], "--root") == 0)
      agent->root = argv[i + 1];
    else
      return -1;
  }
  return agent->is_init == (getpid () == 1) ? 0 : -1;
}

static int
set_up (cloche_agent *agent)
{
  (void) signal (SIGPIPE, SIG_IGN);
  agent->loop = cloche_loop_new ();
  agent->children = cloche_children_new (agent->loop);
  agent->jobs = cloche_jobs_new (agent);
  if (agent->is_init) {
    if (cloche_system_set_up () < 0 || cloche_account_look_up ("user", &agent->user) < 0)
      return -1;
    agent->catch = cloche_catch_new (agent);
  } else {
    cloche_account_self (&agent->user);
  }
  agent->services = cloche_services_new (agent);
  return agent->children != NULL ? 0 : -1;
}

static int
serve (cloche_agent *agent,
       const int     fds[2])
{
  static const char *const names[] = { "control", "bulk" };
  int n_alive = 2;
  line lines[2] = { 0 };
  int result;

  for (int i = 0; i < 2; i++) {
    lines[i].agent = agent;
    lines[i].n_alive = &n_alive;
    lines[i].is_bulk = i == 1;
    lines[i].port = cloche_port_new (agent->loop, names[i], fds[i], ready_cb, &lines[i]);
    if (lines[i].port == NULL)
      return -1;
  }
  result = cloche_loop_run (agent->loop);
  if (!agent->is_init)
    for (int i = 0; i < 2; i++)
      cloche_port_free (lines[i].port);
  return result;
}

int
main (int    argc,
      char **argv)
{
  cloche_agent agent = { .is_init = true, .root = "" };
  int fds[2] = { -1, -1 };
  int result;

  if (parse_options (&agent, fds, argc, argv) < 0) {
    cloche_console_say ("runs as PID 1, or with --ports FD,FD --root DIR");
    return 2;
  }
  result = set_up (&agent);
  if (result == 0)
    result = serve (&agent, fds);
  if (agent.is_init)
    cloche_system_halt ();
  cloche_children_free (agent.children);
  cloche_services_free (agent.services);
  cloche_jobs_free (agent.jobs);
  cloche_loop_free (agent.loop);
  return result == 0 ? 0 : 1;
}
