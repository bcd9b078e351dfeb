/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "gate-fixture.h"

#include "cloche-json.h"

#include "test-hello.h"
#include "test-network.h"

#include <string.h>

/*
 * The real cloche-gate in a network of the test's own, see test-network.c: 203.0.113.5 and 2001:db8::5 stand for the
 * internet, 10.9.8.7 for the local network.
 */

static void
test_refusals (Gate         *gate,
               gconstpointer data)
{
  gate_assert_refused (gate, "good.example", 443, "mode-off");
  gate_set_policy (gate, "off", "good.example");
  gate_assert_refused (gate, "good.example", 443, "mode-off");
  gate_set_policy (gate, "listed", "good.example nowhere.example");
  gate_assert_refused (gate, "good.example", 22, "not-listed");
  gate_assert_refused (gate, "evil-good.example", 443, "not-listed");
  gate_assert_refused (gate, "203.0.113.5", 443, "not-listed");
  gate_assert_refused (gate, "127.0.0.1", 443, "not-listed");
  gate_assert_refused (gate, "3405803781", 443, "bad-name");
  gate_assert_refused (gate, "me@good.example", 443, "bad-name");
  gate_assert_refused (gate, "good.example\n", 443, "bad-name");
  gate_assert_row (gate, 8, "good.example\357\277\275", NULL, "refused", "bad-name");
}

static void
test_tls (Gate         *gate,
          gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 443, NULL);
  g_autoptr (TestServer) server6 = test_server_new ("2001:db8::5", 443, NULL);
  g_autoptr (GByteArray) hello = test_hello_new ("good.example", "NORMAL");
  g_autoptr (GByteArray) hello6 = test_hello_new ("six.example", "NORMAL");
  g_autoptr (GByteArray) records = test_hello_fragment (hello, 40);
  g_autoptr (GIOStream) whole = NULL;
  g_autoptr (GIOStream) fragmented = NULL;
  g_autoptr (GIOStream) six = NULL;

  gate_set_policy (gate, "listed", "good.example six.example");
  whole = gate_open_good (gate, "GOOD.example.", 443);
  stream_assert_echo (whole, hello->data, hello->len);
  fragmented = gate_open_good (gate, "good.example", 443);
  stream_assert_echo (fragmented, records->data, records->len);
  six = gate_open_good (gate, "six.example", 443);
  stream_assert_echo (six, hello6->data, hello6->len);

  gate_assert_row (gate, 0, "good.example", "203.0.113.5", "allowed", "listed");
  gate_assert_row (gate, 2, "six.example", "2001:db8::5", "allowed", "listed");
  g_assert_cmpint (cloche_json_get_int (gate->rows->pdata[0], "bytes_out", 0), ==, hello->len);
  g_assert_cmpint (cloche_json_get_int (gate->rows->pdata[0], "bytes_in", 0), ==, hello->len);
  g_assert_cmpint (cloche_json_get_int (gate->rows->pdata[0], "port", 0), ==, 443);
  g_assert_cmpstr (cloche_json_get_string (gate->rows->pdata[0], "program"), ==, "test");
  g_assert_cmpint (gate->reset_reason, ==, -1);
}

/* Not one byte of a client that asks for another host reaches the server. */
static void
test_mismatches (Gate         *gate,
                 gconstpointer data)
{
  static const struct { guint16 port; const char *bytes; const char *reason; } CASES[] = {
    { 80, GET ("evil.example"), "host-mismatch" },
    { 80, "GET http://evil.example/ HTTP/1.1\r\nHost: good.example\r\n\r\n", "host-mismatch" },
    { 80, "GET / HTTP/1.1\r\nHost: good.example\r\nHost: evil.example\r\n\r\n", "bad-request" },
    { 80, "CONNECT good.example:80 HTTP/1.1\r\nHost: good.example\r\n\r\n", "bad-request" },
    { 80, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "bad-request" },
    { 80, "SSH-2.0-x\r\n", "unknown-protocol" },
    { 443, "EHLO evil.example\r\n", "unknown-protocol" },
    { 443, NULL, "sni-mismatch" },
  };
  g_autoptr (TestServer) http = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (TestServer) https = test_server_new ("203.0.113.5", 443, NULL);
  g_autoptr (GByteArray) hello = test_hello_new ("other.example", "NORMAL");

  gate_set_policy (gate, "listed", "good.example other.example");
  for (guint i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GIOStream) stream = gate_open_good (gate, "good.example", CASES[i].port);

    if (CASES[i].bytes != NULL)
      stream_write (stream, CASES[i].bytes, strlen (CASES[i].bytes));
    else
      stream_write (stream, hello->data, hello->len);
    gate_wait_reset (gate, CASES[i].reason);
    g_assert_true (gate->reset_stream == stream);
    gate_assert_row (gate, i, "good.example", "203.0.113.5", "refused", CASES[i].reason);
    g_assert_cmpint (cloche_json_get_int (gate->rows->pdata[i], "bytes_out", -1), ==, 0);
  }
  g_assert_cmpuint (http->received->len, ==, 0);
  g_assert_cmpuint (https->received->len, ==, 0);
}

