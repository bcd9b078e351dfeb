/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* Requests and answers: JSON of the host, capped before it is parsed. */

#include "cloche-stream.h"

#include <jansson.h>

/* The object of a request line, or NULL: not JSON, not an object, nested too deep, a key twice. Release with json_decref(). */
json_t     *cloche_request_parse     (const char *line,
                                      size_t      length);
/* Borrowed. @fallback when the member is absent or of another type. */
const char *cloche_request_text      (json_t     *request,
                                      const char *name,
                                      const char *fallback);
int64_t     cloche_request_number    (json_t     *request,
                                      const char *name,
                                      int64_t     fallback);
bool        cloche_request_flag      (json_t     *request,
                                      const char *name);

/* JSON text of @bytes, whatever they are: what is not UTF-8 becomes U+FFFD. */
json_t     *cloche_json_text         (const char *bytes);

/* Sends {"ok":true, …members of @answer}, consuming @answer (NULL: none). */
void        cloche_reply             (cloche_stream *stream,
                                      json_t        *answer);
/* The same, and nothing follows it: the stream is finished and let go. */
void        cloche_reply_end         (cloche_stream *stream,
                                      json_t        *answer);
/* @code: one of protocol.md. Finishes the stream and lets it go. */
void        cloche_reply_error       (cloche_stream *stream,
                                      const char    *code,
                                      const char    *format,
                                      ...) __attribute__ ((format (printf, 3, 4)));
/* The code of protocol.md that says what @error (an errno, positive) means. */
const char *cloche_reply_errno_code  (int error);
/* cloche_reply_error() for a system call that failed with @error (positive) on @what. */
void        cloche_reply_errno       (cloche_stream *stream,
                                      int            error,
                                      const char    *what);
