/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-error.h"
#include "cloche-qmp-sequence.h"

#include "cloche-fd-message.h"
#include "cloche-fd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GREETING "{\"QMP\":{\"version\":{\"qemu\":{\"major\":7,\"minor\":2,\"micro\":22}},\"capabilities\":[]}}\n"

/* The first command is always the negotiation. */
#define NEGOTIATION "{\"execute\":\"qmp_capabilities\",\"id\":%d}\n"

typedef struct
{
  ClocheQmp *qmp;
  int peer;                     /* QEMU's end */
  GError *closed;
  GString *events;
} Fixture;

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *slot;
}

static void
closed_cb (ClocheQmp    *qmp,
           const GError *error,
           gpointer      user_data)
{
  Fixture *fixture = user_data;

  g_assert_no_error (fixture->closed);
  fixture->closed = g_error_copy (error);
}

static void
event_cb (ClocheQmp  *qmp,
          const char *name,
          JsonObject *data,
          gpointer    user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->events, "%s(%d) ", name, data != NULL ? (int) json_object_get_size (data) : -1);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GError) error = NULL;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  socket = g_socket_new_from_fd (pair[0], &error);
  g_assert_no_error (error);
  fixture->peer = pair[1];
  fixture->events = g_string_new (NULL);
  fixture->qmp = cloche_qmp_new (socket);
  g_signal_connect (fixture->qmp, "closed", G_CALLBACK (closed_cb), fixture);
  g_signal_connect (fixture->qmp, "event", G_CALLBACK (event_cb), fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->qmp));
  cloche_clear_fd (&fixture->peer);
  g_clear_error (&fixture->closed);
  g_string_free (fixture->events, TRUE);
}

static void
say (Fixture    *fixture,
     const char *text)
{
  g_assert_cmpint (write (fixture->peer, text, strlen (text)), ==, (gssize) strlen (text));
}

/* The next line from the client; runs its main loop until there is one. */
static char *
hear (Fixture *fixture)
{
  GString *line = g_string_new (NULL);

  while (line->len == 0 || line->str[line->len - 1] != '\n') {
    char byte;
    ssize_t n = recv (fixture->peer, &byte, 1, MSG_DONTWAIT);

    if (n == 1)
      g_string_append_c (line, byte);
    else
      g_main_context_iteration (NULL, FALSE);
  }

  return g_string_free (line, FALSE);
}

static void
assert_heard (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *line = hear (fixture);

  g_assert_cmpstr (line, ==, expected);
}

/* @id: of the negotiation: it is numbered after what was asked for before the greeting. */
static void
negotiate (Fixture *fixture,
           int      id)
{
  g_autofree char *expected = g_strdup_printf (NEGOTIATION, id);
  g_autofree char *answer = g_strdup_printf ("{\"return\":{},\"id\":%d}\n", id);

  say (fixture, GREETING);
  assert_heard (fixture, expected);
  say (fixture, answer);
}

static JsonNode *
finish (Fixture       *fixture,
        GAsyncResult **result,
        GError       **error)
{
  return cloche_qmp_execute_finish (fixture->qmp, wait_for (result), error);
}

/* Commands wait for the greeting and for each other. */
static void
test_order (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GAsyncResult) stop = NULL;
  g_autoptr (GAsyncResult) query = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) stopped = NULL;
  g_autoptr (JsonNode) queried = NULL;
  g_autoptr (JsonObject) arguments = json_object_new ();

  json_object_set_string_member (arguments, "a", "b\n");
  cloche_qmp_execute_async (fixture->qmp, "stop", NULL, -1, NULL, result_cb, &stop);
  cloche_qmp_execute_async (fixture->qmp, "query", arguments, -1, NULL, result_cb, &query);
  negotiate (fixture, 3);

  assert_heard (fixture, "{\"execute\":\"stop\",\"id\":1}\n");
  say (fixture, "{\"event\":\"STOP\",\"timestamp\":{}}\n{\"return\":{},\"id\":1}\n");
  stopped = finish (fixture, &stop, &error);
  g_assert_no_error (error);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (stopped));

  assert_heard (fixture, "{\"execute\":\"query\",\"arguments\":{\"a\":\"b\\n\"},\"id\":2}\n");
  say (fixture, "{\"event\":\"X\",\"data\":{\"one\":1}}\n{\"return\":[1,2],\"id\":2}\n");
  queried = finish (fixture, &query, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_array_get_length (json_node_get_array (queried)), ==, 2);
  g_assert_cmpstr (fixture->events->str, ==, "STOP(-1) X(1) ");
}

