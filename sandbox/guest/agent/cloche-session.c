/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-session.h"

#include "cloche-alloc.h"
#include "cloche-byte-queue.h"
#include "cloche-limits.h"
#include "cloche-line-reader.h"
#include "cloche-yamux.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* bytes: one read of the port. */
#define CHUNK_BYTES (64 * 1024)

struct cloche_stream
{
  cloche_session *session;
  uint32_t id;
  const cloche_stream_events *events; /* borrowed; NULL: nobody */
  void *user_data;
  cloche_line_reader *line;     /* of the request, until it is whole; then NULL */
  cloche_byte_queue queued;     /* to be sent, beyond what the window allowed */
  bool finishes;                /* our side ends when queued is empty */
  bool owes_drained;            /* something was queued since the last drained() */
  cloche_stream *next;
};

struct cloche_session
{
  cloche_yamux *yamux;
  int fd;
  cloche_source *source;
  cloche_loop *loop;
  cloche_timer *flush;          /* due at once: sends what callbacks have queued, all of it in one write */
  const cloche_session_events *events;
  void *user_data;
  cloche_stream *streams;
  bool is_over;
  uint8_t *chunk;               /* CHUNK_BYTES */
};

static void end (cloche_session *self);
static void flush_cb (void *user_data);

static cloche_stream *
add (cloche_session *self,
     uint32_t        id)
{
  cloche_stream *stream = cloche_new (sizeof *stream);

  stream->session = self;
  stream->id = id;
  stream->next = self->streams;
  self->streams = stream;
  (void) cloche_yamux_set_stream_data (self->yamux, id, stream); /* It was opened just now. */
  return stream;
}

static void
drop (cloche_stream *stream)
{
  cloche_stream **at = &stream->session->streams;

  while (*at != stream)
    at = &(*at)->next;
  *at = stream->next;
  (void) cloche_yamux_set_stream_data (stream->session->yamux, stream->id, NULL); /* It may be gone already. */
  cloche_line_reader_free (stream->line);
  cloche_byte_queue_clear (&stream->queued);
  free (stream);
}

static void
schedule_flush (cloche_session *self)
{
  if (self->flush == NULL)
    self->flush = cloche_loop_after (self->loop, 0, flush_cb, self);
}

/* ---- streams ---- */

void
cloche_stream_take (cloche_stream              *self,
                    const cloche_stream_events *events,
                    void                       *user_data)
{
  self->events = events;
  self->user_data = user_data;
}

void
cloche_stream_let_go (cloche_stream *self)
{
  self->events = NULL;
  cloche_stream_finish (self);
}

/* Gives the queue to yamux as far as the window allows. */
static void
push (cloche_stream *self)
{
  while (self->queued.length > 0) {
    ssize_t n = cloche_yamux_write (self->session->yamux, self->id, cloche_byte_queue_peek (&self->queued),
                                    self->queued.length);

    if (n < 0)
      cloche_byte_queue_clear (&self->queued); /* The stream is ending; closed() tells the op. */
    if (n <= 0)
      break;
    cloche_byte_queue_drop (&self->queued, (size_t) n);
  }
  if (self->queued.length == 0 && self->finishes) {
    self->finishes = false;
    (void) cloche_yamux_finish (self->session->yamux, self->id); /* It may be gone already. */
  }
  schedule_flush (self->session);
}

bool
cloche_stream_send (cloche_stream *self,
                    const void    *bytes,
                    size_t         length)
{
  ssize_t n = 0;

  if (self->queued.length == 0)
    n = cloche_yamux_write (self->session->yamux, self->id, bytes, length);
  if (n < 0)
    return true; /* Ending: nothing can be sent, and closed() tells. */
  schedule_flush (self->session);
  if ((size_t) n == length)
    return true;
  if (cloche_byte_queue_append (&self->queued, (const uint8_t *) bytes + n, length - (size_t) n) < 0)
    abort ();
  self->owes_drained = true;
  return false;
}

