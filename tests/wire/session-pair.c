/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "session-pair.h"

#include <string.h>
#include <sys/socket.h>

void
transport_pair (GIOStream **ret_a,
                GIOStream **ret_b)
{
  GIOStream **streams[2] = { ret_a, ret_b };
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  for (int i = 0; i < 2; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocket) socket = g_socket_new_from_fd (fds[i], &error);

    g_assert_no_error (error);
    *streams[i] = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  }
}

static void
opened_cb (ClocheWireSession *session,
           ClocheWireStream  *stream,
           gpointer           user_data)
{
  SessionPair *pair = user_data;

  g_queue_push_tail (&pair->opened, g_object_ref (stream));
}

static void
client_closed_cb (ClocheWireSession *session,
                  const GError      *error,
                  gpointer           user_data)
{
  SessionPair *pair = user_data;

  g_assert_false (pair->client_is_closed);
  pair->client_is_closed = TRUE;
  pair->client_error = error != NULL ? g_error_copy (error) : NULL;
}

static void
server_closed_cb (ClocheWireSession *session,
                  const GError      *error,
                  gpointer           user_data)
{
  SessionPair *pair = user_data;

  g_assert_false (pair->server_is_closed);
  pair->server_is_closed = TRUE;
}

void
session_pair_set_up (SessionPair  *pair,
                     gconstpointer data)
{
  g_autoptr (GIOStream) transport = NULL;

  transport_pair (&transport, &pair->server_transport);
  pair->client = cloche_wire_session_new (transport, CLOCHE_WIRE_ROLE_CLIENT);
  pair->server = cloche_wire_session_new (pair->server_transport, CLOCHE_WIRE_ROLE_SERVER);
  g_signal_connect (pair->server, "stream-opened", G_CALLBACK (opened_cb), pair);
  g_signal_connect (pair->server, "closed", G_CALLBACK (server_closed_cb), pair);
  g_signal_connect (pair->client, "closed", G_CALLBACK (client_closed_cb), pair);
}

/* Nothing may be left over: sessions, their streams and the transports all go. */
void
session_pair_tear_down (SessionPair  *pair,
                        gconstpointer data)
{
  g_queue_clear_full (&pair->opened, g_object_unref);
  cloche_wire_session_close (pair->client);
  while (!pair->server_is_closed || !g_io_stream_is_closed (pair->server_transport))
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_true (cloche_wire_session_is_over (pair->client));
  g_assert_true (pair->client_is_closed);
  g_assert_finalize_object (pair->client);
  g_assert_finalize_object (pair->server);
  g_assert_finalize_object (pair->server_transport);
  g_clear_error (&pair->client_error);
}

ClocheWireStream *
session_pair_pop (SessionPair *pair)
{
  while (g_queue_is_empty (&pair->opened))
    g_main_context_iteration (NULL, TRUE);

  return g_queue_pop_head (&pair->opened);
}

ClocheWireStream *
session_pair_open (SessionPair       *pair,
                   ClocheWireStream **ret_server_end)
{
  g_autoptr (GError) error = NULL;
  ClocheWireStream *stream = cloche_wire_session_open_stream (pair->client, &error);

  g_assert_no_error (error);
  *ret_server_end = session_pair_pop (pair);

  return stream;
}

void
keep_result_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  GAsyncResult **place = user_data;

  g_assert_null (*place);
  *place = g_object_ref (result);
}

GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result;
}

gssize
read_some (ClocheWireStream *stream,
           void             *buffer,
           gsize             length,
           GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (stream));

  g_input_stream_read_async (input, buffer, length, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  g_assert_null (result);

  return g_input_stream_read_finish (input, wait_for (&result), error);
}

void
write_text (ClocheWireStream *stream,
            const char       *text)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (stream));

  g_output_stream_write_all_async (output, text, strlen (text), G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  g_assert_null (result);
  g_assert_true (g_output_stream_write_all_finish (output, wait_for (&result), NULL, &error));
  g_assert_no_error (error);
}

/* "" is the end. */
void
assert_reads (ClocheWireStream *stream,
              const char       *text)
{
  gsize length = strlen (text);
  gsize at = 0;

  do {
    g_autoptr (GError) error = NULL;
    char buffer[4096];
    gssize n = read_some (stream, buffer, CLAMP (length - at, 1, sizeof buffer), &error);

    g_assert_no_error (error);
    g_assert_cmpmem (buffer, n, text + at, MIN ((gsize) n, length - at));
    g_assert_true (n > 0 || length == 0);
    at += (gsize) n;
  } while (at < length);
}
