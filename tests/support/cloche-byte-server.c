/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-server.h"

#include "cloche-byte-script-private.h"

#include <gio/gnetworking.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  ClocheByteServer *server;     /* borrowed: the server owns its connections */
  GSocketConnection *stream;
  GCancellable *cancellable;
  GByteArray *input;
  guint8 chunk[4096];
  ClocheByteScript *script;     /* NULL between requests */
  guint next_step;
  gboolean is_writing;
  gboolean is_reading;
  gboolean is_over;
  guint idle_id;
} Connection;

struct _ClocheByteServer
{
  GObject parent_instance;

  GSocketService *service;
  guint port;
  GPtrArray *connections;       /* of Connection */
  GQueue scripts;               /* of ClocheByteScript, in the order they were added */
  GPtrArray *requests;          /* of ClocheByteRequest */
  GHashTable *events;           /* names that were fired */
  ClocheByteAnswerFunc answerer;        /* for requests that no script is left for; or NULL */
  gpointer answerer_data;
  char *greeting;               /* what every connection is told before it has asked for anything; or NULL */
  guint n_hung_up;
  guint n_connected;
};

G_DEFINE_FINAL_TYPE (ClocheByteServer, cloche_byte_server, G_TYPE_OBJECT)

static void play (Connection *connection);
static void read_more (Connection *connection);

static void
request_free (ClocheByteRequest *request)
{
  g_free (request->method);
  g_free (request->target);
  g_free (request->head);
  g_bytes_unref (request->body);
  g_free (request);
}

static void
connection_free (Connection *connection)
{
  g_clear_handle_id (&connection->idle_id, g_source_remove);
  g_clear_pointer (&connection->script, cloche_byte_script_free);
  g_byte_array_unref (connection->input);
  g_object_unref (connection->cancellable);
  g_object_unref (connection->stream);
  g_free (connection);
}

/* Freed once neither a read nor a write holds it. */
static void
end_connection (Connection *connection)
{
  if (!connection->is_over) {
    connection->is_over = TRUE;
    g_cancellable_cancel (connection->cancellable);
    (void) g_socket_close (g_socket_connection_get_socket (connection->stream), NULL);  /* It may be closed already. */
  }

  if (connection->is_reading || connection->is_writing)
    return;
  if (connection->server != NULL)
    g_ptr_array_remove_fast (connection->server->connections, connection);
  connection_free (connection);
}

static void
reset_connection (Connection *connection)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection->stream));

  g_assert_no_errno (setsockopt (fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once));
  end_connection (connection);
}

static gboolean
play_idle_cb (gpointer user_data)
{
  Connection *connection = user_data;

  connection->idle_id = 0;
  play (connection);

  return G_SOURCE_REMOVE;
}

static void
step_written_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Connection *connection = user_data;
  gboolean ok = g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, NULL);

  connection->is_writing = FALSE;
  if (!ok || connection->is_over) {
    end_connection (connection);
    return;
  }

  connection->idle_id = g_idle_add (play_idle_cb, connection);
}

static void
write_step (Connection     *connection,
            ClocheByteStep *step)
{
  gsize length;
  const void *bytes = g_bytes_get_data (step->bytes, &length);

  if (!step->is_endless)
    connection->next_step++;
  connection->is_writing = TRUE;
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (connection->stream)),
                                   bytes, length, G_PRIORITY_DEFAULT, connection->cancellable,
                                   step_written_cb, connection);
}

static ClocheByteScript *
take_script (ClocheByteServer        *self,
             const ClocheByteRequest *request)
{
  for (GList *l = self->scripts.head; l != NULL; l = l->next) {
    ClocheByteScript *script = l->data;

    if (script->path == NULL || g_strcmp0 (script->path, request->target) == 0) {
      g_queue_delete_link (&self->scripts, l);
      return script;
    }
  }

  if (self->answerer != NULL)
    return self->answerer (request, self->answerer_data);

  g_error ("No script for a request of %s", request->target);
}

static gsize
content_length (const char *head)
{
  g_autofree char *lower = g_ascii_strdown (head, -1);
  const char *found = strstr (lower, "\r\ncontent-length:");

  return found != NULL ? strtoul (found + strlen ("\r\ncontent-length:"), NULL, 10) : 0;
}

