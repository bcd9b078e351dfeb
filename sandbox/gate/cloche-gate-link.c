/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-link.h"

#include "cloche-fd.h"
#include "cloche-gate-channel.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

/*
 * An id is in one of two tables: while its OPEN is not answered in "pending", while its connection lives in
 * "connections". After a cancel it stays in "pending" without a task: the answer still comes and is thrown away.
 */

struct _ClocheGateLink
{
  GObject parent_instance;

  /* owned */
  ClocheGateChannel *channel;
  GHashTable *pending;          /* id → GTask, or NULL when cancelled */
  GHashTable *connections;      /* id → Connection */
  int guard_fd;                 /* of the next OPENED, or -1 */

  guint64 guard_id;
  guint64 last_id;
};

G_DEFINE_FINAL_TYPE (ClocheGateLink, cloche_gate_link, G_TYPE_OBJECT)

enum {
  RESET,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* What is known of a connection that was handed out; the connection is its user's. */
typedef struct
{
  ClocheGateLink *link;         /* borrowed */
  guint64 id;
  GIOStream *stream;            /* weak */
  int guard_fd;                 /* see GUARD in cloche-gate-frame.h */
} Connection;

typedef struct
{
  guint64 id;
  gulong cancelled_id;
  char *what;                   /* for messages: "NAME:PORT" */
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_free (open->what);
  g_free (open);
}

static gint64 *
id_new (guint64 id)
{
  return g_memdup2 (&id, sizeof id);
}

static void
connection_gone_cb (gpointer data,
                    GObject *was)
{
  Connection *connection = data;

  connection->stream = NULL;
  g_hash_table_remove (connection->link->connections, &connection->id);
}

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  if (connection->stream != NULL)
    g_object_weak_unref (G_OBJECT (connection->stream), connection_gone_cb, connection);
  cloche_clear_fd (&connection->guard_fd);
  g_free (connection);
}

static void
send_close (ClocheGateLink *self,
            guint64         id)
{
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_CLOSE, .id = id };

  cloche_gate_channel_send (self->channel, &frame, -1);
}

/* Takes the task of @id out of the table; NULL if it was cancelled. FALSE if nobody asked. */
static gboolean
steal_pending (ClocheGateLink *self,
               guint64         id,
               GTask         **ret_task)
{
  gpointer key, task;

  if (!g_hash_table_steal_extended (self->pending, &id, &key, &task))
    return FALSE;

  g_free (key);
  *ret_task = task;
  if (task != NULL) {
    Open *open = g_task_get_task_data (task);

    /* Not g_cancellable_disconnect(), which waits for the very handler that may be calling. */
    if (open->cancelled_id != 0)
      g_signal_handler_disconnect (g_task_get_cancellable (task), open->cancelled_id);
    open->cancelled_id = 0;
  }

  return TRUE;
}

static GIOStream *
connection_new (ClocheGateLink *self,
                guint64         id,
                int             fd,
                GError        **error)
{
  cloche_autofd int owned = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (owned, error);
  Connection *connection;
  GIOStream *stream;

  if (socket == NULL)
    return NULL;
  (void) g_steal_fd (&owned);

  stream = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  connection = g_new (Connection, 1);
  connection->link = self;
  connection->id = id;
  connection->stream = stream;
  connection->guard_fd = g_steal_fd (&self->guard_fd);
  g_object_weak_ref (G_OBJECT (stream), connection_gone_cb, connection);
  g_hash_table_insert (self->connections, id_new (id), connection);

  return stream;
}

static gboolean
take_opened (ClocheGateLink *self,
             guint64         id,
             int             fd)
{
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;
  GIOStream *stream;

  if (fd < 0 || self->guard_fd < 0 || self->guard_id != id || !steal_pending (self, id, &task))
    return FALSE;
  if (task == NULL) {           /* Cancelled; its CLOSE is under way. */
    cloche_clear_fd (&self->guard_fd);
    return TRUE;
  }

  stream = connection_new (self, id, fd, &error);
  if (stream != NULL) {
    g_task_return_pointer (task, stream, g_object_unref);
  } else {
    cloche_clear_fd (&self->guard_fd);
    send_close (self, id);
    g_task_return_error (task, error);
  }

  return TRUE;
}

static gboolean
take_guard (ClocheGateLink *self,
            guint64         id,
            int             fd)
{
  if (fd < 0 || self->guard_fd >= 0)
    return FALSE;

  self->guard_fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  self->guard_id = id;

  return self->guard_fd >= 0;
}

