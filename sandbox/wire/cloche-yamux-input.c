/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-yamux-private.h"

#include <errno.h>
#include <string.h>

/* bytes of input over which control frames are counted. */
#define SLICE_BYTES (64 * 1024)

static uint32_t
get_u32 (const uint8_t *bytes)
{
  return (uint32_t) bytes[0] << 24 | (uint32_t) bytes[1] << 16 | (uint32_t) bytes[2] << 8 | bytes[3];
}

static bool
is_peers_parity (const cloche_yamux *self,
                 uint32_t            id)
{
  return (id & 1) == (self->is_client ? 0 : 1);
}

/* Whether @id was ever opened. Ids only grow, so those below the newest were, or were given up before their SYN. */
static bool
was_opened (const cloche_yamux *self,
            uint32_t            id)
{
  return is_peers_parity (self, id) ? id <= self->last_peer_id : id < self->next_id;
}

static int
answer (cloche_yamux *self,
        uint8_t       type,
        uint16_t      flags,
        uint32_t      id,
        uint32_t      length)
{
  int result = _cloche_yamux_queue_control (self, type, flags, id, length);

  return result < 0 ? _cloche_yamux_fail (self, result == -EAGAIN ? -EMSGSIZE : result) : 0;
}

/* Spec, "Stream ID": "The client side should use odd ID's, and the server even." */
static int
handle_syn (cloche_yamux *self,
            uint32_t      id)
{
  if (!is_peers_parity (self, id) || id <= self->last_peer_id)
    return _cloche_yamux_fail (self, -EPROTO);

  self->last_peer_id = id;
  if (self->we_went_away || self->n_streams >= CLOCHE_YAMUX_MAX_STREAMS)
    return answer (self, CLOCHE_YAMUX_TYPE_WINDOW, CLOCHE_YAMUX_FLAG_RST, id, 0);
  if (self->n_unaccepted >= CLOCHE_YAMUX_MAX_UNACCEPTED)
    return _cloche_yamux_fail (self, -EMSGSIZE);
  if (_cloche_yamux_add (self, id, false) == NULL)
    return _cloche_yamux_fail (self, -ENOMEM);

  if (self->events.opened != NULL)
    self->events.opened (id, self->user_data);

  return self->error;
}

static void
handle_fin (cloche_yamux *self,
            uint32_t      id)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);

  if (stream == NULL)
    return;
  if (stream->peer_finished) {
    _cloche_yamux_fail (self, -EPROTO);
    return;
  }

  stream->peer_finished = true;
  if (self->events.finished != NULL)
    self->events.finished (id, self->user_data);

  stream = _cloche_yamux_find (self, id);
  if (stream != NULL && stream->finish_staged)
    _cloche_yamux_close (self, stream, false);
}

/* An acknowledgement that nobody waits for is ignored, as the reference does. */
static void
handle_ack (cloche_yamux        *self,
            cloche_yamux_stream *stream)
{
  if (stream->is_ours && !stream->is_acknowledged) {
    stream->is_acknowledged = true;
    self->n_unacknowledged--;
  }
}

static int
handle_room (cloche_yamux        *self,
             cloche_yamux_stream *stream,
             uint32_t             delta)
{
  if (delta > UINT32_MAX - stream->send_window)
    return _cloche_yamux_fail (self, -EPROTO);

  stream->send_window += delta;
  if (stream->wants_writable && _cloche_yamux_can_write (stream))
    _cloche_yamux_link_append (&self->waiting, &stream->waiting);

  return 0;
}

static int
handle_data (cloche_yamux        *self,
             cloche_yamux_stream *stream,
             uint32_t             length)
{
  if (length > 0 && (stream->peer_finished || length > stream->receive_window))
    return _cloche_yamux_fail (self, -EPROTO);

  stream->receive_window -= length;

  return 0;
}

/* A frame of type data or window. Its body, if it has one, comes later: see take_body(). */
static int
handle_stream_frame (cloche_yamux *self,
                     bool          is_data,
                     uint16_t      flags,
                     uint32_t      id,
                     uint32_t      length)
{
  cloche_yamux_stream *stream;
  int result;

  if (id == 0)
    return _cloche_yamux_fail (self, -EPROTO);
  if ((flags & CLOCHE_YAMUX_FLAG_SYN) != 0 && handle_syn (self, id) < 0)
    return self->error;

  self->body_id = id;
  self->body_left = is_data ? length : 0;
  self->body_finishes = false;

  stream = _cloche_yamux_find (self, id);
  if (stream == NULL) {
    /* The body of a frame for a stream that is gone is skipped; nobody ever had room for more than a window. */
    if (!was_opened (self, id) || self->body_left > CLOCHE_YAMUX_WINDOW_BYTES)
      return _cloche_yamux_fail (self, -EPROTO);
    return 0;
  }

  /* The peer cannot know a stream whose SYN has not left yet. */
  if (stream->needs_syn)
    return _cloche_yamux_fail (self, -EPROTO);
  if ((flags & CLOCHE_YAMUX_FLAG_ACK) != 0)
    handle_ack (self, stream);
  result = is_data ? handle_data (self, stream, length) : handle_room (self, stream, length);
  if (result < 0)
    return result;

  if ((flags & CLOCHE_YAMUX_FLAG_RST) != 0)
    _cloche_yamux_close (self, stream, true);
  else if ((flags & CLOCHE_YAMUX_FLAG_FIN) != 0 && self->body_left > 0)
    self->body_finishes = true;
  else if ((flags & CLOCHE_YAMUX_FLAG_FIN) != 0)
    handle_fin (self, id);

  return self->error;
}