static void
test_server_first (Gate         *gate,
                   gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 2525, "220 hello\r\n");
  g_autoptr (GIOStream) stream = NULL;
  char greeting[11];

  gate_set_policy (gate, "listed", "good.example:2525");
  stream = gate_open_good (gate, "good.example", 2525);
  g_assert_cmpint (stream_read (stream, greeting, sizeof greeting), ==, sizeof greeting);
  g_assert_cmpmem (greeting, sizeof greeting, "220 hello\r\n", 11);
  stream_assert_echo (stream, "EHLO x\r\n", 8);
}

static void
test_floor (Gate         *gate,
            gconstpointer data)
{
  g_autoptr (TestServer) private = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (TestServer) loopback = test_server_new ("127.0.0.1", 80, NULL);
  g_autoptr (TestServer) metadata = test_server_new ("169.254.169.254", 80, NULL);

  gate_set_policy (gate, "listed", "loop.example metadata.example inside.example:80 localhost 203.0.113.5");
  gate_assert_refused (gate, "inside.example", 80, "private-address");
  gate_assert_refused (gate, "loop.example", 80, "private-address");
  gate_assert_refused (gate, "localhost", 80, "private-address");
  gate_assert_refused (gate, "metadata.example", 80, "private-address");
  gate_assert_refused (gate, "10.9.8.7", 80, "not-listed");
  gate_assert_refused (gate, "::ffff:10.9.8.7", 80, "not-listed");
  gate_assert_refused (gate, "169.254.169.254", 80, "not-listed");
  gate_assert_row (gate, 0, "inside.example", NULL, "refused", "private-address");
  g_assert_cmpuint (private->n_connections + loopback->n_connections + metadata->n_connections, ==, 0);
}

static void
test_floor_by_hand (Gate         *gate,
                    gconstpointer data)
{
  g_autoptr (TestServer) private = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (GIOStream) literal = NULL;
  g_autoptr (GIOStream) mapped = NULL;
  g_autoptr (GIOStream) named = NULL;

  gate_set_policy (gate, "listed", "10.9.8.7 inside.example");
  literal = gate_open_good (gate, "10.9.8.7", 80);
  stream_assert_echo (literal, GET ("10.9.8.7"), strlen (GET ("10.9.8.7")));
  mapped = gate_open_good (gate, "::ffff:10.9.8.7", 80);
  stream_assert_echo (mapped, GET ("10.9.8.7"), strlen (GET ("10.9.8.7")));
  named = gate_open_good (gate, "inside.example", 80);
  stream_assert_echo (named, GET ("inside.example"), strlen (GET ("inside.example")));
  gate_assert_refused (gate, "loop.example", 80, "not-listed");
}

static void
test_mixed_answer (Gate         *gate,
                   gconstpointer data)
{
  g_autoptr (TestServer) private = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (TestServer) public = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GIOStream) stream = NULL;

  gate_set_policy (gate, "listed", "mixed.example");
  stream = gate_open_good (gate, "mixed.example", 80);
  stream_assert_echo (stream, GET ("mixed.example"), strlen (GET ("mixed.example")));
  gate_assert_row (gate, 0, "mixed.example", "203.0.113.5", "allowed", "listed");
  g_assert_cmpuint (private->n_connections, ==, 0);
}

