/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-channel.h"

#include "cloche-fd.h"

#include <gio/gunixfdmessage.h>
#include <unistd.h>

/* frames that are read before the main loop gets its turn again. */
#define FRAMES_A_TURN 32

/* frames that wait because the other side does not read. A gate stops reading long before; a keeper that writes more
 * than this to a gate that hangs is better off without it. */
#define MAX_QUEUED 4096

typedef struct
{
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES];
  int fd;                       /* owned, or -1 */
} Outgoing;

struct _ClocheGateChannel
{
  GObject parent_instance;

  /* owned */
  GSocket *socket;
  GSource *in_source;           /* NULL while paused and when closed */
  GSource *out_source;          /* set while the queue is not empty */
  GQueue queue;                 /* of Outgoing */

  gboolean is_started;
  gboolean is_paused;
};

G_DEFINE_FINAL_TYPE (ClocheGateChannel, cloche_gate_channel, G_TYPE_OBJECT)

enum {
  FRAME,
  CLOSED,
  DRAINED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
outgoing_free (gpointer data)
{
  Outgoing *outgoing = data;

  cloche_clear_fd (&outgoing->fd);
  g_free (outgoing);
}

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
close_with_error (ClocheGateChannel *self,
                  GError            *error)
{
  g_autoptr (ClocheGateChannel) hold = g_object_ref (self);

  if (g_socket_is_closed (self->socket))
    return;

  clear_source (&self->in_source);
  clear_source (&self->out_source);
  g_queue_clear_full (&self->queue, outgoing_free);
  (void) g_socket_close (self->socket, NULL);   /* It is over either way. */
  /* That the other side is gone is no error, whichever call saw it first. */
  g_signal_emit (self, signals[CLOSED], 0,
                 g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ? NULL : error);
}

static gboolean
send_one (ClocheGateChannel *self,
          const guint8      *bytes,
          int                fd,
          GError           **error)
{
  GOutputVector vector = { bytes, CLOCHE_GATE_FRAME_BYTES };
  g_autoptr (GSocketControlMessage) message = NULL;

  if (fd >= 0) {
    message = g_unix_fd_message_new ();
    if (!g_unix_fd_message_append_fd (G_UNIX_FD_MESSAGE (message), fd, error))
      return FALSE;
  }

  return g_socket_send_message (self->socket, NULL, &vector, 1, message != NULL ? &message : NULL,
                                message != NULL ? 1 : 0, G_SOCKET_MSG_NONE, NULL, error) >= 0;
}

static gboolean
writable_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     data)
{
  g_autoptr (ClocheGateChannel) self = g_object_ref (data);

  while (!g_queue_is_empty (&self->queue)) {
    Outgoing *outgoing = g_queue_peek_head (&self->queue);
    g_autoptr (GError) error = NULL;

    if (!send_one (self, outgoing->bytes, outgoing->fd, &error)) {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        return G_SOURCE_CONTINUE;
      close_with_error (self, error);
      return G_SOURCE_REMOVE;
    }
    outgoing_free (g_queue_pop_head (&self->queue));
  }

  clear_source (&self->out_source);
  g_signal_emit (self, signals[DRAINED], 0);
  return G_SOURCE_REMOVE;
}

/* The descriptors of one packet; more than one is against the rules, and none may leak. */
static gboolean
take_fd (GSocketControlMessage **messages,
         int                     n_messages,
         int                    *ret_fd)
{
  gboolean is_good = n_messages <= 1;

  for (int i = 0; i < n_messages; i++) {
    g_autofree int *fds = NULL;
    int n = 0;

    if (G_IS_UNIX_FD_MESSAGE (messages[i]))
      fds = g_unix_fd_message_steal_fds (G_UNIX_FD_MESSAGE (messages[i]), &n);
    is_good = is_good && n == 1;
    for (int j = 0; j < n; j++)
      if (is_good)
        *ret_fd = fds[j];
      else
        (void) close (fds[j]);  /* Nothing was written to it. */
    g_object_unref (messages[i]);
  }

  return is_good;
}

/* Reads one packet. Returns FALSE when there is no more for now, or never again. */
static gboolean
receive_one (ClocheGateChannel *self)
{
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES + 1];    /* One more, to see a packet that is too long. */
  GInputVector vector = { bytes, sizeof bytes };
  g_autofree GSocketControlMessage **messages = NULL;
  int n_messages = 0;
  cloche_autofd int fd = -1;
  g_autoptr (GError) error = NULL;
  ClocheGateFrame frame;
  gssize n = g_socket_receive_message (self->socket, NULL, &vector, 1, &messages, &n_messages, NULL, NULL, &error);

  if (n < 0) {
    if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      close_with_error (self, error);
    return FALSE;
  }
  if (!take_fd (messages, n_messages, &fd))
    g_set_error_literal (&error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_PROTOCOL, "Frame with a wrong descriptor");
  if (n == 0 || error != NULL || !cloche_gate_frame_read (bytes, (gsize) n, &frame, &error)) {
    close_with_error (self, error);
    return FALSE;
  }

  g_signal_emit (self, signals[FRAME], 0, &frame, fd);
  return !g_socket_is_closed (self->socket) && !self->is_paused;
}

