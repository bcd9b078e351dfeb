/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "session-pair.h"

#include "cloche-yamux.h"

#include <string.h>
#include <sys/socket.h>

static void
test_round_trip (SessionPair  *pair,
                 gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);

  g_assert_cmpuint (cloche_wire_stream_get_id (here), ==, 1);
  g_assert_cmpuint (cloche_wire_stream_get_id (there), ==, 1);
  g_assert_cmpuint (cloche_wire_session_get_n_streams (pair->client), ==, 1);
  write_text (here, "question");
  cloche_wire_stream_finish (here);
  assert_reads (there, "question");
  assert_reads (there, "");
  write_text (there, "answer");
  cloche_wire_stream_finish (there);
  assert_reads (here, "answer");
  assert_reads (here, "");
  g_assert_false (cloche_wire_stream_is_reset (here));
  while (cloche_wire_session_get_n_streams (pair->client) + cloche_wire_session_get_n_streams (pair->server) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (g_steal_pointer (&here));
  g_assert_finalize_object (g_steal_pointer (&there));
}

static void
test_closed_calls (SessionPair  *pair,
                   gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (here));
  char byte;

  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (here)), &byte, 1, NULL, &error),
                   <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);

  g_assert_true (g_io_stream_close (G_IO_STREAM (here), NULL, NULL));
  g_assert_cmpint (read_some (here, &byte, 1, &error), <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);
  g_output_stream_write_async (output, "x", 1, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  g_assert_cmpint (g_output_stream_write_finish (output, wait_for (&result), &error), <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  assert_reads (there, "");

  /* What still comes is thrown away, and does not stop the sender. */
  g_assert_finalize_object (g_steal_pointer (&here));
  for (guint i = 0; i < 3; i++) {
    g_autofree char *text = g_strnfill (CLOCHE_YAMUX_WINDOW_BYTES, 'x');

    write_text (there, text);
  }
  cloche_wire_stream_finish (there);
  while (cloche_wire_session_get_n_streams (pair->client) > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* Counts what a writer gets rid of while nobody reads. */
typedef struct
{
  GOutputStream *output;
  guint8 block[4096];
  gsize n_written;
  gsize limit;
} Writer;

static void
block_written_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Writer *writer = user_data;
  gssize n = g_output_stream_write_finish (writer->output, result, NULL);

  if (n < 0)
    return;
  writer->n_written += (gsize) n;
  if (writer->n_written < writer->limit)
    g_output_stream_write_async (writer->output, writer->block, sizeof writer->block, G_PRIORITY_DEFAULT, NULL,
                                 block_written_cb, writer);
}

static void
start_writer (Writer           *writer,
              ClocheWireStream *stream,
              gsize             limit)
{
  writer->output = g_io_stream_get_output_stream (G_IO_STREAM (stream));
  writer->limit = limit;
  g_output_stream_write_async (writer->output, writer->block, sizeof writer->block, G_PRIORITY_DEFAULT, NULL,
                               block_written_cb, writer);
}

/* A reader that rests stops its writer after one window, and nobody else. */
static void
test_back_pressure (SessionPair  *pair,
                    gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (ClocheWireStream) other_there = NULL;
  g_autoptr (ClocheWireStream) other_here = session_pair_open (pair, &other_there);
  g_autofree guint8 *buffer = g_malloc (CLOCHE_YAMUX_WINDOW_BYTES);
  Writer writer = { 0 };
  gsize n_read = 0;

  start_writer (&writer, here, 4 * CLOCHE_YAMUX_WINDOW_BYTES);
  for (guint i = 0; i < 100; i++) {
    write_text (other_here, "ping");
    assert_reads (other_there, "ping");
    write_text (other_there, "pong");
    assert_reads (other_here, "pong");
  }
  while (writer.n_written < CLOCHE_YAMUX_WINDOW_BYTES)
    g_main_context_iteration (NULL, TRUE);
  write_text (other_here, "still");
  assert_reads (other_there, "still");
  g_assert_cmpuint (writer.n_written, ==, CLOCHE_YAMUX_WINDOW_BYTES);

  while (n_read < writer.limit) {
    gssize n = read_some (there, buffer, CLOCHE_YAMUX_WINDOW_BYTES, NULL);

    g_assert_cmpint (n, >, 0);
    n_read += (gsize) n;
  }
  while (writer.n_written < writer.limit)
    g_main_context_iteration (NULL, TRUE);
}

/* Cancelling takes nothing: what was not read is read next, what was not written is not sent. */
static void
test_cancel (SessionPair  *pair,
             gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) read_result = NULL;
  g_autoptr (GAsyncResult) write_result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *window = g_strnfill (CLOCHE_YAMUX_WINDOW_BYTES, 'x');
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (there));
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (here));
  char buffer[8];

  g_input_stream_read_async (input, buffer, sizeof buffer, G_PRIORITY_DEFAULT, cancellable, keep_result_cb,
                             &read_result);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (g_input_stream_read_finish (input, wait_for (&read_result), &error), <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  write_text (here, window);
  g_cancellable_reset (cancellable);
  g_output_stream_write_async (output, "never", 5, G_PRIORITY_DEFAULT, cancellable, keep_result_cb, &write_result);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (g_output_stream_write_finish (output, wait_for (&write_result), &error), <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  assert_reads (there, window);
  write_text (here, "next");
  assert_reads (there, "next");
}

static void
test_reset (SessionPair  *pair,
            gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (here));
  char byte;

  g_input_stream_read_async (input, &byte, 1, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);
  cloche_wire_stream_reset (here);
  cloche_wire_stream_reset (here);
  g_assert_true (cloche_wire_stream_is_reset (here));
  g_assert_cmpint (g_input_stream_read_finish (input, wait_for (&result), &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
  g_clear_error (&error);

  g_assert_cmpint (read_some (there, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
  g_assert_true (cloche_wire_stream_is_reset (there));
}

/* Whoever drops a stream without closing it resets it; so does a session to whose signal nobody listens. */
static void
test_dropped (SessionPair  *pair,
              gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (ClocheWireStream) unwanted = NULL;
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_finalize_object (g_steal_pointer (&there));
  g_assert_cmpint (read_some (here, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
  g_clear_error (&error);

  unwanted = cloche_wire_session_open_stream (pair->server, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (cloche_wire_stream_get_id (unwanted), ==, 2);
  g_assert_cmpint (read_some (unwanted, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
}

static void
test_many_streams (SessionPair  *pair,
                   gconstpointer data)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) error = NULL;

  while (streams->len < 2 * CLOCHE_YAMUX_MAX_STREAMS) {
    ClocheWireStream *there;
    ClocheWireStream *here = session_pair_open (pair, &there);

    g_ptr_array_add (streams, here);
    g_ptr_array_add (streams, there);
  }
  g_assert_null (cloche_wire_session_open_stream (pair->client, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_BUSY);

  for (guint i = 0; i < streams->len; i++) {
    g_autofree char *text = g_strdup_printf ("number %u", i);

    write_text (streams->pdata[i], text);
  }
  for (guint i = 0; i < streams->len; i++) {
    g_autofree char *text = g_strdup_printf ("number %u", i ^ 1);

    assert_reads (streams->pdata[i], text);
  }
}

static void
test_ping (SessionPair  *pair,
           gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) cancelled_result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  cloche_wire_session_ping_async (pair->client, NULL, keep_result_cb, &result);
  cloche_wire_session_ping_async (pair->client, cancellable, keep_result_cb, &cancelled_result);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (cloche_wire_session_ping_finish (pair->client, wait_for (&result), &error), >=, 0);
  g_assert_no_error (error);
  g_assert_cmpint (cloche_wire_session_ping_finish (pair->client, wait_for (&cancelled_result), &error), <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* The peer dies in the midst of everything. What had come can be read still. */
static void
test_peer_death (SessionPair  *pair,
                 gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (GAsyncResult) ping_result = NULL;
  g_autoptr (GError) error = NULL;
  char byte;

  write_text (there, "last");
  while (g_main_context_iteration (NULL, FALSE))
    ;
  cloche_wire_session_ping_async (pair->client, NULL, keep_result_cb, &ping_result);
  cloche_wire_session_close (pair->server);

  g_assert_cmpint (cloche_wire_session_ping_finish (pair->client, wait_for (&ping_result), &error), <, 0);
  g_assert_nonnull (error);
  g_clear_error (&error);
  while (!pair->client_is_closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (pair->client_error);
  assert_reads (here, "last");
  g_assert_cmpint (read_some (here, &byte, 1, &error), <, 0);
  g_assert_nonnull (error);
  g_assert_null (cloche_wire_session_open_stream (pair->client, NULL));
  g_clear_error (&error);
  g_assert_cmpint (read_some (there, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED);
}

static void
test_go_away (SessionPair  *pair,
              gconstpointer data)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = session_pair_open (pair, &there);
  g_autoptr (ClocheWireStream) refused = NULL;
  g_autoptr (GError) error = NULL;

  cloche_wire_session_go_away (pair->server);
  write_text (there, "goes on");
  assert_reads (here, "goes on");
  g_assert_null (cloche_wire_session_open_stream (pair->client, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED);
}

/* Bytes that no yamux peer would send end the session at once; the go-away is what the peer reads last. */
static void
test_breach (void)
{
  static const guint8 LAST_WORDS[12] = { 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 };
  g_autoptr (GIOStream) transport = NULL;
  g_autoptr (GIOStream) peer = NULL;
  g_autoptr (GError) error = NULL;
  SessionPair pair = { 0 };
  guint8 bytes[16];

  transport_pair (&transport, &peer);
  pair.client = cloche_wire_session_new (transport, CLOCHE_WIRE_ROLE_CLIENT);
  g_assert_cmpint (g_output_stream_write (g_io_stream_get_output_stream (peer), "GET / HTTP/1.0\r\n", 16, NULL,
                                          &error), ==, 16);
  while (!g_io_stream_is_closed (transport))
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (cloche_wire_session_is_over (pair.client));
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (peer), bytes, sizeof bytes, NULL, &error), ==, 12);
  g_assert_cmpmem (bytes, 12, LAST_WORDS, 12);
  g_assert_finalize_object (pair.client);
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *path; void (*test) (SessionPair *,
                                                        gconstpointer); } TESTS[] = {
    { "/wire/session/round-trip", test_round_trip },
    { "/wire/session/closed-calls", test_closed_calls },
    { "/wire/session/back-pressure", test_back_pressure },
    { "/wire/session/cancel", test_cancel },
    { "/wire/session/reset", test_reset },
    { "/wire/session/dropped", test_dropped },
    { "/wire/session/many-streams", test_many_streams },
    { "/wire/session/ping", test_ping },
    { "/wire/session/peer-death", test_peer_death },
    { "/wire/session/go-away", test_go_away },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (TESTS); i++)
    g_test_add (TESTS[i].path, SessionPair, NULL, session_pair_set_up, TESTS[i].test, session_pair_tear_down);
  g_test_add_func ("/wire/session/breach", test_breach);

  return g_test_run ();
}
