/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-server.h"

#include "cloche-wire-hello.h"
#include "cloche-wire-session.h"

#define HELLO_PREFIX "CLOCHE 1 client "
#define HELLO_ANSWER "CLOCHE 1 keeper\n"

struct _ClocheKeeperServer
{
  GObject parent_instance;

  /* Owned */
  char *token;
  GSocketListener *listener;
  GCancellable *cancellable;
  GPtrArray *sessions;

  guint n_greeting;             /* connections that have not shown their token yet */
};

enum {
  SIGNAL_STREAM_OPENED,
  SIGNAL_CLIENTS_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheKeeperServer, cloche_keeper_server, G_TYPE_OBJECT)

typedef struct
{
  ClocheKeeperServer *server;
  GIOStream *connection;
} Greeting;

static void
greeting_free (Greeting *greeting)
{
  greeting->server->n_greeting--;
  g_clear_object (&greeting->connection);
  g_clear_object (&greeting->server);
  g_free (greeting);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Greeting, greeting_free)

/* In constant time, so that answering tells nothing about how much of a guess was right. */
static gboolean
token_is_right (ClocheKeeperServer *self,
                const char         *claimed)
{
  gsize length = strlen (self->token);
  guint8 difference = 0;

  if (strlen (claimed) != length)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    difference |= (guint8) (claimed[i] ^ self->token[i]);

  return difference == 0;
}

static void
stream_opened_cb (ClocheKeeperServer *self,
                  ClocheWireStream   *stream)
{
  g_signal_emit (self, signals[SIGNAL_STREAM_OPENED], 0, stream);
}

static void
session_closed_cb (ClocheKeeperServer *self,
                   GError             *error,
                   ClocheWireSession  *session)
{
  if (g_ptr_array_remove_fast (self->sessions, session))
    g_signal_emit (self, signals[SIGNAL_CLIENTS_CHANGED], 0);
}

static void
greeted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (Greeting) greeting = user_data;
  ClocheKeeperServer *self = greeting->server;
  ClocheWireSession *session;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL) ||
      self->sessions->len >= CLOCHE_KEEPER_MAX_CLIENTS)
    return;

  session = cloche_wire_session_new (greeting->connection, CLOCHE_WIRE_ROLE_SERVER);
  g_ptr_array_add (self->sessions, session);
  g_signal_connect_object (session, "stream-opened", G_CALLBACK (stream_opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "closed", G_CALLBACK (session_closed_cb), self, G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[SIGNAL_CLIENTS_CHANGED], 0);
}

static void
hello_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (Greeting) greeting = user_data;
  g_autofree char *hello = cloche_wire_read_hello_finish (G_INPUT_STREAM (source), result, NULL);
  GOutputStream *output = g_io_stream_get_output_stream (greeting->connection);
  GCancellable *cancellable = greeting->server->cancellable;

  if (hello == NULL || !g_str_has_prefix (hello, HELLO_PREFIX) ||
      !token_is_right (greeting->server, hello + strlen (HELLO_PREFIX)))
    return;

  g_output_stream_write_all_async (output, HELLO_ANSWER, strlen (HELLO_ANSWER), G_PRIORITY_DEFAULT,
                                   cancellable, greeted_cb, g_steal_pointer (&greeting));
}

static void
accepted_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (ClocheKeeperServer) self = user_data;
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GError) error = NULL;
  Greeting *greeting;

  connection = g_socket_listener_accept_finish (self->listener, result, NULL, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) ||
      g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return;

  /* Whoever has not shown the token yet counts, so that a stranger cannot use up the descriptors. */
  if (connection != NULL && self->n_greeting < CLOCHE_KEEPER_MAX_CLIENTS) {
    greeting = g_new0 (Greeting, 1);
    greeting->server = g_object_ref (self);
    greeting->connection = g_object_ref (G_IO_STREAM (connection));
    self->n_greeting++;
    cloche_wire_read_hello_async (g_io_stream_get_input_stream (greeting->connection), self->cancellable,
                                  hello_read_cb, greeting);
  }

  g_socket_listener_accept_async (self->listener, self->cancellable, accepted_cb, g_object_ref (self));
}

static void
cloche_keeper_server_dispose (GObject *object)
{
  ClocheKeeperServer *self = CLOCHE_KEEPER_SERVER (object);

  g_clear_object (&self->listener);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->sessions, g_ptr_array_unref);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (cloche_keeper_server_parent_class)->dispose (object);
}

static void
cloche_keeper_server_class_init (ClocheKeeperServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_keeper_server_dispose;

  signals[SIGNAL_STREAM_OPENED] = g_signal_new ("stream-opened", CLOCHE_TYPE_KEEPER_SERVER, G_SIGNAL_RUN_LAST,
                                                0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_WIRE_STREAM);
  signals[SIGNAL_CLIENTS_CHANGED] = g_signal_new ("clients-changed", CLOCHE_TYPE_KEEPER_SERVER, G_SIGNAL_RUN_LAST,
                                                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cloche_keeper_server_init (ClocheKeeperServer *self)
{
  self->listener = g_socket_listener_new ();
  self->cancellable = g_cancellable_new ();
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
}

/**
 * cloche_keeper_server_new:
 * @listen_fd: (transfer full): a listening unix socket
 * @token: what clients must show
 *
 * Serves from now on, until cloche_keeper_server_close().
 */
ClocheKeeperServer *
cloche_keeper_server_new (int         listen_fd,
                          const char *token,
                          GError    **error)
{
  g_autoptr (ClocheKeeperServer) self = g_object_new (CLOCHE_TYPE_KEEPER_SERVER, NULL);
  g_autoptr (GSocket) socket = g_socket_new_from_fd (listen_fd, error);

  if (socket == NULL || !g_socket_listener_add_socket (self->listener, socket, NULL, error))
    return NULL;

  self->token = g_strdup (token);
  g_socket_listener_accept_async (self->listener, self->cancellable, accepted_cb, g_object_ref (self));

  return g_steal_pointer (&self);
}

guint
cloche_keeper_server_get_n_clients (ClocheKeeperServer *self)
{
  g_return_val_if_fail (CLOCHE_IS_KEEPER_SERVER (self), 0);

  return self->sessions->len;
}

/**
 * cloche_keeper_server_close:
 *
 * Accepts nobody any more and ends every client's session.
 */
void
cloche_keeper_server_close (ClocheKeeperServer *self)
{
  g_autoptr (GPtrArray) sessions = NULL;

  g_return_if_fail (CLOCHE_IS_KEEPER_SERVER (self));

  g_cancellable_cancel (self->cancellable);
  g_socket_listener_close (self->listener);
  sessions = g_steal_pointer (&self->sessions);
  self->sessions = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < sessions->len; i++)
    cloche_wire_session_close (g_ptr_array_index (sessions, i));
}
