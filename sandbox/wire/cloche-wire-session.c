/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-session.h"

#include "cloche-wire-channel.h"
#include "cloche-wire-pings.h"
#include "cloche-wire-stream-private.h"

#include <errno.h>

/*
 * Two pumps, each holding a reference to the session: one reads the transport and feeds the multiplexer, the other
 * writes what the multiplexer has to send. What callers write is sent from a source of high priority, so that all that
 * one dispatch writes leaves together. The multiplexer's callbacks run in the pumps; tasks may return, and so callers'
 * callbacks may run, in the midst of them, which is why nothing here is freed before both pumps have stopped.
 */

/* bytes: one read of the transport. The multiplexer counts floods over as much. */
#define READ_BYTES (64 * 1024)

/* control frames: a transfer of 1 GB/s needs 8,000 a second to hand back windows; who sends more than this floods. */
#define MAX_CONTROL_FRAMES_PER_SECOND 20000

struct _ClocheWireSession
{
  GObject parent_instance;

  /* Owned References */
  GIOStream *transport;
  GMainContext *context;
  GCancellable *cancellable;    /* Stops the pumps. */
  ClocheWireLink *link;
  ClocheWirePings *pings;
  GSource *output_source;

  GHashTable *channels;         /* id -> ClocheWireChannel, borrowed: a stream that nobody holds is not in it. */
  gboolean is_reading;
  gboolean is_writing;
  gboolean is_over;

  gint64 second_start_us;
  guint64 second_start_frames;
};

G_DEFINE_FINAL_TYPE (ClocheWireSession, cloche_wire_session, G_TYPE_OBJECT)

enum {
  STREAM_OPENED,
  CLOSED,
  DRAINED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
transport_closed_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  /* There is nobody left to tell, and nothing to try again. */
  (void) g_io_stream_close_finish (G_IO_STREAM (source), result, NULL);
}

/* A transport cannot be closed while a pump waits for it. */
static void
close_transport_if_idle (ClocheWireSession *self)
{
  if (self->is_over && !self->is_reading && !self->is_writing && !g_io_stream_is_closed (self->transport))
    g_io_stream_close_async (self->transport, G_PRIORITY_DEFAULT, NULL, transport_closed_cb, NULL);
}

static void
fail_channels (ClocheWireSession *self,
               const GError      *error)
{
  g_autoptr (GPtrArray) channels = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_wire_channel_unref);
  GHashTableIter iter;
  gpointer channel;

  g_hash_table_iter_init (&iter, self->channels);
  while (g_hash_table_iter_next (&iter, NULL, &channel))
    g_ptr_array_add (channels, cloche_wire_channel_ref (channel));
  g_hash_table_remove_all (self->channels);

  for (guint i = 0; i < channels->len; i++)
    cloche_wire_channel_failed (channels->pdata[i], error);
}

/* @error: (nullable) */
static void
end (ClocheWireSession *self,
     const GError      *error)
{
  g_autoptr (GError) closed = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED,
                                                   "The connection is closed");

  if (self->is_over)
    return;

  g_object_ref (self);
  self->is_over = TRUE;
  self->link->owner = NULL;
  if (self->output_source != NULL)
    g_source_destroy (self->output_source);
  g_clear_pointer (&self->output_source, g_source_unref);
  g_cancellable_cancel (self->cancellable);
  fail_channels (self, error != NULL ? error : closed);
  cloche_wire_pings_fail (self->pings, error != NULL ? error : closed);
  close_transport_if_idle (self);
  g_signal_emit (self, signals[CLOSED], 0, error);
  g_object_unref (self);
}

/* Sends the go-away after a breach if the transport takes it at once; a peer that broke the rules is not waited for. */
static void
send_last_words (ClocheWireSession *self)
{
  GOutputStream *output = g_io_stream_get_output_stream (self->transport);
  const guint8 *bytes;
  gsize length;

  if (self->is_writing || !G_IS_POLLABLE_OUTPUT_STREAM (output) ||
      !g_pollable_output_stream_can_poll (G_POLLABLE_OUTPUT_STREAM (output)))
    return;

  length = cloche_yamux_peek_output (self->link->mux, &bytes);
  if (length > 0)
    (void) g_pollable_output_stream_write_nonblocking (G_POLLABLE_OUTPUT_STREAM (output), bytes, length, NULL, NULL);
}

