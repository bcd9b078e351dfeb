/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * The multiplexer of every channel in Cloche: yamux, version 0, as published by HashiCorp
 * (github.com/hashicorp/yamux, spec.md), as a plain C library without I/O, threads, time or GLib: bytes go in, events
 * and bytes come out. The guest's agent links it as it is; hosts use it through ClocheWireSession.
 *
 * A session ends at the first breach of the protocol or of a cap: cloche_yamux_feed() then returns a negative errno
 * for ever, and a go-away with code 1 is the last thing in the output.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* bytes: a stream's receive window; the specification's initial value, which we never raise. */
#define CLOCHE_YAMUX_WINDOW_BYTES (256 * 1024)

/* streams open at once in one session, both directions together. */
#define CLOCHE_YAMUX_MAX_STREAMS 256

/* streams that the peer opened and that nobody here has accepted or reset yet. */
#define CLOCHE_YAMUX_MAX_UNACCEPTED 64

/* bytes of output waiting for the transport; writes are refused (not an error) above it. */
#define CLOCHE_YAMUX_MAX_OUTPUT_BYTES (1024 * 1024)

/* control frames (everything but data) that one feed of 64 KiB may carry before it counts as a flood. */
#define CLOCHE_YAMUX_MAX_CONTROL_FRAMES_PER_64K 1024

typedef struct cloche_yamux cloche_yamux;

/* Callbacks run inside cloche_yamux_feed(); they may call any function of the session but feed and free. */
typedef struct
{
  /* The peer opened stream @id. Answer with cloche_yamux_accept() or cloche_yamux_reset(), now or later. */
  void (*opened) (uint32_t id, void *user_data);
  /* @bytes came on @id, at most what the window allows. Valid during the call only. Hand the room back with
   * cloche_yamux_consumed() once they are dealt with: that is the back-pressure. */
  void (*received) (uint32_t id, const uint8_t *bytes, size_t length, void *user_data);
  /* The peer will send no more on @id. */
  void (*finished) (uint32_t id, void *user_data);
  /* @id is gone: reset by the peer, or both sides have finished. No further callback names it. */
  void (*closed) (uint32_t id, bool was_reset, void *user_data);
  /* A cloche_yamux_write() on @id that took less than asked may now take more. */
  void (*writable) (uint32_t id, void *user_data);
  /* The answer to cloche_yamux_ping() with this value. */
  void (*ponged) (uint32_t value, void *user_data);
  /* The peer said go-away with @code (0 = normal): no new streams. */
  void (*went_away) (uint32_t code, void *user_data);
} cloche_yamux_events;

/* @is_client: the side that made the connection; its stream ids are odd. NULL if out of memory. */
cloche_yamux *cloche_yamux_new  (bool                       is_client,
                                 const cloche_yamux_events *events,
                                 void                      *user_data);
void          cloche_yamux_free (cloche_yamux *self);

/* @bytes: may end anywhere. 0, or -EPROTO (malformed), -EMSGSIZE (a cap), -ENOMEM; sticky. */
int           cloche_yamux_feed (cloche_yamux  *self,
                                 const uint8_t *bytes,
                                 size_t         length);

/* The bytes to send next, borrowed until the next call; the transport reports how many it took. */
size_t        cloche_yamux_peek_output (cloche_yamux   *self,
                                        const uint8_t **ret_bytes);
void          cloche_yamux_output_sent (cloche_yamux *self,
                                        size_t        length);

/* Stream id > 0, or -EMFILE (cap), -EPIPE (session over or peer went away). */
int64_t       cloche_yamux_open     (cloche_yamux *self);
int           cloche_yamux_accept   (cloche_yamux *self,
                                     uint32_t      id);

/* Takes what the peer's window and the output cap allow, 0 … @length; -EPIPE if the stream cannot be written. */
ssize_t       cloche_yamux_write    (cloche_yamux *self,
                                     uint32_t      id,
                                     const void   *bytes,
                                     size_t        length);
int           cloche_yamux_finish   (cloche_yamux *self,
                                     uint32_t      id);
int           cloche_yamux_reset    (cloche_yamux *self,
                                     uint32_t      id);
int           cloche_yamux_consumed (cloche_yamux *self,
                                     uint32_t      id,
                                     size_t        length);

int           cloche_yamux_ping     (cloche_yamux *self,
                                     uint32_t      value);
int           cloche_yamux_go_away  (cloche_yamux *self,
                                     uint32_t      code);

unsigned      cloche_yamux_get_n_streams (const cloche_yamux *self);
bool          cloche_yamux_is_over       (const cloche_yamux *self);
