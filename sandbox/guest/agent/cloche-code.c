/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * code: a cell, or what the browser is to do, as a job. The service's records (o, e, j) are passed on as they come; the
 * record that starts with the event "end" is the last one and becomes the job's own.
 */
#include "cloche-code.h"

#include "cloche-alloc.h"
#include "cloche-byte-queue.h"
#include "cloche-downloads.h"
#include "cloche-guest-job.h"
#include "cloche-limits.h"
#include "cloche-ops.h"
#include "cloche-record.h"
#include "cloche-reply.h"
#include "cloche-services.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* ms: emulated, beside other work, a service may be busy with something else for a while before it hears. */
#define BROWSER_GRACE_MS 8000

/* What a request's "kernel" may name, the first if it names none, and who serves it. */
static const struct
{
  const char *name;
  const char *service;
  const char *title;
  int (*prepare) (cloche_agent *agent); /* before each request, or NULL */
  /* ms: from its being told to end something to its own end, if it does not. 0: never, since Python's keeps what is in
   * memory for as long as it can, ends a kernel that does not obey by itself, and lets a cell wait for another one. */
  unsigned grace_ms;
} kernels[] = {
  { "python", "kernel-python", "Python", NULL, 0 },
  { "browser", "browser", "browser", cloche_downloads_open_up, BROWSER_GRACE_MS },
};

#define PYTHON kernels[0].service

/* bytes: one read of the service's socket. */
#define CHUNK_BYTES (64 * 1024)

/* What the service writes first in its last record, byte for byte. */
#define END_PREFIX "{\"event\":\"end\","

typedef struct
{
  cloche_agent *agent;
  cloche_guest_job *job;
  size_t kernel;                /* index in kernels */
  int fd;
  cloche_source *source;
  cloche_byte_queue request;    /* not sent yet */
  cloche_record_decoder *decoder;
  cloche_timer *grace;          /* NULL: was not told to end */
} code_state;

static void
finish (code_state *self,
        const char *status,
        json_t     *members)
{
  cloche_guest_job *job = self->job;

  cloche_timer_cancel (self->grace);
  cloche_source_remove (self->source);
  if (self->fd >= 0)
    cloche_services_disconnect (self->agent->services, kernels[self->kernel].service, self->fd);
  cloche_byte_queue_clear (&self->request);
  cloche_record_decoder_free (self->decoder);
  free (self);
  cloche_guest_job_finish (job, status, members);
}

static void
finish_lost (code_state *self,
             const char *happened)
{
  char message[160];

  (void) snprintf (message, sizeof message, "The %s service %s", kernels[self->kernel].title, happened);
  finish (self, "lost", json_pack ("{s:s}", "message", message));
}

static void
finish_by_event (code_state    *self,
                 const uint8_t *payload,
                 size_t         length)
{
  json_t *event = cloche_request_parse ((const char *) payload, length);
  char status[16];

  if (event == NULL) {
    finish_lost (self, "broke its protocol");
    return;
  }
  (void) snprintf (status, sizeof status, "%s", cloche_request_text (event, "status", "lost"));
  (void) json_object_del (event, "event");
  (void) json_object_del (event, "status");
  finish (self, status, event);
}

/* True while there is a job. */
static bool
pass_on (code_state *self)
{
  size_t length;
  const uint8_t *payload = cloche_record_decoder_get_payload (self->decoder, &length);
  uint8_t type = cloche_record_decoder_get_type (self->decoder);

  if (type == CLOCHE_RECORD_EVENT && length > sizeof END_PREFIX &&
      memcmp (payload, END_PREFIX, sizeof END_PREFIX - 1) == 0) {
    finish_by_event (self, payload, length);
    return false;
  }
  cloche_guest_job_emit (self->job, (char) type, payload, length);
  return true;
}

static void
read_records (code_state *self)
{
  static uint8_t chunk[CHUNK_BYTES];
  const uint8_t *bytes = chunk;
  ssize_t n;

  if (cloche_guest_job_is_full (self->job, CHUNK_BYTES)) {
    cloche_source_remove (self->source);
    self->source = NULL;
    return;
  }
  n = read (self->fd, chunk, sizeof chunk);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0) {
    finish_lost (self, "ended");
    return;
  }
  while (n > 0) {
    size_t taken;
    int result = cloche_record_decoder_feed (self->decoder, bytes, (size_t) n, &taken);

    if (result < 0) {
      finish_lost (self, "broke its protocol");
      return;
    }
    bytes += taken;
    n -= (ssize_t) taken;
    if (result == 0 || !pass_on (self))
      return;
  }
}