static int
handle_ping (cloche_yamux *self,
             uint16_t      flags,
             uint32_t      value)
{
  if ((flags & CLOCHE_YAMUX_FLAG_SYN) != 0)
    return answer (self, CLOCHE_YAMUX_TYPE_PING, CLOCHE_YAMUX_FLAG_ACK, 0, value);

  if (self->events.ponged != NULL)
    self->events.ponged (value, self->user_data);

  return self->error;
}

static int
handle_go_away (cloche_yamux *self,
                uint32_t      code)
{
  if (code > CLOCHE_YAMUX_GO_AWAY_INTERNAL)
    return _cloche_yamux_fail (self, -EPROTO);

  self->peer_went_away = true;
  if (self->events.went_away != NULL)
    self->events.went_away (code, self->user_data);

  return self->error;
}

static int
count_control_frame (cloche_yamux *self)
{
  self->n_control_frames++;
  if (++self->slice_control_frames > CLOCHE_YAMUX_MAX_CONTROL_FRAMES_PER_64K)
    return _cloche_yamux_fail (self, -EMSGSIZE);

  return 0;
}

static int
handle_frame (cloche_yamux *self)
{
  const uint8_t *header = self->header;
  uint16_t flags = (uint16_t) (header[2] << 8 | header[3]);
  uint32_t id = get_u32 (header + 4);
  uint32_t length = get_u32 (header + 8);

  if (header[0] != 0)
    return _cloche_yamux_fail (self, -EPROTO);
  if ((header[1] != CLOCHE_YAMUX_TYPE_DATA || length == 0) && count_control_frame (self) < 0)
    return self->error;

  switch (header[1]) {
  case CLOCHE_YAMUX_TYPE_DATA:
  case CLOCHE_YAMUX_TYPE_WINDOW:
    return handle_stream_frame (self, header[1] == CLOCHE_YAMUX_TYPE_DATA, flags, id, length);
  case CLOCHE_YAMUX_TYPE_PING:
    return id == 0 ? handle_ping (self, flags, length) : _cloche_yamux_fail (self, -EPROTO);
  case CLOCHE_YAMUX_TYPE_GO_AWAY:
    return id == 0 ? handle_go_away (self, length) : _cloche_yamux_fail (self, -EPROTO);
  default:
    return _cloche_yamux_fail (self, -EPROTO);
  }
}

static size_t
take_header (cloche_yamux  *self,
             const uint8_t *bytes,
             size_t         length)
{
  size_t n = sizeof self->header - self->n_header_bytes;

  if (n > length)
    n = length;
  memcpy (self->header + self->n_header_bytes, bytes, n);
  self->n_header_bytes += n;
  if (self->n_header_bytes == sizeof self->header) {
    self->n_header_bytes = 0;
    (void) handle_frame (self);         /* The caller looks at the session's error. */
  }

  return n;
}

/* Hands on, or skips if the stream is gone, what there is of a data frame's body. */
static size_t
take_body (cloche_yamux  *self,
           const uint8_t *bytes,
           size_t         length)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, self->body_id);
  size_t n = self->body_left < length ? self->body_left : length;

  self->body_left -= (uint32_t) n;
  if (stream == NULL)
    return n;

  stream->unconsumed += (uint32_t) n;
  if (self->events.received != NULL)
    self->events.received (stream->id, bytes, n, self->user_data);
  if (self->body_left == 0 && self->body_finishes)
    handle_fin (self, self->body_id);

  return n;
}

int
cloche_yamux_feed (cloche_yamux  *self,
                   const uint8_t *bytes,
                   size_t         length)
{
  self->slice_bytes = 0;
  self->slice_control_frames = 0;

  while (length > 0 && self->error == 0) {
    size_t n = self->body_left > 0 ? take_body (self, bytes, length) : take_header (self, bytes, length);

    bytes += n;
    length -= n;
    self->slice_bytes += n;
    if (self->slice_bytes >= SLICE_BYTES) {
      self->slice_bytes = 0;
      self->slice_control_frames = 0;
    }
  }

  if (self->error == 0)
    _cloche_yamux_serve_waiting (self);

  return self->error;
}
