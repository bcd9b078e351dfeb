/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-guest-job.h"

#include "cloche-alloc.h"
#include "cloche-record.h"
#include "cloche-reply.h"
#include "cloche-ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ms: how long a reader that takes nothing is waited for. */
#define PATIENCE_MS 2000

/* jobs that are over and kept: those of which somebody has been told the end, and all. */
#define KEEP_TOLD 8
#define KEEP_ALL 64

/* bytes: one record of input; more is sent as several. */
#define INPUT_BYTES (256 * 1024)

/* bytes: what "jobs" shows of a command. */
#define TITLE_BYTES 200

/* One stream that reads a job. */
typedef struct reader
{
  cloche_guest_job *job;
  cloche_stream *stream;
  uint64_t next;                /* sequence of the next record to send */
  int64_t progress_us;          /* when it last took something */
  bool is_owner;
  bool kills_on_close;
  cloche_record_decoder *input; /* only the owner's */
  struct reader *next_reader;
} reader;

struct cloche_guest_job
{
  cloche_agent *agent;
  int64_t id;
  const char *op;
  char title[TITLE_BYTES];
  int64_t started_us;           /* of the wall clock */
  const cloche_guest_job_class *class;
  void *user_data;

  cloche_ring *ring;
  reader *readers;
  cloche_timer *timeout;
  cloche_timer *patience;       /* the source waits at most for this */
  bool is_waiting;              /* the source was told that the ring is full */
  bool is_over;
  bool is_told;                 /* somebody has got the end */
  cloche_guest_job_reason reason;

  uint8_t *pending;             /* input that the source has not taken; NULL: none */
  size_t pending_start;
  size_t pending_length;
  size_t unconsumed;            /* bytes of the owner's window that are handed back when pending is empty */
  bool has_pending_end;

  cloche_guest_job *next;
};

struct cloche_jobs
{
  cloche_guest_job *first;
  int64_t last_id;
};

/* ---- the table ---- */

cloche_jobs *
cloche_jobs_new (cloche_agent *agent)
{
  return cloche_new (sizeof (cloche_jobs));
}

static void
drop_reader (reader *at)
{
  reader **link = &at->job->readers;

  while (*link != at)
    link = &(*link)->next_reader;
  *link = at->next_reader;
  cloche_record_decoder_free (at->input);
  free (at);
}

static void
free_job (cloche_guest_job *job)
{
  while (job->readers != NULL) {
    cloche_stream_let_go (job->readers->stream);
    drop_reader (job->readers);
  }
  cloche_timer_cancel (job->timeout);
  cloche_timer_cancel (job->patience);
  cloche_ring_free (job->ring);
  free (job->pending);
  free (job);
}

void
cloche_jobs_free (cloche_jobs *self)
{
  if (self == NULL)
    return;
  while (self->first != NULL) {
    cloche_guest_job *job = self->first;

    self->first = job->next;
    free_job (job);
  }
  free (self);
}

cloche_guest_job *
cloche_jobs_find (cloche_jobs *self,
                  int64_t      id)
{
  cloche_guest_job *job = self->first;

  while (job != NULL && job->id != id)
    job = job->next;
  return job;
}

cloche_guest_job *
cloche_jobs_get_first (cloche_jobs *self)
{
  return self->first;
}

cloche_guest_job *
cloche_guest_job_get_next (const cloche_guest_job *self)
{
  return self->next;
}

/* Drops jobs that have long been over; the list is sorted by age. */
static void
forget_old (cloche_jobs *self)
{
  cloche_guest_job **at = &self->first;
  int n_over = 0;

  for (cloche_guest_job *job = self->first; job != NULL; job = job->next)
    n_over += job->is_over;
  while (*at != NULL) {
    cloche_guest_job *job = *at;

    if (job->is_over && job->readers == NULL && (n_over > KEEP_ALL || (job->is_told && n_over > KEEP_TOLD))) {
      *at = job->next;
      free_job (job);
      n_over--;
    } else {
      if (job->is_over)
        n_over--;
      at = &job->next;
    }
  }
}

