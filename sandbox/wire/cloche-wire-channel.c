/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-channel.h"

#include "cloche-byte-queue.h"
#include "cloche-wire-error.h"
#include "cloche-wire-wait.h"

#include <errno.h>

struct _ClocheWireChannel
{
  ClocheWireLink *link;         /* Owned. */
  guint32 id;

  cloche_byte_queue received;   /* At most a window: the peer has no room for more. */
  GError *failure;              /* Owned: reset or the session's end. */
  gboolean is_reset;
  gboolean peer_finished;
  gboolean is_finished;         /* By us. */
  gboolean input_closed;        /* What comes is thrown away. */

  ClocheWireWait *reader;       /* Owned. */
  ClocheWireChannelReady reader_ready;
  ClocheWireWait *writer;       /* Owned. */
  ClocheWireChannelReady writer_ready;
};

ClocheWireLink *
cloche_wire_link_new (cloche_yamux *mux,
                      gpointer      owner)
{
  ClocheWireLink *self = g_rc_box_new0 (ClocheWireLink);

  self->mux = mux;
  self->owner = owner;

  return self;
}

ClocheWireLink *
cloche_wire_link_ref (ClocheWireLink *self)
{
  return g_rc_box_acquire (self);
}

static void
link_clear (gpointer data)
{
  ClocheWireLink *self = data;

  cloche_yamux_free (self->mux);
}

void
cloche_wire_link_unref (ClocheWireLink *self)
{
  g_rc_box_release_full (self, link_clear);
}

static void
queue_output (ClocheWireChannel *self)
{
  if (self->link->owner != NULL)
    self->link->output_queued (self->link->owner);
}

ClocheWireChannel *
cloche_wire_channel_new (ClocheWireLink *link,
                         guint32         id)
{
  ClocheWireChannel *self = g_rc_box_new0 (ClocheWireChannel);

  self->link = cloche_wire_link_ref (link);
  self->id = id;

  return self;
}

ClocheWireChannel *
cloche_wire_channel_ref (ClocheWireChannel *self)
{
  return g_rc_box_acquire (self);
}

static void
channel_clear (gpointer data)
{
  ClocheWireChannel *self = data;

  g_assert (self->reader == NULL && self->writer == NULL);
  cloche_byte_queue_clear (&self->received);
  g_clear_error (&self->failure);
  cloche_wire_link_unref (self->link);
}

void
cloche_wire_channel_unref (ClocheWireChannel *self)
{
  g_rc_box_release_full (self, channel_clear);
}

guint32
cloche_wire_channel_get_id (ClocheWireChannel *self)
{
  return self->id;
}

gboolean
cloche_wire_channel_is_reset (ClocheWireChannel *self)
{
  return self->is_reset;
}

static void
wake_reader (ClocheWireChannel *self)
{
  GTask *task = cloche_wire_wait_steal_task (&self->reader);

  if (task != NULL)
    self->reader_ready (self, task);
}

static void
wake_writer (ClocheWireChannel *self)
{
  GTask *task = cloche_wire_wait_steal_task (&self->writer);

  if (task != NULL)
    self->writer_ready (self, task);
}

/* A task's callback may drop the last reference to the channel. */
static void
wake_both (ClocheWireChannel *self)
{
  g_autoptr (ClocheWireChannel) held = cloche_wire_channel_ref (self);

  wake_reader (held);
  wake_writer (held);
}

gboolean
cloche_wire_channel_is_readable (ClocheWireChannel *self)
{
  return self->received.length > 0 || self->peer_finished || self->input_closed || self->failure != NULL;
}

/**
 * cloche_wire_channel_peek:
 * @ret_length: 0 at the end
 *
 * Borrows all bytes that are there; only when the channel is readable. %NULL if it has failed.
 */
const guint8 *
cloche_wire_channel_peek (ClocheWireChannel *self,
                          gsize             *ret_length,
                          GError           **error)
{
  g_assert (cloche_wire_channel_is_readable (self));

  if (self->input_closed) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The stream is closed");
    return NULL;
  }
  if (self->received.length == 0 && !self->peer_finished) {
    g_propagate_error (error, g_error_copy (self->failure));
    return NULL;
  }

  *ret_length = self->received.length;

  return self->received.length > 0 ? cloche_byte_queue_peek (&self->received) : (const guint8 *) "";
}

/* The room goes back to the peer here and nowhere else, so that a reader that rests stops the sender. */
void
cloche_wire_channel_consume (ClocheWireChannel *self,
                             gsize              length)
{
  cloche_byte_queue_drop (&self->received, length);
  (void) cloche_yamux_consumed (self->link->mux, self->id, length);     /* Gone streams need no room. */
  queue_output (self);
}

static void
reader_cancelled_cb (ClocheWireWait *wait,
                     gpointer        user_data)
{
  ClocheWireChannel *self = user_data;
  g_autoptr (GTask) task = cloche_wire_wait_steal_task (&self->reader);

  (void) g_task_return_error_if_cancelled (task);
}

