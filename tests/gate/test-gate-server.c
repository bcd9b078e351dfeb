/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "gate-fixture.h"

#include "cloche-fd.h"
#include "cloche-gate-frame.h"
#include "cloche-json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The real cloche-gate and what hostile clients and a hostile keeper tell it. Nothing in here needs a network. */

static void
set_up (Gate         *gate,
        gconstpointer data)
{
  gate_folder_set_up (gate);
  gate_start_bare (gate, open (gate->log_path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
}

static int
client_new (Gate *gate)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, gate->socket_path, sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);

  return fd;
}

/* Sends @text and returns what comes back up to the first newline; NULL if the gate ends the connection. */
static char *
ask (int         fd,
     const char *text)
{
  g_autoptr (GString) answer = g_string_new (NULL);
  char c;

  (void) send (fd, text, strlen (text), MSG_NOSIGNAL);  /* The gate may have ended it already. */
  while (recv (fd, &c, 1, 0) == 1) {
    if (c == '\n')
      return g_string_free (g_steal_pointer (&answer), FALSE);
    g_string_append_c (answer, c);
  }

  return NULL;
}

static void
assert_answer (int         fd,
               const char *text,
               const char *expected)
{
  g_autofree char *answer = ask (fd, text);

  g_assert_nonnull (answer);
  g_assert_nonnull (strstr (answer, expected));
}

static void
assert_end (int         fd,
            const char *text)
{
  g_autofree char *answer = ask (fd, text);

  g_assert_null (answer);
}

#define HELLO "{\"op\":\"hello\",\"token\":\"" TEST_TOKEN "\"}\n"
#define OK    "\"ok\":true"

static void
test_token (Gate         *gate,
            gconstpointer data)
{
  static const char *const WRONG[] = {
    "{\"op\":\"hello\"}\n",
    "{\"op\":\"hello\",\"token\":\"\"}\n",
    "{\"op\":\"hello\",\"token\":\"0123456789abcdef0123456789abcdeX\"}\n",
    "{\"op\":\"hello\",\"token\":\"" TEST_TOKEN "0\"}\n",
    "{\"op\":\"hello\",\"token\":17}\n",
    "{\"op\":\"policy\",\"mode\":\"listed\",\"allow\":[]}\n",
    "{\"op\":\"status\"}\n",
    "{}\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (WRONG); i++) {
    cloche_autofd int fd = client_new (gate);

    assert_answer (fd, WRONG[i], "\"error\":\"denied\"");
    assert_end (fd, HELLO);
  }
}

static void
test_policy (Gate         *gate,
             gconstpointer data)
{
  cloche_autofd int fd = client_new (gate);

  assert_answer (fd, HELLO, OK);
  assert_answer (fd, "{\"op\":\"status\"}\n", "\"mode\":\"off\",\"allow\":[]");
  assert_answer (fd, "{\"op\":\"policy\",\"mode\":\"listed\",\"allow\":[\"pypi.org\",\"*.debian.org\"]}\n", OK);
  assert_answer (fd, "{\"op\":\"status\"}\n", "\"mode\":\"listed\",\"allow\":[\"pypi.org\",\"*.debian.org\"]");

  /* What is wrong leaves the policy as it was. */
  assert_answer (fd, "{\"op\":\"policy\",\"mode\":\"listed\",\"allow\":[\"a.example\",\"*.com\"]}\n", "too wide");
  assert_answer (fd, "{\"op\":\"policy\",\"mode\":\"listed\",\"allow\":[\"a.example\",7]}\n", "\"error\":\"invalid\"");
  assert_answer (fd, "{\"op\":\"policy\",\"mode\":\"any\",\"allow\":[]}\n", "\"error\":\"unsupported\"");
  assert_answer (fd, "{\"op\":\"policy\"}\n", "\"error\":\"unsupported\"");
  assert_answer (fd, "{\"op\":\"fly\"}\n", "\"error\":\"unsupported\"");
  assert_answer (fd, "{\"op\":\"status\"}\n", "\"mode\":\"listed\",\"allow\":[\"pypi.org\",\"*.debian.org\"]");
  assert_answer (fd, "{\"op\":\"status\"}\n", "\"connections\":0,\"seq\":0,\"log\":\"ok\"");
}