static void
end_with_breach (ClocheWireSession *self,
                 const char        *what)
{
  g_autoptr (GError) error = g_error_new (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL, "The peer %s", what);

  send_last_words (self);
  end (self, error);
}

/* The multiplexer ended the session by itself. */
static void
end_with_errno (ClocheWireSession *self,
                int                result)
{
  g_autoptr (GError) error = NULL;

  if (result != -ENOMEM) {
    end_with_breach (self, result == -EMSGSIZE ? "went beyond a limit" : "broke the protocol");
    return;
  }

  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Out of memory");
  send_last_words (self);
  end (self, error);
}

static void pump_output (ClocheWireSession *self);

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheWireSession) self = user_data;
  g_autoptr (GError) error = NULL;
  gssize n = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, &error);

  if (!self->is_over && n < 0)
    end (self, error);
  /* Still writing while it is reported, so that callbacks that write do not start a second pump. */
  if (!self->is_over)
    cloche_yamux_output_sent (self->link->mux, (gsize) n);

  self->is_writing = FALSE;
  if (!self->is_over)
    pump_output (self);
  close_transport_if_idle (self);
}

static void
pump_output (ClocheWireSession *self)
{
  const guint8 *bytes;
  gsize length;

  if (self->is_over || self->is_writing)
    return;

  if (cloche_yamux_is_over (self->link->mux)) {
    end_with_errno (self, cloche_yamux_feed (self->link->mux, NULL, 0));
    return;
  }

  length = cloche_yamux_peek_output (self->link->mux, &bytes);
  if (length == 0) {
    g_signal_emit (self, signals[DRAINED], 0);
    return;
  }

  self->is_writing = TRUE;
  g_output_stream_write_async (g_io_stream_get_output_stream (self->transport), bytes, length, G_PRIORITY_DEFAULT,
                               self->cancellable, written_cb, g_object_ref (self));
}

static gboolean
output_queued_cb (gpointer user_data)
{
  g_autoptr (ClocheWireSession) self = g_object_ref (user_data);

  g_clear_pointer (&self->output_source, g_source_unref);
  pump_output (self);

  return G_SOURCE_REMOVE;
}

static void
queue_output (gpointer owner)
{
  ClocheWireSession *self = owner;

  if (self->is_over || self->is_writing || self->output_source != NULL)
    return;

  self->output_source = g_idle_source_new ();
  g_source_set_priority (self->output_source, G_PRIORITY_HIGH);
  g_source_set_callback (self->output_source, output_queued_cb, self, NULL);
  g_source_attach (self->output_source, self->context);
}

static void
forget_channel (guint32  id,
                gpointer owner)
{
  ClocheWireSession *self = owner;

  g_hash_table_remove (self->channels, GUINT_TO_POINTER (id));
}

static gboolean
floods (ClocheWireSession *self)
{
  gint64 now_us = g_get_monotonic_time ();
  guint64 frames = cloche_yamux_get_n_control_frames (self->link->mux);

  if (now_us - self->second_start_us >= G_USEC_PER_SEC) {
    self->second_start_us = now_us;
    self->second_start_frames = frames;
  }

  return frames - self->second_start_frames > MAX_CONTROL_FRAMES_PER_SECOND;
}

static void
end_of_transport (ClocheWireSession *self)
{
  g_autoptr (GError) error = NULL;

  if (cloche_yamux_get_n_streams (self->link->mux) > 0 || !cloche_wire_pings_is_empty (self->pings))
    error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The peer closed the connection");
  end (self, error);
}

static void pump_input (ClocheWireSession *self);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (ClocheWireSession) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize length;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (!self->is_over && bytes == NULL) {
    end (self, error);
  } else if (!self->is_over && length == 0) {
    end_of_transport (self);
  } else if (!self->is_over) {
    int status = cloche_yamux_feed (self->link->mux, data, length);

    if (status < 0)
      end_with_errno (self, status);
    else if (floods (self))
      end_with_breach (self, "sends too many control frames");
  }

  self->is_reading = FALSE;
  if (self->is_over) {
    close_transport_if_idle (self);
    return;
  }
  queue_output (self);
  pump_input (self);
}

