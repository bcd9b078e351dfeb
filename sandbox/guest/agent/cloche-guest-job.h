/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Jobs: what exec and code run. A job has an id, a ring of its newest records, and any number of attached streams; it
 * neither notices streams coming and going (but for kill_on_close) nor ever waits for a reader that takes nothing.
 *
 * Back-pressure: while a record would push out one that an attached reader has not got, and that reader has taken
 * something within the last 2 s, cloche_guest_job_is_full() says so and the source is read again after room(). A reader
 * that has taken nothing for 2 s is not waited for: it loses the oldest records, and a {"event":"dropped","records":N}
 * record, which has no sequence number, tells it so.
 */

#include "cloche-agent.h"
#include "cloche-stream.h"

#include <jansson.h>

typedef struct cloche_guest_job cloche_guest_job;

/* What runs behind a job. Every member may be NULL. */
typedef struct
{
  /* Bytes for its input; @length 0 = no more will come. Returns how many are taken: the rest is offered again after
   * cloche_guest_job_input_ready(). */
  size_t (*input) (cloche_guest_job *job, const uint8_t *bytes, size_t length, void *user_data);
  /* Deliver signal @number. */
  void (*signal) (cloche_guest_job *job, int number, void *user_data);
  /* End, at first gently. */
  void (*stop) (cloche_guest_job *job, void *user_data);
  /* The ring has room: read the source again. */
  void (*room) (cloche_guest_job *job, void *user_data);
} cloche_guest_job_class;

/* Why a job is about to end, if not by itself: takes the place of the status that its source reports. */
typedef enum
{
  CLOCHE_GUEST_JOB_BY_ITSELF,
  CLOCHE_GUEST_JOB_TIMEOUT,
  CLOCHE_GUEST_JOB_KILLED,
  CLOCHE_GUEST_JOB_INTERRUPTED, /* only if it then fails: a program may well go on */
} cloche_guest_job_reason;

cloche_jobs      *cloche_jobs_new  (cloche_agent *agent);
/* Running jobs are not stopped; their sources must not use them any more. */
void              cloche_jobs_free (cloche_jobs *self);

/* @op: static. @title: copied and cut. @timeout_ms: 0 = none. @user_data: used until cloche_guest_job_finish(). */
cloche_guest_job *cloche_guest_job_new         (cloche_agent                 *agent,
                                                const char                   *op,
                                                const char                   *title,
                                                int64_t                       timeout_ms,
                                                const cloche_guest_job_class *class,
                                                void                         *user_data);
int64_t           cloche_guest_job_get_id      (const cloche_guest_job *self);
const char       *cloche_guest_job_get_op      (const cloche_guest_job *self);
/* {"job","op","running","started_us","title"}, a new reference. */
json_t           *cloche_guest_job_describe    (const cloche_guest_job *self);

/* Answers on @stream and sends it the records from @from on. @is_owner: it may send input, and if @kills_on_close its
 * loss kills the job. */
void              cloche_guest_job_attach      (cloche_guest_job *self,
                                                cloche_stream    *stream,
                                                uint64_t          from,
                                                bool              is_owner,
                                                bool              kills_on_close);

/* @length: at most CLOCHE_LIMIT_RECORD_BYTES. */
void              cloche_guest_job_emit        (cloche_guest_job *self,
                                                char              type,
                                                const void       *bytes,
                                                size_t            length);
/* Whether the source should rather wait for room() before it emits @length bytes. */
bool              cloche_guest_job_is_full     (cloche_guest_job *self,
                                                size_t            length);
void              cloche_guest_job_input_ready (cloche_guest_job *self);
void              cloche_guest_job_signal      (cloche_guest_job *self,
                                                int               number);
/* What is about to end it, if it ends now. */
void              cloche_guest_job_note_reason (cloche_guest_job       *self,
                                                cloche_guest_job_reason reason);
/* Notes the reason and asks the source to end, at first gently. */
void              cloche_guest_job_stop        (cloche_guest_job       *self,
                                                cloche_guest_job_reason reason);

/* The last record. @status: what the source knows: "ok", "error", "killed", "lost". @members: more members of the event,
 * consumed; or NULL. */
void              cloche_guest_job_finish      (cloche_guest_job *self,
                                                const char       *status,
                                                json_t           *members);

/* NULL if there is none (any more). */
cloche_guest_job *cloche_jobs_find             (cloche_jobs *self,
                                                int64_t      id);
/* False for one that is over. */
bool              cloche_guest_job_is_running  (const cloche_guest_job *self);
/* The oldest first. */
cloche_guest_job *cloche_jobs_get_first        (cloche_jobs *self);
cloche_guest_job *cloche_guest_job_get_next    (const cloche_guest_job *self);
