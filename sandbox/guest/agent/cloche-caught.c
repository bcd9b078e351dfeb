/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-caught.h"

#include "cloche-alloc.h"
#include "cloche-byte-queue.h"
#include "cloche-claim.h"
#include "cloche-limits.h"
#include "cloche-line-reader.h"
#include "cloche-reply.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* bytes: one read of the connection. */
#define CHUNK_BYTES (64 * 1024)

typedef struct
{
  cloche_loop *loop;
  cloche_stream *stream;
  int fd;
  cloche_source *source;        /* NULL: nothing is waited for */
  cloche_line_reader *answer;   /* of the gate, until it has come; then NULL */
  cloche_byte_queue queue;      /* for the program */
  bool has_program_ended;       /* it will send no more */
  bool has_peer_ended;          /* the stream will bring no more */
} caught;

static void ready_cb (uint32_t events,
                      void    *user_data);

void
cloche_caught_refuse (int fd)
{
  const struct linger at_once = { .l_onoff = 1 };

  (void) setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once); /* Else it is an ordinary end. */
  (void) close (fd);
}

static void
end (caught *self,
     bool    is_refusal)
{
  cloche_source_remove (self->source);
  if (is_refusal)
    cloche_caught_refuse (self->fd);
  else
    (void) close (self->fd);
  cloche_line_reader_free (self->answer);
  cloche_byte_queue_clear (&self->queue);
  free (self);
}

/* Both ends, hard. */
static void
break_off (caught *self)
{
  cloche_stream_reset (self->stream);
  end (self, true);
}

static void
choose_events (caught *self)
{
  uint32_t events = 0;

  if (self->answer == NULL && !self->has_program_ended && cloche_stream_is_drained (self->stream))
    events |= EPOLLIN;
  if (self->queue.length > 0)
    events |= EPOLLOUT;
  /* A socket that nothing is wanted of still reports a hang-up for ever. */
  if (events == 0) {
    cloche_source_remove (self->source);
    self->source = NULL;
  } else if (self->source == NULL) {
    self->source = cloche_loop_watch (self->loop, self->fd, events, ready_cb, self);
  } else {
    cloche_source_set_events (self->source, events);
  }
}

/* ---- from the program ---- */

/* False when the connection is gone. */
static bool
read_program (caught *self)
{
  static uint8_t chunk[CHUNK_BYTES];
  ssize_t n = read (self->fd, chunk, sizeof chunk);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return true;
  if (n < 0) {
    break_off (self);
    return false;
  }
  if (n == 0) {
    self->has_program_ended = true;
    cloche_stream_finish (self->stream);
    return true;
  }
  (void) cloche_stream_send (self->stream, chunk, (size_t) n); /* Read only while it is drained. */
  return true;
}

/* ---- to the program ---- */

static bool
write_program (caught *self)
{
  size_t written = 0;

  while (self->queue.length > 0) {
    ssize_t n = send (self->fd, cloche_byte_queue_peek (&self->queue), self->queue.length, MSG_NOSIGNAL);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      break;
    if (n < 0) {
      break_off (self);
      return false;
    }
    cloche_byte_queue_drop (&self->queue, (size_t) n);
    written += (size_t) n;
  }
  if (written > 0)
    cloche_stream_consumed (self->stream, written);
  if (self->queue.length == 0 && self->has_peer_ended)
    (void) shutdown (self->fd, SHUT_WR); /* It may have gone. */
  return true;
}

static void
ready_cb (uint32_t events,
          void    *user_data)
{
  caught *self = user_data;

  if ((events & EPOLLOUT) != 0 && !write_program (self))
    return;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && self->answer == NULL && !self->has_program_ended &&
      !read_program (self))
    return;
  choose_events (self);
}

/* ---- from the host ---- */

static bool
is_allowed (caught *self)
{
  size_t length;
  const char *line = cloche_line_reader_get_line (self->answer, &length);
  json_t *answer = cloche_request_parse (line, length);
  bool is_ok = cloche_request_flag (answer, "ok");

  json_decref (answer);
  return is_ok;
}

static void
received_cb (cloche_stream *stream,
             const uint8_t *bytes,
             size_t         length,
             void          *user_data)
{
  caught *self = user_data;

  if (self->answer != NULL) {
    size_t taken;
    int result = cloche_line_reader_feed (self->answer, bytes, length, &taken);

    if (result < 0 || (result == 1 && !is_allowed (self))) {
      break_off (self);
      return;
    }
    cloche_stream_consumed (stream, taken);
    bytes += taken;
    length -= taken;
    if (result == 0)
      return;
    cloche_line_reader_free (self->answer);
    self->answer = NULL;
  }
  /* At most a window's worth, since room is handed back only when the program has taken the bytes. */
  if (cloche_byte_queue_append (&self->queue, bytes, length) < 0)
    break_off (self);
  else if (write_program (self))
    choose_events (self);
}

static void
finished_cb (cloche_stream *stream,
             void          *user_data)
{
  caught *self = user_data;

  self->has_peer_ended = true;
  if (self->answer != NULL)
    break_off (self);
  else if (write_program (self))
    choose_events (self);
}

static void
drained_cb (cloche_stream *stream,
            void          *user_data)
{
  choose_events (user_data);
}

static void
closed_cb (cloche_stream *stream,
           bool           was_reset,
           void          *user_data)
{
  caught *self = user_data;

  /* What is left for the program is given to the kernel, which delivers it after the close. */
  if (!was_reset && self->queue.length > 0 &&
      send (self->fd, cloche_byte_queue_peek (&self->queue), self->queue.length, MSG_NOSIGNAL) < 0)
    was_reset = true;
  end (self, was_reset);
}

static const cloche_stream_events stream_events = {
  .received = received_cb,
  .finished = finished_cb,
  .drained = drained_cb,
  .closed = closed_cb,
};

void
cloche_caught_new (cloche_loop           *loop,
                   cloche_session        *session,
                   int                    fd,
                   const struct sockaddr *peer,
                   const char            *target,
                   uint16_t               port)
{
  char program[CLOCHE_CLAIM_BYTES];
  caught *self = cloche_new (sizeof *self);
  json_t *request;
  char *text, *line;

  self->loop = loop;
  self->fd = fd;
  self->answer = cloche_line_reader_new (CLOCHE_LIMIT_LINE_BYTES);
  self->stream = cloche_session_open (session, &stream_events, self);
  if (self->answer == NULL || self->stream == NULL) {
    end (self, true);           /* As many streams as there may be. */
    return;
  }
  cloche_claim_find (peer, program);
  request = json_pack ("{s:s, s:s, s:i, s:o}", "op", "egress", "name", target, "port", (int) port, "program",
                       cloche_json_text (program));
  text = json_dumps (request, JSON_COMPACT);
  json_decref (request);
  line = cloche_format ("%s\n", text);
  (void) cloche_stream_send (self->stream, line, strlen (line)); /* Queued if need be. */
  free (line);
  free (text);
}
