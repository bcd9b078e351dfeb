/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-yamux-private.h"

#include <errno.h>
#include <string.h>

/* bytes: no frame smaller than this is made only because the stage is nearly full. */
#define SMALLEST_CUT_BYTES 1024

/* bytes of room below which no waiting writer is called, so that none of them writes in crumbs. */
#define WORTHWHILE_ROOM_BYTES (16 * 1024)

void
_cloche_yamux_list_init (cloche_yamux_link *head)
{
  head->prev = head->next = head;
}

/* Does nothing if @link is in its list already: it keeps its turn. */
void
_cloche_yamux_link_append (cloche_yamux_link *head,
                           cloche_yamux_link *link)
{
  if (link->next != NULL)
    return;

  link->prev = head->prev;
  link->next = head;
  head->prev->next = link;
  head->prev = link;
}

void
_cloche_yamux_link_remove (cloche_yamux_link *link)
{
  if (link->next == NULL)
    return;

  link->prev->next = link->next;
  link->next->prev = link->prev;
  link->prev = link->next = NULL;
}

static cloche_yamux_stream *
pop_first (cloche_yamux_link *head)
{
  cloche_yamux_link *link = head->next;

  if (link == head)
    return NULL;

  _cloche_yamux_link_remove (link);

  return link->stream;
}

static void
put_header (uint8_t *out,
            uint8_t  type,
            uint16_t flags,
            uint32_t id,
            uint32_t length)
{
  out[0] = 0;                   /* Version. */
  out[1] = type;
  out[2] = (uint8_t) (flags >> 8);
  out[3] = (uint8_t) flags;
  out[4] = (uint8_t) (id >> 24);
  out[5] = (uint8_t) (id >> 16);
  out[6] = (uint8_t) (id >> 8);
  out[7] = (uint8_t) id;
  out[8] = (uint8_t) (length >> 24);
  out[9] = (uint8_t) (length >> 16);
  out[10] = (uint8_t) (length >> 8);
  out[11] = (uint8_t) length;
}

/* 0, or -EAGAIN if too many wait, or -ENOMEM. */
int
_cloche_yamux_queue_control (cloche_yamux *self,
                             uint8_t       type,
                             uint16_t      flags,
                             uint32_t      id,
                             uint32_t      length)
{
  uint8_t header[CLOCHE_YAMUX_HEADER_BYTES];

  if (self->control.length >= CLOCHE_YAMUX_MAX_CONTROL_OUTPUT_FRAMES * CLOCHE_YAMUX_HEADER_BYTES)
    return -EAGAIN;

  put_header (header, type, flags, id, length);

  return cloche_byte_queue_append (&self->control, header, sizeof header);
}

/* Whether nothing but the session's output cap keeps @stream from writing. */
bool
_cloche_yamux_can_write (cloche_yamux_stream *stream)
{
  return stream->send_window > 0 && stream->output.length < CLOCHE_YAMUX_WINDOW_BYTES;
}

/* bytes below the output cap. */
size_t
_cloche_yamux_get_room (const cloche_yamux *self)
{
  size_t used = self->stream_output_bytes + self->stage_length;

  return used < CLOCHE_YAMUX_MAX_OUTPUT_BYTES ? CLOCHE_YAMUX_MAX_OUTPUT_BYTES - used : 0;
}

/* The next to be called: while there is room, who waits longest; then, who would soon have nothing to send. */
static cloche_yamux_stream *
pop_served (cloche_yamux *self)
{
  if (_cloche_yamux_get_room (self) >= WORTHWHILE_ROOM_BYTES)
    return pop_first (&self->waiting);

  for (cloche_yamux_link *link = self->waiting.next; link != &self->waiting; link = link->next)
    if (link->stream->output.length <= CLOCHE_YAMUX_QUANTUM_BYTES / 2) {
      _cloche_yamux_link_remove (link);
      return link->stream;
    }

  return NULL;
}

/* Ends, because a stream comes back to the list only by using up the room or its quantum. */
void
_cloche_yamux_serve_waiting (cloche_yamux *self)
{
  cloche_yamux_stream *stream;

  while ((stream = pop_served (self)) != NULL) {
    stream->wants_writable = false;
    stream->has_turn = true;
    if (self->events.writable != NULL)
      self->events.writable (stream->id, self->user_data);
  }
}

static size_t
get_stage_room (const cloche_yamux *self)
{
  return sizeof self->stage - self->stage_length;
}

static void
stage_header (cloche_yamux *self,
              uint8_t       type,
              uint16_t      flags,
              uint32_t      id,
              uint32_t      length)
{
  put_header (self->stage + self->stage_length, type, flags, id, length);
  self->stage_length += CLOCHE_YAMUX_HEADER_BYTES;
}

