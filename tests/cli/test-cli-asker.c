/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-asker.h"

#include "cloche-json.h"
#include "cloche-test-async.h"

#include <string.h>
#include <unistd.h>

typedef struct
{
  int pipe[2];                  /* what the person types */
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
  g_assert_cmpint (pipe (fixture->pipe), ==, 0);
  fixture->out = open_memstream (&fixture->text, &fixture->length);
  fixture->questions = g_list_store_new (CLOCHE_TYPE_NETWORK_QUESTION);
  fixture->answers = g_string_new (NULL);
  fixture->asker = cloche_cli_asker_new (G_LIST_MODEL (fixture->questions), fixture->pipe[0], fixture->out, answer_cb,
                                         fixture);
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
  close (fixture->pipe[0]);
  if (fixture->pipe[1] >= 0)
    close (fixture->pipe[1]);
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

static void
type (Fixture    *fixture,
      const char *text,
      const char *expected)
{
  g_assert_cmpint (write (fixture->pipe[1], text, strlen (text)), ==, (gssize) strlen (text));
  cloche_test_wait_until (g_str_has_suffix (fixture->answers->str, expected));
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
  type (fixture, "C\n", "b.example conversation;");
  type (fixture, "no\n", "c.example no;");
  g_assert_cmpuint (count (fixture, "[o]nce, this [c]onversation, [n]o: "), ==, 3);
}

/* What is no answer is asked again, and what nobody can type any more is a no. */
static void
test_no_answer (Fixture      *fixture,
                gconstpointer data)
{
  add_question (fixture, "a.example");
  g_assert_cmpint (write (fixture->pipe[1], "\n", 1), ==, 1);
  cloche_test_wait_until (count (fixture, "[o]nce, ") == 2);
  g_assert_cmpint (write (fixture->pipe[1], "yes\n", 4), ==, 4);
  cloche_test_wait_until (count (fixture, "[o]nce, ") == 3);
  g_assert_cmpstr (fixture->answers->str, ==, "");
  close (fixture->pipe[1]);
  fixture->pipe[1] = -1;
  cloche_test_wait_until (g_str_equal (fixture->answers->str, "a.example no;"));
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
  ADD ("no-answer", test_no_answer);
  ADD ("answered-elsewhere", test_answered_elsewhere);
#undef ADD

  return g_test_run ();
}