/* ---- readers ---- */

static void
tell_dropped (reader  *at,
              uint64_t n)
{
  char event[80];
  uint8_t header[CLOCHE_RECORD_HEADER_BYTES];
  int length = snprintf (event, sizeof event, "{\"event\":\"dropped\",\"records\":%llu}", (unsigned long long) n);

  cloche_record_write_header (header, CLOCHE_RECORD_EVENT, (uint32_t) length);
  (void) cloche_stream_send (at->stream, header, sizeof header); /* Queued if need be. */
  (void) cloche_stream_send (at->stream, event, (size_t) length);
}

static void
tell_end (reader *at)
{
  cloche_stream *stream = at->stream;

  at->job->is_told = true;
  drop_reader (at);
  cloche_stream_let_go (stream);
}

/* Sends what the stream takes. The reader is gone afterwards if it has been told the end. */
static void
pump (reader *at)
{
  cloche_guest_job *job = at->job;

  while (cloche_stream_is_drained (at->stream) && at->next < cloche_ring_get_next (job->ring)) {
    uint64_t first = cloche_ring_get_first (job->ring);
    cloche_ring_record *record;

    if (at->next < first) {
      tell_dropped (at, first - at->next);
      at->next = first;
    }
    record = cloche_ring_dup_record (job->ring, at->next++);
    if (cloche_stream_send (at->stream, record->bytes, record->length))
      at->progress_us = cloche_loop_now_us ();
    cloche_ring_release (record);
  }
  if (job->is_over && at->next == cloche_ring_get_next (job->ring))
    tell_end (at);
}

static void
tell_room (cloche_guest_job *job)
{
  cloche_timer_cancel (job->patience);
  job->patience = NULL;
  if (!job->is_waiting)
    return;
  job->is_waiting = false;
  if (!job->is_over && job->class->room != NULL)
    job->class->room (job, job->user_data);
}

static void
drained_cb (cloche_stream *stream,
            void          *user_data)
{
  reader *at = user_data;
  cloche_guest_job *job = at->job;

  at->progress_us = cloche_loop_now_us ();
  pump (at);
  tell_room (job);
}

static void
patience_over_cb (void *user_data)
{
  cloche_guest_job *job = user_data;

  job->patience = NULL;
  tell_room (job);
}

static void
closed_cb (cloche_stream *stream,
           bool           was_reset,
           void          *user_data)
{
  reader *at = user_data;
  cloche_guest_job *job = at->job;
  bool kills = at->kills_on_close && !job->is_over;

  drop_reader (at);
  if (kills)
    cloche_guest_job_stop (job, CLOCHE_GUEST_JOB_KILLED);
  tell_room (job);
}

bool
cloche_guest_job_is_full (cloche_guest_job *self,
                          size_t            length)
{
  int64_t now = cloche_loop_now_us ();

  for (reader *at = self->readers; at != NULL; at = at->next_reader) {
    if (cloche_stream_is_drained (at->stream) || now - at->progress_us >= PATIENCE_MS * 1000 ||
        !cloche_ring_would_drop (self->ring, at->next, length))
      continue;
    self->is_waiting = true;
    if (self->patience == NULL)
      self->patience = cloche_loop_after (self->agent->loop, PATIENCE_MS, patience_over_cb, self);
    return true;
  }
  return false;
}

/* ---- input ---- */

static void
offer_pending (cloche_guest_job *self)
{
  size_t n;

  if (self->is_over || self->class->input == NULL)
    self->pending_length = 0;
  if (self->pending_length > 0) {
    n = self->class->input (self, self->pending + self->pending_start, self->pending_length, self->user_data);
    self->pending_start += n;
    self->pending_length -= n;
  }
  if (self->pending_length > 0)
    return;
  free (self->pending);
  self->pending = NULL;
  if (self->has_pending_end && !self->is_over && self->class->input != NULL)
    (void) self->class->input (self, NULL, 0, self->user_data); /* An end is always taken. */
  self->has_pending_end = false;
}