static void
send_frame (Gate           *gate,
            ClocheGateFrame frame)
{
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES];

  cloche_gate_frame_write (&frame, bytes);
  g_assert_cmpint (send (gate->keeper_fd, bytes, sizeof bytes, 0), ==, sizeof bytes);
}

static char *
read_line (int fd)
{
  return ask (fd, "");
}

/* A question goes to all who can be asked, also to who comes later; the first answer counts and clears it everywhere. What
 * the guest chose comes as something that can be shown. */
static void
test_questions (Gate         *gate,
                gconstpointer data)
{
  static const char QUESTION[] = "{\"event\":\"question\",\"id\":1,\"name\":\"127.0.0.1\",\"port\":9,\"program\":"
                                 "\"pip\357\277\275\357\277\275x\",\"rule\":\"127.0.0.1:9\"}";
  cloche_autofd int first = client_new (gate);
  cloche_autofd int second = client_new (gate);
  cloche_autofd int late = client_new (gate);
  int fds[] = { first, second, late };
  ClocheGateFrame frame = {
    .kind = CLOCHE_GATE_FRAME_OPEN, .id = 1, .port = 9, .name = "127.0.0.1", .program = "pip\342\200\256\nx",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    assert_answer (fds[i], HELLO, OK);
  assert_answer (first, "{\"op\":\"policy\",\"mode\":\"ask\",\"allow\":[]}\n", OK);
  assert_answer (first, "{\"op\":\"ask\"}\n", OK);
  assert_answer (second, "{\"op\":\"ask\"}\n", OK);
  send_frame (gate, frame);
  for (gsize i = 0; i < 2; i++) {
    g_autofree char *line = read_line (fds[i]);

    g_assert_cmpstr (line, ==, QUESTION);
  }
  assert_answer (late, "{\"op\":\"ask\"}\n", OK);
  {
    g_autofree char *line = read_line (late);

    g_assert_cmpstr (line, ==, QUESTION);
  }

  assert_answer (late, "{\"op\":\"answer\",\"id\":1,\"answer\":\"yes\"}\n", "\"error\":\"invalid\"");
  assert_answer (late, "{\"op\":\"answer\",\"id\":2,\"answer\":\"no\"}\n", "\"error\":\"gone\"");
  assert_answer (late, "{\"op\":\"answer\",\"id\":1,\"answer\":\"no\"}\n", "\"event\":\"cleared\",\"id\":1");
  {
    g_autofree char *line = read_line (late);

    g_assert_cmpstr (line, ==, "{\"ok\":true}");
  }
  assert_answer (first, "{\"op\":\"answer\",\"id\":1,\"answer\":\"once\"}\n", "\"event\":\"cleared\",\"id\":1");
  {
    g_autofree char *line = read_line (first);

    g_assert_nonnull (strstr (line, "\"error\":\"gone\""));
  }
}

static void
test_hostile_client (Gate         *gate,
                     gconstpointer data)
{
  static const char *const BROKEN[] = { "\n", "[]\n", "hello\n", "{\"op\":\n" };
  g_autofree char *endless = g_strnfill (80 * 1024, ' ');
  g_autofree char *long_line = g_strdup_printf ("{\"op\":\"status\",\"x\":\"%s\"}\n", endless);
  cloche_autofd int good = client_new (gate);

  assert_answer (good, HELLO, OK);
  for (gsize i = 0; i < G_N_ELEMENTS (BROKEN); i++) {
    cloche_autofd int fd = client_new (gate);

    assert_end (fd, BROKEN[i]);
  }
  for (guint i = 0; i < 2; i++) {
    cloche_autofd int fd = client_new (gate);

    assert_answer (fd, HELLO, OK);
    assert_end (fd, i == 0 ? endless : long_line);
  }
  assert_answer (good, "{\"op\":\"status\"}\n", OK);
}

/* One after the other, so that no client is left out when others come and go; and too many at a time. */
static void
test_many_clients (Gate         *gate,
                   gconstpointer data)
{
  int fds[32];

  for (guint i = 0; i < 100; i++) {
    cloche_autofd int fd = client_new (gate);

    assert_answer (fd, HELLO, OK);
  }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    char *answer = NULL;

    /* Those above may not have been noticed as gone yet. */
    while (answer == NULL) {
      fds[i] = client_new (gate);
      answer = ask (fds[i], HELLO);
      if (answer == NULL)
        close (fds[i]);
    }
    g_free (answer);
  }
  {
    cloche_autofd int fd = client_new (gate);

    assert_end (fd, HELLO);
  }
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static void
send_open (Gate   *gate,
           guint64 id)
{
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_OPEN, .id = id, .port = 443, .name = "a.example" };

  send_frame (gate, frame);
}

