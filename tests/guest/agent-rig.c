/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "agent-rig.h"

#include "cloche-agent-contract.h"
#include "cloche-yamux.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_MS 30000

typedef struct
{
  GByteArray *bytes;            /* received, not read yet */
  gsize unconsumed;             /* of the window */
  gboolean is_stalled;
  gboolean is_finished;
  gboolean is_closed;
  gboolean was_reset;
} Stream;

typedef struct
{
  int fd;
  cloche_yamux *mux;
  GHashTable *streams;          /* id → Stream */
  gboolean is_gone;
} Port;

struct AgentRig
{
  char *root;
  GPid pid;
  Port ports[2];
};

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  g_byte_array_unref (stream->bytes);
  g_free (stream);
}

static Stream *
find (Port *port,
      guint id)
{
  return g_hash_table_lookup (port->streams, GUINT_TO_POINTER (id));
}

static void
received_cb (uint32_t       id,
             const uint8_t *bytes,
             size_t         length,
             void          *user_data)
{
  Port *port = user_data;
  Stream *stream = find (port, id);

  g_byte_array_append (stream->bytes, bytes, (guint) length);
  if (stream->is_stalled)
    stream->unconsumed += length;
  else
    g_assert_cmpint (cloche_yamux_consumed (port->mux, id, length), ==, 0);
}

static void
finished_cb (uint32_t id,
             void    *user_data)
{
  find (user_data, id)->is_finished = TRUE;
}

static void
closed_cb (uint32_t id,
           bool     was_reset,
           void    *user_data)
{
  Stream *stream = find (user_data, id);

  stream->is_finished = stream->is_closed = TRUE;
  stream->was_reset = was_reset;
}

static const cloche_yamux_events yamux_events = {
  .received = received_cb,
  .finished = finished_cb,
  .closed = closed_cb,
};

static void
write_output (Port *port)
{
  const uint8_t *bytes;
  size_t length;

  while (!port->is_gone && (length = cloche_yamux_peek_output (port->mux, &bytes)) > 0) {
    gssize n = send (port->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);

    if (n < 0 && errno == EAGAIN)
      return;
    if (n < 0) {
      port->is_gone = TRUE;
      return;
    }
    cloche_yamux_output_sent (port->mux, (gsize) n);
  }
}

static void
read_input (Port *port)
{
  static uint8_t chunk[64 * 1024];
  gssize n = recv (port->fd, chunk, sizeof chunk, MSG_DONTWAIT);

  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0)
    port->is_gone = TRUE;
  else
    g_assert_cmpint (cloche_yamux_feed (port->mux, chunk, (gsize) n), ==, 0);
}

/* Does what can be done on both ports; waits for something to do. */
static void
turn (AgentRig *rig)
{
  struct pollfd fds[2];
  const uint8_t *bytes;
  int n;

  for (int i = 0; i < 2; i++) {
    write_output (&rig->ports[i]);
    fds[i].fd = rig->ports[i].is_gone ? -1 : rig->ports[i].fd;
    fds[i].events = cloche_yamux_peek_output (rig->ports[i].mux, &bytes) > 0 ? POLLIN | POLLOUT : POLLIN;
    fds[i].revents = 0;
  }
  n = poll (fds, 2, PATIENCE_MS);
  g_assert_cmpint (n, >, 0);
  for (int i = 0; i < 2; i++)
    if ((fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
      read_input (&rig->ports[i]);
}

static void
read_hello (Port       *port,
            const char *wanted)
{
  char line[64] = "";
  gsize length = 0;

  while (length < strlen (wanted))
    length += (gsize) read (port->fd, line + length, strlen (wanted) - length);
  g_assert_cmpstr (line, ==, wanted);
}

static void
make_folders (const char *root)
{
  static const char *const folders[] = {
    "workspace", "home/user", "tmp", "run", "usr/lib/cloche/services", "usr/lib/cloche/warm.d",
  };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++) {
    g_autofree char *path = g_build_filename (root, folders[i], NULL);

    g_assert_cmpint (g_mkdir_with_parents (path, 0755), ==, 0);
  }
}

AgentRig *
agent_rig_new (const char *program)
{
  return agent_rig_new_with (program, NULL, NULL);
}

AgentRig *
agent_rig_new_with (const char *program,
                    const char *name,
                    const char *text)
{
  g_autoptr (GError) error = NULL;
  AgentRig *rig = g_new0 (AgentRig, 1);
  int pairs[2][2];
  g_autofree char *numbers = NULL;

  rig->root = g_dir_make_tmp ("cloche-agent-XXXXXX", &error);
  g_assert_no_error (error);
  make_folders (rig->root);
  if (name != NULL) {
    g_autofree char *path = g_build_filename (rig->root, "usr/lib/cloche", name, NULL);

    g_assert_true (g_file_set_contents (path, text, -1, NULL));
    g_assert_cmpint (g_chmod (path, 0755), ==, 0);
  }
  for (int i = 0; i < 2; i++) {
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pairs[i]), ==, 0);
    g_assert_cmpint (fcntl (pairs[i][0], F_SETFD, FD_CLOEXEC), ==, 0);
    rig->ports[i].fd = pairs[i][0];
    rig->ports[i].streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
    rig->ports[i].mux = cloche_yamux_new (true, &yamux_events, &rig->ports[i]);
  }
  numbers = g_strdup_printf ("%d,%d", pairs[0][1], pairs[1][1]);
  const char *const argv[] = { program, "--ports", numbers, "--root", rig->root, NULL };

  g_spawn_async (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_LEAVE_DESCRIPTORS_OPEN, NULL, NULL,
                 &rig->pid, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 2; i++)
    close (pairs[i][1]);
  read_hello (&rig->ports[0], CLOCHE_AGENT_HELLO "control\n");
  read_hello (&rig->ports[1], CLOCHE_AGENT_HELLO "bulk\n");
  return rig;
}

