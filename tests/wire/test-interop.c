/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * A session against a yamux of another make (libp2p's, in Node), in both roles.
 */
#include "session-pair.h"

#include "cloche-yamux.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *peer_script;

typedef struct
{
  ClocheWireSession *session;
  GSubprocess *peer;
  ClocheWireStream *opened;     /* By the peer. */
  GError *error;
  gboolean is_closed;
} Fixture;

static void
opened_cb (ClocheWireSession *session,
           ClocheWireStream  *stream,
           gpointer           user_data)
{
  Fixture *fixture = user_data;

  g_assert_null (fixture->opened);
  fixture->opened = g_object_ref (stream);
}

static void
closed_cb (ClocheWireSession *session,
           const GError      *error,
           gpointer           user_data)
{
  Fixture *fixture = user_data;

  fixture->is_closed = TRUE;
  fixture->error = error != NULL ? g_error_copy (error) : NULL;
}

static void
set_up (Fixture      *fixture,
        gconstpointer peer_role)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GIOStream) transport = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  fixture->peer = g_subprocess_launcher_spawn (launcher, &error, "node", peer_script, peer_role, NULL);
  g_assert_no_error (error);
  socket = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  transport = G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
  fixture->session = cloche_wire_session_new (transport, strcmp (peer_role, "client") == 0 ? CLOCHE_WIRE_ROLE_SERVER :
                                              CLOCHE_WIRE_ROLE_CLIENT);
  g_signal_connect (fixture->session, "stream-opened", G_CALLBACK (opened_cb), fixture);
  g_signal_connect (fixture->session, "closed", G_CALLBACK (closed_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer peer_role)
{
  g_assert_no_error (fixture->error);
  cloche_wire_session_close (fixture->session);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_clear_object (&fixture->opened);
  g_assert_finalize_object (fixture->session);
  g_subprocess_force_exit (fixture->peer);
  g_assert_true (g_subprocess_wait (fixture->peer, NULL, NULL));
  g_object_unref (fixture->peer);
}

static ClocheWireStream *
ask (Fixture    *fixture,
     const char *line)
{
  g_autoptr (GError) error = NULL;
  ClocheWireStream *stream = cloche_wire_session_open_stream (fixture->session, &error);

  g_assert_no_error (error);
  write_text (stream, line);

  return stream;
}

/* The end of our side comes through, and theirs stays open. */
static void
test_half_close (Fixture      *fixture,
                 gconstpointer peer_role)
{
  g_autoptr (ClocheWireStream) stream = ask (fixture, "count\n");

  write_text (stream, "abc");
  cloche_wire_stream_finish (stream);
  assert_reads (stream, "3 96354");
  assert_reads (stream, "");
  while (cloche_wire_session_get_n_streams (fixture->session) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
write_all_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error));
  g_assert_no_error (error);
  cloche_wire_stream_finish (user_data);
}

/* Many windows' worth of bytes in both directions at once. */
static void
test_echo (Fixture      *fixture,
           gconstpointer peer_role)
{
  enum { LENGTH = 20 * CLOCHE_YAMUX_WINDOW_BYTES + 12345 };
  g_autoptr (ClocheWireStream) stream = ask (fixture, "echo\n");
  g_autofree guint8 *sent = g_malloc (LENGTH);
  g_autofree guint8 *received = g_malloc (LENGTH);
  g_autoptr (GError) error = NULL;
  gsize n_received = 0;
  gssize n;

  for (gsize i = 0; i < LENGTH; i++)
    sent[i] = (guint8) (i * 7 + (i >> 9));
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (stream)), sent, LENGTH,
                                   G_PRIORITY_DEFAULT, NULL, write_all_cb, stream);
  while ((n = read_some (stream, received + n_received, MAX (LENGTH - n_received, 1), &error)) > 0)
    n_received += (gsize) n;
  g_assert_no_error (error);
  g_assert_cmpmem (received, n_received, sent, LENGTH);
}

static void
test_peer_resets (Fixture      *fixture,
                  gconstpointer peer_role)
{
  g_autoptr (ClocheWireStream) stream = ask (fixture, "reset\n");
  g_autoptr (GError) error = NULL;
  char byte;

  g_assert_cmpint (read_some (stream, &byte, 1, &error), <, 0);
  g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_RESET);
}

static void
test_we_reset (Fixture      *fixture,
               gconstpointer peer_role)
{
  g_autoptr (ClocheWireStream) stream = ask (fixture, "echo\n");
  g_autoptr (ClocheWireStream) asking = NULL;

  write_text (stream, "x");
  assert_reads (stream, "x");
  cloche_wire_stream_reset (stream);
  asking = ask (fixture, "aborted\n");
  assert_reads (asking, "1");
}

static void
test_pings (Fixture      *fixture,
            gconstpointer peer_role)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheWireStream) stream = NULL;

  cloche_wire_session_ping_async (fixture->session, NULL, keep_result_cb, &result);
  g_assert_cmpint (cloche_wire_session_ping_finish (fixture->session, wait_for (&result), &error), >=, 0);
  g_assert_no_error (error);
  stream = ask (fixture, "ping\n");
  assert_reads (stream, "ponged");
}

static void
test_peer_opens (Fixture      *fixture,
                 gconstpointer peer_role)
{
  g_autoptr (ClocheWireStream) stream = ask (fixture, "open\n");

  while (fixture->opened == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (cloche_wire_stream_get_id (fixture->opened) % 2, ==, strcmp (peer_role, "client") == 0);
  assert_reads (fixture->opened, "from the peer");
  assert_reads (fixture->opened, "");
  write_text (fixture->opened, "abc");
  cloche_wire_stream_finish (fixture->opened);
  assert_reads (stream, "3 96354");
}

static void
test_many_streams (Fixture      *fixture,
                   gconstpointer peer_role)
{
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < CLOCHE_YAMUX_MAX_UNACCEPTED; i++) {
    g_autofree char *text = g_strdup_printf ("echo\nnumber %u", i);

    g_ptr_array_add (streams, ask (fixture, text));
  }
  for (guint i = 0; i < streams->len; i++) {
    g_autofree char *text = g_strdup_printf ("number %u", i);

    assert_reads (streams->pdata[i], text);
    cloche_wire_stream_finish (streams->pdata[i]);
    assert_reads (streams->pdata[i], "");
  }
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *name; void (*test) (Fixture *,
                                                        gconstpointer); } TESTS[] = {
    { "half-close", test_half_close },
    { "echo", test_echo },
    { "peer-resets", test_peer_resets },
    { "we-reset", test_we_reset },
    { "pings", test_pings },
    { "peer-opens", test_peer_opens },
    { "many-streams", test_many_streams },
  };
  static const char *const ROLES[] = { "client", "server" };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  peer_script = argv[1];
  for (gsize i = 0; i < G_N_ELEMENTS (TESTS); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (ROLES); j++) {
      g_autofree char *path = g_strdup_printf ("/wire/interop/%s/peer-is-%s", TESTS[i].name, ROLES[j]);

      g_test_add (path, Fixture, ROLES[j], set_up, TESTS[i].test, tear_down);
    }

  return g_test_run ();
}
