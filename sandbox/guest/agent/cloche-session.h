/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * One yamux session on one port: reads, feeds, writes, and makes a cloche_stream of every stream. A request line that the
 * host sent goes to the op that dispatch() finds. The session lives until its port hangs up or the host breaks a rule.
 */

#include "cloche-loop.h"
#include "cloche-stream.h"

typedef struct
{
  /* @line: without its newline, NUL-terminated, at most CLOCHE_LIMIT_LINE_BYTES. The callee takes or ends the stream. */
  void (*request) (cloche_stream *stream, const char *line, size_t length, void *user_data);
  /* The transport or the protocol ended; streams are closed already. Free the session now. */
  void (*over) (cloche_session *session, void *user_data);
} cloche_session_events;

/* @fd: non-blocking; the session owns it. */
cloche_session *cloche_session_new  (cloche_loop                 *loop,
                                     int                          fd,
                                     const cloche_session_events *events,
                                     void                        *user_data);
void            cloche_session_free (cloche_session *self);

/* A stream of ours; taken by @events at once. NULL if the cap is reached. */
cloche_stream  *cloche_session_open (cloche_session             *self,
                                     const cloche_stream_events *events,
                                     void                       *user_data);
