/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* hello, sync, stats: what a keeper asks now and then. */
#include "cloche-alloc.h"
#include "cloche-config.h"
#include "cloche-guest-job.h"
#include "cloche-kernel-state.h"
#include "cloche-ops.h"
#include "cloche-reply-call.h"
#include "cloche-reply.h"
#include "cloche-text-file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

/* bytes: the small files of /proc that are read here. */
#define PROC_BYTES 8192

void
cloche_op_hello (cloche_agent  *agent,
                 cloche_stream *stream,
                 json_t        *request)
{
  json_t *jobs = json_array ();
  char *boot_id = NULL;

  if (cloche_text_file_read ("/proc/sys/kernel/random/boot_id", 64, &boot_id) == 0)
    boot_id[strcspn (boot_id, "\n")] = '\0';
  for (cloche_guest_job *job = cloche_jobs_get_first (agent->jobs); job != NULL; job = cloche_guest_job_get_next (job))
    if (cloche_guest_job_is_running (job))
      (void) json_array_append_new (jobs, json_integer (cloche_guest_job_get_id (job)));
  cloche_reply_end (stream, json_pack ("{s:s, s:s, s:b, s:o}", "agent", CLOCHE_VERSION, "boot_id",
                                       boot_id != NULL ? boot_id : "", "revived", agent->is_revived, "jobs", jobs));
  free (boot_id);
}

/* ---- sync ---- */

static void
synced (cloche_stream *stream,
        int            status)
{
  if (status == 0)
    cloche_reply_end (stream, NULL);
  else
    cloche_reply_error (stream, "failed", "Not all could be written to the disk");
}

static int
sync_disk (void *user_data)
{
  sync ();
  return 0;
}

void
cloche_op_sync (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  cloche_reply_call (agent, stream, sync_disk, NULL, synced);
}

/* ---- stats ---- */

/* The number after @name in "Name:   123 kB" or "name 123" text; 0 if it is not there. */
static int64_t
find_number (const char *text,
             const char *name)
{
  const char *at = strstr (text, name);

  return at == NULL ? 0 : strtoll (at + strlen (name), NULL, 10);
}

static int64_t
read_number (const char *path,
             const char *name)
{
  char *text;
  int64_t number;

  if (cloche_text_file_read (path, PROC_BYTES, &text) < 0)
    return 0;
  number = find_number (text, name);
  free (text);
  return number;
}

/* Microseconds that all processors together were busy since boot. */
static int64_t
get_cpu_us (void)
{
  char *text;
  int64_t ticks = 0, fields[8] = { 0 };

  if (cloche_text_file_read ("/proc/stat", PROC_BYTES, &text) < 0)
    return 0;
  if (sscanf (text, "cpu %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64, &fields[0],
              &fields[1], &fields[2], &fields[3], &fields[4], &fields[5], &fields[6]) == 7)
    ticks = fields[0] + fields[1] + fields[2] + fields[5] + fields[6]; /* Not idle and not waiting for a disk. */
  free (text);
  return ticks * 1000000 / sysconf (_SC_CLK_TCK);
}

/* Processes of everybody: the fourth word of loadavg is "runnable/all". */
static int64_t
get_n_processes (void)
{
  char *text;
  const char *slash;
  int64_t n = 0;

  if (cloche_text_file_read ("/proc/loadavg", PROC_BYTES, &text) < 0)
    return 0;
  slash = strchr (text, '/');
  if (slash != NULL)
    n = strtoll (slash + 1, NULL, 10);
  free (text);
  return n;
}

void
cloche_op_stats (cloche_agent  *agent,
                 cloche_stream *stream,
                 json_t        *request)
{
  struct timespec uptime = { 0 };
  struct statvfs disk = { 0 };
  json_int_t n_running = 0;

  for (cloche_guest_job *job = cloche_jobs_get_first (agent->jobs); job != NULL; job = cloche_guest_job_get_next (job))
    n_running += cloche_guest_job_is_running (job);

  (void) clock_gettime (CLOCK_MONOTONIC, &uptime); /* Cannot fail with this clock. */
  (void) statvfs (agent->root[0] != '\0' ? agent->root : "/", &disk); /* Zeros then. */
  cloche_reply_end (stream,
                    json_pack ("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
                               "uptime_us", (json_int_t) uptime.tv_sec * 1000000 + uptime.tv_nsec / 1000,
                               "cpu_us", (json_int_t) get_cpu_us (),
                               "memory_total", (json_int_t) read_number ("/proc/meminfo", "MemTotal:") * 1024,
                               "memory_available", (json_int_t) read_number ("/proc/meminfo", "MemAvailable:") * 1024,
                               "disk_total", (json_int_t) (disk.f_blocks * disk.f_frsize),
                               "disk_free", (json_int_t) (disk.f_bavail * disk.f_frsize),
                               "processes", (json_int_t) get_n_processes (), "jobs_running", n_running));
}

/* ---- clock ---- */

void
cloche_op_clock (cloche_agent  *agent,
                 cloche_stream *stream,
                 json_t        *request)
{
  int result = -EPERM;

  if (agent->is_init)           /* Else it is somebody's own clock. */
    result = cloche_kernel_state_set_clock_us (cloche_request_number (request, "realtime_us", 0));
  if (result < 0)
    cloche_reply_errno (stream, -result, "Could not set the clock");
  else
    cloche_reply_end (stream, NULL);
}
