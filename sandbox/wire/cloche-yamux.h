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
 * for ever, no further callback comes, all streams are gone, and a go-away with code 1 (2: out of memory) is the last
 * thing in the output.
 *
 * Output: control frames go first, then one data frame of every stream that has something to say, in turn. A ping or a
 * small message therefore waits behind at most CLOCHE_YAMUX_STAGE_BYTES of somebody's bulk data.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* bytes: a stream's receive window; the specification's initial value, which we never raise. */
#define CLOCHE_YAMUX_WINDOW_BYTES (256 * 1024)

/* streams open at once in one session, both directions together. The peer cannot know how many we have just opened, so
 * one above the cap is reset, which is no breach. */
#define CLOCHE_YAMUX_MAX_STREAMS 256

/* streams that the peer opened and that nobody here has accepted or reset yet. The peer sees our answers, so one more
 * is a breach; cloche_yamux_open() keeps to it on our side. */
#define CLOCHE_YAMUX_MAX_UNACCEPTED 64

/* bytes of data waiting for the transport; writes are refused (not an error) above it, but for the next. */
#define CLOCHE_YAMUX_MAX_OUTPUT_BYTES (1024 * 1024)

/* bytes of one stream's data that leave before the next stream's turn. Every stream may have as much waiting whatever
 * the others do, so that none starves and a small message is never refused. */
#define CLOCHE_YAMUX_QUANTUM_BYTES (16 * 1024)

/* bytes that one cloche_yamux_peek_output() gives at most: large enough for virtio-serial to be fast, small enough that
 * what comes next does not wait long. */
#define CLOCHE_YAMUX_STAGE_BYTES (64 * 1024)

/* ping answers and resets waiting for the transport: a peer that provokes them and does not read is ended. */
#define CLOCHE_YAMUX_MAX_CONTROL_OUTPUT_FRAMES 4096

/* control frames (everything but data with bytes in it) that one feed, or each 64 KiB of a longer one, may carry before
 * it counts as a flood. Who has a clock limits the rate as well: cloche_yamux_get_n_control_frames(). */
#define CLOCHE_YAMUX_MAX_CONTROL_FRAMES_PER_64K 1024

typedef struct cloche_yamux cloche_yamux;

/* Callbacks run inside cloche_yamux_feed() and cloche_yamux_output_sent() and nowhere else; they may call any function of
 * the session but these two and free. Each may be NULL. */
typedef struct
{
  /* The peer opened stream @id. Answer with cloche_yamux_accept() or cloche_yamux_reset(), now or later. */
  void (*opened) (uint32_t id, void *user_data);
  /* @bytes came on @id, at most what the window allows. Valid during the call only. Hand the room back with
   * cloche_yamux_consumed() once they are dealt with: that is the back-pressure. */
  void (*received) (uint32_t id, const uint8_t *bytes, size_t length, void *user_data);
  /* The peer will send no more on @id. */
  void (*finished) (uint32_t id, void *user_data);
  /* @id is gone: reset by the peer, or both sides have finished and our end of it was given to the transport. No further
   * callback names it. Not called after our own reset. cloche_yamux_get_stream_data() still answers. */
  void (*closed) (uint32_t id, bool was_reset, void *user_data);
  /* A cloche_yamux_write() on @id that took less than asked may now take more. Streams are called in turn. */
  void (*writable) (uint32_t id, void *user_data);
  /* The answer to cloche_yamux_ping() with this value, if the peer is honest: it may also come unasked. */
  void (*ponged) (uint32_t value, void *user_data);
  /* The peer said go-away with @code (0 normal, 1 protocol error, 2 internal error): no new streams. */
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

/* The bytes to send next (0: none), borrowed until cloche_yamux_output_sent(), whatever else is called meanwhile; the
 * transport reports how many of them it took. */
size_t        cloche_yamux_peek_output (cloche_yamux   *self,
                                        const uint8_t **ret_bytes);
void          cloche_yamux_output_sent (cloche_yamux *self,
                                        size_t        length);

/* Stream id > 0, or -EMFILE (cap), -EPIPE (session over, peer went away, or ids used up), -ENOMEM. */
int64_t       cloche_yamux_open     (cloche_yamux *self);
/* 0, or -ENOENT if there is no such stream (any more), -EINVAL if it is ours or accepted. */
int           cloche_yamux_accept   (cloche_yamux *self,
                                     uint32_t      id);

/* Takes what the peer's window and the output cap allow, 0 … @length; less than @length: wait for writable().
 * -EPIPE if the stream is not accepted, finished or gone; -ENOMEM, which leaves the stream as it was. */
ssize_t       cloche_yamux_write    (cloche_yamux *self,
                                     uint32_t      id,
                                     const void   *bytes,
                                     size_t        length);
/* We shall send no more; what was written is sent first. 0, or -EPIPE as above. */
int           cloche_yamux_finish   (cloche_yamux *self,
                                     uint32_t      id);
/* Both directions end now, unsent bytes are dropped, the stream is gone. 0, or -ENOENT. */
int           cloche_yamux_reset    (cloche_yamux *self,
                                     uint32_t      id);
/* @length bytes of received() were dealt with. 0, or -ENOENT, which is harmless; -EINVAL: more than were received. */
int           cloche_yamux_consumed (cloche_yamux *self,
                                     uint32_t      id,
                                     size_t        length);

/* A pointer of the caller's for each stream; NULL at first, never freed here. */
int           cloche_yamux_set_stream_data (cloche_yamux *self,
                                            uint32_t      id,
                                            void         *data);
void         *cloche_yamux_get_stream_data (cloche_yamux *self,
                                            uint32_t      id);

/* 0, or -EPIPE, -ENOMEM, -EAGAIN (too much control output is waiting). */
int           cloche_yamux_ping     (cloche_yamux *self,
                                     uint32_t      value);
/* No new streams from the peer from now on; those that it opens all the same are reset. Errors as above. */
int           cloche_yamux_go_away  (cloche_yamux *self,
                                     uint32_t      code);

unsigned      cloche_yamux_get_n_streams        (const cloche_yamux *self);
uint64_t      cloche_yamux_get_n_control_frames (const cloche_yamux *self);
size_t        cloche_yamux_get_output_bytes     (const cloche_yamux *self);
bool          cloche_yamux_is_over              (const cloche_yamux *self);
