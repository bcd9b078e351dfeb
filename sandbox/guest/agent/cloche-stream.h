/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * One yamux stream as an op sees it. The session made the request line of it; then it belongs to the op that
 * cloche_stream_take() names, until closed() was called or the op called cloche_stream_reset() or _let_go().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cloche_session cloche_session;
typedef struct cloche_stream  cloche_stream;

/* Every callback may be NULL. None is called from within cloche_stream_send(). */
typedef struct
{
  /* Bytes came; hand the room back with cloche_stream_consumed(), now or later. Without this callback they are dropped. */
  void (*received) (cloche_stream *stream, const uint8_t *bytes, size_t length, void *user_data);
  /* The peer will send no more. */
  void (*finished) (cloche_stream *stream, void *user_data);
  /* All that was queued has been given to the transport: room for more. */
  void (*drained) (cloche_stream *stream, void *user_data);
  /* The stream is gone; @user_data is not used again. */
  void (*closed) (cloche_stream *stream, bool was_reset, void *user_data);
} cloche_stream_events;

void   cloche_stream_take        (cloche_stream              *self,
                                  const cloche_stream_events *events,
                                  void                       *user_data);
/* No callback will come any more; what is queued is still sent, and our side finished after it. */
void   cloche_stream_let_go      (cloche_stream *self);

/* Takes all of @bytes, queueing what the window does not allow yet: an op sends no more before drained(). True when
 * nothing had to be queued, so that no drained() will come. */
bool   cloche_stream_send        (cloche_stream *self,
                                  const void    *bytes,
                                  size_t         length);
bool   cloche_stream_is_drained  (cloche_stream *self);
/* Our side ends after what is queued. */
void   cloche_stream_finish      (cloche_stream *self);
/* @self is gone with it; no callback is called. */
void   cloche_stream_reset       (cloche_stream *self);
void   cloche_stream_consumed    (cloche_stream *self,
                                  size_t         length);