static gboolean
take_refused (ClocheGateLink    *self,
              guint64            id,
              ClocheEgressReason reason)
{
  g_autoptr (GTask) task = NULL;

  if (!steal_pending (self, id, &task))
    return FALSE;

  if (task != NULL)
    g_task_return_new_error (task, CLOCHE_EGRESS_REFUSAL, (int) reason, "%s refused: %s",
                             ((Open *) g_task_get_task_data (task))->what, cloche_egress_reason_to_string (reason));
  return TRUE;
}

/* A connection that its user dropped is not in the table any more; the gate is answered all the same. */
static gboolean
take_reset (ClocheGateLink    *self,
            guint64            id,
            ClocheEgressReason reason)
{
  Connection *connection = g_hash_table_lookup (self->connections, &id);

  if (id == 0 || id > self->last_id)
    return FALSE;

  if (connection != NULL) {
    g_autoptr (GIOStream) stream = g_object_ref (connection->stream);

    g_hash_table_remove (self->connections, &id);
    g_signal_emit (self, signals[RESET], 0, stream, (int) reason);
  }
  send_close (self, id);
  return TRUE;
}

static void
frame_cb (ClocheGateChannel     *channel,
          const ClocheGateFrame *frame,
          int                    fd,
          gpointer               data)
{
  g_autoptr (ClocheGateLink) self = g_object_ref (data);
  gboolean is_good = FALSE;

  if (frame->kind == CLOCHE_GATE_FRAME_OPENED)
    is_good = take_opened (self, frame->id, fd);
  else if (frame->kind == CLOCHE_GATE_FRAME_GUARD)
    is_good = take_guard (self, frame->id, fd);
  else if (frame->kind == CLOCHE_GATE_FRAME_REFUSED && fd < 0)
    is_good = take_refused (self, frame->id, frame->reason);
  else if (frame->kind == CLOCHE_GATE_FRAME_RESET && fd < 0)
    is_good = take_reset (self, frame->id, frame->reason);

  if (!is_good)
    cloche_gate_channel_fail (self->channel, "Frame out of place");
}

static void
fail_pending (ClocheGateLink *self)
{
  guint n_ids;
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (self->pending, &n_ids);

  for (guint i = 0; i < n_ids; i++) {
    guint64 id = *(guint64 *) ids[i];
    g_autoptr (GTask) task = NULL;

    if (steal_pending (self, id, &task) && task != NULL)
      g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED, "The gate is gone");
  }
}

/* What the gate had let through was cut off with it. */
static void
reset_connections (ClocheGateLink *self)
{
  guint n_ids;
  g_autofree gpointer *ids = g_hash_table_get_keys_as_array (self->connections, &n_ids);
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < n_ids; i++)
    g_ptr_array_add (streams, g_object_ref (((Connection *) g_hash_table_lookup (self->connections, ids[i]))->stream));
  for (guint i = 0; i < streams->len; i++)
    g_signal_emit (self, signals[RESET], 0, streams->pdata[i], (int) CLOCHE_EGRESS_REASON_STOPPED);
  g_hash_table_remove_all (self->connections);
}

static void
closed_cb (ClocheGateChannel *channel,
           GError            *error,
           gpointer           data)
{
  g_autoptr (ClocheGateLink) self = g_object_ref (data);

  fail_pending (self);
  reset_connections (self);
  g_signal_emit (self, signals[CLOSED], 0);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  g_autoptr (GTask) task = g_object_ref (data);
  ClocheGateLink *self = g_task_get_source_object (task);
  Open *open = g_task_get_task_data (task);
  g_autoptr (GTask) owned = NULL;

  if (!steal_pending (self, open->id, &owned))
    return;

  g_hash_table_insert (self->pending, id_new (open->id), NULL);
  send_close (self, open->id);
  (void) g_task_return_error_if_cancelled (task);       /* It is. */
}

static void
cloche_gate_link_dispose (GObject *object)
{
  ClocheGateLink *self = CLOCHE_GATE_LINK (object);

  if (self->channel != NULL)
    g_signal_handlers_disconnect_by_data (self->channel, self);
  g_clear_object (&self->channel);
  g_clear_pointer (&self->connections, g_hash_table_unref);
  g_clear_pointer (&self->pending, g_hash_table_unref);
  cloche_clear_fd (&self->guard_fd);

  G_OBJECT_CLASS (cloche_gate_link_parent_class)->dispose (object);
}

