/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-asker.h"

#include "cloche-json.h"
#include "cloche-test-async.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct
{
  int keyboard;                 /* the person's end of the terminal */
  int terminal;
  char *text;                   /* what is on the screen */
  gsize length;
  FILE *out;
  GListStore *questions;
  GString *answers;             /* HOST ANSWER, one after the other */
  ClocheCliAsker *asker;
} Fixture;

static void
answer_cb (ClocheNetworkQuestion *question,
           ClocheNetworkAnswer    answer,
           gpointer               user_data)
{
  static const char *const WORDS[] = {
    [CLOCHE_NETWORK_NO] = "no", [CLOCHE_NETWORK_ONCE] = "once", [CLOCHE_NETWORK_CONVERSATION] = "conversation",
  };
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->answers, "%s %s;", cloche_network_question_get_host (question), WORDS[answer]);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (fixture->questions)); i++) {
    g_autoptr (ClocheNetworkQuestion) other = g_list_model_get_item (G_LIST_MODEL (fixture->questions), i);

    if (other == question)
      g_list_store_remove (fixture->questions, i);
  }
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->keyboard = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (fixture->keyboard, >=, 0);
  g_assert_cmpint (grantpt (fixture->keyboard), ==, 0);
  g_assert_cmpint (unlockpt (fixture->keyboard), ==, 0);
  fixture->terminal = open (ptsname (fixture->keyboard), O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (fixture->terminal, >=, 0);
  fixture->out = open_memstream (&fixture->text, &fixture->length);
  fixture->questions = g_list_store_new (CLOCHE_TYPE_NETWORK_QUESTION);
  fixture->answers = g_string_new (NULL);
  fixture->asker = cloche_cli_asker_new (G_LIST_MODEL (fixture->questions), fixture->terminal, fixture->out,
                                         answer_cb, fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  cloche_cli_asker_free (fixture->asker);
  g_assert_finalize_object (fixture->questions);
  g_string_free (fixture->answers, TRUE);
  fclose (fixture->out);
  free (fixture->text);
  close (fixture->terminal);
  if (fixture->keyboard >= 0)
    close (fixture->keyboard);
}

static void
add_question (Fixture    *fixture,
              const char *host)
{
  g_autofree char *text = g_strdup_printf ("{\"id\":1,\"name\":\"%s\",\"port\":443,\"program\":\"pip\",\"rule\":\"%s\"}",
                                           host, host);
  g_autoptr (JsonObject) event = cloche_json_parse_object (text, -1, NULL);
  g_autoptr (ClocheNetworkQuestion) question = cloche_network_question_new (event);

  g_list_store_append (fixture->questions, question);
}

static guint
count (Fixture    *fixture,
       const char *words)
{
  guint n = 0;

  fflush (fixture->out);
  for (const char *p = fixture->text; (p = strstr (p, words)) != NULL; p += strlen (words))
    n++;

  return n;
}

/* How often an answer was asked for. */
static guint
count_prompts (Fixture *fixture)
{
  return count (fixture, "[o]nce, this [c]onversation, [n]o: ");
}

static void
press (Fixture    *fixture,
       const char *keys)
{
  g_assert_cmpint (write (fixture->keyboard, keys, strlen (keys)), ==, (gssize) strlen (keys));
}

/* Types @line until it counts: one that comes before the question can have been read is thrown away, and asked for again. */
static void
type (Fixture    *fixture,
      const char *line,
      const char *expected)
{
  while (!g_str_has_suffix (fixture->answers->str, expected)) {
    guint n_prompts = count_prompts (fixture);

    press (fixture, line);
    cloche_test_wait_until (g_str_has_suffix (fixture->answers->str, expected) || count_prompts (fixture) > n_prompts);
  }
}

static void
test_answers (Fixture      *fixture,
              gconstpointer data)
{
  add_question (fixture, "a.example");
  add_question (fixture, "b.example");
  add_question (fixture, "c.example");
  g_assert_cmpuint (count (fixture, "Connect to a.example? A program in the machine, “pip” by its own account, "), ==, 1);
  g_assert_cmpuint (count (fixture, "Connect to b.example?"), ==, 0);
  type (fixture, "o\n", "a.example once;");
  type (fixture, " Conv \n", "b.example conversation;");
  type (fixture, "no\n", "c.example no;");
  g_assert_cmpstr (fixture->answers->str, ==, "a.example once;b.example conversation;c.example no;");
}

/* What was on its way when the question came is no answer to it: neither whole lines nor the beginning of one. */
static void
test_typed_before (Fixture      *fixture,
                   gconstpointer data)
{
  press (fixture, "o\nc\n");
  add_question (fixture, "a.example");
  press (fixture, "o\nc");
  cloche_test_wait_until (count_prompts (fixture) == 2);
  g_assert_cmpstr (fixture->answers->str, ==, "");
  press (fixture, "\n");
  cloche_test_wait_until (count_prompts (fixture) == 3);
  press (fixture, "n\n");
  cloche_test_wait_until (fixture->answers->len > 0);
  g_assert_cmpstr (fixture->answers->str, ==, "a.example no;");
}

/* What is no answer is asked again, also what Ctrl+D cuts off, and what was pasted and only begins like one. */
static void
test_no_answer (Fixture      *fixture,
                gconstpointer data)
{
  static const char *const LINES[] = { "\n", "yes\n", "o\004", "cd examples\n", "other\n", "nothing\n", "\tonce more\n" };

  press (fixture, "\n");
  add_question (fixture, "a.example");
  cloche_test_wait_until (count_prompts (fixture) == 2);
  for (guint i = 0; i < G_N_ELEMENTS (LINES); i++) {
    press (fixture, LINES[i]);
    cloche_test_wait_until (count_prompts (fixture) == 3 + i);
  }
  g_assert_cmpstr (fixture->answers->str, ==, "");
}

/* Ctrl+D says no to the question that stands there, and to no other. */
static void
test_end_of_input (Fixture      *fixture,
                   gconstpointer data)
{
  press (fixture, "\n");
  add_question (fixture, "a.example");
  add_question (fixture, "b.example");
  cloche_test_wait_until (count_prompts (fixture) == 2);
  press (fixture, "\004");
  cloche_test_wait_until (fixture->answers->len > 0);
  g_assert_cmpuint (count (fixture, "Connect to b.example?"), ==, 1);
  type (fixture, "o\n", "b.example once;");
  g_assert_cmpstr (fixture->answers->str, ==, "a.example no;b.example once;");
}

/* A terminal that is gone answers nothing: a window may still. */
static void
test_terminal_gone (Fixture      *fixture,
                    gconstpointer data)
{
  add_question (fixture, "a.example");
  close (fixture->keyboard);
  fixture->keyboard = -1;
  while (cloche_cli_asker_is_asking (fixture->asker))
    g_main_context_iteration (NULL, TRUE);
  add_question (fixture, "b.example");
  g_list_store_remove (fixture->questions, 0);
  g_assert_cmpuint (count (fixture, "Connect to b.example?"), ==, 0);
  g_assert_cmpstr (fixture->answers->str, ==, "");
}

static void
set_cb (gpointer is_over)
{
  *(gboolean *) is_over = TRUE;
}

/* What was typed while another program was in front was for that one; and it takes nothing from it. */
static void
test_background (void)
{
  Fixture fixture = { 0 };
  gboolean has_waited = FALSE;
  pid_t other;

  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    return;
  }

  signal (SIGTTOU, SIG_IGN);    /* For tcsetpgrp() in the background. */
  signal (SIGHUP, SIG_IGN);     /* When the terminal is torn down. */
  g_assert_cmpint (setsid (), >, 0);
  set_up (&fixture, NULL);
  g_assert_cmpint (ioctl (fixture.terminal, TIOCSCTTY, 0), ==, 0);
  other = fork ();
  if (other == 0) {
    pause ();
    _exit (0);
  }
  g_assert_cmpint (setpgid (other, other), ==, 0);
  add_question (&fixture, "a.example");
  press (&fixture, "\n");
  cloche_test_wait_until (count_prompts (&fixture) == 2);

  g_assert_cmpint (tcsetpgrp (fixture.terminal, other), ==, 0);
  press (&fixture, "o\n");
  g_timeout_add_once (600, set_cb, &has_waited);       /* In which somebody else would have read. */
  cloche_test_wait_until (has_waited);
  g_assert_true (cloche_cli_asker_is_asking (fixture.asker));
  g_assert_cmpstr (fixture.answers->str, ==, "");

  g_assert_cmpint (tcsetpgrp (fixture.terminal, getpgrp ()), ==, 0);
  cloche_test_wait_until (count_prompts (&fixture) == 3);
  press (&fixture, "n\n");
  cloche_test_wait_until (fixture.answers->len > 0);
  g_assert_cmpstr (fixture.answers->str, ==, "a.example no;");
  g_assert_cmpint (kill (other, SIGKILL), ==, 0);
  tear_down (&fixture, NULL);
}

static void
test_answered_elsewhere (Fixture      *fixture,
                         gconstpointer data)
{
  add_question (fixture, "a.example");
  add_question (fixture, "b.example");
  g_list_store_remove (fixture->questions, 0);
  g_assert_cmpuint (count (fixture, "(It was answered elsewhere, or waited too long.)"), ==, 1);
  type (fixture, "o\n", "b.example once;");
  g_assert_cmpstr (fixture->answers->str, ==, "b.example once;");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/cli/asker/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("answers", test_answers);
  ADD ("typed-before", test_typed_before);
  ADD ("no-answer", test_no_answer);
  ADD ("end-of-input", test_end_of_input);
  ADD ("terminal-gone", test_terminal_gone);
  ADD ("answered-elsewhere", test_answered_elsewhere);
#undef ADD
  g_test_add_func ("/cli/asker/background", test_background);

  return g_test_run ();
}
