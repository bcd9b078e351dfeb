/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-console-log.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct
{
  ClocheConsoleLog *log;
  int peer;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GSocket) socket = NULL;
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  socket = g_socket_new_from_fd (pair[0], NULL);
  fixture->peer = pair[1];
  fixture->log = cloche_console_log_new (socket);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->log));
  (void) close (fixture->peer);
}

static void
say (Fixture    *fixture,
     const char *bytes,
     gsize       length)
{
  g_assert_cmpint (write (fixture->peer, bytes, length), ==, (gssize) length);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_printable (Fixture      *fixture,
                gconstpointer data)
{
  static const char BYTES[] = "one\r\n\033[31mtwo\0\xff\n\nthree";
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;

  say (fixture, BYTES, sizeof BYTES - 1);
  text = cloche_console_log_dup_text (fixture->log);
  line = cloche_console_log_dup_last_line (fixture->log);
  g_assert_cmpstr (text, ==, "one\n\357\277\275[31mtwo\357\277\275\357\277\275\n\nthree");
  g_assert_cmpstr (line, ==, "three");
}

static void
test_last_line (Fixture      *fixture,
                gconstpointer data)
{
  static const struct { const char *more; const char *last; } STEPS[] = {
    { "", "" }, { "\n\n", "" }, { "a", "a" }, { "b\r\n", "ab" }, { "\n \n", "ab" }, { "c\n", "c" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (STEPS); i++) {
    g_autofree char *line = NULL;

    say (fixture, STEPS[i].more, strlen (STEPS[i].more));
    line = cloche_console_log_dup_last_line (fixture->log);
    g_assert_cmpstr (line, ==, STEPS[i].last);
  }
}

/* However much is said, only the newest is kept. */
static void
test_cap (Fixture      *fixture,
          gconstpointer data)
{
  g_autofree char *text = NULL;

  for (int i = 0; i < 100000; i++) {
    g_autofree char *line = g_strdup_printf ("line %07d\n", i);

    say (fixture, line, strlen (line));
  }
  text = cloche_console_log_dup_text (fixture->log);
  g_assert_cmpint (strlen (text), ==, CLOCHE_CONSOLE_LOG_BYTES);
  g_assert_true (g_str_has_suffix (text, "line 0099999\n"));
}

/* The last words are not lost because nobody ran the main loop. */
static void
test_drain (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *line = NULL;

  g_assert_cmpint (write (fixture->peer, "last words\n", 11), ==, 11);
  g_assert_cmpint (shutdown (fixture->peer, SHUT_WR), ==, 0);
  cloche_console_log_drain (fixture->log);
  line = cloche_console_log_dup_last_line (fixture->log);
  g_assert_cmpstr (line, ==, "last words");

  while (g_main_context_iteration (NULL, FALSE))        /* The end of the input ends the source, not in a loop. */
    continue;
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/machine/console-log/printable", Fixture, NULL, set_up, test_printable, tear_down);
  g_test_add ("/machine/console-log/last-line", Fixture, NULL, set_up, test_last_line, tear_down);
  g_test_add ("/machine/console-log/cap", Fixture, NULL, set_up, test_cap, tear_down);
  g_test_add ("/machine/console-log/drain", Fixture, NULL, set_up, test_drain, tear_down);

  return g_test_run ();
}