static void
cloche_gate_link_class_init (ClocheGateLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_link_dispose;

  signals[RESET] = g_signal_new ("reset", CLOCHE_TYPE_GATE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 2, G_TYPE_IO_STREAM, G_TYPE_INT);
  signals[CLOSED] = g_signal_new ("closed", CLOCHE_TYPE_GATE_LINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
}

static void
cloche_gate_link_init (ClocheGateLink *self)
{
  self->guard_fd = -1;
  self->pending = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  self->connections = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, connection_free);
}

/**
 * cloche_gate_link_new:
 * @fd: the keeper's end of the socket pair; taken, also on failure
 */
ClocheGateLink *
cloche_gate_link_new (int      fd,
                      GError **error)
{
  g_autoptr (ClocheGateLink) self = g_object_new (CLOCHE_TYPE_GATE_LINK, NULL);

  self->channel = cloche_gate_channel_new (fd, error);
  if (self->channel == NULL)
    return NULL;

  g_signal_connect (self->channel, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (self->channel, "closed", G_CALLBACK (closed_cb), self);
  cloche_gate_channel_start (self->channel);

  return g_steal_pointer (&self);
}

gboolean
cloche_gate_link_is_closed (ClocheGateLink *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_LINK (self), TRUE);

  return cloche_gate_channel_is_closed (self->channel);
}

static void
copy_text (char       *to,
           const char *from,
           gsize       room)
{
  memcpy (to, from, strnlen (from, room - 1));
}

/**
 * cloche_gate_link_open_async:
 * @name: DNS name or literal address, as the guest gave it; any bytes
 * @port: TCP port, as the guest gave it
 * @program: (nullable): which program asks, as the guest claims; any bytes, cut to 63
 *
 * Asks the gate for a connection. Cancelling gives it up on the gate's side too.
 */
void
cloche_gate_link_open_async (ClocheGateLink     *self,
                             const char         *name,
                             guint16             port,
                             const char         *program,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_OPEN, .port = port };
  Open *open;

  g_return_if_fail (CLOCHE_IS_GATE_LINK (self));
  g_task_set_source_tag (task, cloche_gate_link_open_async);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (cloche_gate_link_is_closed (self)) {
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED, "The gate is gone");
    return;
  }
  /* What does not fit a frame can be no name; the gate's log cannot hold it either. */
  if (*name == '\0' || strlen (name) >= CLOCHE_GATE_NAME_BYTES || port == 0) {
    g_task_return_new_error (task, CLOCHE_EGRESS_REFUSAL, CLOCHE_EGRESS_REASON_BAD_NAME, "Not a host and port");
    return;
  }

  frame.id = ++self->last_id;
  copy_text (frame.name, name, sizeof frame.name);
  copy_text (frame.program, program != NULL ? program : "", sizeof frame.program);
  open = g_new0 (Open, 1);
  open->id = frame.id;
  open->what = g_strdup_printf ("%s:%u", name, port);
  g_task_set_task_data (task, open, open_free);
  if (cancellable != NULL)
    open->cancelled_id = g_signal_connect (cancellable, "cancelled", G_CALLBACK (cancelled_cb), task);
  g_hash_table_insert (self->pending, id_new (frame.id), g_steal_pointer (&task));
  cloche_gate_channel_send (self->channel, &frame, -1);
}

/**
 * cloche_gate_link_open_finish:
 *
 * Returns: (transfer full): a stream to the host that was asked for. Reading ends when the host's side ends; shutting
 *   down its writing side tells the host. Errors: see the header
 */
GIOStream *
cloche_gate_link_open_finish (ClocheGateLink *self,
                              GAsyncResult   *result,
                              GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_gate_link_reset:
 * @connection: one that this link handed out
 *
 * Breaks @connection off, so that the host sees a reset; to be called when the guest did the same. Its user still closes
 * and drops it. Nothing happens if it has ended already.
 */
void
cloche_gate_link_reset (ClocheGateLink *self,
                        GIOStream      *connection)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (CLOCHE_IS_GATE_LINK (self));

  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Connection *known = value;

    if (known->stream == connection) {
      send_close (self, known->id);
      g_hash_table_iter_remove (&iter);
      return;
    }
  }
}