static void
send_garbage (Gate *gate)
{
  g_assert_cmpint (send (gate->keeper_fd, "garbage", 7, 0), ==, 7);
}

static void
send_too_long (Gate *gate)
{
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES + 1] = { 0 };

  g_assert_cmpint (send (gate->keeper_fd, bytes, sizeof bytes, 0), ==, sizeof bytes);
}

static void
send_same_id (Gate *gate)
{
  send_open (gate, 7);
  send_open (gate, 7);
}

static void
send_opened (Gate *gate)
{
  send_frame (gate, (ClocheGateFrame) { .kind = CLOCHE_GATE_FRAME_OPENED, .id = 1 });
}

static void
send_descriptor (Gate *gate)
{
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_OPEN, .id = 1, .port = 443, .name = "a.example" };
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES];
  struct iovec vector = { bytes, sizeof bytes };
  union { struct cmsghdr header; char room[CMSG_SPACE (sizeof (int))]; } control = { 0 };
  struct msghdr message = {
    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control,
  };

  cloche_gate_frame_write (&frame, bytes);
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN (sizeof (int));
  memcpy (CMSG_DATA (&control.header), &(int) { STDIN_FILENO }, sizeof (int));
  g_assert_cmpint (sendmsg (gate->keeper_fd, &message, 0), ==, sizeof bytes);
}

/* A keeper that breaks the protocol was taken over: the gate ends, at once and with a bad status. */
static void
test_hostile_keeper (void)
{
  static void (*const SENDS[]) (Gate *gate) = { send_garbage, send_too_long, send_same_id, send_opened, send_descriptor };

  for (gsize i = 0; i < G_N_ELEMENTS (SENDS); i++) {
    Gate gate = { 0 };
    char byte;

    set_up (&gate, NULL);
    SENDS[i] (&gate);
    while (recv (gate.keeper_fd, &byte, 1, 0) > 0)
      ;
    g_assert_cmpint (gate_stop (&gate), ==, 1);
    gate_tear_down (&gate, NULL);
  }
}

static void
test_close_of_unknown (Gate         *gate,
                       gconstpointer data)
{
  ClocheGateFrame frame;
  guint8 bytes[CLOCHE_GATE_FRAME_BYTES + 1];
  ssize_t n;

  send_frame (gate, (ClocheGateFrame) { .kind = CLOCHE_GATE_FRAME_CLOSE, .id = 99 });
  send_open (gate, 1);
  n = recv (gate->keeper_fd, bytes, sizeof bytes, 0);
  g_assert_cmpint (n, ==, CLOCHE_GATE_FRAME_BYTES);
  g_assert_true (cloche_gate_frame_read (bytes, (gsize) n, &frame, NULL));
  g_assert_cmpint (frame.kind, ==, CLOCHE_GATE_FRAME_REFUSED);
  g_assert_cmpint (frame.reason, ==, CLOCHE_EGRESS_REASON_MODE_OFF);
}

static gint64
ask_seq (int fd)
{
  g_autofree char *answer = ask (fd, "{\"op\":\"status\"}\n");
  g_autoptr (JsonObject) status = cloche_json_parse_object (answer, -1, NULL);

  return cloche_json_get_int (status, "seq", -1);
}

/* Sends OPENs until the socket is full and stays so while the gate has had its turn, which its answers prove. */
static guint64
send_opens (Gate *gate,
            int   fd)
{
  guint64 id = 0;
  gint64 seq = 0;

  for (guint n_still = 0; n_still < 3;) {
    ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_OPEN, .id = id + 1, .port = 443, .name = "a.example" };
    guint8 bytes[CLOCHE_GATE_FRAME_BYTES];
    gint64 now;

    cloche_gate_frame_write (&frame, bytes);
    if (send (gate->keeper_fd, bytes, sizeof bytes, MSG_DONTWAIT) == sizeof bytes) {
      id++;
      continue;
    }
    g_assert_cmpint (errno, ==, EAGAIN);
    now = ask_seq (fd);
    n_still = now == seq ? n_still + 1 : 0;
    seq = now;
  }

  return id;
}

