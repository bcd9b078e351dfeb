/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* What every part of the agent is handed: who works, where, and the lists of what is alive. */

#include "cloche-account.h"
#include "cloche-loop.h"

#include <stdbool.h>

typedef struct cloche_jobs     cloche_jobs;
typedef struct cloche_services cloche_services;
typedef struct cloche_catch    cloche_catch;
typedef struct cloche_children cloche_children;

/* bytes: the longest path that an op takes. */
#define CLOCHE_AGENT_PATH_BYTES 4096

typedef struct cloche_agent cloche_agent;

struct cloche_agent
{
  cloche_loop *loop;
  cloche_children *children;
  cloche_jobs *jobs;
  cloche_services *services;
  cloche_catch *catch;          /* NULL when not PID 1 */

  cloche_account user;          /* whom work runs as */
  const char *root;             /* "" for a machine; a folder's path without its end slash when tried outside one */
  bool is_init;                 /* PID 1 of a machine, which it may mount, rename and rule over */
  bool is_revived;
  bool has_disk;                /* it has been told to move onto the conversation's disk */
};