static void
pump_input (ClocheWireSession *self)
{
  self->is_reading = TRUE;
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (self->transport), READ_BYTES, G_PRIORITY_DEFAULT,
                                   self->cancellable, read_cb, g_object_ref (self));
}

static ClocheWireChannel *
get_channel (ClocheWireSession *self,
             guint32            id)
{
  return g_hash_table_lookup (self->channels, GUINT_TO_POINTER (id));
}

static ClocheWireStream *
add_stream (ClocheWireSession *self,
            guint32            id)
{
  g_autoptr (ClocheWireChannel) channel = cloche_wire_channel_new (self->link, id);

  g_hash_table_insert (self->channels, GUINT_TO_POINTER (id), channel);

  return _cloche_wire_stream_new (channel);
}

static void
mux_opened (uint32_t id,
            void    *user_data)
{
  ClocheWireSession *self = user_data;
  g_autoptr (ClocheWireStream) stream = NULL;

  if (self->is_over)
    return;

  /* Accepted at once, whatever becomes of it: an operation may take its time, and the peer may have but
   * CLOCHE_YAMUX_MAX_UNACCEPTED streams that nobody answered. */
  (void) cloche_yamux_accept (self->link->mux, id);
  stream = add_stream (self, id);
  g_signal_emit (self, signals[STREAM_OPENED], 0, stream);
}

static void
mux_received (uint32_t       id,
              const uint8_t *bytes,
              size_t         length,
              void          *user_data)
{
  ClocheWireSession *self = user_data;
  ClocheWireChannel *channel = get_channel (self, id);

  if (channel != NULL)
    cloche_wire_channel_received (channel, bytes, length);
  else
    (void) cloche_yamux_consumed (self->link->mux, id, length); /* Closed by us: its rest is thrown away. */
}

static void
mux_finished (uint32_t id,
              void    *user_data)
{
  ClocheWireChannel *channel = get_channel (user_data, id);

  if (channel != NULL)
    cloche_wire_channel_finished (channel);
}

static void
mux_closed (uint32_t id,
            bool     was_reset,
            void    *user_data)
{
  ClocheWireSession *self = user_data;
  ClocheWireChannel *channel = get_channel (self, id);
  g_autoptr (GError) error = NULL;

  if (channel == NULL)
    return;

  forget_channel (id, self);
  if (was_reset) {
    error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET, "The peer reset the stream");
    cloche_wire_channel_failed (channel, error);
  }
}

static void
mux_writable (uint32_t id,
              void    *user_data)
{
  ClocheWireChannel *channel = get_channel (user_data, id);

  if (channel != NULL)
    cloche_wire_channel_writable (channel);
}

static void
mux_ponged (uint32_t value,
            void    *user_data)
{
  ClocheWireSession *self = user_data;

  cloche_wire_pings_answered (self->pings, value);
}

static void
mux_went_away (uint32_t code,
               void    *user_data)
{
  ClocheWireSession *self = user_data;

  if (code != 0)
    end_with_breach (self, "ended the session because of an error");
}

static void
cloche_wire_session_finalize (GObject *object)
{
  ClocheWireSession *self = CLOCHE_WIRE_SESSION (object);

  g_clear_object (&self->transport);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->link, cloche_wire_link_unref);
  g_clear_pointer (&self->pings, cloche_wire_pings_free);
  g_clear_pointer (&self->channels, g_hash_table_unref);
  g_clear_pointer (&self->context, g_main_context_unref);

  G_OBJECT_CLASS (cloche_wire_session_parent_class)->finalize (object);
}