/* A name that is public when it is checked and private a moment later: it is asked for once per attempt, and what was
 * checked is what is connected to. */
static void
test_rebinding (Gate         *gate,
                gconstpointer data)
{
  static const char *const ADDRESSES[] = { "203.0.113.5", "10.9.8.7", NULL };
  g_autoptr (TestResolver) resolver = test_resolver_new (ADDRESSES);
  g_autoptr (TestServer) private = test_server_new ("10.9.8.7", 80, NULL);
  g_autoptr (TestServer) public = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GIOStream) stream = NULL;

  gate_set_policy (gate, "listed", "rebind.test");
  stream = gate_open_good (gate, "rebind.test", 80);
  g_assert_cmpuint (resolver->n_questions, ==, 1);
  stream_assert_echo (stream, GET ("rebind.test"), strlen (GET ("rebind.test")));
  gate_assert_row (gate, 0, "rebind.test", "203.0.113.5", "allowed", "listed");
  g_assert_cmpuint (resolver->n_questions, ==, 1);

  gate_assert_refused (gate, "rebind.test", 80, "private-address");
  g_assert_cmpuint (resolver->n_questions, ==, 2);
  g_assert_cmpuint (private->n_connections, ==, 0);
}

static void
test_failures (Gate         *gate,
               gconstpointer data)
{
  gate_set_policy (gate, "listed", "closed.example nowhere.example");
  gate_assert_refused (gate, "closed.example", 80, "unreachable");
  gate_assert_refused (gate, "nowhere.example", 80, "name-not-found");
  gate_assert_row (gate, 0, "closed.example", NULL, "failed", "unreachable");
  gate_assert_row (gate, 1, "nowhere.example", NULL, "failed", "name-not-found");
}

static void
test_policy_change (Gate         *gate,
                    gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GIOStream) kept = NULL;
  g_autoptr (GIOStream) cut = NULL;
  char back[8];

  gate_set_policy (gate, "listed", "good.example other.example");
  kept = gate_open_good (gate, "good.example", 80);
  cut = gate_open_good (gate, "other.example", 80);
  stream_write (cut, GET ("other.example"), strlen (GET ("other.example")));
  g_assert_cmpint (stream_read (cut, back, 1), ==, 1);

  gate_set_policy (gate, "listed", "good.example");
  gate_wait_reset (gate, "policy-changed");
  g_assert_true (gate->reset_stream == cut);
  gate_assert_row (gate, 0, "other.example", "203.0.113.5", "allowed", "policy-changed");

  stream_assert_echo (kept, GET ("good.example"), strlen (GET ("good.example")));
  gate_assert_row (gate, 1, "good.example", "203.0.113.5", "allowed", "listed");
}

/* Taking back "any protocol" cuts what was let through by it, and only that. */
static void
test_policy_narrowed (Gate         *gate,
                      gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GIOStream) named = NULL;
  g_autoptr (GIOStream) unnamed = NULL;
  char back[1];

  gate_set_policy (gate, "listed", "good.example:80");
  named = gate_open_good (gate, "good.example", 80);
  stream_write (named, GET ("good.example"), strlen (GET ("good.example")));
  g_assert_cmpint (stream_read (named, back, 1), ==, 1);
  unnamed = gate_open_good (gate, "good.example", 80);
  stream_write (unnamed, "EHLO x\r\n", 8);
  g_assert_cmpint (stream_read (unnamed, back, 1), ==, 1);

  gate_set_policy (gate, "listed", "good.example");
  gate_wait_reset (gate, "policy-changed");
  g_assert_true (gate->reset_stream == unnamed);
  gate_set_policy (gate, "off", "");
  gate_wait_reset (gate, "policy-changed");
  g_assert_true (gate->reset_stream == named);
}

static void
test_keeper_resets (Gate         *gate,
                    gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GIOStream) stream = NULL;

  gate_set_policy (gate, "listed", "good.example");
  stream = gate_open_good (gate, "good.example", 80);
  cloche_gate_link_reset (gate->link, stream);
  gate_assert_row (gate, 0, "good.example", "203.0.113.5", "allowed", "reset");
  g_assert_cmpint (gate->reset_reason, ==, -1);
}

static void
count_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  *(gboolean *) data = g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, NULL);
}