static void
stage_control (cloche_yamux *self)
{
  size_t n = get_stage_room (self) / CLOCHE_YAMUX_HEADER_BYTES * CLOCHE_YAMUX_HEADER_BYTES;

  if (n > self->control.length)
    n = self->control.length;
  if (n == 0)
    return;

  memcpy (self->stage + self->stage_length, cloche_byte_queue_peek (&self->control), n);
  self->stage_length += n;
  cloche_byte_queue_drop (&self->control, n);
}

static void
stage_window_frames (cloche_yamux *self)
{
  cloche_yamux_stream *stream;

  while (get_stage_room (self) >= CLOCHE_YAMUX_HEADER_BYTES && (stream = pop_first (&self->urgent)) != NULL) {
    uint16_t flags = (stream->needs_syn ? CLOCHE_YAMUX_FLAG_SYN : 0) | (stream->needs_ack ? CLOCHE_YAMUX_FLAG_ACK : 0);

    stage_header (self, CLOCHE_YAMUX_TYPE_WINDOW, flags, stream->id, stream->consumed);
    stream->receive_window += stream->consumed;
    stream->consumed = 0;
    stream->needs_syn = stream->needs_ack = false;
  }
}

/* A frame of its own, as the reference sends it: peers look at a frame's flags before its data, and some then drop data
 * that comes with FIN (libp2p's does, the reference may). */
static void
stage_finish (cloche_yamux        *self,
              cloche_yamux_stream *stream)
{
  stage_header (self, CLOCHE_YAMUX_TYPE_WINDOW, CLOCHE_YAMUX_FLAG_FIN, stream->id, 0);
  stream->finish_staged = true;
  if (stream->peer_finished)
    _cloche_yamux_link_append (&self->dying, &stream->waiting);
}

static void
stage_data_frame (cloche_yamux        *self,
                  cloche_yamux_stream *stream)
{
  size_t n = stream->output.length;

  if (n > CLOCHE_YAMUX_QUANTUM_BYTES)
    n = CLOCHE_YAMUX_QUANTUM_BYTES;
  if (n > get_stage_room (self) - CLOCHE_YAMUX_HEADER_BYTES)
    n = get_stage_room (self) - CLOCHE_YAMUX_HEADER_BYTES;

  stage_header (self, CLOCHE_YAMUX_TYPE_DATA, 0, stream->id, (uint32_t) n);
  memcpy (self->stage + self->stage_length, cloche_byte_queue_peek (&stream->output), n);
  self->stage_length += n;
  self->stream_output_bytes -= n;
  cloche_byte_queue_drop (&stream->output, n);

  if (stream->output.length > 0 || stream->finish_wanted)
    _cloche_yamux_link_append (&self->ready, &stream->ready);
  if (stream->wants_writable && _cloche_yamux_can_write (stream))
    _cloche_yamux_link_append (&self->waiting, &stream->waiting);
}

static void
stage_data (cloche_yamux *self)
{
  while (self->ready.next != &self->ready) {
    cloche_yamux_stream *stream = self->ready.next->stream;
    size_t least = stream->output.length < SMALLEST_CUT_BYTES ? stream->output.length : SMALLEST_CUT_BYTES;

    if (get_stage_room (self) < CLOCHE_YAMUX_HEADER_BYTES + least)
      return;

    _cloche_yamux_link_remove (&stream->ready);
    if (stream->output.length > 0)
      stage_data_frame (self, stream);
    else
      stage_finish (self, stream);
  }
}

static void
stage_last_words (cloche_yamux *self)
{
  uint32_t code = self->error == -ENOMEM ? CLOCHE_YAMUX_GO_AWAY_INTERNAL : CLOCHE_YAMUX_GO_AWAY_PROTOCOL;

  if (self->needs_last_words)
    stage_header (self, CLOCHE_YAMUX_TYPE_GO_AWAY, 0, 0, code);
  self->needs_last_words = false;
}

size_t
cloche_yamux_peek_output (cloche_yamux   *self,
                          const uint8_t **ret_bytes)
{
  if (self->stage_length == 0) {
    self->stage_start = 0;
    if (self->error < 0) {
      stage_last_words (self);
    } else {
      stage_control (self);
      stage_window_frames (self);
      stage_data (self);
    }
  }

  *ret_bytes = self->stage + self->stage_start;

  return self->stage_length;
}

void
cloche_yamux_output_sent (cloche_yamux *self,
                          size_t        length)
{
  cloche_yamux_stream *stream;

  if (length > self->stage_length)
    length = self->stage_length;
  self->stage_start += length;
  self->stage_length -= length;

  while (self->error == 0 && (stream = pop_first (&self->dying)) != NULL)
    _cloche_yamux_close (self, stream, false);
  if (self->error == 0)
    _cloche_yamux_serve_waiting (self);
}
