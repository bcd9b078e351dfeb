/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ops.h"

#include "cloche-reply.h"

#include <string.h>

static const struct
{
  const char *name;
  cloche_op call;
} ops[] = {
  { "attach", cloche_op_attach },
  { "clock", cloche_op_clock },
  { "code", cloche_op_code },
  { "disk", cloche_op_disk },
  { "exec", cloche_op_exec },
  { "furnish", cloche_op_furnish },
  { "get", cloche_op_get },
  { "hello", cloche_op_hello },
  { "interrupt", cloche_op_interrupt },
  { "jobs", cloche_op_jobs },
  { "list", cloche_op_list },
  { "put", cloche_op_put },
  { "restart-kernel", cloche_op_restart_kernel },
  { "revive", cloche_op_revive },
  { "settle", cloche_op_settle },
  { "signal", cloche_op_signal },
  { "stats", cloche_op_stats },
  { "sync", cloche_op_sync },
  { "warm", cloche_op_warm },
  { "watch", cloche_op_watch },
};

void
cloche_ops_dispatch (cloche_agent  *agent,
                     cloche_stream *stream,
                     const char    *line,
                     size_t         length)
{
  json_t *request = cloche_request_parse (line, length);
  const char *name = cloche_request_text (request, "op", NULL);

  for (size_t i = 0; name != NULL && i < sizeof ops / sizeof ops[0]; i++) {
    if (strcmp (ops[i].name, name) == 0) {
      ops[i].call (agent, stream, request);
      json_decref (request);
      return;
    }
  }
  if (name == NULL)
    cloche_reply_error (stream, "invalid", "The request is not a JSON object with an op");
  else
    cloche_reply_error (stream, "unsupported", "There is no op “%.64s”", name);
  json_decref (request);
}