/* More than all buffers on the way, with nobody reading at first. */
static void
test_back_pressure (Gate         *gate,
                    gconstpointer data)
{
  static const char HEAD[] = GET ("good.example");
  const gsize length = 32 * 1024 * 1024;
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autofree char *bytes = g_malloc0 (length);
  g_autofree char *back = g_malloc (length);
  g_autoptr (GIOStream) stream = NULL;
  gboolean is_written = FALSE;

  memcpy (bytes, HEAD, strlen (HEAD));
  for (gsize i = strlen (HEAD); i < length; i++)
    bytes[i] = (char) (i * 31 + i / 4099);
  gate_set_policy (gate, "listed", "good.example");
  stream = gate_open_good (gate, "good.example", 80);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream), bytes, length, G_PRIORITY_DEFAULT, NULL,
                                   count_cb, &is_written);
  g_assert_cmpint (stream_read (stream, back, length), ==, (gssize) length);
  g_assert_cmpmem (back, length, bytes, length);
  g_assert_true (is_written);
  stream_shut_down (stream);
  g_assert_cmpint (stream_read (stream, back, 1), ==, 0);
  gate_assert_row (gate, 0, "good.example", "203.0.113.5", "allowed", "listed");
  g_assert_cmpint (cloche_json_get_int (gate->rows->pdata[0], "bytes_out", 0), ==, length);
}

static void
test_too_many (Gate         *gate,
               gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);

  gate_set_policy (gate, "listed", "good.example");
  for (guint i = 0; i < 256; i++)
    g_ptr_array_add (streams, gate_open_good (gate, "good.example", 80));
  gate_assert_refused (gate, "good.example", 80, "too-many");
  g_ptr_array_set_size (streams, 255);
  gate_assert_row (gate, 0, "good.example", NULL, "refused", "too-many");
  gate_assert_row (gate, 1, "good.example", "203.0.113.5", "allowed", "listed");
  g_ptr_array_add (streams, gate_open_good (gate, "good.example", 80));
}

typedef struct
{
  guint n_reset;
  guint n_read;                 /* reads that ended, however, before the link told of its own end */
  gboolean is_closed;
} Killed;

static void
count_reset_cb (Killed *killed)
{
  killed->n_reset++;
}

static void
closed_cb (Killed *killed)
{
  killed->is_closed = TRUE;
}

static void
count_read_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      data)
{
  (void) g_input_stream_read_finish (G_INPUT_STREAM (object), result, NULL);
  ((Killed *) data)->n_read++;
}

/* A gate that is killed ends no connection: whoever reads one hears that it was cut off, and nothing before. */
static void
test_killed (Gate         *gate,
             gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autoptr (GPtrArray) streams = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Killed killed = { 0 };
  char bytes[32];

  gate_set_policy (gate, "listed", "good.example");
  g_signal_connect_swapped (gate->link, "reset", G_CALLBACK (count_reset_cb), &killed);
  g_signal_connect_swapped (gate->link, "closed", G_CALLBACK (closed_cb), &killed);
  for (guint i = 0; i < 32; i++) {
    GIOStream *stream = gate_open_good (gate, "good.example", 80);

    g_ptr_array_add (streams, stream);
    g_input_stream_read_async (g_io_stream_get_input_stream (stream), bytes + i, 1, G_PRIORITY_DEFAULT, cancellable,
                               count_read_cb, &killed);
  }

  g_subprocess_force_exit (gate->process);
  while (!killed.is_closed)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (killed.n_reset, ==, 32);
  g_assert_cmpuint (killed.n_read, ==, 0);

  g_cancellable_cancel (cancellable);
  while (killed.n_read < 32)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (gate->link, &killed);
  g_ptr_array_set_size (streams, 0);
  g_assert_cmpint (gate_stop (gate), ==, -1);
}