/* Takes one whole request off the input; FALSE while it is not all there. */
static gboolean
take_request (Connection *connection)
{
  GByteArray *input = connection->input;
  const char *end = input->len > 0 ? memmem (input->data, input->len, "\r\n\r\n", 4) : NULL;
  gsize head_length, body_length;
  ClocheByteRequest *request;
  g_auto (GStrv) words = NULL;

  if (end == NULL)
    return FALSE;

  head_length = (gsize) (end - (const char *) input->data) + 4;
  request = g_new0 (ClocheByteRequest, 1);
  request->head = g_strndup ((const char *) input->data, head_length);
  body_length = content_length (request->head);
  if (input->len < head_length + body_length) {
    g_free (request->head);
    g_free (request);
    return FALSE;
  }

  words = g_strsplit (request->head, " ", 3);
  request->method = g_strdup (words[0]);
  request->target = g_strdup (words[1]);
  request->body = g_bytes_new (input->data + head_length, body_length);
  g_byte_array_remove_range (input, 0, (guint) (head_length + body_length));
  g_ptr_array_add (connection->server->requests, request);

  connection->script = take_script (connection->server, request);
  connection->next_step = 0;

  return TRUE;
}

/* Plays up to the next step that has to wait for something, script after script. */
static void
play (Connection *connection)
{
  while (connection->script != NULL || take_request (connection)) {
    ClocheByteStep *step;

    if (connection->next_step == connection->script->steps->len) {
      g_clear_pointer (&connection->script, cloche_byte_script_free);
      continue;
    }

    step = g_ptr_array_index (connection->script->steps, connection->next_step);
    if (step->kind == CLOCHE_BYTE_STEP_SEND) {
      write_step (connection, step);
      return;
    }
    if (step->kind == CLOCHE_BYTE_STEP_RESET) {
      reset_connection (connection);
      return;
    }
    if (step->kind == CLOCHE_BYTE_STEP_CLOSE) {
      end_connection (connection);
      return;
    }
    if (!g_hash_table_contains (connection->server->events, step->event))
      return;
    connection->next_step++;
  }
}

static void
input_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Connection *connection = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  connection->is_reading = FALSE;
  if (n <= 0 || connection->is_over) {
    if (!connection->is_over && connection->script != NULL)
      connection->server->n_hung_up++;
    end_connection (connection);
    return;
  }

  g_byte_array_append (connection->input, connection->chunk, (guint) n);
  read_more (connection);
  if (connection->script == NULL)
    play (connection);
}

static void
read_more (Connection *connection)
{
  connection->is_reading = TRUE;
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (connection->stream)),
                             connection->chunk, sizeof connection->chunk, G_PRIORITY_DEFAULT,
                             connection->cancellable, input_read_cb, connection);
}

static ClocheByteScript *
greeting_script_new (ClocheByteServer *self)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_send (script, self->greeting);

  return script;
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *stream,
             GObject           *source,
             ClocheByteServer  *self)
{
  Connection *connection = g_new0 (Connection, 1);
  GSocket *socket = g_socket_connection_get_socket (stream);

  g_assert_true (g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL));
  connection->server = self;
  connection->stream = g_object_ref (stream);
  connection->cancellable = g_cancellable_new ();
  connection->input = g_byte_array_new ();
  g_ptr_array_add (self->connections, connection);
  self->n_connected++;
  if (self->greeting != NULL)
    connection->script = greeting_script_new (self);
  read_more (connection);
  play (connection);

  return TRUE;
}

static void
cloche_byte_server_dispose (GObject *object)
{
  ClocheByteServer *self = CLOCHE_BYTE_SERVER (object);

  if (self->service != NULL) {
    g_socket_service_stop (self->service);
    g_socket_listener_close (G_SOCKET_LISTENER (self->service));
    g_signal_handlers_disconnect_by_data (self->service, self);
  }
  g_clear_object (&self->service);

  while (self->connections->len > 0) {
    Connection *connection = g_ptr_array_steal_index (self->connections, 0);

    connection->server = NULL;
    g_clear_handle_id (&connection->idle_id, g_source_remove);
    end_connection (connection);
  }

  G_OBJECT_CLASS (cloche_byte_server_parent_class)->dispose (object);
}