bool
cloche_stream_is_drained (cloche_stream *self)
{
  return self->queued.length == 0;
}

void
cloche_stream_finish (cloche_stream *self)
{
  self->finishes = true;
  if (self->queued.length == 0)
    push (self);
}

void
cloche_stream_reset (cloche_stream *self)
{
  cloche_session *session = self->session;
  uint32_t id = self->id;

  drop (self);
  (void) cloche_yamux_reset (session->yamux, id); /* It may be gone already. */
  schedule_flush (session);
}

void
cloche_stream_consumed (cloche_stream *self,
                        size_t         length)
{
  (void) cloche_yamux_consumed (self->session->yamux, self->id, length); /* It may be gone already. */
  schedule_flush (self->session);
}

/* ---- what yamux tells ---- */

static void
opened_cb (uint32_t id,
           void    *user_data)
{
  cloche_session *self = user_data;
  cloche_stream *stream;

  if (cloche_yamux_accept (self->yamux, id) < 0)
    return;
  stream = add (self, id);
  stream->line = cloche_line_reader_new (CLOCHE_LIMIT_LINE_BYTES);
  if (stream->line == NULL)
    abort ();
}

static void
hand_over (cloche_stream *stream,
           const uint8_t *bytes,
           size_t         length)
{
  if (stream->events != NULL && stream->events->received != NULL)
    stream->events->received (stream, bytes, length, stream->user_data);
  else
    cloche_stream_consumed (stream, length);
}

static void
take_line (cloche_stream *stream,
           const uint8_t *bytes,
           size_t         length)
{
  cloche_session *self = stream->session;
  uint32_t id = stream->id;
  cloche_line_reader *reader;
  const char *line;
  size_t taken, line_length;
  int result = cloche_line_reader_feed (stream->line, bytes, length, &taken);

  if (result < 0) {
    cloche_stream_reset (stream);
    return;
  }
  cloche_stream_consumed (stream, taken);
  if (result == 0)
    return;
  reader = stream->line;
  stream->line = NULL;
  line = cloche_line_reader_get_line (reader, &line_length);
  self->events->request (stream, line, line_length, self->user_data);
  cloche_line_reader_free (reader);
  /* The op may have ended the stream: ask anew whether it is there. */
  stream = cloche_yamux_get_stream_data (self->yamux, id);
  if (stream != NULL && taken < length)
    hand_over (stream, bytes + taken, length - taken);
}

static void
received_cb (uint32_t       id,
             const uint8_t *bytes,
             size_t         length,
             void          *user_data)
{
  cloche_session *self = user_data;
  cloche_stream *stream = cloche_yamux_get_stream_data (self->yamux, id);

  if (stream == NULL)
    return;
  if (stream->line != NULL)
    take_line (stream, bytes, length);
  else
    hand_over (stream, bytes, length);
}

static void
finished_cb (uint32_t id,
             void    *user_data)
{
  cloche_session *self = user_data;
  cloche_stream *stream = cloche_yamux_get_stream_data (self->yamux, id);

  if (stream == NULL)
    return;
  if (stream->line != NULL)
    cloche_stream_reset (stream); /* Half a request. */
  else if (stream->events != NULL && stream->events->finished != NULL)
    stream->events->finished (stream, stream->user_data);
}

static void
close_stream (cloche_stream *stream,
              bool           was_reset)
{
  const cloche_stream_events *events = stream->events;

  stream->events = NULL;
  if (events != NULL && events->closed != NULL)
    events->closed (stream, was_reset, stream->user_data);
  drop (stream);
}

static void
closed_cb (uint32_t id,
           bool     was_reset,
           void    *user_data)
{
  cloche_session *self = user_data;
  cloche_stream *stream = cloche_yamux_get_stream_data (self->yamux, id);

  if (stream != NULL)
    close_stream (stream, was_reset);
}

static void
tell_drained (cloche_stream *stream)
{
  if (stream->queued.length > 0 || !stream->owes_drained)
    return;
  stream->owes_drained = false;
  if (stream->events != NULL && stream->events->drained != NULL)
    stream->events->drained (stream, stream->user_data);
}