static void
cloche_wire_session_class_init (ClocheWireSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_wire_session_finalize;

  signals[STREAM_OPENED] = g_signal_new ("stream-opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_WIRE_STREAM);
  signals[CLOSED] = g_signal_new ("closed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
  signals[DRAINED] = g_signal_new ("drained", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
}

static void
cloche_wire_session_init (ClocheWireSession *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->cancellable = g_cancellable_new ();
  self->pings = cloche_wire_pings_new ();
  self->channels = g_hash_table_new (NULL, NULL);
}

/**
 * cloche_wire_session_new:
 * @transport: connected, its hello lines exchanged; the session closes it
 *
 * Begins at once; signals come from the next iteration of the main context on.
 */
ClocheWireSession *
cloche_wire_session_new (GIOStream     *transport,
                         ClocheWireRole role)
{
  static const cloche_yamux_events EVENTS = {
    mux_opened, mux_received, mux_finished, mux_closed, mux_writable, mux_ponged, mux_went_away,
  };
  ClocheWireSession *self = g_object_new (CLOCHE_TYPE_WIRE_SESSION, NULL);
  cloche_yamux *mux = cloche_yamux_new (role == CLOCHE_WIRE_ROLE_CLIENT, &EVENTS, self);

  if (mux == NULL)
    g_error ("Out of memory");

  self->transport = g_object_ref (transport);
  self->link = cloche_wire_link_new (mux, self);
  self->link->output_queued = queue_output;
  self->link->released = forget_channel;
  pump_input (self);

  return self;
}

gboolean
cloche_wire_session_is_over (ClocheWireSession *self)
{
  g_return_val_if_fail (CLOCHE_IS_WIRE_SESSION (self), TRUE);

  return self->is_over;
}

/**
 * cloche_wire_session_get_n_streams:
 *
 * Streams that have not ended, those included that were closed here and that the peer has not finished yet.
 */
guint
cloche_wire_session_get_n_streams (ClocheWireSession *self)
{
  g_return_val_if_fail (CLOCHE_IS_WIRE_SESSION (self), 0);

  return self->is_over ? 0 : cloche_yamux_get_n_streams (self->link->mux);
}

/**
 * cloche_wire_session_open_stream:
 *
 * The stream may be written at once; the peer is told with the first bytes.
 *
 * Errors: %CLOCHE_WIRE_ERROR_CLOSED, or %CLOCHE_WIRE_ERROR_BUSY at a cap of cloche-yamux.h.
 */
ClocheWireStream *
cloche_wire_session_open_stream (ClocheWireSession *self,
                                 GError           **error)
{
  int64_t id;

  g_return_val_if_fail (CLOCHE_IS_WIRE_SESSION (self), NULL);

  id = self->is_over ? -EPIPE : cloche_yamux_open (self->link->mux);
  if (id < 0) {
    g_set_error_literal (error, CLOCHE_WIRE_ERROR, id == -EPIPE ? CLOCHE_WIRE_ERROR_CLOSED : CLOCHE_WIRE_ERROR_BUSY,
                         id == -EPIPE ? "The connection takes no new streams" : "Too many streams are open");
    return NULL;
  }

  queue_output (self);

  return add_stream (self, (guint32) id);
}

/**
 * cloche_wire_session_ping_async:
 *
 * Asks the peer for an answer; the result is the time that took, in µs. Who does not want to wait for ever cancels.
 */
void
cloche_wire_session_ping_async (ClocheWireSession  *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_WIRE_SESSION (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_wire_session_ping_async);
  if (g_task_return_error_if_cancelled (task))
    return;
  if (self->is_over) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The connection is closed");
    return;
  }

  cloche_wire_pings_send (self->pings, self->link->mux, g_steal_pointer (&task));
  queue_output (self);
}

gint64
cloche_wire_session_ping_finish (ClocheWireSession *self,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), -1);

  return g_task_propagate_int (G_TASK (result), error);
}

/**
 * cloche_wire_session_go_away:
 *
 * Tells the peer to open no more streams; those that are open go on.
 */
void
cloche_wire_session_go_away (ClocheWireSession *self)
{
  g_return_if_fail (CLOCHE_IS_WIRE_SESSION (self));

  if (self->is_over || cloche_yamux_go_away (self->link->mux, 0) < 0)
    return;

  queue_output (self);
}

/**
 * cloche_wire_session_close:
 *
 * Ends it now: streams fail, and what was not handed to the transport yet (see `drained`) is lost.
 */
void
cloche_wire_session_close (ClocheWireSession *self)
{
  g_return_if_fail (CLOCHE_IS_WIRE_SESSION (self));

  end (self, NULL);
}