static void
cloche_byte_server_finalize (GObject *object)
{
  ClocheByteServer *self = CLOCHE_BYTE_SERVER (object);

  g_queue_clear_full (&self->scripts, (GDestroyNotify) cloche_byte_script_free);
  g_ptr_array_unref (self->connections);
  g_ptr_array_unref (self->requests);
  g_hash_table_unref (self->events);
  g_free (self->greeting);

  G_OBJECT_CLASS (cloche_byte_server_parent_class)->finalize (object);
}

static void
cloche_byte_server_class_init (ClocheByteServerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_byte_server_dispose;
  G_OBJECT_CLASS (klass)->finalize = cloche_byte_server_finalize;
}

static void
cloche_byte_server_init (ClocheByteServer *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  self->connections = g_ptr_array_new ();
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) request_free);
  self->events = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_queue_init (&self->scripts);

  self->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), any_port, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &effective, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  g_signal_connect (self->service, "incoming", G_CALLBACK (incoming_cb), self);
  g_socket_service_start (self->service);
}

ClocheByteServer *
cloche_byte_server_new (void)
{
  return g_object_new (CLOCHE_TYPE_BYTE_SERVER, NULL);
}

guint
cloche_byte_server_get_port (ClocheByteServer *self)
{
  return self->port;
}

char *
cloche_byte_server_dup_uri (ClocheByteServer *self,
                            const char       *path)
{
  return g_strdup_printf ("http://127.0.0.1:%u%s", self->port, path);
}

/**
 * cloche_byte_server_add:
 * @path: (nullable): the target of the request that it answers, or any
 * @script: (transfer full): answers one request
 *
 * A request that no script is left for is a failure of the test.
 */
void
cloche_byte_server_add (ClocheByteServer *self,
                        const char       *path,
                        ClocheByteScript *script)
{
  script->path = g_strdup (path);
  g_queue_push_tail (&self->scripts, script);
}

/**
 * cloche_byte_server_set_answerer:
 *
 * Lets @func answer every request that no script is left for.
 */
void
cloche_byte_server_set_answerer (ClocheByteServer    *self,
                                 ClocheByteAnswerFunc func,
                                 gpointer             user_data)
{
  self->answerer = func;
  self->answerer_data = user_data;
}

/**
 * cloche_byte_server_greet:
 *
 * Lets every connection from now on begin with @text, whatever the client says.
 */
void
cloche_byte_server_greet (ClocheByteServer *self,
                          const char       *text)
{
  g_assert_null (self->greeting);
  self->greeting = g_strdup (text);
}

/**
 * cloche_byte_server_fire:
 *
 * Lets every script go on that waits for @event now or will.
 */
void
cloche_byte_server_fire (ClocheByteServer *self,
                         const char       *event)
{
  g_autoptr (GPtrArray) connections = g_ptr_array_copy (self->connections, NULL, NULL);

  g_hash_table_add (self->events, g_strdup (event));
  for (guint i = 0; i < connections->len; i++) {
    Connection *connection = g_ptr_array_index (connections, i);

    if (!connection->is_writing && connection->idle_id == 0 && !connection->is_over)
      play (connection);
  }
}

guint
cloche_byte_server_get_n_requests (ClocheByteServer *self)
{
  return self->requests->len;
}

const ClocheByteRequest *
cloche_byte_server_get_request (ClocheByteServer *self,
                                guint             index)
{
  g_assert_cmpuint (index, <, self->requests->len);

  return g_ptr_array_index (self->requests, index);
}

/**
 * cloche_byte_server_get_n_hung_up:
 *
 * How many connections the client ended in the middle of a script.
 */
guint
cloche_byte_server_get_n_hung_up (ClocheByteServer *self)
{
  return self->n_hung_up;
}

guint
cloche_byte_server_get_n_connected (ClocheByteServer *self)
{
  return self->n_connected;
}