/* A keeper that asks and asks and never reads: the gate stops taking what it could not answer, and every attempt that
 * it took has its row. */
static void
test_keeper_does_not_read (Gate         *gate,
                           gconstpointer data)
{
  cloche_autofd int fd = client_new (gate);
  g_autofree char *text = NULL;
  guint64 n_sent;
  gsize n_rows = 0;

  assert_answer (fd, HELLO, OK);
  n_sent = send_opens (gate, fd);
  g_assert_cmpuint (n_sent, <, 4096);
  g_assert_cmpint (gate_stop (gate), ==, 0);

  text = gate_read_log (gate);
  for (const char *p = text; (p = strchr (p, '\n')) != NULL; p++)
    n_rows++;
  g_assert_cmpuint (n_rows, >=, 1024);
  g_assert_cmpuint (n_rows, <=, n_sent);
}

static gboolean
has_line (const char *text,
          const char *name,
          const char *value)
{
  g_autofree char *line = g_strdup_printf ("\n%s:\t%s\n", name, value);

  return strstr (text, line) != NULL;
}

/* The real program confines itself: by what the kernel says of it. */
static void
test_is_confined (Gate         *gate,
                  gconstpointer data)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/status", g_subprocess_get_identifier (gate->process));
  g_autofree char *text = NULL;
  cloche_autofd int fd = client_new (gate);

  assert_answer (fd, HELLO, OK);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (has_line (text, "Seccomp", "2"));
  g_assert_true (has_line (text, "NoNewPrivs", "1"));
  g_assert_true (has_line (text, "CapEff", "0000000000000000"));
  g_assert_true (has_line (text, "CapPrm", "0000000000000000"));
}

/* A log that cannot be written, found out by the first row: from then on nothing is let through. */
static void
test_log_fails (void)
{
  Gate gate = { 0 };
  g_autofree char *answer = NULL;

  gate_folder_set_up (&gate);
  gate_start_bare (&gate, open ("/dev/full", O_WRONLY | O_APPEND | O_CLOEXEC));
  gate_connect (&gate);
  gate_set_policy (&gate, "listed", "a.example");
  gate_assert_refused (&gate, "b.example", 443, "not-listed");
  while (answer == NULL || strstr (answer, "\"log\":\"failed\"") == NULL) {
    cloche_autofd int fd = client_new (&gate);

    assert_answer (fd, HELLO, OK);
    g_free (answer);
    answer = ask (fd, "{\"op\":\"status\"}\n");
  }
  gate_assert_refused (&gate, "a.example", 443, "log-failed");
  g_assert_cmpuint (gate.rows->len, ==, 0);
  g_assert_cmpint (gate_stop (&gate), ==, 1);
  gate_tear_down (&gate, NULL);
}

static void
test_bad_arguments (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_build_filename (g_getenv ("CLOCHE_LIBEXECDIR"), "cloche-gate", NULL);
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program,
                                                      "--keeper-fd=3", NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait (process, NULL, &error));
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/gate/server/token", Gate, NULL, set_up, test_token, gate_tear_down);
  g_test_add ("/gate/server/policy", Gate, NULL, set_up, test_policy, gate_tear_down);
  g_test_add ("/gate/server/questions", Gate, NULL, set_up, test_questions, gate_tear_down);
  g_test_add ("/gate/server/hostile-client", Gate, NULL, set_up, test_hostile_client, gate_tear_down);
  g_test_add ("/gate/server/many-clients", Gate, NULL, set_up, test_many_clients, gate_tear_down);
  g_test_add ("/gate/server/close-of-unknown", Gate, NULL, set_up, test_close_of_unknown, gate_tear_down);
  g_test_add ("/gate/server/keeper-does-not-read", Gate, NULL, set_up, test_keeper_does_not_read, gate_tear_down);
  g_test_add ("/gate/server/is-confined", Gate, NULL, set_up, test_is_confined, gate_tear_down);
  g_test_add_func ("/gate/server/hostile-keeper", test_hostile_keeper);
  g_test_add_func ("/gate/server/log-fails", test_log_fails);
  g_test_add_func ("/gate/server/bad-arguments", test_bad_arguments);

  return g_test_run ();
}
