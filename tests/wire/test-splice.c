/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "session-pair.h"

#include "cloche-wire-hello.h"
#include "cloche-wire-splice.h"

#include <string.h>

/* client -- session -- server end -- splice -- socket pair: what a keeper does with an egress stream. */
typedef struct
{
  SessionPair pair;
  ClocheWireStream *here;
  ClocheWireStream *there;
  GIOStream *socket;            /* The end that is spliced. */
  GIOStream *world;             /* The other one. */
  GCancellable *cancellable;
  GAsyncResult *result;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  session_pair_set_up (&fixture->pair, NULL);
  fixture->here = session_pair_open (&fixture->pair, &fixture->there);
  transport_pair (&fixture->socket, &fixture->world);
  fixture->cancellable = g_cancellable_new ();
  cloche_wire_splice_async (G_IO_STREAM (fixture->there), fixture->socket, fixture->cancellable, keep_result_cb,
                            &fixture->result);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  wait_for (&fixture->result);
  g_clear_object (&fixture->result);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (fixture->cancellable);
  g_assert_finalize_object (fixture->there);
  g_assert_finalize_object (fixture->socket);
  g_object_unref (fixture->world);
  g_object_unref (fixture->here);
  session_pair_tear_down (&fixture->pair, NULL);
}

static gssize
read_world (Fixture *fixture,
            char    *buffer,
            gsize    length,
            GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  GInputStream *input = g_io_stream_get_input_stream (fixture->world);

  g_input_stream_read_async (input, buffer, length, G_PRIORITY_DEFAULT, NULL, keep_result_cb, &result);

  return g_input_stream_read_finish (input, wait_for (&result), error);
}

static void
write_world (Fixture    *fixture,
             const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (fixture->world), text, strlen (text), NULL,
                                            NULL, &error));
  g_assert_no_error (error);
}

/* The end of one direction leaves the other one open. */
static void
test_half_close (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 to_world, from_world;
  char buffer[16];

  write_text (fixture->here, "question");
  cloche_wire_stream_finish (fixture->here);
  g_assert_cmpint (read_world (fixture, buffer, sizeof buffer, &error), ==, 8);
  g_assert_cmpint (read_world (fixture, buffer, sizeof buffer, &error), ==, 0);
  g_assert_no_error (error);

  write_world (fixture, "answer");
  assert_reads (fixture->here, "answer");
  g_assert_null (fixture->result);
  g_assert_true (g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (fixture->world)), FALSE, TRUE,
                                    &error));
  assert_reads (fixture->here, "");
  g_assert_true (cloche_wire_splice_finish (wait_for (&fixture->result), &to_world, &from_world, &error));
  g_assert_cmpuint (to_world, ==, 8);
  g_assert_cmpuint (from_world, ==, 6);
}

static void
test_reset (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char buffer[16];

  write_text (fixture->here, "x");
  g_assert_cmpint (read_world (fixture, buffer, sizeof buffer, &error), ==, 1);
  cloche_wire_stream_reset (fixture->here);
  g_assert_false (cloche_wire_splice_finish (wait_for (&fixture->result), NULL, NULL, &error));
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
  g_assert_cmpint (read_world (fixture, buffer, sizeof buffer, NULL), <=, 0);
}

/* The world goes away without reading what it was sent: the guest sees a reset, not an end. */
static void
test_world_fails (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char byte;

  write_text (fixture->here, "unread");
  while (g_socket_get_available_bytes (g_socket_connection_get_socket (G_SOCKET_CONNECTION (fixture->world))) < 6)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (g_io_stream_close (fixture->world, NULL, NULL));
  g_assert_false (cloche_wire_splice_finish (wait_for (&fixture->result), NULL, NULL, &error));
  g_clear_error (&error);
  g_assert_cmpint (read_some (fixture->here, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
}

static void
test_cancel (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char byte;

  g_cancellable_cancel (fixture->cancellable);
  g_assert_false (cloche_wire_splice_finish (wait_for (&fixture->result), NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpint (read_some (fixture->here, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
}

static void
assert_hello (const char *sent,
              const char *expected,
              int         code)
{
  g_autoptr (GInputStream) input = g_memory_input_stream_new_from_data (sent, (gssize) strlen (sent), NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  cloche_wire_read_hello_async (input, NULL, keep_result_cb, &result);
  line = cloche_wire_read_hello_finish (input, wait_for (&result), &error);
  g_assert_cmpstr (line, ==, expected);
  if (expected == NULL)
    g_assert_error (error, CLOCHE_WIRE_ERROR, code);
  else
    g_assert_cmpint (g_seekable_tell (G_SEEKABLE (input)), ==, strlen (expected) + 1);
}

static void
test_hello (void)
{
  g_autofree char *longest = g_strnfill (CLOCHE_WIRE_MAX_HELLO_BYTES, 'x');
  g_autofree char *longest_line = g_strconcat (longest, "\n", NULL);
  g_autofree char *too_long = g_strconcat (longest, "x\n", NULL);

  assert_hello ("CLOCHE 1 control\nrest", "CLOCHE 1 control", 0);
  assert_hello (longest_line, longest, 0);
  assert_hello (too_long, NULL, CLOCHE_WIRE_ERROR_PROTOCOL);
  assert_hello ("CLOCHE\t1\n", NULL, CLOCHE_WIRE_ERROR_PROTOCOL);
  assert_hello ("CLOCHE 1 con", NULL, CLOCHE_WIRE_ERROR_CLOSED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/wire/splice/half-close", Fixture, NULL, set_up, test_half_close, tear_down);
  g_test_add ("/wire/splice/reset", Fixture, NULL, set_up, test_reset, tear_down);
  g_test_add ("/wire/splice/world-fails", Fixture, NULL, set_up, test_world_fails, tear_down);
  g_test_add ("/wire/splice/cancel", Fixture, NULL, set_up, test_cancel, tear_down);
  g_test_add_func ("/wire/hello/lines", test_hello);

  return g_test_run ();
}
