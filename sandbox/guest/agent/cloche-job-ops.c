/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-code.h"
#include "cloche-guest-job.h"
#include "cloche-ops.h"
#include "cloche-reply.h"

#include <signal.h>
#include <string.h>

static cloche_guest_job *
find_job (cloche_agent  *agent,
          cloche_stream *stream,
          json_t        *request)
{
  int64_t id = cloche_request_number (request, "job", 0);
  cloche_guest_job *job = cloche_jobs_find (agent->jobs, id);

  if (job == NULL)
    cloche_reply_error (stream, "gone", "There is no job %lld", (long long) id);
  return job;
}

void
cloche_op_attach (cloche_agent  *agent,
                  cloche_stream *stream,
                  json_t        *request)
{
  cloche_guest_job *job = find_job (agent, stream, request);
  int64_t from = cloche_request_number (request, "from", 0);

  if (job != NULL)
    cloche_guest_job_attach (job, stream, from < 0 ? 0 : (uint64_t) from, false, false);
}

void
cloche_op_jobs (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  json_t *jobs = json_array ();

  for (cloche_guest_job *job = cloche_jobs_get_first (agent->jobs); job != NULL; job = cloche_guest_job_get_next (job))
    (void) json_array_append_new (jobs, cloche_guest_job_describe (job));
  cloche_reply_end (stream, json_pack ("{s:o}", "jobs", jobs));
}

void
cloche_op_signal (cloche_agent  *agent,
                  cloche_stream *stream,
                  json_t        *request)
{
  cloche_guest_job *job = find_job (agent, stream, request);
  int64_t number = cloche_request_number (request, "signal", 0);

  if (job == NULL)
    return;
  if (number < 1 || number >= NSIG) {
    cloche_reply_error (stream, "invalid", "There is no signal %lld", (long long) number);
    return;
  }
  if (number == SIGKILL)
    cloche_guest_job_note_reason (job, CLOCHE_GUEST_JOB_KILLED);
  else if (number == SIGINT)
    cloche_guest_job_note_reason (job, CLOCHE_GUEST_JOB_INTERRUPTED);
  if (number == SIGTERM)
    cloche_guest_job_stop (job, CLOCHE_GUEST_JOB_KILLED);
  else
    cloche_guest_job_signal (job, (int) number);
  cloche_reply_end (stream, NULL);
}

void
cloche_op_interrupt (cloche_agent  *agent,
                     cloche_stream *stream,
                     json_t        *request)
{
  cloche_guest_job *job;

  if (json_object_get (request, "job") == NULL) {
    cloche_code_interrupt (agent);
    cloche_reply_end (stream, NULL);
    return;
  }
  job = find_job (agent, stream, request);
  if (job == NULL)
    return;
  cloche_guest_job_note_reason (job, CLOCHE_GUEST_JOB_INTERRUPTED);
  cloche_guest_job_signal (job, SIGINT);
  cloche_reply_end (stream, NULL);
}
