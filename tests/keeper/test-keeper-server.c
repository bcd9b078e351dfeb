/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-agent.h"
#include "cloche-keeper-server.h"
#include "cloche-wire-hello.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <unistd.h>

#define TOKEN "0123456789abcdef0123456789abcdef"

typedef struct
{
  char *dir;
  char *path;
  ClocheKeeperServer *server;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, &error);
  g_autoptr (GSocketAddress) address = NULL;

  fixture->dir = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  fixture->path = g_build_filename (fixture->dir, "wire.sock", NULL);
  address = g_unix_socket_address_new (fixture->path);
  g_assert_true (g_socket_bind (socket, address, FALSE, &error));
  g_assert_true (g_socket_listen (socket, &error));
  fixture->server = cloche_keeper_server_new (dup (g_socket_get_fd (socket)), TOKEN, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  cloche_keeper_server_close (fixture->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (g_steal_pointer (&fixture->server));
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->path);
  g_free (fixture->dir);
}

static GIOStream *
connect_and_say (Fixture    *fixture,
                 const char *hello)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (fixture->path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection;

  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address), NULL, cloche_fake_result_cb, &result);
  connection = g_socket_client_connect_finish (client, cloche_fake_wait (&result), &error);
  g_assert_no_error (error);
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), hello,
                                            strlen (hello), NULL, NULL, &error));

  return G_IO_STREAM (connection);
}

static char *
read_hello (GIOStream *connection,
            GError   **error)
{
  GInputStream *input = g_io_stream_get_input_stream (connection);
  g_autoptr (GAsyncResult) result = NULL;

  cloche_wire_read_hello_async (input, NULL, cloche_fake_result_cb, &result);

  return cloche_wire_read_hello_finish (input, cloche_fake_wait (&result), error);
}

static void
test_token (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GIOStream) connection = connect_and_say (fixture, "CLOCHE 1 client " TOKEN "\n");
  g_autoptr (GError) error = NULL;
  g_autofree char *hello = read_hello (connection, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (hello, ==, "CLOCHE 1 keeper");
  while (cloche_keeper_server_get_n_clients (fixture->server) == 0)
    g_main_context_iteration (NULL, TRUE);
  (void) g_io_stream_close (connection, NULL, NULL);
  while (cloche_keeper_server_get_n_clients (fixture->server) > 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_stranger (Fixture      *fixture,
               gconstpointer data)
{
  static const char *const WRONG[] = {
    "CLOCHE 1 client 0123456789abcdef0123456789abcdee\n", "CLOCHE 1 client \n", "CLOCHE 1 client\n",
    "CLOCHE 2 client " TOKEN "\n", "GET / HTTP/1.1\r\n", "CLOCHE 1 client " TOKEN "0\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (WRONG); i++) {
    g_autoptr (GIOStream) connection = connect_and_say (fixture, WRONG[i]);
    g_autoptr (GError) error = NULL;

    g_assert_null (read_hello (connection, &error));
    g_assert_nonnull (error);
  }
  g_assert_cmpuint (cloche_keeper_server_get_n_clients (fixture->server), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/keeper/server/token", Fixture, NULL, set_up, test_token, tear_down);
  g_test_add ("/keeper/server/stranger", Fixture, NULL, set_up, test_stranger, tear_down);

  return g_test_run ();
}