/* Every attempt has exactly one row, numbered without a gap, over two lives of the gate. */
static void
test_log_is_complete (Gate         *gate,
                      gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  for (guint life = 0; life < 2; life++) {
    g_autoptr (GIOStream) live = NULL;

    gate_set_policy (gate, "listed", "good.example inside.example closed.example");
    for (guint i = 0; i < 20; i++) {
      g_autoptr (GIOStream) stream = gate_open_good (gate, "good.example", 80);

      stream_assert_echo (stream, GET ("good.example"), strlen (GET ("good.example")));
      gate_assert_refused (gate, "inside.example", 80, "private-address");
      gate_assert_refused (gate, "evil.example", 80, "not-listed");
      gate_assert_refused (gate, "0x7f.1", 80, "bad-name");
      gate_assert_refused (gate, "closed.example", 80, "unreachable");
    }
    live = gate_open_good (gate, "good.example", 80);        /* Is under way at the end. */
    g_assert_cmpint (gate_stop (gate), ==, 0);
    g_ptr_array_set_size (gate->rows, 0);
    if (life == 0)
      gate_start (gate);
  }

  text = gate_read_log (gate);
  lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 2 * 101 + 1);
  for (guint i = 0; i < 2 * 101; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonObject) row = cloche_json_parse_object (lines[i], -1, &error);

    g_assert_no_error (error);
    g_assert_cmpint (cloche_json_get_int (row, "seq", 0), ==, i + 1);
  }
  g_assert_nonnull (strstr (lines[100], "\"reason\":\"stopped\""));
}

/* A file system without room: nothing gets out, and once there is room everything is in the log. */
static void
test_full_disk (Gate         *gate,
                gconstpointer data)
{
  g_autoptr (TestServer) server = test_server_new ("203.0.113.5", 80, NULL);
  g_autofree char *mount_command = NULL;
  g_autofree char *fill_command = NULL;
  g_autofree char *free_command = NULL;
  g_autofree char *unmount_command = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GIOStream) stream = NULL;

  gate_folder_set_up (gate);
  path = g_build_filename (gate->folder, "fill", NULL);
  mount_command = g_strdup_printf ("mount -t tmpfs -o size=8m tmpfs %s", gate->folder);
  fill_command = g_strdup_printf ("sh -c 'head -c 16m /dev/zero > %s; test -s %s'", path, path);
  free_command = g_strdup_printf ("rm %s", path);
  unmount_command = g_strdup_printf ("umount %s", gate->folder);
  test_network_run (mount_command);
  gate_start (gate);
  gate_set_policy (gate, "listed", "good.example");

  test_network_run (fill_command);
  for (guint i = 0; i < 100; i++)
    gate_assert_refused (gate, "good.example", 80, "log-failed");
  g_assert_cmpuint (server->n_connections, ==, 0);

  test_network_run (free_command);
  gate_wait_rows (gate, 100);
  stream = gate_open_good (gate, "good.example", 80);
  stream_assert_echo (stream, GET ("good.example"), strlen (GET ("good.example")));
  gate_assert_row (gate, 100, "good.example", "203.0.113.5", "allowed", "listed");
  g_assert_cmpint (cloche_json_get_int (gate->rows->pdata[100], "seq", 0), ==, 101);

  g_assert_cmpint (gate_stop (gate), ==, 0);
  test_network_run (unmount_command);
  gate_tear_down (gate, NULL);
}

int
main (int    argc,
      char **argv)
{
  if (!gate_test_init (&argc, &argv))
    return 0;

#define ADD(name, function) g_test_add ("/gate/daemon/" name, Gate, NULL, gate_set_up, function, gate_tear_down)
  ADD ("refusals", test_refusals);
  ADD ("tls", test_tls);
  ADD ("mismatches", test_mismatches);
  ADD ("server-first", test_server_first);
  ADD ("floor", test_floor);
  ADD ("floor-by-hand", test_floor_by_hand);
  ADD ("mixed-answer", test_mixed_answer);
  ADD ("rebinding", test_rebinding);
  ADD ("failures", test_failures);
  ADD ("policy-change", test_policy_change);
  ADD ("policy-narrowed", test_policy_narrowed);
  ADD ("keeper-resets", test_keeper_resets);
  ADD ("back-pressure", test_back_pressure);
  ADD ("too-many", test_too_many);
  ADD ("killed", test_killed);
  ADD ("log-is-complete", test_log_is_complete);
#undef ADD
  g_test_add ("/gate/daemon/full-disk", Gate, NULL, NULL, test_full_disk, NULL);

  return g_test_run ();
}