static gboolean
readable_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     data)
{
  g_autoptr (ClocheGateChannel) self = g_object_ref (data);

  for (guint i = 0; i < FRAMES_A_TURN; i++)
    if (!receive_one (self))
      break;

  return self->in_source != NULL ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
update_in_source (ClocheGateChannel *self)
{
  gboolean is_wanted = self->is_started && !self->is_paused && !g_socket_is_closed (self->socket);

  if (!is_wanted)
    clear_source (&self->in_source);
  if (!is_wanted || self->in_source != NULL)
    return;

  self->in_source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->in_source, G_SOURCE_FUNC (readable_cb), self, NULL);
  /* Before the streams that were handed out, so that the news of a reset comes before the end of the stream. */
  g_source_set_priority (self->in_source, G_PRIORITY_HIGH);
  g_source_attach (self->in_source, g_main_context_get_thread_default ());
}

static void
cloche_gate_channel_dispose (GObject *object)
{
  ClocheGateChannel *self = CLOCHE_GATE_CHANNEL (object);

  clear_source (&self->in_source);
  clear_source (&self->out_source);
  g_queue_clear_full (&self->queue, outgoing_free);
  g_clear_object (&self->socket);

  G_OBJECT_CLASS (cloche_gate_channel_parent_class)->dispose (object);
}

static void
cloche_gate_channel_class_init (ClocheGateChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_channel_dispose;

  signals[FRAME] = g_signal_new ("frame", CLOCHE_TYPE_GATE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_INT);
  signals[CLOSED] = g_signal_new ("closed", CLOCHE_TYPE_GATE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
  signals[DRAINED] = g_signal_new ("drained", CLOCHE_TYPE_GATE_CHANNEL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
cloche_gate_channel_init (ClocheGateChannel *self)
{
  g_queue_init (&self->queue);
}

/**
 * cloche_gate_channel_new:
 * @fd: one end of a SOCK_SEQPACKET socket pair; taken, also on failure
 *
 * Nothing is read before cloche_gate_channel_start().
 */
ClocheGateChannel *
cloche_gate_channel_new (int      fd,
                         GError **error)
{
  g_autoptr (ClocheGateChannel) self = g_object_new (CLOCHE_TYPE_GATE_CHANNEL, NULL);
  cloche_autofd int owned = fd;

  self->socket = g_socket_new_from_fd (fd, error);
  if (self->socket == NULL)
    return NULL;
  (void) g_steal_fd (&owned);
  g_socket_set_blocking (self->socket, FALSE);

  return g_steal_pointer (&self);
}

gboolean
cloche_gate_channel_is_closed (ClocheGateChannel *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_CHANNEL (self), TRUE);

  return g_socket_is_closed (self->socket);
}

/**
 * cloche_gate_channel_get_queued:
 *
 * How many frames wait for the other side to read.
 */
gsize
cloche_gate_channel_get_queued (ClocheGateChannel *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_CHANNEL (self), 0);

  return g_queue_get_length (&self->queue);
}

/**
 * cloche_gate_channel_set_paused:
 * @is_paused: whether to leave frames with the other side for now
 */
void
cloche_gate_channel_set_paused (ClocheGateChannel *self,
                                gboolean           is_paused)
{
  g_return_if_fail (CLOCHE_IS_GATE_CHANNEL (self));

  self->is_paused = is_paused;
  update_in_source (self);
}

void
cloche_gate_channel_start (ClocheGateChannel *self)
{
  g_return_if_fail (CLOCHE_IS_GATE_CHANNEL (self));

  self->is_started = TRUE;
  update_in_source (self);
}

/**
 * cloche_gate_channel_send:
 * @fd: a descriptor that goes along, or -1; taken
 *
 * Sends now or when the other side reads. A failure closes the channel; on a closed one nothing happens.
 */
void
cloche_gate_channel_send (ClocheGateChannel     *self,
                          const ClocheGateFrame *frame,
                          int                    fd)
{
  cloche_autofd int owned = fd;
  Outgoing *outgoing;

  g_return_if_fail (CLOCHE_IS_GATE_CHANNEL (self));

  if (g_socket_is_closed (self->socket))
    return;
  if (g_queue_get_length (&self->queue) >= MAX_QUEUED) {
    g_autoptr (GError) error = g_error_new_literal (CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_PROTOCOL,
                                                    "The other side does not read");

    close_with_error (self, error);
    return;
  }

  outgoing = g_new (Outgoing, 1);
  cloche_gate_frame_write (frame, outgoing->bytes);
  outgoing->fd = g_steal_fd (&owned);
  g_queue_push_tail (&self->queue, outgoing);

  if (self->out_source == NULL) {
    self->out_source = g_socket_create_source (self->socket, G_IO_OUT, NULL);
    g_source_set_callback (self->out_source, G_SOURCE_FUNC (writable_cb), self, NULL);
    g_source_set_priority (self->out_source, G_PRIORITY_HIGH);
    g_source_attach (self->out_source, g_main_context_get_thread_default ());
  }
}

/**
 * cloche_gate_channel_fail:
 * @why: plain facts
 *
 * The other side sent a frame that is well formed but out of place: closes with %CLOCHE_GATE_ERROR_PROTOCOL.
 */
void
cloche_gate_channel_fail (ClocheGateChannel *self,
                          const char        *why)
{
  g_autoptr (GError) error = g_error_new_literal (CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_PROTOCOL, why);

  g_return_if_fail (CLOCHE_IS_GATE_CHANNEL (self));

  close_with_error (self, error);
}
