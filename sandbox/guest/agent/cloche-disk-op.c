/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * disk and furnish: what a machine has of its own on its disk, and what all machines of one computer have in common.
 *
 * disk moves a revived fork onto its conversation's disk. Emulated, mounting takes a tenth of a second, so that it is done
 * in a child while the agent answers who only wants to know whether the machine is there; the keeper holds back what
 * needs files. pivot_root(2) moves the agent along like every other process.
 */
#include "cloche-customs.h"
#include "cloche-ops.h"
#include "cloche-own-disk.h"
#include "cloche-reply-call.h"
#include "cloche-reply.h"

/* Status of the child; anything else is an errno. */
#define DISK_WAS_FRESH 0
#define DISK_WAS_USED 255

/* The layer of ours below every machine's disk; see ../init/cloche-init.c. */
#define TREE "/run/cloche/base/tree"

static int
read_customs (json_t         *request,
              cloche_customs *ret_customs)
{
  ret_customs->timezone = cloche_request_text (request, "timezone", "Etc/UTC");
  ret_customs->ca_bundle = cloche_request_text (request, "ca_bundle", NULL);
  ret_customs->npm_registry = cloche_request_text (request, "npm_registry", NULL);
  ret_customs->pip_index = cloche_request_text (request, "pip_index", NULL);
  return cloche_customs_are_valid (ret_customs) ? 0 : -1;
}

/* ---- disk ---- */

static int
move (void *data)
{
  const cloche_customs *customs = data;
  bool is_fresh = true;
  int result = cloche_own_disk_move (&is_fresh);

  if (result == 0)
    result = cloche_customs_adopt (customs, "");
  return result < 0 ? -result : is_fresh ? DISK_WAS_FRESH : DISK_WAS_USED;
}

static void
moved (cloche_stream *stream,
       int            status)
{
  if (status == DISK_WAS_FRESH || status == DISK_WAS_USED)
    cloche_reply_end (stream, json_pack ("{s:b}", "fresh", status == DISK_WAS_FRESH));
  else if (status > 0)
    cloche_reply_errno (stream, status, "disk");
  else
    cloche_reply_error (stream, "failed", "disk");
}

void
cloche_op_disk (cloche_agent  *agent,
                cloche_stream *stream,
                json_t        *request)
{
  cloche_customs customs;

  if (!agent->is_revived || agent->has_disk) {
    cloche_reply_error (stream, "denied", "A machine is moved onto its disk once, after it was revived");
    return;
  }
  if (read_customs (request, &customs) < 0) {
    cloche_reply_error (stream, "invalid", "disk takes the name of a time zone and addresses");
    return;
  }
  agent->has_disk = true;       /* Also if it fails half-way: such a machine is good for nothing. */
  cloche_reply_call (agent, stream, move, &customs, moved);
}

/* ---- furnish ---- */

void
cloche_op_furnish (cloche_agent  *agent,
                   cloche_stream *stream,
                   json_t        *request)
{
  cloche_customs customs;
  int result;

  if (agent->is_revived || !agent->is_init) {
    cloche_reply_error (stream, "denied", "Only a template is furnished");
    return;
  }
  if (read_customs (request, &customs) < 0) {
    cloche_reply_error (stream, "invalid", "furnish takes the name of a time zone and addresses");
    return;
  }
  result = cloche_customs_adopt (&customs, TREE);
  if (result < 0)
    cloche_reply_errno (stream, -result, "furnish");
  else
    cloche_reply_end (stream, NULL);
}