static void
writer_cancelled_cb (ClocheWireWait *wait,
                     gpointer        user_data)
{
  ClocheWireChannel *self = user_data;
  g_autoptr (GTask) task = cloche_wire_wait_steal_task (&self->writer);

  (void) g_task_return_error_if_cancelled (task);
}

static gboolean
refuse_second (ClocheWireWait *first,
               GTask          *task)
{
  if (first == NULL)
    return FALSE;

  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_PENDING, "The stream has an outstanding operation");
  g_object_unref (task);

  return TRUE;
}

/**
 * cloche_wire_channel_wait_readable:
 * @task: (transfer full): its cancelling ends the wait, and the task
 */
void
cloche_wire_channel_wait_readable (ClocheWireChannel     *self,
                                   GTask                 *task,
                                   ClocheWireChannelReady ready)
{
  if (refuse_second (self->reader, task))
    return;

  self->reader_ready = ready;
  self->reader = cloche_wire_wait_new (task, reader_cancelled_cb, self);
}

/**
 * cloche_wire_channel_write:
 *
 * Returns how many bytes were taken, 0 for none at the moment, or -1.
 */
gssize
cloche_wire_channel_write (ClocheWireChannel *self,
                           gconstpointer      bytes,
                           gsize              length,
                           GError           **error)
{
  gssize n;

  if (self->failure != NULL) {
    g_propagate_error (error, g_error_copy (self->failure));
    return -1;
  }

  n = cloche_yamux_write (self->link->mux, self->id, bytes, length);
  if (n == -ENOMEM) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Out of memory");
    return -1;
  }
  if (n < 0) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The stream is closed");
    return -1;
  }

  queue_output (self);

  return n;
}

/**
 * cloche_wire_channel_wait_writable:
 * @task: (transfer full): its cancelling ends the wait, and the task
 */
void
cloche_wire_channel_wait_writable (ClocheWireChannel     *self,
                                   GTask                 *task,
                                   ClocheWireChannelReady ready)
{
  if (refuse_second (self->writer, task))
    return;

  self->writer_ready = ready;
  self->writer = cloche_wire_wait_new (task, writer_cancelled_cb, self);
}

void
cloche_wire_channel_finish (ClocheWireChannel *self)
{
  if (self->is_finished || self->failure != NULL)
    return;

  self->is_finished = TRUE;
  (void) cloche_yamux_finish (self->link->mux, self->id);       /* A stream that is gone is as good as finished. */
  queue_output (self);
  wake_writer (self);
}

void
cloche_wire_channel_close_input (ClocheWireChannel *self)
{
  if (self->input_closed)
    return;

  self->input_closed = TRUE;
  cloche_wire_channel_consume (self, self->received.length);
  wake_reader (self);
}

static void
fail (ClocheWireChannel *self,
      const GError      *error)
{
  if (self->failure != NULL)
    return;

  self->failure = g_error_copy (error);
  if (g_error_matches (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET)) {
    self->is_reset = TRUE;
    self->peer_finished = FALSE;
    cloche_byte_queue_clear (&self->received);
  }
  wake_both (self);
}

/* Both sides had finished and what came was not read yet: nothing was lost, and so nothing is to be told. */
void
cloche_wire_channel_reset (ClocheWireChannel *self)
{
  g_autoptr (GError) error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET, "The stream was reset");

  if (self->failure != NULL)
    return;

  (void) cloche_yamux_reset (self->link->mux, self->id);        /* A stream that is gone needs none. */
  queue_output (self);
  fail (self, error);
}

/**
 * cloche_wire_channel_release:
 *
 * Nobody can read or write any more. A stream that was not closed in order is reset.
 */
void
cloche_wire_channel_release (ClocheWireChannel *self)
{
  if (!self->is_finished || !(self->peer_finished || self->input_closed))
    cloche_wire_channel_reset (self);
  cloche_wire_channel_close_input (self);
  wake_both (self);
  if (self->link->owner != NULL)
    self->link->released (self->id, self->link->owner);
}

void
cloche_wire_channel_received (ClocheWireChannel *self,
                              const guint8      *bytes,
                              gsize              length)
{
  if (self->input_closed || cloche_byte_queue_append (&self->received, bytes, length) < 0) {
    /* Out of memory: bytes that are lost silently would be worse than a stream that is. */
    if (!self->input_closed)
      cloche_wire_channel_reset (self);
    (void) cloche_yamux_consumed (self->link->mux, self->id, length);
    return;
  }

  wake_reader (self);
}

void
cloche_wire_channel_finished (ClocheWireChannel *self)
{
  self->peer_finished = TRUE;
  wake_reader (self);
}

void
cloche_wire_channel_writable (ClocheWireChannel *self)
{
  wake_writer (self);
}

void
cloche_wire_channel_failed (ClocheWireChannel *self,
                            const GError      *error)
{
  fail (self, error);
}