void
agent_rig_free (AgentRig *rig)
{
  const char *argv[] = { "rm", "-r", rig->root, NULL };
  int status;

  for (int i = 0; i < 2; i++) {
    close (rig->ports[i].fd);
    g_hash_table_unref (rig->ports[i].streams);
    cloche_yamux_free (rig->ports[i].mux);
  }
  g_assert_cmpint (waitpid (rig->pid, &status, 0), ==, rig->pid);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
  g_free (rig->root);
  g_free (rig);
}

const char *
agent_rig_get_root (AgentRig *rig)
{
  return rig->root;
}

guint
agent_rig_open (AgentRig   *rig,
                AgentPort   port,
                const char *request)
{
  gint64 id = cloche_yamux_open (rig->ports[port].mux);
  Stream *stream = g_new0 (Stream, 1);

  g_assert_cmpint (id, >, 0);
  stream->bytes = g_byte_array_new ();
  g_hash_table_insert (rig->ports[port].streams, GUINT_TO_POINTER ((guint) id), stream);
  agent_rig_send (rig, port, (guint) id, request, strlen (request));
  agent_rig_send (rig, port, (guint) id, "\n", 1);
  return (guint) id;
}

void
agent_rig_send (AgentRig   *rig,
                AgentPort   port,
                guint       stream,
                const void *bytes,
                gsize       length)
{
  const char *at = bytes;

  while (length > 0 && !find (&rig->ports[port], stream)->is_closed) {
    gssize n = cloche_yamux_write (rig->ports[port].mux, stream, at, length);

    if (n < 0)
      break;
    at += n;
    length -= (gsize) n;
    if (n == 0)
      turn (rig);
  }
  write_output (&rig->ports[port]);
}

void
agent_rig_finish (AgentRig *rig,
                  AgentPort port,
                  guint     stream)
{
  cloche_yamux_finish (rig->ports[port].mux, stream);
  write_output (&rig->ports[port]);
}

void
agent_rig_reset (AgentRig *rig,
                 AgentPort port,
                 guint     stream)
{
  cloche_yamux_reset (rig->ports[port].mux, stream);
  write_output (&rig->ports[port]);
}

void
agent_rig_stall (AgentRig *rig,
                 AgentPort port,
                 guint     stream)
{
  find (&rig->ports[port], stream)->is_stalled = TRUE;
}

void
agent_rig_consume (AgentRig *rig,
                   AgentPort port,
                   guint     stream)
{
  Stream *stalled = find (&rig->ports[port], stream);

  stalled->is_stalled = FALSE;
  cloche_yamux_consumed (rig->ports[port].mux, stream, stalled->unconsumed);
  stalled->unconsumed = 0;
  write_output (&rig->ports[port]);
}

/* Whether @n bytes are there, waiting for them. */
static gboolean
wait_bytes (AgentRig *rig,
            AgentPort port,
            Stream   *stream,
            gsize     n)
{
  while (stream->bytes->len < n && !stream->is_finished && !rig->ports[port].is_gone)
    turn (rig);
  return stream->bytes->len >= n;
}