static void
keep_pending (cloche_guest_job *self,
              const uint8_t    *bytes,
              size_t            length)
{
  uint8_t *joined = cloche_new (self->pending_length + length);

  if (self->pending_length > 0)
    memcpy (joined, self->pending + self->pending_start, self->pending_length);
  memcpy (joined + self->pending_length, bytes, length);
  free (self->pending);
  self->pending = joined;
  self->pending_start = 0;
  self->pending_length += length;
  offer_pending (self);
}

/* The window is handed back as records are decoded, but nothing more is read while input waits: the stream's window
 * bounds what can pile up to one record and one window. */
static void
received_cb (cloche_stream *stream,
             const uint8_t *bytes,
             size_t         length,
             void          *user_data)
{
  reader *at = user_data;
  cloche_guest_job *job = at->job;
  size_t total = length;

  while (at->is_owner && length > 0) {
    const uint8_t *payload;
    size_t taken, n;
    int result = cloche_record_decoder_feed (at->input, bytes, length, &taken);

    if (result < 0 || (result == 1 && cloche_record_decoder_get_type (at->input) != CLOCHE_RECORD_INPUT)) {
      cloche_stream_reset (stream);
      closed_cb (NULL, true, at);
      return;
    }
    bytes += taken;
    length -= taken;
    if (result == 0)
      break;
    payload = cloche_record_decoder_get_payload (at->input, &n);
    if (n == 0)
      job->has_pending_end = true;
    if (n > 0 && !job->has_pending_end)
      keep_pending (job, payload, n);
    else
      offer_pending (job);
  }
  if (job->pending_length == 0)
    cloche_stream_consumed (stream, total);
  else
    job->unconsumed += total;
}

void
cloche_guest_job_input_ready (cloche_guest_job *self)
{
  offer_pending (self);
  if (self->pending_length > 0)
    return;
  for (reader *at = self->readers; at != NULL && self->unconsumed > 0; at = at->next_reader)
    if (at->is_owner)
      cloche_stream_consumed (at->stream, self->unconsumed);
  self->unconsumed = 0;
}

static const cloche_stream_events reader_events = {
  .received = received_cb,
  .drained = drained_cb,
  .closed = closed_cb,
};

/* ---- jobs ---- */

static void
timed_out_cb (void *user_data)
{
  cloche_guest_job *self = user_data;

  self->timeout = NULL;
  cloche_guest_job_stop (self, CLOCHE_GUEST_JOB_TIMEOUT);
}

cloche_guest_job *
cloche_guest_job_new (cloche_agent                 *agent,
                      const char                   *op,
                      const char                   *title,
                      int64_t                       timeout_ms,
                      const cloche_guest_job_class *class,
                      void                         *user_data)
{
  cloche_guest_job *self = cloche_new (sizeof *self);
  cloche_guest_job **at = &agent->jobs->first;
  struct timespec now;

  (void) clock_gettime (CLOCK_REALTIME, &now); /* Cannot fail with this clock. */
  self->agent = agent;
  self->id = ++agent->jobs->last_id;
  self->op = op;
  (void) snprintf (self->title, sizeof self->title, "%s", title);
  self->started_us = (int64_t) now.tv_sec * 1000000 + now.tv_nsec / 1000;
  self->class = class;
  self->user_data = user_data;
  self->ring = cloche_ring_new ();
  if (timeout_ms > 0)
    self->timeout = cloche_loop_after (agent->loop, timeout_ms > INT32_MAX ? INT32_MAX : (unsigned) timeout_ms,
                                       timed_out_cb, self);
  while (*at != NULL)
    at = &(*at)->next;
  *at = self;
  return self;
}

int64_t
cloche_guest_job_get_id (const cloche_guest_job *self)
{
  return self->id;
}

const char *
cloche_guest_job_get_op (const cloche_guest_job *self)
{
  return self->op;
}

