/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-egress.h"

#include "cloche-egress-reason.h"
#include "cloche-json.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"
#include "cloche-wire-splice.h"

struct _ClocheKeeperEgress
{
  GObject parent_instance;

  /* Owned */
  ClocheGateLink *link;
  GHashTable *streams;          /* GIOStream of the gate's → ClocheWireStream of the guest's */

  guint n_open;                 /* attempts under way, granted or not yet */
};

/* One attempt. Holds the object until it is over. */
typedef struct
{
  ClocheKeeperEgress *egress;
  ClocheWireStream *stream;
  GIOStream *connection;
} Attempt;

G_DEFINE_FINAL_TYPE (ClocheKeeperEgress, cloche_keeper_egress, G_TYPE_OBJECT)

static void
attempt_free (Attempt *attempt)
{
  attempt->egress->n_open--;
  if (attempt->connection != NULL)
    g_hash_table_remove (attempt->egress->streams, attempt->connection);
  g_clear_object (&attempt->connection);
  g_clear_object (&attempt->stream);
  g_clear_object (&attempt->egress);
  g_free (attempt);
}

static void
spliced_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Attempt *attempt = user_data;

  /* Both sides have been told by the splice; the gate logs. */
  (void) cloche_wire_splice_finish (result, NULL, NULL, NULL);
  attempt_free (attempt);
}

static void
granted_sent_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Attempt *attempt = user_data;

  if (!cloche_wire_write_json_finish (attempt->stream, result, NULL)) {
    (void) g_io_stream_close (attempt->connection, NULL, NULL);         /* The guest lost interest. */
    attempt_free (attempt);
    return;
  }

  cloche_wire_splice_async (G_IO_STREAM (attempt->stream), attempt->connection, NULL, spliced_cb, attempt);
}

static void
decided_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Attempt *attempt = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) denied = NULL;
  g_autoptr (JsonObject) answer = NULL;

  attempt->connection = cloche_gate_link_open_finish (CLOCHE_GATE_LINK (source), result, &error);
  if (attempt->connection == NULL) {
    denied = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_DENIED, error->message);
    cloche_wire_stream_refuse (attempt->stream, denied);
    attempt_free (attempt);
    return;
  }

  g_hash_table_insert (attempt->egress->streams, attempt->connection, attempt->stream);
  answer = cloche_wire_answer_new_ok ();
  cloche_wire_write_json_async (attempt->stream, answer, NULL, granted_sent_cb, attempt);
}

static void
asked_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Attempt *attempt = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) request = cloche_wire_read_json_finish (attempt->stream, result, &error);
  const char *name = request != NULL ? cloche_json_get_string (request, "name") : NULL;
  const char *program = request != NULL ? cloche_json_get_string (request, "program") : NULL;
  gint64 port = request != NULL ? cloche_json_get_int (request, "port", 0) : 0;

  if (name == NULL || port < 1 || port > G_MAXUINT16 ||
      g_strcmp0 (cloche_json_get_string (request, "op"), "egress") != 0) {
    cloche_wire_stream_reset (attempt->stream);
    attempt_free (attempt);
    return;
  }

  cloche_gate_link_open_async (attempt->egress->link, name, (guint16) port, program != NULL ? program : "",
                               NULL, decided_cb, attempt);
}

/* The gate broke the connection off: the guest's program shall see a reset, not an end. */
static void
link_reset_cb (ClocheKeeperEgress *self,
               GIOStream          *connection,
               int                 reason)
{
  ClocheWireStream *stream = g_hash_table_lookup (self->streams, connection);

  if (stream != NULL)
    cloche_wire_stream_reset (stream);
}

static void
cloche_keeper_egress_dispose (GObject *object)
{
  ClocheKeeperEgress *self = CLOCHE_KEEPER_EGRESS (object);

  g_clear_object (&self->link);
  g_clear_pointer (&self->streams, g_hash_table_unref);

  G_OBJECT_CLASS (cloche_keeper_egress_parent_class)->dispose (object);
}

static void
cloche_keeper_egress_class_init (ClocheKeeperEgressClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_keeper_egress_dispose;
}

static void
cloche_keeper_egress_init (ClocheKeeperEgress *self)
{
  self->streams = g_hash_table_new (NULL, NULL);
}

ClocheKeeperEgress *
cloche_keeper_egress_new (ClocheGateLink *link)
{
  ClocheKeeperEgress *self = g_object_new (CLOCHE_TYPE_KEEPER_EGRESS, NULL);

  self->link = g_object_ref (link);
  g_signal_connect_object (link, "reset", G_CALLBACK (link_reset_cb), self, G_CONNECT_SWAPPED);

  return self;
}

guint
cloche_keeper_egress_get_n_open (ClocheKeeperEgress *self)
{
  g_return_val_if_fail (CLOCHE_IS_KEEPER_EGRESS (self), 0);

  return self->n_open;
}

/**
 * cloche_keeper_egress_serve:
 * @stream: one that the agent opened
 */
void
cloche_keeper_egress_serve (ClocheKeeperEgress *self,
                            ClocheWireStream   *stream)
{
  Attempt *attempt;

  g_return_if_fail (CLOCHE_IS_KEEPER_EGRESS (self));

  attempt = g_new0 (Attempt, 1);
  attempt->egress = g_object_ref (self);
  attempt->stream = g_object_ref (stream);
  self->n_open++;
  cloche_wire_read_json_async (stream, NULL, asked_cb, attempt);
}
