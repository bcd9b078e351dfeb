/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-yamux.h"

#include "cloche-yamux-private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static cloche_yamux_stream **
find_place (cloche_yamux *self,
            uint32_t      id)
{
  cloche_yamux_stream **place = &self->buckets[(id >> 1) % CLOCHE_YAMUX_N_BUCKETS];

  while (*place != NULL && (*place)->id != id)
    place = &(*place)->next_in_bucket;

  return place;
}

cloche_yamux_stream *
_cloche_yamux_find (cloche_yamux *self,
                    uint32_t      id)
{
  cloche_yamux_stream *stream = self->error < 0 ? NULL : *find_place (self, id);

  return stream != NULL && !stream->is_gone ? stream : NULL;
}

/* @id is known to be free. NULL if out of memory. */
cloche_yamux_stream *
_cloche_yamux_add (cloche_yamux *self,
                   uint32_t      id,
                   bool          is_ours)
{
  cloche_yamux_stream *stream = calloc (1, sizeof *stream);

  if (stream == NULL)
    return NULL;

  stream->id = id;
  stream->urgent.stream = stream->ready.stream = stream->waiting.stream = stream;
  stream->send_window = CLOCHE_YAMUX_WINDOW_BYTES;
  stream->receive_window = CLOCHE_YAMUX_WINDOW_BYTES;
  stream->is_ours = stream->is_accepted = is_ours;
  *find_place (self, id) = stream;
  self->n_streams++;
  if (is_ours)
    self->n_unacknowledged++;
  else
    self->n_unaccepted++;

  return stream;
}

/* Takes @stream out of every count and list; it stays in the table for its data to be found. */
static void
retire (cloche_yamux        *self,
        cloche_yamux_stream *stream)
{
  stream->is_gone = true;
  _cloche_yamux_link_remove (&stream->urgent);
  _cloche_yamux_link_remove (&stream->ready);
  _cloche_yamux_link_remove (&stream->waiting);
  self->stream_output_bytes -= stream->output.length;
  cloche_byte_queue_clear (&stream->output);
  self->n_streams--;
  if (stream->is_ours && !stream->is_acknowledged)
    self->n_unacknowledged--;
  if (!stream->is_accepted)
    self->n_unaccepted--;
}

static void
forget (cloche_yamux        *self,
        cloche_yamux_stream *stream)
{
  *find_place (self, stream->id) = stream->next_in_bucket;
  free (stream);
}

/* Tells the caller that @stream is gone, and frees it. */
void
_cloche_yamux_close (cloche_yamux        *self,
                     cloche_yamux_stream *stream,
                     bool                 was_reset)
{
  retire (self, stream);
  if (self->events.closed != NULL)
    self->events.closed (stream->id, was_reset, self->user_data);
  forget (self, stream);
}

/* Ends the session. Streams stay allocated until the session is freed, because callers up the stack may hold one. */
int
_cloche_yamux_fail (cloche_yamux *self,
                    int           error)
{
  if (self->error < 0)
    return self->error;

  self->error = error;
  self->needs_last_words = true;
  cloche_byte_queue_clear (&self->control);
  for (size_t i = 0; i < CLOCHE_YAMUX_N_BUCKETS; i++)
    for (cloche_yamux_stream *stream = self->buckets[i]; stream != NULL; stream = stream->next_in_bucket)
      if (!stream->is_gone)
        retire (self, stream);

  return error;
}

cloche_yamux *
cloche_yamux_new (bool                       is_client,
                  const cloche_yamux_events *events,
                  void                      *user_data)
{
  cloche_yamux *self = calloc (1, sizeof *self);

  if (self == NULL)
    return NULL;

  self->is_client = is_client;
  self->events = *events;
  self->user_data = user_data;
  self->next_id = is_client ? 1 : 2;
  _cloche_yamux_list_init (&self->urgent);
  _cloche_yamux_list_init (&self->ready);
  _cloche_yamux_list_init (&self->waiting);
  _cloche_yamux_list_init (&self->dying);

  return self;
}

void
cloche_yamux_free (cloche_yamux *self)
{
  if (self == NULL)
    return;

  for (size_t i = 0; i < CLOCHE_YAMUX_N_BUCKETS; i++)
    while (self->buckets[i] != NULL) {
      cloche_yamux_stream *stream = self->buckets[i];

      self->buckets[i] = stream->next_in_bucket;
      cloche_byte_queue_clear (&stream->output);
      free (stream);
    }
  cloche_byte_queue_clear (&self->control);
  free (self);
}

int64_t
cloche_yamux_open (cloche_yamux *self)
{
  cloche_yamux_stream *stream;

  if (self->error < 0 || self->peer_went_away || self->next_id > UINT32_MAX)
    return -EPIPE;
  if (self->n_streams >= CLOCHE_YAMUX_MAX_STREAMS || self->n_unacknowledged >= CLOCHE_YAMUX_MAX_UNACCEPTED)
    return -EMFILE;

  stream = _cloche_yamux_add (self, (uint32_t) self->next_id, true);
  if (stream == NULL)
    return -ENOMEM;

  self->next_id += 2;
  stream->needs_syn = true;
  _cloche_yamux_link_append (&self->urgent, &stream->urgent);

  return stream->id;
}

int
cloche_yamux_accept (cloche_yamux *self,
                     uint32_t      id)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);

  if (stream == NULL)
    return -ENOENT;
  if (stream->is_accepted)
    return -EINVAL;

  stream->is_accepted = true;
  stream->needs_ack = true;
  self->n_unaccepted--;
  _cloche_yamux_link_append (&self->urgent, &stream->urgent);

  return 0;
}