bool
cloche_guest_job_is_running (const cloche_guest_job *self)
{
  return !self->is_over;
}

json_t *
cloche_guest_job_describe (const cloche_guest_job *self)
{
  return json_pack ("{s:I, s:s, s:b, s:I, s:o}", "job", (json_int_t) self->id, "op", self->op, "running", !self->is_over,
                    "started_us", (json_int_t) self->started_us, "title", cloche_json_text (self->title));
}

void
cloche_guest_job_attach (cloche_guest_job *self,
                         cloche_stream    *stream,
                         uint64_t          from,
                         bool              is_owner,
                         bool              kills_on_close)
{
  reader *at = cloche_new (sizeof *at);
  uint64_t first = cloche_ring_get_first (self->ring);
  uint64_t next = cloche_ring_get_next (self->ring);

  at->job = self;
  at->stream = stream;
  at->next = from < first ? first : from > next ? next : from;
  at->progress_us = cloche_loop_now_us ();
  at->is_owner = is_owner;
  at->kills_on_close = kills_on_close;
  if (is_owner && (at->input = cloche_record_decoder_new (INPUT_BYTES)) == NULL)
    abort ();
  at->next_reader = self->readers;
  self->readers = at;
  cloche_stream_take (stream, &reader_events, at);
  cloche_reply (stream, json_pack ("{s:I, s:I, s:b}", "job", (json_int_t) self->id, "from", (json_int_t) at->next,
                                   "running", !self->is_over));
  pump (at);
}

void
cloche_guest_job_emit (cloche_guest_job *self,
                       char              type,
                       const void       *bytes,
                       size_t            length)
{
  reader *at = self->readers;

  cloche_ring_append (self->ring, type, bytes, length);
  while (at != NULL) {
    reader *next = at->next_reader;

    pump (at);
    at = next;
  }
}

void
cloche_guest_job_signal (cloche_guest_job *self,
                         int               number)
{
  if (!self->is_over && self->class->signal != NULL)
    self->class->signal (self, number, self->user_data);
}

void
cloche_guest_job_note_reason (cloche_guest_job       *self,
                              cloche_guest_job_reason reason)
{
  if (self->reason == CLOCHE_GUEST_JOB_BY_ITSELF || self->reason == CLOCHE_GUEST_JOB_INTERRUPTED)
    self->reason = reason;
}

void
cloche_guest_job_stop (cloche_guest_job       *self,
                       cloche_guest_job_reason reason)
{
  if (self->is_over)
    return;
  cloche_guest_job_note_reason (self, reason);
  if (self->class->stop != NULL)
    self->class->stop (self, self->user_data);
}

static const char *
choose_status (const cloche_guest_job *self,
               const char             *status)
{
  switch (self->reason) {
  case CLOCHE_GUEST_JOB_TIMEOUT:
    return "timeout";

  case CLOCHE_GUEST_JOB_KILLED:
    return "killed";

  case CLOCHE_GUEST_JOB_INTERRUPTED:
    return strcmp (status, "ok") == 0 ? status : "interrupted";

  case CLOCHE_GUEST_JOB_BY_ITSELF:
  default:
    return status;
  }
}

void
cloche_guest_job_finish (cloche_guest_job *self,
                         const char       *status,
                         json_t           *members)
{
  json_t *event = json_pack ("{s:s, s:s}", "event", "end", "status", choose_status (self, status));
  char *text;

  if (members != NULL) {
    (void) json_object_update (event, members);
    json_decref (members);
  }
  text = json_dumps (event, JSON_COMPACT);
  json_decref (event);
  if (text == NULL)
    abort ();
  cloche_timer_cancel (self->timeout);
  self->timeout = NULL;
  cloche_timer_cancel (self->patience);
  self->patience = NULL;
  self->is_over = true;
  cloche_guest_job_emit (self, CLOCHE_RECORD_EVENT, text, strlen (text));
  free (text);
  offer_pending (self);         /* Drops it. */
  forget_old (self->agent->jobs);
}
