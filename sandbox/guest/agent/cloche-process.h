/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * Children: started with a clean environment, as an account, in a session and a control group of their own, so that
 * whatever they leave behind can be found and ended. The children table reaps, and as PID 1 everybody's orphans.
 */

#include "cloche-account.h"
#include "cloche-loop.h"

#include <stdbool.h>

typedef struct cloche_children cloche_children;
typedef struct cloche_process  cloche_process;

/* @status: of waitpid(2). The process object is gone when this returns. */
typedef void (*cloche_process_exited) (int status, void *user_data);

/* Work in a child without exec; its result is the exit status. */
typedef int (*cloche_process_work) (void *data);

typedef struct
{
  const char *const *argv;      /* argv[0] is looked up in PATH of @environment */
  char *const *environment;
  const char *cwd;
  const cloche_account *account;
  const char *group;            /* name of the control group, below "work" */
  int stdin_fd;                 /* -1: /dev/null */
  int stdout_fd;                /* -1: the agent's own standard error, that is the console */
  int stderr_fd;                /* -1: the same */
  int listen_fd;                /* becomes descriptor 3; -1: none */
} cloche_process_setup;

/* NULL if the kernel gives no signal descriptor. */
cloche_children *cloche_children_new  (cloche_loop *loop);
void             cloche_children_free (cloche_children *self);

/* 0 and *ret_process, or a negative errno: also when the program could not be executed or the folder not entered. */
int              cloche_process_start (cloche_children            *children,
                                       const cloche_process_setup *setup,
                                       cloche_process_exited       exited,
                                       void                       *user_data,
                                       cloche_process            **ret_process);
/* Runs @work in a child of the agent's own kind, for system calls that may wait long; its result is the exit status. */
int              cloche_process_call  (cloche_children       *children,
                                       cloche_process_work    work,
                                       void                  *data,
                                       cloche_process_exited  exited,
                                       void                  *user_data);
/* To all of its control group, or of its process group where there are no control groups. */
void             cloche_process_signal (cloche_process *self,
                                        int             number);
/* SIGTERM to all, and SIGKILL to who is left after the grace. */
void             cloche_process_end    (cloche_process *self);
/* Nobody is interested in exited() any more; the process goes on. */
void             cloche_process_forget (cloche_process *self);
