/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* The operations of protocol.md, one function each, and the table that finds them. */

#include "cloche-agent.h"
#include "cloche-stream.h"

#include <jansson.h>

/* @request: borrowed. The op answers and takes or ends @stream. */
typedef void (*cloche_op) (cloche_agent  *agent,
                           cloche_stream *stream,
                           json_t        *request);

/* Parses the line and calls the op that it names. */
void cloche_ops_dispatch (cloche_agent  *agent,
                          cloche_stream *stream,
                          const char    *line,
                          size_t         length);

void cloche_op_hello          (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_warm           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_settle         (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_revive         (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_disk           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_furnish        (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_clock          (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_exec           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_code           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_attach         (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_jobs           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_signal         (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_interrupt      (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_restart_kernel (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_put            (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_get            (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_list           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_watch          (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_sync           (cloche_agent *agent, cloche_stream *stream, json_t *request);
void cloche_op_stats          (cloche_agent *agent, cloche_stream *stream, json_t *request);