static void
writable_cb (uint32_t id,
             void    *user_data)
{
  cloche_session *self = user_data;
  cloche_stream *stream = cloche_yamux_get_stream_data (self->yamux, id);

  if (stream == NULL)
    return;
  push (stream);
  tell_drained (stream);
}

static const cloche_yamux_events yamux_events = {
  .opened = opened_cb,
  .received = received_cb,
  .finished = finished_cb,
  .closed = closed_cb,
  .writable = writable_cb,
};

/* ---- the transport ---- */

static int
write_output (cloche_session *self)
{
  const uint8_t *bytes;
  size_t length;

  while ((length = cloche_yamux_peek_output (self->yamux, &bytes)) > 0) {
    ssize_t n = write (self->fd, bytes, length);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      break;
    if (n <= 0)
      return -EPIPE;
    cloche_yamux_output_sent (self->yamux, (size_t) n);
  }
  cloche_source_set_events (self->source, length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
  return 0;
}

static void
flush_cb (void *user_data)
{
  cloche_session *self = user_data;

  self->flush = NULL;
  if (write_output (self) < 0)
    end (self);
}

/* 0, -EAGAIN when all has been read, or what ended the session. */
static int
read_once (cloche_session *self)
{
  ssize_t n = read (self->fd, self->chunk, CHUNK_BYTES);

  if (n < 0 && errno == EINTR)
    return 0;
  if (n < 0)
    return -errno;
  if (n == 0)
    return -EPIPE;
  return cloche_yamux_feed (self->yamux, self->chunk, (size_t) n);
}

static void
ready_cb (uint32_t events,
          void    *user_data)
{
  cloche_session *self = user_data;
  int result = 0;

  if ((events & EPOLLIN) != 0) {
    /* A virtio port gives at most a page per read: take some before going round. */
    for (int i = 0; i < 64 && result == 0; i++)
      result = read_once (self);
    if (result == -EAGAIN)
      result = 0;
  } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
    result = -EPIPE;
  }
  if (result == -EPROTO || result == -EMSGSIZE)
    (void) write_output (self); /* The go-away, if the host still reads. */
  if (result == 0)
    result = write_output (self);
  if (result < 0)
    end (self);
}

static void
end (cloche_session *self)
{
  if (self->is_over)
    return;
  self->is_over = true;
  while (self->streams != NULL)
    close_stream (self->streams, true);
  self->events->over (self, self->user_data);
}

cloche_session *
cloche_session_new (cloche_loop                 *loop,
                    int                          fd,
                    const cloche_session_events *events,
                    void                        *user_data)
{
  cloche_session *self = cloche_new (sizeof *self);

  self->loop = loop;
  self->fd = fd;
  self->events = events;
  self->user_data = user_data;
  self->chunk = cloche_new (CHUNK_BYTES);
  self->yamux = cloche_yamux_new (false, &yamux_events, self);
  self->source = cloche_loop_watch (loop, fd, EPOLLIN, ready_cb, self);
  if (self->yamux == NULL || self->source == NULL)
    abort ();
  return self;
}

void
cloche_session_free (cloche_session *self)
{
  if (self == NULL)
    return;
  self->is_over = true;
  while (self->streams != NULL)
    close_stream (self->streams, true);
  cloche_timer_cancel (self->flush);
  cloche_source_remove (self->source);
  cloche_yamux_free (self->yamux);
  (void) close (self->fd);
  free (self->chunk);
  free (self);
}

cloche_stream *
cloche_session_open (cloche_session             *self,
                     const cloche_stream_events *events,
                     void                       *user_data)
{
  int64_t id = cloche_yamux_open (self->yamux);
  cloche_stream *stream;

  if (id < 0)
    return NULL;
  stream = add (self, (uint32_t) id);
  cloche_stream_take (stream, events, user_data);
  schedule_flush (self);
  return stream;
}
