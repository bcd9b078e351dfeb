/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-reply-call.h"

#include "cloche-alloc.h"

#include <stdlib.h>
#include <sys/wait.h>

typedef struct
{
  cloche_stream *stream;        /* NULL: gone */
  cloche_reply_called called;
} reply_call;

static void
closed_cb (cloche_stream *stream,
           bool           was_reset,
           void          *user_data)
{
  reply_call *self = user_data;

  self->stream = NULL;
}

static const cloche_stream_events events = {
  .closed = closed_cb,
};

static void
exited_cb (int   status,
           void *user_data)
{
  reply_call *self = user_data;

  if (self->stream != NULL)
    self->called (self->stream, WIFEXITED (status) ? WEXITSTATUS (status) : -1);
  free (self);
}

void
cloche_reply_call (cloche_agent       *agent,
                   cloche_stream      *stream,
                   cloche_process_work work,
                   void               *data,
                   cloche_reply_called called)
{
  reply_call *self = cloche_new (sizeof *self);

  self->stream = stream;
  self->called = called;
  cloche_stream_take (stream, &events, self);
  if (cloche_process_call (agent->children, work, data, exited_cb, self) == 0)
    return;
  called (stream, -1);
  free (self);
}
