/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "test-network.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static const char HOSTS[] =
  "127.0.0.1 localhost\n"
  "203.0.113.5 good.example\n"
  "2001:db8::5 six.example\n"
  "203.0.113.5 other.example\n"
  "10.9.8.7 inside.example\n"
  "127.0.0.1 loop.example\n"
  "169.254.169.254 metadata.example\n"
  "10.9.8.7 mixed.example\n"
  "203.0.113.5 mixed.example\n"
  "203.0.113.9 closed.example\n";

/* For this process and its children alone, from test_network_enter() on. */
void
test_network_cover_file (const char *path,
                         const char *text)
{
  g_autofree char *beside = g_build_filename (g_get_tmp_dir (), "cloche-test-cover-XXXXXX", NULL);
  int fd = g_mkstemp (beside);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, (gssize) strlen (text));
  close (fd);
  g_assert_cmpint (mount (beside, path, NULL, MS_BIND, NULL), ==, 0);
  g_assert_cmpint (unlink (beside), ==, 0);
}

static gboolean
map_ids (uid_t uid,
         gid_t gid)
{
  g_autofree char *uid_map = g_strdup_printf ("0 %u 1", uid);
  g_autofree char *gid_map = g_strdup_printf ("0 %u 1", gid);
  int fd = -1;

  for (guint i = 0; i < 3; i++) {
    static const char *const PATHS[] = { "/proc/self/setgroups", "/proc/self/uid_map", "/proc/self/gid_map" };
    const char *texts[] = { "deny", uid_map, gid_map };

    fd = open (PATHS[i], O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write (fd, texts[i], strlen (texts[i])) < 0)
      return FALSE;
    close (fd);
  }

  return TRUE;
}

void
test_network_run (const char *command)
{
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_command_line_sync (command, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
}

/* Makes this process root of a network of its own with private and public addresses and names for them. FALSE where
 * the system does not let an ordinary user do that. To be called before there are threads. */
gboolean
test_network_enter (void)
{
  uid_t uid = geteuid ();
  gid_t gid = getegid ();

  if (unshare (CLONE_NEWNET | CLONE_NEWNS | (uid != 0 ? CLONE_NEWUSER : 0)) < 0 || (uid != 0 && !map_ids (uid, gid)))
    return FALSE;

  g_assert_cmpint (mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), ==, 0);
  test_network_cover_file ("/etc/hosts", HOSTS);
  test_network_cover_file ("/etc/nsswitch.conf", "hosts: files dns\n");
  test_network_cover_file ("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n");
  test_network_run ("ip link set lo up");
  test_network_run ("ip address add 10.9.8.7/32 dev lo");
  test_network_run ("ip address add 169.254.169.254/32 dev lo");
  test_network_run ("ip address add 203.0.113.5/32 dev lo");
  test_network_run ("ip address add 203.0.113.9/32 dev lo");
  test_network_run ("ip -6 address add 2001:db8::5/128 dev lo nodad");

  return TRUE;
}

typedef struct
{
  TestServer *server;
  GSocketConnection *connection;
  char bytes[64 * 1024];
} Echo;

static void read_more (Echo *echo);

static void
echo_end (Echo *echo)
{
  echo->server->n_ended++;
  g_object_unref (echo->connection);
  g_free (echo);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, NULL))
    read_more (data);
  else
    echo_end (data);
}

static void
read_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  Echo *echo = data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);

  if (n <= 0) {
    echo_end (echo);
    return;
  }

  g_string_append_len (echo->server->received, echo->bytes, n);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (echo->connection)), echo->bytes,
                                   (gsize) n, G_PRIORITY_DEFAULT, NULL, written_cb, echo);
}

static void
read_more (Echo *echo)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (echo->connection)), echo->bytes,
                             sizeof echo->bytes, G_PRIORITY_DEFAULT, NULL, read_cb, echo);
}

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             gpointer           data)
{
  TestServer *server = data;
  Echo *echo = g_new0 (Echo, 1);

  server->n_connections++;
  echo->server = server;
  echo->connection = g_object_ref (connection);
  if (server->greeting != NULL)
    g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (connection)), server->greeting,
                                     strlen (server->greeting), G_PRIORITY_DEFAULT, NULL, written_cb, echo);
  else
    read_more (echo);

  return TRUE;
}

TestServer *
test_server_new (const char *address,
                 guint16     port,
                 const char *greeting)
{
  TestServer *server = g_new0 (TestServer, 1);
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GError) error = NULL;

  server->service = g_socket_service_new ();
  server->greeting = greeting;
  server->received = g_string_new (NULL);
  g_socket_listener_add_address (G_SOCKET_LISTENER (server->service), socket_address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (server->service, "incoming", G_CALLBACK (incoming_cb), server);

  return server;
}

/* Waits until its connections have ended, so that every byte has been counted. */
void
test_server_free (TestServer *server)
{
  while (server->n_ended < server->n_connections)
    g_main_context_iteration (NULL, TRUE);
  g_socket_service_stop (server->service);
  g_socket_listener_close (G_SOCKET_LISTENER (server->service));
  g_object_unref (server->service);
  g_string_free (server->received, TRUE);
  g_free (server);
}

#define TYPE_A 1

/* The shortest answer there is (RFC 1035, section 4.1): the question again, and for A one record that points to it. */
static gsize
answer (TestResolver *resolver,
        guint8       *packet,
        gsize         length)
{
  gsize end = 12;
  gsize last = g_strv_length ((char **) resolver->addresses) - 1;
  gboolean is_a;

  while (end < length && packet[end] != 0)
    end += packet[end] + 1u;
  end += 5;
  g_assert_cmpuint (end, <=, length);
  is_a = packet[end - 3] == TYPE_A;
  packet[2] = 0x84;
  packet[3] = 0;
  memset (packet + 6, 0, 6);
  packet[7] = is_a;
  if (!is_a)
    return end;

  memcpy (packet + end, "\xc0\x0c\0\1\0\1\0\0\0\0\0\4", 12);
  g_assert_cmpint (inet_pton (AF_INET, resolver->addresses[MIN (resolver->n_questions, last)], packet + end + 12), ==, 1);
  resolver->n_questions++;
  return end + 16;
}

static gboolean
question_cb (GSocket     *socket,
             GIOCondition condition,
             gpointer     data)
{
  guint8 packet[1024];
  g_autoptr (GSocketAddress) from = NULL;
  gssize n = g_socket_receive_from (socket, &from, (char *) packet, 512, NULL, NULL);

  if (n > 12)
    g_assert_cmpint (g_socket_send_to (socket, from, (const char *) packet, answer (data, packet, (gsize) n), NULL, NULL), >, 0);

  return G_SOURCE_CONTINUE;
}

TestResolver *
test_resolver_new (const char *const *addresses)
{
  TestResolver *resolver = g_new0 (TestResolver, 1);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 53);
  g_autoptr (GError) error = NULL;

  resolver->addresses = addresses;
  resolver->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &error);
  g_assert_no_error (error);
  g_socket_bind (resolver->socket, address, TRUE, &error);
  g_assert_no_error (error);
  resolver->source = g_socket_create_source (resolver->socket, G_IO_IN, NULL);
  g_source_set_callback (resolver->source, G_SOURCE_FUNC (question_cb), resolver, NULL);
  g_source_attach (resolver->source, NULL);

  return resolver;
}

void
test_resolver_free (TestResolver *resolver)
{
  g_source_destroy (resolver->source);
  g_source_unref (resolver->source);
  g_object_unref (resolver->socket);
  g_free (resolver);
}