static void
send_request (code_state *self)
{
  while (self->request.length > 0) {
    ssize_t n = send (self->fd, cloche_byte_queue_peek (&self->request), self->request.length, MSG_NOSIGNAL);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      break;                    /* Full, or broken: then the next read says so. */
    cloche_byte_queue_drop (&self->request, (size_t) n);
  }
  cloche_source_set_events (self->source, self->request.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void
ready_cb (uint32_t events,
          void    *user_data)
{
  code_state *self = user_data;

  if ((events & EPOLLOUT) != 0)
    send_request (self);
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    read_records (self);
}

static void
room_cb (cloche_guest_job *job,
         void             *user_data)
{
  code_state *self = user_data;

  if (self->source == NULL)
    self->source = cloche_loop_watch (self->agent->loop, self->fd, EPOLLIN, ready_cb, self);
}

static void
grace_over_cb (void *user_data)
{
  code_state *self = user_data;

  self->grace = NULL;
  cloche_services_end (self->agent->services, kernels[self->kernel].service);
  finish_lost (self, "did not stop when it was told to, and was ended: what it held is gone");
}

static void
tell_to_end (code_state *self,
             const char *op)
{
  unsigned grace_ms = kernels[self->kernel].grace_ms;

  cloche_services_call (self->agent->services, kernels[self->kernel].service,
                        json_pack ("{s:s, s:I}", "op", op, "id", (json_int_t) cloche_guest_job_get_id (self->job)),
                        NULL, NULL);
  if (grace_ms > 0 && self->grace == NULL)
    self->grace = cloche_loop_after (self->agent->loop, grace_ms, grace_over_cb, self);
}

static void
signal_cb (cloche_guest_job *job,
           int               number,
           void             *user_data)
{
  if (number == SIGINT || number == SIGKILL)
    tell_to_end (user_data, number == SIGINT ? "interrupt" : "kill");
}

static void
stop_cb (cloche_guest_job *job,
         void             *user_data)
{
  tell_to_end (user_data, "stop");
}

static const cloche_guest_job_class job_class = {
  .signal = signal_cb,
  .stop = stop_cb,
  .room = room_cb,
};

static void
start (code_state *self,
       json_t     *request)
{
  json_t *line = json_pack ("{s:s, s:I, s:O}", "op", "execute", "id", (json_int_t) cloche_guest_job_get_id (self->job),
                            "code", json_object_get (request, "code"));
  char *text = json_dumps (line, JSON_COMPACT);

  json_decref (line);
  if (kernels[self->kernel].prepare != NULL)
    (void) kernels[self->kernel].prepare (self->agent); /* The service says what it cannot do then. */
  self->fd = cloche_services_connect (self->agent->services, kernels[self->kernel].service);
  self->decoder = cloche_record_decoder_new (CLOCHE_LIMIT_RECORD_BYTES);
  if (text == NULL || self->decoder == NULL || cloche_byte_queue_append (&self->request, text, strlen (text)) < 0 ||
      cloche_byte_queue_append (&self->request, "\n", 1) < 0)
    abort ();
  free (text);
  if (self->fd >= 0)
    self->source = cloche_loop_watch (self->agent->loop, self->fd, EPOLLIN, ready_cb, self);
  if (self->source == NULL)
    finish_lost (self, "is not there");
  else
    send_request (self);
}

void
cloche_op_code (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  const char *code = cloche_request_text (request, "code", NULL);
  const char *name = cloche_request_text (request, "kernel", kernels[0].name);
  const size_t n = sizeof kernels / sizeof kernels[0];
  size_t kernel = 0;
  code_state *self;

  while (kernel < n && strcmp (kernels[kernel].name, name) != 0)
    kernel++;
  if (code == NULL || kernel == n) {
    cloche_reply_error (stream, "invalid", "code takes a text, and the kernels are python and browser");
    return;
  }
  self = cloche_new (sizeof *self);
  self->agent = agent;
  self->kernel = kernel;
  self->fd = -1;
  self->job = cloche_guest_job_new (agent, "code", code, cloche_request_number (request, "timeout_ms", 0), &job_class, self);
  cloche_guest_job_attach (self->job, stream, 0, true, cloche_request_flag (request, "kill_on_close"));
  start (self, request);
}

void
cloche_code_interrupt (cloche_agent *agent)
{
  cloche_services_call (agent->services, PYTHON, json_pack ("{s:s}", "op", "interrupt"), NULL, NULL);
}

void
cloche_code_reseed (cloche_agent *agent)
{
  cloche_services_call (agent->services, PYTHON, json_pack ("{s:s}", "op", "reseed"), NULL, NULL);
}

/* A stream that waits for the kernel's restart, and may go away meanwhile. */
typedef struct
{
  cloche_stream *stream;        /* NULL: gone */
} restart;

static void
restart_closed_cb (cloche_stream *stream,
                   bool           was_reset,
                   void          *user_data)
{
  restart *self = user_data;

  self->stream = NULL;
}

static const cloche_stream_events restart_events = {
  .closed = restart_closed_cb,
};

static void
restarted_cb (json_t *reply,
              void   *user_data)
{
  restart *self = user_data;

  if (self->stream != NULL && json_is_true (json_object_get (reply, "ok")))
    cloche_reply_end (self->stream, NULL);
  else if (self->stream != NULL)
    cloche_reply_error (self->stream, "failed", "The kernel could not be restarted");
  free (self);
}

void
cloche_op_restart_kernel (cloche_agent  *agent,
                          cloche_stream *stream,
                          json_t        *request)
{
  restart *self = cloche_new (sizeof *self);

  self->stream = stream;
  cloche_stream_take (stream, &restart_events, self);
  cloche_services_call (agent->services, PYTHON, json_pack ("{s:s}", "op", "restart"), restarted_cb, self);
}