static void
test_split_at_every_byte (Fixture      *fixture,
                          gconstpointer data)
{
  static const char TEXT[] = GREETING "{\"return\":{},\"id\":2}\n{\"event\":\"E\",\"data\":{}}\n{\"return\":7,\"id\":1}\n";
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = NULL;

  cloche_qmp_execute_async (fixture->qmp, "x", NULL, -1, NULL, result_cb, &result);
  for (gsize i = 0; i < sizeof TEXT - 1; i++) {
    g_assert_cmpint (write (fixture->peer, TEXT + i, 1), ==, 1);
    g_main_context_iteration (NULL, TRUE);
  }
  value = finish (fixture, &result, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_node_get_int (value), ==, 7);
  g_assert_cmpstr (fixture->events->str, ==, "E(0) ");
}

static void
test_refusal (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = NULL;

  negotiate (fixture, 1);
  cloche_qmp_execute_async (fixture->qmp, "first", NULL, -1, NULL, result_cb, &first);
  assert_heard (fixture, "{\"execute\":\"first\",\"id\":2}\n");
  say (fixture, "{\"error\":{\"class\":\"GenericError\",\"desc\":\"not today\"},\"id\":2}\n");
  g_assert_null (finish (fixture, &first, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_QMP);
  g_assert_nonnull (strstr (error->message, "not today"));
  g_clear_error (&error);

  /* One refusal does not end the connection. */
  cloche_qmp_execute_async (fixture->qmp, "second", NULL, -1, NULL, result_cb, &second);
  assert_heard (fixture, "{\"execute\":\"second\",\"id\":3}\n");
  say (fixture, "{\"return\":{},\"id\":3}\n");
  value = finish (fixture, &second, &error);
  g_assert_no_error (error);
}

/* The descriptor travels with the command, and is QEMU's own. */
static void
test_descriptor (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GSocket) peer = g_socket_new_from_fd (dup (fixture->peer), NULL);
  g_autoptr (JsonNode) value = NULL;
  cloche_autofd int fd = -1;
  guint8 byte = 0;
  int pipe_fds[2];
  char back[3] = { 0 };

  negotiate (fixture, 1);
  g_assert_cmpint (pipe2 (pipe_fds, O_CLOEXEC), ==, 0);
  cloche_qmp_execute_async (fixture->qmp, "getfd", NULL, pipe_fds[1], NULL, result_cb, &result);
  (void) close (pipe_fds[1]);

  g_socket_set_blocking (peer, FALSE);
  while (!cloche_fd_message_receive (peer, &byte, &fd, NULL))
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (byte, ==, '{');
  g_assert_cmpint (write (fd, "ok", 2), ==, 2);
  g_assert_cmpint (read (pipe_fds[0], back, 2), ==, 2);
  g_assert_cmpstr (back, ==, "ok");
  (void) close (pipe_fds[0]);

  assert_heard (fixture, "\"execute\":\"getfd\",\"id\":2}\n");
  say (fixture, "{\"return\":{},\"id\":2}\n");
  value = finish (fixture, &result, NULL);
  g_assert_nonnull (value);
}

