/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * put: a file from raw bytes. Written beside its name and renamed when all has come, so that nobody sees half of it; a
 * stream that breaks off leaves nothing. The bytes must be exactly as many as were announced.
 */
#include "cloche-alloc.h"
#include "cloche-ops.h"
#include "cloche-places.h"
#include "cloche-reply.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* bytes: a name of a file that is being written. */
#define BESIDE_BYTES 64

typedef struct
{
  cloche_agent *agent;
  cloche_stream *stream;
  int folder;
  int fd;
  char *name;
  char beside[BESIDE_BYTES];    /* where it is until it is whole */
  bool may_overwrite;
  mode_t mode;
  int64_t size;                 /* bytes: announced */
  int64_t written;
  int64_t mtime_us;             /* 0: now */
} put_state;

static void
end (put_state *self)
{
  (void) unlinkat (self->folder, self->beside, 0); /* It has got its name, or it is half a file. */
  (void) close (self->fd);
  (void) close (self->folder);
  free (self->name);
  free (self);
}

static void
fail (put_state *self,
      int        error)
{
  cloche_stream *stream = self->stream;
  char *name = cloche_strdup (self->name);

  end (self);
  cloche_reply_errno (stream, error, name);
  free (name);
}

static void
received_cb (cloche_stream *stream,
             const uint8_t *bytes,
             size_t         length,
             void          *user_data)
{
  put_state *self = user_data;
  size_t left = length;

  if (self->written + (int64_t) length > self->size) {
    fail (self, EMSGSIZE);
    return;
  }
  while (left > 0) {
    ssize_t n = write (self->fd, bytes, left);

    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0) {
      fail (self, errno);
      return;
    }
    bytes += n;
    left -= (size_t) n;
    self->written += n;
  }
  cloche_stream_consumed (stream, length);
}

static int
set_attributes (put_state *self)
{
  const struct timespec times[2] = {
    { .tv_nsec = UTIME_OMIT },
    { .tv_sec = self->mtime_us / 1000000, .tv_nsec = self->mtime_us % 1000000 * 1000 },
  };

  if (fchmod (self->fd, self->mode) < 0)
    return -errno;
  return self->mtime_us > 0 && futimens (self->fd, times) < 0 ? -errno : 0;
}

static void
finished_cb (cloche_stream *stream,
             void          *user_data)
{
  put_state *self = user_data;
  int64_t size = self->written;
  int result;

  if (self->written != self->size) {
    fail (self, EINVAL);
    return;
  }
  cloche_places_enter (self->agent);
  result = set_attributes (self);
  if (result == 0 && syscall (SYS_renameat2, self->folder, self->beside, self->folder, self->name,
                              self->may_overwrite ? 0 : RENAME_NOREPLACE) < 0)
    result = -errno;
  cloche_places_leave (self->agent);
  if (result < 0) {
    fail (self, -result);
    return;
  }
  end (self);
  cloche_reply_end (stream, json_pack ("{s:I}", "size", (json_int_t) size));
}

static void
closed_cb (cloche_stream *stream,
           bool           was_reset,
           void          *user_data)
{
  end (user_data);
}

static const cloche_stream_events stream_events = {
  .received = received_cb,
  .finished = finished_cb,
  .closed = closed_cb,
};

/* Room for all of it at once, so that a full disk is known before a gigabyte has been sent. */
static int
create (put_state *self)
{
  static unsigned counter;
  struct stat status;

  if (!self->may_overwrite && fstatat (self->folder, self->name, &status, AT_SYMLINK_NOFOLLOW) == 0)
    return -EEXIST;
  (void) snprintf (self->beside, sizeof self->beside, CLOCHE_PLACES_BESIDE "%d-%u", (int) getpid (), counter++);
  self->fd = openat (self->folder, self->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->fd < 0)
    return -errno;
  if (self->size > 0 && fallocate (self->fd, FALLOC_FL_KEEP_SIZE, 0, self->size) < 0 && errno != EOPNOTSUPP)
    return -errno;
  return 0;
}

void
cloche_op_put (cloche_agent  *agent,
               cloche_stream *stream,
               json_t        *request)
{
  const char *path = cloche_request_text (request, "path", "");
  int64_t size = cloche_request_number (request, "size", -1);
  const char *name;
  put_state *self;
  int folder = size < 0 ? -EINVAL : cloche_places_open_parent (agent, path, &name);
  int result;

  if (folder < 0) {
    cloche_reply_errno (stream, -folder, path);
    return;
  }
  self = cloche_new (sizeof *self);
  *self = (put_state) {
    .agent = agent, .stream = stream, .folder = folder, .fd = -1, .name = cloche_strdup (name), .size = size,
    .may_overwrite = cloche_request_flag (request, "overwrite"),
    .mode = (mode_t) cloche_request_number (request, "mode", 0644) & 0777,
    .mtime_us = cloche_request_number (request, "mtime_us", 0),
  };
  cloche_places_enter (agent);
  result = create (self);
  cloche_places_leave (agent);
  if (result < 0) {
    fail (self, -result);
    return;
  }
  cloche_stream_take (stream, &stream_events, self);
  cloche_reply (stream, NULL);
}
