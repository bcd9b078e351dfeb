/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * watch: tells what changes below a folder. Changes of one path within 200 ms are told once, as what is there at the end
 * of them; more paths than can be remembered are told as a change of the watched folder itself: look anew.
 */
#include "cloche-alloc.h"
#include "cloche-ops.h"
#include "cloche-places.h"
#include "cloche-record.h"
#include "cloche-reply.h"
#include "cloche-watch-tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ms: within which changes of one path are folded. */
#define FOLD_MS 200

/* paths that wait to be told. */
#define MAX_PENDING 1024

typedef struct
{
  cloche_agent *agent;
  cloche_stream *stream;
  cloche_watch_tree *tree;
  char *top;
  char *pending[MAX_PENDING];
  size_t n_pending;
  bool has_overflowed;
  cloche_timer *timer;
} watch_state;

static void
end (watch_state *self)
{
  cloche_watch_tree_free (self->tree);
  cloche_timer_cancel (self->timer);
  while (self->n_pending > 0)
    free (self->pending[--self->n_pending]);
  free (self->top);
  free (self);
}

static json_t *
describe (cloche_agent *agent,
          const char   *path)
{
  struct stat status;
  int fd = cloche_places_open (agent, path, O_PATH | O_NOFOLLOW);
  bool is_there = fd >= 0 && fstat (fd, &status) == 0;

  if (fd >= 0)
    (void) close (fd);
  if (!is_there)
    return json_pack ("{s:s, s:o}", "event", "removed", "path", cloche_json_text (path));
  return json_pack ("{s:s, s:o, s:s, s:I, s:I}", "event", "changed", "path", cloche_json_text (path), "kind",
                    S_ISREG (status.st_mode) ? "file" : S_ISDIR (status.st_mode) ? "folder" :
                    S_ISLNK (status.st_mode) ? "link" : "other", "size", (json_int_t) status.st_size, "mtime_us",
                    (json_int_t) status.st_mtim.tv_sec * 1000000 + status.st_mtim.tv_nsec / 1000);
}

static void
tell (watch_state *self,
      const char  *path)
{
  uint8_t header[CLOCHE_RECORD_HEADER_BYTES];
  json_t *event = describe (self->agent, path);
  char *text = json_dumps (event, JSON_COMPACT);

  json_decref (event);
  if (text == NULL)
    abort ();
  cloche_record_write_header (header, CLOCHE_RECORD_EVENT, (uint32_t) strlen (text));
  (void) cloche_stream_send (self->stream, header, sizeof header); /* Queued if need be. */
  (void) cloche_stream_send (self->stream, text, strlen (text));
  free (text);
}

static void
tell_pending (watch_state *self)
{
  size_t n = 0;

  if (self->has_overflowed && cloche_stream_is_drained (self->stream)) {
    tell (self, self->top);
    self->has_overflowed = false;
  }
  while (n < self->n_pending && cloche_stream_is_drained (self->stream)) {
    tell (self, self->pending[n]);
    free (self->pending[n++]);
  }
  self->n_pending -= n;
  memmove (self->pending, self->pending + n, self->n_pending * sizeof *self->pending);
}

static void
folded_cb (void *user_data)
{
  watch_state *self = user_data;

  self->timer = NULL;
  tell_pending (self);
}

static void
changed_cb (const char *path,
            void       *user_data)
{
  watch_state *self = user_data;

  if (self->timer == NULL)
    self->timer = cloche_loop_after (self->agent->loop, FOLD_MS, folded_cb, self);
  for (size_t i = 0; i < self->n_pending; i++)
    if (strcmp (self->pending[i], path) == 0)
      return;
  if (self->n_pending == MAX_PENDING)
    self->has_overflowed = true;
  else
    self->pending[self->n_pending++] = cloche_strdup (path);
}

static void
drained_cb (cloche_stream *stream,
            void          *user_data)
{
  watch_state *self = user_data;

  if (self->timer == NULL)
    tell_pending (self);
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

void
cloche_op_watch (cloche_agent  *agent,
                 cloche_stream *stream,
                 json_t        *request)
{
  const char *path = cloche_request_text (request, "path", "");
  watch_state *self = cloche_new (sizeof *self);
  int result;

  self->agent = agent;
  self->stream = stream;
  self->top = cloche_strdup (path);
  result = cloche_watch_tree_new (agent, path, changed_cb, self, &self->tree);
  if (result < 0) {
    end (self);
    cloche_reply_errno (stream, -result, path);
    return;
  }
  cloche_stream_take (stream, &stream_events, self);
  cloche_reply (stream, NULL);
}
