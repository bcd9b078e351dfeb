/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-agent.h"
#include "cloche-process.h"
#include "cloche-stream.h"

/* Answers and lets go of @stream. @status: what the work returned (0…255), -1 if it could not be done at all. */
typedef void (*cloche_reply_called) (cloche_stream *stream, int status);

/* Does @work in a child, since it may wait long and the loop must not, then has @called answer. @called is not called when
 * the stream has gone away meanwhile. @data: as it is now; the child has a copy. */
void cloche_reply_call (cloche_agent       *agent,
                        cloche_stream      *stream,
                        cloche_process_work work,
                        void               *data,
                        cloche_reply_called called);
