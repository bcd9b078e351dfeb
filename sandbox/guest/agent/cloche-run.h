/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * One program whose output becomes records of a job. Output is read 64 KiB at a time, one record each; both pipes are
 * read until they end, or for 2 s after the program ended, since what it left behind is killed and cannot hold them long.
 */

#include "cloche-guest-job.h"

typedef struct cloche_run cloche_run;

typedef struct
{
  const char *const *argv;
  char *const *environment;
  const char *cwd;
  const cloche_account *account;
  bool has_input;               /* a pipe; otherwise /dev/null */
} cloche_run_setup;

/* @status: of waitpid(2). The run is gone when this returns. */
typedef void (*cloche_run_ended) (int status, void *user_data);

/* 0 and *ret_run, or a negative errno: the program could not be started. */
int    cloche_run_start  (cloche_agent            *agent,
                          cloche_guest_job        *job,
                          const cloche_run_setup  *setup,
                          cloche_run_ended         ended,
                          void                    *user_data,
                          cloche_run             **ret_run);

/* What a job's class passes on. */
size_t cloche_run_input  (cloche_run    *self,
                          const uint8_t *bytes,
                          size_t         length);
void   cloche_run_signal (cloche_run *self,
                          int         number);
void   cloche_run_stop   (cloche_run *self);
void   cloche_run_resume (cloche_run *self);
