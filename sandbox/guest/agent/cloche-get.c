/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* get: a file, or a part of it, as raw bytes. Read a piece at a time as the stream takes them. */
#include "cloche-alloc.h"
#include "cloche-ops.h"
#include "cloche-places.h"
#include "cloche-reply.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* bytes: one read; more than a window, so that the transport never waits for the file. */
#define CHUNK_BYTES (512 * 1024)

typedef struct
{
  cloche_stream *stream;
  int fd;
  int64_t left;                 /* bytes that are still wanted */
} get_state;

static void
end (get_state *self)
{
  (void) close (self->fd);
  free (self);
}

/* The file may have become shorter: then the client sees fewer bytes than were announced. */
static void
pump (get_state *self)
{
  static uint8_t chunk[CHUNK_BYTES];
  cloche_stream *stream = self->stream;

  while (cloche_stream_is_drained (stream) && self->left > 0) {
    size_t wanted = self->left < CHUNK_BYTES ? (size_t) self->left : CHUNK_BYTES;
    ssize_t n = read (self->fd, chunk, wanted);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      end (self);
      cloche_stream_reset (stream);
      return;
    }
    self->left = n == 0 ? 0 : self->left - n;
    (void) cloche_stream_send (stream, chunk, (size_t) n); /* Asked above whether it is drained. */
  }
  if (self->left > 0)
    return;
  end (self);
  cloche_stream_let_go (stream);
}

static void
drained_cb (cloche_stream *stream,
            void          *user_data)
{
  pump (user_data);
}

static void
closed_cb (cloche_stream *stream,
           bool           was_reset,
           void          *user_data)
{
  end (user_data);
}

static const cloche_stream_events stream_events = {
  .drained = drained_cb,
  .closed = closed_cb,
};

/* A regular file, positioned; anything else could block or never end. */
static int
open_file (cloche_agent *agent,
           json_t       *request,
           struct stat  *status)
{
  int64_t offset = cloche_request_number (request, "offset", 0);
  int fd = cloche_places_open (agent, cloche_request_text (request, "path", ""), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  int result = 0;

  if (fd < 0)
    return fd;
  if (fstat (fd, status) < 0)
    result = -errno;
  else if (S_ISDIR (status->st_mode))
    result = -EISDIR;
  else if (!S_ISREG (status->st_mode) || offset < 0)
    result = -EINVAL;
  else if (lseek (fd, offset, SEEK_SET) < 0)
    result = -errno;
  if (result == 0)
    return fd;
  (void) close (fd);
  return result;
}

void
cloche_op_get (cloche_agent  *agent,
               cloche_stream *stream,
               json_t        *request)
{
  int64_t offset = cloche_request_number (request, "offset", 0);
  int64_t length = cloche_request_number (request, "length", 0);
  struct stat status;
  int fd = open_file (agent, request, &status);
  get_state *self;

  if (fd < 0) {
    cloche_reply_errno (stream, -fd, cloche_request_text (request, "path", ""));
    return;
  }
  self = cloche_new (sizeof *self);
  self->stream = stream;
  self->fd = fd;
  self->left = status.st_size > offset ? status.st_size - offset : 0;
  if (length > 0 && length < self->left)
    self->left = length;
  cloche_stream_take (stream, &stream_events, self);
  cloche_reply (stream, json_pack ("{s:I, s:i, s:I}", "size", (json_int_t) status.st_size, "mode",
                                   (int) (status.st_mode & 07777), "mtime_us",
                                   (json_int_t) status.st_mtim.tv_sec * 1000000 + status.st_mtim.tv_nsec / 1000));
  pump (self);
}
