/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "gate-fixture.h"

#include "cloche-json.h"
#include "cloche-paths.h"

#include "test-network.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

gboolean
gate_test_init (int    *argc,
                char ***argv)
{
  gboolean is_alone = test_network_enter ();

  g_test_init (argc, argv, NULL);
  if (!is_alone)
    g_print ("1..0 # SKIP the system allows no network of our own\n");

  return is_alone;
}

static void
result_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static void
wait_result (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
attempt_cb (ClocheGateControl *control,
            GBytes            *row,
            gpointer           data)
{
  JsonObject *object = cloche_json_parse_object (g_bytes_get_data (row, NULL), (gssize) g_bytes_get_size (row), NULL);

  g_assert_nonnull (object);
  g_ptr_array_add (((Gate *) data)->rows, object);
}

static void
reset_cb (ClocheGateLink *link,
          GIOStream      *stream,
          int             reason,
          gpointer        data)
{
  Gate *gate = data;

  g_set_object (&gate->reset_stream, stream);
  gate->reset_reason = reason;
}

void
gate_folder_set_up (Gate *gate)
{
  g_autoptr (GError) error = NULL;

  gate->folder = g_dir_make_tmp ("cloche-gate-XXXXXX", &error);
  g_assert_no_error (error);
  gate->socket_path = g_build_filename (gate->folder, "gate.sock", NULL);
  gate->log_path = g_build_filename (gate->folder, "egress.log", NULL);
  gate->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  gate->keeper_fd = -1;
  gate->reset_reason = -1;
}

static int
listen_at (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  (void) g_unlink (path);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 16), ==, 0);

  return fd;
}

static int
token_fd (void)
{
  int pair[2];

  g_assert_cmpint (pipe2 (pair, O_CLOEXEC), ==, 0);
  g_assert_cmpint (write (pair[1], TEST_TOKEN, 32), ==, 32);
  close (pair[1]);

  return pair[0];
}

/* Starts the program; @log_fd is taken. */
void
gate_start_bare (Gate *gate,
                 int   log_fd)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = cloche_paths_dup_program ("cloche-gate");
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), ==, 0);
  g_subprocess_launcher_take_fd (launcher, pair[1], 3);
  g_subprocess_launcher_take_fd (launcher, listen_at (gate->socket_path), 4);
  g_subprocess_launcher_take_fd (launcher, log_fd, 5);
  g_subprocess_launcher_take_fd (launcher, token_fd (), 6);
  /* A leak check needs ptrace(), which the gate has given up. */
  g_subprocess_launcher_setenv (launcher, "ASAN_OPTIONS", "detect_leaks=0", TRUE);
  gate->process = g_subprocess_launcher_spawn (launcher, &error, program, "--keeper-fd=3", "--listen-fd=4",
                                               "--log-fd=5", "--token-fd=6", NULL);
  g_assert_no_error (error);
  gate->keeper_fd = pair[0];
}

/* Connects the keeper's link and one client, which follows. */
void
gate_connect (Gate *gate)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (GAsyncResult) followed = NULL;

  gate->link = cloche_gate_link_new (g_steal_fd (&gate->keeper_fd), &error);
  g_assert_no_error (error);
  g_signal_connect (gate->link, "reset", G_CALLBACK (reset_cb), gate);

  cloche_gate_control_open_async (gate->socket_path, TEST_TOKEN, NULL, result_cb, &opened);
  wait_result (&opened);
  gate->control = cloche_gate_control_open_finish (opened, &error);
  g_assert_no_error (error);
  g_signal_connect (gate->control, "attempt", G_CALLBACK (attempt_cb), gate);
  cloche_gate_control_follow_async (gate->control, NULL, result_cb, &followed);
  wait_result (&followed);
  g_assert_true (cloche_gate_control_follow_finish (gate->control, followed, &error));
  g_assert_no_error (error);
}