static const struct
{
  const char *name;
  const char *text;
  int code;
} HOSTILE[] = {
  { "no-greeting", "{\"return\":{},\"id\":2}\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "not-json", GREETING "hello\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "not-an-object", GREETING "[]\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "empty-line", GREETING "\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "negotiation-refused", GREETING "{\"error\":{},\"id\":2}\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "another-id", GREETING "{\"return\":{},\"id\":3}\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "no-id", GREETING "{\"return\":{}}\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "text-as-id", GREETING "{\"return\":{},\"id\":\"2\"}\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "neither", GREETING "{\"id\":2}\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  { "unasked", GREETING "{\"return\":{},\"id\":2}\n{\"return\":{},\"id\":1}\n{\"return\":{},\"id\":1}\n",
    CLOCHE_MACHINE_ERROR_PROTOCOL },
};

static void
test_hostile (Fixture      *fixture,
              gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = NULL;

  cloche_qmp_execute_async (fixture->qmp, "x", NULL, -1, NULL, result_cb, &result);
  say (fixture, HOSTILE[i].text);
  while (fixture->closed == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_error (fixture->closed, CLOCHE_MACHINE_ERROR, HOSTILE[i].code);

  value = finish (fixture, &result, &error);
  if (value == NULL)
    g_assert_error (error, CLOCHE_MACHINE_ERROR, HOSTILE[i].code);

  /* Nothing is asked of it any more. */
  g_clear_object (&result);
  g_clear_error (&error);
  cloche_qmp_execute_async (fixture->qmp, "y", NULL, -1, NULL, result_cb, &result);
  g_assert_null (finish (fixture, &result, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED);
}

/* Endless lines, and endless nesting within the cap of a line. */
static void
test_long_line (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *chunk = g_strnfill (4096, *(const char *) data);

  say (fixture, GREETING);
  while (fixture->closed == NULL) {
    ssize_t n = send (fixture->peer, chunk, 4096, MSG_DONTWAIT | MSG_NOSIGNAL);

    (void) n;           /* A full socket is emptied by the client, a closed one is what is waited for. */
    g_main_context_iteration (NULL, FALSE);
  }
  g_assert_error (fixture->closed, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_PROTOCOL);
}

static void
test_end (Fixture      *fixture,
          gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_qmp_execute_async (fixture->qmp, "x", NULL, -1, NULL, result_cb, &result);
  cloche_clear_fd (&fixture->peer);
  g_assert_null (finish (fixture, &result, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED);
  g_assert_nonnull (fixture->closed);
}

/* The answer of a command that nobody waits for any more is not taken for the next one's. */
static void
test_cancel (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) sent = NULL;
  g_autoptr (GAsyncResult) waiting = NULL;
  g_autoptr (GAsyncResult) last = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = NULL;

  negotiate (fixture, 1);
  cloche_qmp_execute_async (fixture->qmp, "sent", NULL, -1, cancellable, result_cb, &sent);
  assert_heard (fixture, "{\"execute\":\"sent\",\"id\":2}\n");
  cloche_qmp_execute_async (fixture->qmp, "waiting", NULL, -1, cancellable, result_cb, &waiting);
  cloche_qmp_execute_async (fixture->qmp, "last", NULL, -1, NULL, result_cb, &last);

  g_cancellable_cancel (cancellable);
  g_assert_null (finish (fixture, &sent, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_null (finish (fixture, &waiting, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  say (fixture, "{\"return\":2,\"id\":2}\n");
  assert_heard (fixture, "{\"execute\":\"last\",\"id\":4}\n");
  say (fixture, "{\"return\":4,\"id\":4}\n");
  value = finish (fixture, &last, &error);
  g_assert_no_error (error);
  g_assert_cmpint (json_node_get_int (value), ==, 4);
}

static void
test_full (Fixture      *fixture,
           gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GAsyncResult *results[CLOCHE_QMP_QUEUE_LENGTH] = { NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (results); i++)
    cloche_qmp_execute_async (fixture->qmp, "x", NULL, -1, NULL, result_cb, &results[i]);
  cloche_qmp_execute_async (fixture->qmp, "y", NULL, -1, NULL, result_cb, &result);
  g_assert_null (finish (fixture, &result, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED);

  cloche_qmp_close (fixture->qmp);
  for (gsize i = 0; i < G_N_ELEMENTS (results); i++) {
    g_autoptr (GError) closed = NULL;

    g_assert_null (finish (fixture, &results[i], &closed));
    g_assert_error (closed, G_IO_ERROR, G_IO_ERROR_CLOSED);
    g_object_unref (results[i]);
  }
}

/* The process is seen to end before its end of the monitor is. */
static void
test_process_ended (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_qmp_execute_async (fixture->qmp, "x", NULL, -1, NULL, result_cb, &result);
  cloche_qmp_end (fixture->qmp);
  g_assert_null (finish (fixture, &result, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED);
}

static gboolean
run_sequence (Fixture       *fixture,
              const char    *script,
              GCancellable  *cancellable,
              GAsyncResult **result,
              GError       **error)
{
  ClocheQmpSequence *sequence = cloche_qmp_sequence_new (fixture->qmp);

  cloche_qmp_sequence_add (sequence, "migrate", "{\"uri\":\"fd:x\"}");
  cloche_qmp_sequence_await_migration (sequence);
  cloche_qmp_sequence_run_async (sequence, cancellable, result_cb, result);
  assert_heard (fixture, "{\"execute\":\"migrate\",\"arguments\":{\"uri\":\"fd:x\"},\"id\":2}\n");
  say (fixture, script);

  return cloche_qmp_sequence_run_finish (wait_for (result), error);
}

#define MIGRATION(status) "{\"event\":\"MIGRATION\",\"data\":{\"status\":\"" status "\"}}\n"

/* The end of a migration may be told before the answer to the command that began it. */
static void
test_migration (Fixture      *fixture,
                gconstpointer data)
{
  static const struct { const char *script; int code; } CASES[] = {
    { "{\"return\":{},\"id\":2}\n" MIGRATION ("active") MIGRATION ("completed"), -1 },
    { MIGRATION ("completed") "{\"return\":{},\"id\":2}\n", -1 },
    { "{\"return\":{},\"id\":2}\n" MIGRATION ("failed"), CLOCHE_MACHINE_ERROR_MIGRATION },
    { "{\"error\":{\"desc\":\"no\"},\"id\":2}\n", CLOCHE_MACHINE_ERROR_QMP },
    { "{\"return\":{},\"id\":2}\nrubbish\n", CLOCHE_MACHINE_ERROR_PROTOCOL },
  };
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  negotiate (fixture, 1);
  done = run_sequence (fixture, CASES[i].script, NULL, &result, &error);
  g_assert_cmpint (done, ==, CASES[i].code < 0);
  if (!done)
    g_assert_error (error, CLOCHE_MACHINE_ERROR, CASES[i].code);
}

#define N_MIGRATION_CASES 5

static gboolean
cancel_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_REMOVE;
}

static void
test_migration_cancelled (Fixture      *fixture,
                          gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  negotiate (fixture, 1);
  g_idle_add_full (G_PRIORITY_LOW, cancel_cb, cancellable, NULL);
  g_assert_false (run_sequence (fixture, "{\"return\":{},\"id\":2}\n", cancellable, &result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(name, data, function) \
  g_test_add ("/machine/qmp/" name, Fixture, data, set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("order", NULL, test_order);
  ADD ("split-at-every-byte", NULL, test_split_at_every_byte);
  ADD ("refusal", NULL, test_refusal);
  ADD ("descriptor", NULL, test_descriptor);
  for (gsize i = 0; i < G_N_ELEMENTS (HOSTILE); i++) {
    g_autofree char *path = g_strconcat ("/machine/qmp/hostile/", HOSTILE[i].name, NULL);

    g_test_add (path, Fixture, GSIZE_TO_POINTER (i), set_up, test_hostile, tear_down);
  }
  ADD ("hostile/long-line", "x", test_long_line);
  ADD ("hostile/deep-line", "[", test_long_line);
  ADD ("end", NULL, test_end);
  ADD ("cancel", NULL, test_cancel);
  ADD ("full", NULL, test_full);
  ADD ("process-ended", NULL, test_process_ended);
  for (gsize i = 0; i < N_MIGRATION_CASES; i++) {
    g_autofree char *path = g_strdup_printf ("/machine/qmp/migration/%d", (int) i);

    g_test_add (path, Fixture, GSIZE_TO_POINTER (i), set_up, test_migration, tear_down);
  }
  ADD ("migration/cancelled", NULL, test_migration_cancelled);

  return g_test_run ();
}