JsonObject *
agent_rig_read_line (AgentRig *rig,
                     AgentPort port,
                     guint     id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  Stream *stream = find (&rig->ports[port], id);
  g_autofree char *line = NULL;
  const guint8 *end = NULL;

  for (gsize wanted = 1; end == NULL; wanted = stream->bytes->len + 1) {
    if (!wait_bytes (rig, port, stream, wanted))
      return NULL;
    end = memchr (stream->bytes->data, '\n', stream->bytes->len);
  }
  line = g_strndup ((char *) stream->bytes->data, (gsize) (end - stream->bytes->data));
  g_byte_array_remove_range (stream->bytes, 0, (guint) (end + 1 - stream->bytes->data));
  node = json_from_string (line, &error);
  g_assert_no_error (error);
  return json_node_dup_object (node);
}

char
agent_rig_read_record (AgentRig *rig,
                       AgentPort port,
                       guint     id,
                       GBytes  **ret_payload)
{
  Stream *stream = find (&rig->ports[port], id);
  guint32 length;
  char type;

  *ret_payload = NULL;
  if (!wait_bytes (rig, port, stream, 5))
    return 0;
  memcpy (&length, stream->bytes->data + 1, sizeof length);
  length = GUINT32_FROM_BE (length);
  g_assert_true (wait_bytes (rig, port, stream, 5 + (gsize) length));
  type = (char) stream->bytes->data[0];
  *ret_payload = g_bytes_new (stream->bytes->data + 5, length);
  g_byte_array_remove_range (stream->bytes, 0, 5 + length);
  return type;
}

GBytes *
agent_rig_read_rest (AgentRig *rig,
                     AgentPort port,
                     guint     id)
{
  Stream *stream = find (&rig->ports[port], id);
  GBytes *bytes;

  while (!stream->is_finished)
    turn (rig);
  bytes = g_bytes_new (stream->bytes->data, stream->bytes->len);
  g_byte_array_set_size (stream->bytes, 0);
  return bytes;
}

gboolean
agent_rig_was_reset (AgentRig *rig,
                     AgentPort port,
                     guint     id)
{
  Stream *stream = find (&rig->ports[port], id);

  while (!stream->is_closed && !rig->ports[port].is_gone)
    turn (rig);
  return stream->was_reset;
}

JsonObject *
agent_rig_ask (AgentRig   *rig,
               AgentPort   port,
               const char *request)
{
  guint stream = agent_rig_open (rig, port, request);
  JsonObject *answer;

  agent_rig_finish (rig, port, stream);
  answer = agent_rig_read_line (rig, port, stream);
  g_assert_nonnull (answer);
  return answer;
}

JsonObject *
agent_rig_run (AgentRig   *rig,
               const char *request,
               char      **ret_output)
{
  guint stream = agent_rig_open (rig, AGENT_CONTROL, request);
  g_autoptr (JsonObject) answer = agent_rig_read_line (rig, AGENT_CONTROL, stream);
  GString *output = g_string_new (NULL);
  JsonObject *event = NULL;
  GBytes *payload;
  char type;

  g_assert_nonnull (answer);
  g_assert_true (json_object_get_boolean_member (answer, "ok"));
  while ((type = agent_rig_read_record (rig, AGENT_CONTROL, stream, &payload)) != 0) {
    const char *bytes = g_bytes_get_data (payload, NULL);

    if (type == 'j') {
      g_autofree char *text = g_strndup (bytes, g_bytes_get_size (payload));
      g_autoptr (JsonNode) node = json_from_string (text, NULL);

      g_clear_pointer (&event, json_object_unref);
      event = json_node_dup_object (node);
    } else {
      g_string_append_len (output, bytes, (gssize) g_bytes_get_size (payload));
    }
    g_bytes_unref (payload);
  }
  agent_rig_finish (rig, AGENT_CONTROL, stream);
  g_assert_nonnull (event);
  g_assert_cmpstr (json_object_get_string_member (event, "event"), ==, "end");
  if (ret_output != NULL)
    *ret_output = g_string_free (output, FALSE);
  else
    g_string_free (output, TRUE);
  return event;
}

void
agent_rig_send_raw (AgentRig   *rig,
                    AgentPort   port,
                    const void *bytes,
                    gsize       length)
{
  g_assert_cmpint (send (rig->ports[port].fd, bytes, length, MSG_NOSIGNAL), ==, (gssize) length);
}

void
agent_rig_wait_hang_up (AgentRig *rig,
                        AgentPort port)
{
  while (!rig->ports[port].is_gone)
    turn (rig);
}