void
gate_start (Gate *gate)
{
  int fd = open (gate->log_path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

  g_assert_cmpint (fd, >=, 0);
  gate_start_bare (gate, fd);
  gate_connect (gate);
}

void
gate_set_up (Gate         *gate,
             gconstpointer data)
{
  gate_folder_set_up (gate);
  gate_start (gate);
}

/* Ends the gate as a keeper does, by closing the link, and returns its status; -1 if it was killed. */
int
gate_stop (Gate *gate)
{
  g_autoptr (GAsyncResult) waited = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (gate->link != NULL) {
    g_signal_handlers_disconnect_by_data (gate->link, gate);
    g_assert_finalize_object (g_steal_pointer (&gate->link));
  }
  if (gate->keeper_fd >= 0)
    close (g_steal_fd (&gate->keeper_fd));
  g_subprocess_wait_async (gate->process, NULL, result_cb, &waited);
  wait_result (&waited);
  g_assert_true (g_subprocess_wait_finish (gate->process, waited, &error));
  status = g_subprocess_get_if_exited (gate->process) ? g_subprocess_get_exit_status (gate->process) : -1;
  g_clear_object (&gate->process);
  if (gate->control != NULL) {
    g_signal_handlers_disconnect_by_data (gate->control, gate);
    g_assert_finalize_object (g_steal_pointer (&gate->control));
  }
  g_clear_object (&gate->reset_stream);

  return status;
}

void
gate_tear_down (Gate         *gate,
                gconstpointer data)
{
  if (gate->process != NULL)
    g_assert_cmpint (gate_stop (gate), ==, 0);
  (void) g_unlink (gate->socket_path);
  (void) g_unlink (gate->log_path);
  g_assert_cmpint (g_rmdir (gate->folder), ==, 0);
  g_clear_pointer (&gate->rows, g_ptr_array_unref);
  g_free (gate->folder);
  g_free (gate->socket_path);
  g_free (gate->log_path);
}

/* @rules: separated by blanks. */
void
gate_set_policy (Gate       *gate,
                 const char *mode_text,
                 const char *rules)
{
  g_auto (GStrv) list = g_strsplit (rules, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheEgressPolicy) policy = NULL;
  ClocheEgressMode mode;

  g_assert_true (cloche_egress_mode_from_string (mode_text, &mode));
  policy = cloche_egress_policy_new (mode, *rules != '\0' ? (const char *const *) list : NULL, &error);
  g_assert_no_error (error);
  cloche_gate_control_set_policy_async (gate->control, policy, NULL, result_cb, &result);
  wait_result (&result);
  g_assert_true (cloche_gate_control_set_policy_finish (gate->control, result, &error));
  g_assert_no_error (error);
}

GIOStream *
gate_open (Gate       *gate,
           const char *name,
           guint16     port,
           GError    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_gate_link_open_async (gate->link, name, port, "test", NULL, result_cb, &result);
  wait_result (&result);

  return cloche_gate_link_open_finish (gate->link, result, error);
}

void
gate_assert_refused (Gate       *gate,
                     const char *name,
                     guint16     port,
                     const char *reason)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) stream = gate_open (gate, name, port, &error);

  g_assert_null (stream);
  g_assert_true (error->domain == CLOCHE_EGRESS_REFUSAL);
  g_assert_cmpstr (cloche_egress_reason_to_string ((ClocheEgressReason) error->code), ==, reason);
}

void
gate_wait_rows (Gate *gate,
                guint n)
{
  while (gate->rows->len < n)
    g_main_context_iteration (NULL, TRUE);
}

void
gate_assert_row (Gate       *gate,
                 guint       index,
                 const char *name,
                 const char *address,
                 const char *verdict,
                 const char *reason)
{
  JsonObject *row;

  gate_wait_rows (gate, index + 1);
  row = gate->rows->pdata[index];
  g_assert_cmpstr (cloche_json_get_string (row, "name"), ==, name);
  g_assert_cmpstr (cloche_json_get_string (row, "address"), ==, address);
  g_assert_cmpstr (cloche_json_get_string (row, "verdict"), ==, verdict);
  g_assert_cmpstr (cloche_json_get_string (row, "reason"), ==, reason);
}

char *
gate_read_log (Gate *gate)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (gate->log_path, &text, NULL, &error);
  g_assert_no_error (error);

  return text;
}

void
stream_write (GIOStream  *stream,
              const void *bytes,
              gsize       length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_output_stream_write_all_async (g_io_stream_get_output_stream (stream), bytes, length, G_PRIORITY_DEFAULT, NULL,
                                   result_cb, &result);
  wait_result (&result);
  g_assert_true (g_output_stream_write_all_finish (g_io_stream_get_output_stream (stream), result, NULL, &error));
  g_assert_no_error (error);
}

/* Reads until there are @length bytes or the stream ends; -1 if it breaks. */
gssize
stream_read (GIOStream *stream,
             void      *bytes,
             gsize      length)
{
  g_autoptr (GAsyncResult) result = NULL;
  gsize n;

  g_input_stream_read_all_async (g_io_stream_get_input_stream (stream), bytes, length, G_PRIORITY_DEFAULT, NULL,
                                 result_cb, &result);
  wait_result (&result);
  if (!g_input_stream_read_all_finish (g_io_stream_get_input_stream (stream), result, &n, NULL))
    return -1;

  return (gssize) n;
}

void
stream_shut_down (GIOStream *stream)
{
  g_autoptr (GError) error = NULL;

  g_socket_shutdown (g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream)), FALSE, TRUE, &error);
  g_assert_no_error (error);
}

/* Opens a connection that has to work. */
GIOStream *
gate_open_good (Gate       *gate,
                const char *name,
                guint16     port)
{
  g_autoptr (GError) error = NULL;
  GIOStream *stream = gate_open (gate, name, port, &error);

  g_assert_no_error (error);
  return stream;
}

/* Sends @bytes, expects them back, ends in good order. */
void
stream_assert_echo (GIOStream  *stream,
                    const void *bytes,
                    gsize       length)
{
  g_autofree char *back = g_malloc (length + 1);

  stream_write (stream, bytes, length);
  g_assert_cmpint (stream_read (stream, back, length), ==, (gssize) length);
  g_assert_cmpmem (back, length, bytes, length);
  stream_shut_down (stream);
  g_assert_cmpint (stream_read (stream, back, 1), ==, 0);
}

void
gate_wait_reset (Gate       *gate,
                 const char *reason)
{
  while (gate->reset_reason < 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (cloche_egress_reason_to_string ((ClocheEgressReason) gate->reset_reason), ==, reason);
  gate->reset_reason = -1;
}