/* What one write may take now. While others wait for the output cap, only one that was told that it may has more than
 * its quantum. */
static size_t
get_allowance (cloche_yamux        *self,
               cloche_yamux_stream *stream)
{
  bool may_pass = self->waiting.next == &self->waiting || stream->has_turn;
  size_t allowed = may_pass ? _cloche_yamux_get_room (self) : 0;

  if (stream->output.length < CLOCHE_YAMUX_QUANTUM_BYTES &&
      allowed < CLOCHE_YAMUX_QUANTUM_BYTES - stream->output.length)
    allowed = CLOCHE_YAMUX_QUANTUM_BYTES - stream->output.length;
  if (allowed > CLOCHE_YAMUX_WINDOW_BYTES - stream->output.length)
    allowed = CLOCHE_YAMUX_WINDOW_BYTES - stream->output.length;

  return allowed < stream->send_window ? allowed : stream->send_window;
}

ssize_t
cloche_yamux_write (cloche_yamux *self,
                    uint32_t      id,
                    const void   *bytes,
                    size_t        length)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);
  size_t n;

  if (stream == NULL || !stream->is_accepted || stream->finish_wanted)
    return -EPIPE;

  n = get_allowance (self, stream);
  if (n > length)
    n = length;
  if (cloche_byte_queue_append (&stream->output, bytes, n) < 0)
    return -ENOMEM;

  stream->send_window -= (uint32_t) n;
  self->stream_output_bytes += n;
  if (n > 0)
    _cloche_yamux_link_append (&self->ready, &stream->ready);

  stream->has_turn = false;
  stream->wants_writable = n < length;
  if (stream->wants_writable && _cloche_yamux_can_write (stream))
    _cloche_yamux_link_append (&self->waiting, &stream->waiting);

  return (ssize_t) n;
}

int
cloche_yamux_finish (cloche_yamux *self,
                     uint32_t      id)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);

  if (stream == NULL || !stream->is_accepted || stream->finish_wanted)
    return -EPIPE;

  stream->finish_wanted = true;
  stream->wants_writable = false;
  _cloche_yamux_link_remove (&stream->waiting);
  _cloche_yamux_link_append (&self->ready, &stream->ready);

  return 0;
}

int
cloche_yamux_reset (cloche_yamux *self,
                    uint32_t      id)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);
  bool is_known_to_peer, is_over_for_peer;
  int result;

  if (stream == NULL)
    return -ENOENT;

  is_known_to_peer = !stream->needs_syn;
  is_over_for_peer = stream->peer_finished && stream->finish_staged;
  retire (self, stream);
  forget (self, stream);
  if (!is_known_to_peer || is_over_for_peer)
    return 0;

  result = _cloche_yamux_queue_control (self, CLOCHE_YAMUX_TYPE_WINDOW, CLOCHE_YAMUX_FLAG_RST, id, 0);
  /* A reset that cannot be sent would leave the peer with a stream that we do not know. */
  if (result < 0)
    _cloche_yamux_fail (self, result == -EAGAIN ? -EMSGSIZE : result);

  return 0;
}

int
cloche_yamux_consumed (cloche_yamux *self,
                       uint32_t      id,
                       size_t        length)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);

  if (stream == NULL)
    return -ENOENT;
  if (length > stream->unconsumed)
    return -EINVAL;

  stream->unconsumed -= (uint32_t) length;
  stream->consumed += (uint32_t) length;
  /* Half a window at a time, as the reference does, so that updates are few and the peer does not run dry. */
  if (stream->consumed >= CLOCHE_YAMUX_WINDOW_BYTES / 2 && !stream->peer_finished)
    _cloche_yamux_link_append (&self->urgent, &stream->urgent);

  return 0;
}

int
cloche_yamux_set_stream_data (cloche_yamux *self,
                              uint32_t      id,
                              void         *data)
{
  cloche_yamux_stream *stream = _cloche_yamux_find (self, id);

  if (stream == NULL)
    return -ENOENT;

  stream->data = data;

  return 0;
}

void *
cloche_yamux_get_stream_data (cloche_yamux *self,
                              uint32_t      id)
{
  cloche_yamux_stream *stream = *find_place (self, id);

  return stream != NULL ? stream->data : NULL;
}

int
cloche_yamux_ping (cloche_yamux *self,
                   uint32_t      value)
{
  if (self->error < 0)
    return -EPIPE;

  return _cloche_yamux_queue_control (self, CLOCHE_YAMUX_TYPE_PING, CLOCHE_YAMUX_FLAG_SYN, 0, value);
}

int
cloche_yamux_go_away (cloche_yamux *self,
                      uint32_t      code)
{
  int result;

  if (self->error < 0)
    return -EPIPE;

  result = _cloche_yamux_queue_control (self, CLOCHE_YAMUX_TYPE_GO_AWAY, 0, 0, code);
  if (result == 0)
    self->we_went_away = true;

  return result;
}

unsigned
cloche_yamux_get_n_streams (const cloche_yamux *self)
{
  return self->n_streams;
}

uint64_t
cloche_yamux_get_n_control_frames (const cloche_yamux *self)
{
  return self->n_control_frames;
}

size_t
cloche_yamux_get_output_bytes (const cloche_yamux *self)
{
  return self->stream_output_bytes + self->control.length + self->stage_length;
}

bool
cloche_yamux_is_over (const cloche_yamux *self)
{
  return self->error < 0;
}
