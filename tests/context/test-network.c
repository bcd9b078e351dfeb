/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "network-fixture.h"

#include "cloche-json.h"

#include <string.h>

static ClocheNetworkQuestion *
wait_question (Program *program)
{
  GListModel *questions = cloche_network_get_questions (program->network);

  cloche_test_wait_until (g_list_model_get_n_items (questions) == 1);

  return g_list_model_get_item (questions, 0);
}

/* An attempt of the guest that is asked about and answered: how it ends. */
static char *
ask_and_answer (NetworkFixture     *fixture,
                const char         *host,
                guint16             port,
                ClocheNetworkAnswer answer)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheNetworkQuestion) question = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autoptr (GError) error = NULL;

  cloche_gate_link_open_async (fixture->gate.link, host, port, "pip", NULL, cloche_test_result_cb, &result);
  question = wait_question (&fixture->one);
  g_assert_cmpstr (cloche_network_question_get_host (question), ==, host);
  g_assert_null (result);
  cloche_network_answer (fixture->one.network, question, answer);
  cloche_test_wait (&result);
  stream = cloche_gate_link_open_finish (fixture->gate.link, result, &error);
  g_assert_null (stream);

  return g_strdup (cloche_egress_reason_to_string ((ClocheEgressReason) error->code));
}

static char *
find_summary (Program    *program,
              const char *rule)
{
  GListModel *hosts = cloche_network_get_hosts (program->network);

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++) {
    g_autoptr (ClocheNetworkHost) host = g_list_model_get_item (hosts, i);

    if (strcmp (cloche_network_host_get_rule (host), rule) == 0)
      return g_strdup (cloche_network_host_get_summary (host));
  }

  return NULL;
}

static gboolean
has_summary (Program    *program,
             const char *rule,
             const char *expected)
{
  g_autofree char *summary = find_summary (program, rule);

  return g_strcmp0 (summary, expected) == 0;
}

static ClocheNetworkHost *
find_host (Program    *program,
           const char *rule)
{
  GListModel *hosts = cloche_network_get_hosts (program->network);

  for (guint i = 0; i < g_list_model_get_n_items (hosts); i++) {
    g_autoptr (ClocheNetworkHost) host = g_list_model_get_item (hosts, i);

    if (strcmp (cloche_network_host_get_rule (host), rule) == 0)
      return g_steal_pointer (&host);
  }
  g_error ("no row for %s", rule);
}

static void
test_answers (NetworkFixture *fixture,
              gconstpointer   data)
{
  Program *one = &fixture->one;
  g_autofree char *once = NULL;
  g_autofree char *no = NULL;
  g_autofree char *always = NULL;

  cloche_network_load (one->network);
  program_attach (one, fixture, TRUE);
  once = ask_and_answer (fixture, "127.0.0.1", 1, CLOCHE_NETWORK_ONCE);
  g_assert_cmpstr (once, ==, "unreachable");
  assert_stored (fixture, "ask", "");
  no = ask_and_answer (fixture, "127.0.0.2", 1, CLOCHE_NETWORK_NO);
  g_assert_cmpstr (no, ==, "denied");
  always = ask_and_answer (fixture, "127.0.0.3", 1, CLOCHE_NETWORK_CONVERSATION);
  g_assert_cmpstr (always, ==, "unreachable");
  assert_stored (fixture, "ask", "127.0.0.3:1");
  gate_assert_refused (&fixture->gate, "127.0.0.3", 1, "unreachable");
  g_assert_cmpuint (one->n_asked, ==, 3);

  cloche_test_wait_until (has_summary (one, "127.0.0.3:1", "Did not answer · 2 times"));
  g_assert_true (has_summary (one, "127.0.0.2:1", "Refused · 1 time"));
  g_assert_true (has_summary (one, "127.0.0.1:1", "Did not answer · 1 time"));
}

/* What the tools' results say of it: each host once, what waits, and how to allow it. */
static void
test_refusals (NetworkFixture *fixture,
               gconstpointer   data)
{
  Program *one = &fixture->one;
  g_autoptr (GAsyncResult) synced = NULL;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (ClocheNetworkQuestion) question = NULL;
  g_autofree char *denied = NULL;
  g_autofree char *line = NULL;
  g_autofree char *nothing = NULL;
  g_autofree char *waiting = NULL;

  program_attach (one, fixture, TRUE);
  denied = ask_and_answer (fixture, "127.0.0.2", 80, CLOCHE_NETWORK_NO);
  gate_assert_refused (&fixture->gate, "127.0.0.2", 80, "denied");
  gate_assert_refused (&fixture->gate, "bad name\342\200\256\n", 7, "bad-name");
  AWAIT (synced, cloche_machine_network_sync_async (cloche_machine_get_network (one->machine), NULL,
                                                    cloche_test_result_cb, &synced));
  line = cloche_refusals_take_line (one->refusals);
  g_assert_cmpstr (line, ==, "refused 127.0.0.2 (the person said no), bad name\357\277\275\357\277\275 (not a host name). "
                   "The person can allow it: in the window under Network, in a terminal with --allow 127.0.0.2");
  nothing = cloche_refusals_take_line (one->refusals);
  g_assert_null (nothing);

  cloche_gate_link_open_async (fixture->gate.link, "127.0.0.9", 9, "x", NULL, cloche_test_result_cb, &opened);
  question = wait_question (one);
  waiting = cloche_refusals_take_line (one->refusals);
  g_assert_cmpstr (waiting, ==, "waiting for the person’s answer: 127.0.0.9:9");
  cloche_network_answer (one->network, question, CLOCHE_NETWORK_NO);
  cloche_test_wait (&opened);
}

/* A storm of refused hosts is a line that can be read, and a list that can be scrolled. */
static void
test_many_refusals (NetworkFixture *fixture,
                    gconstpointer   data)
{
  Program *one = &fixture->one;
  g_autoptr (GAsyncResult) synced = NULL;
  g_autofree char *line = NULL;

  cloche_network_load (one->network);
  program_attach (one, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "2001:db8::5", 22, "not-asked");
  for (guint i = 0; i < 300; i++) {
    g_autofree char *name = g_strdup_printf ("host-%u.example", i);

    gate_assert_refused (&fixture->gate, name, 443, "not-asked");
  }
  AWAIT (synced, cloche_machine_network_sync_async (cloche_machine_get_network (one->machine), NULL,
                                                    cloche_test_result_cb, &synced));
  line = cloche_refusals_take_line (one->refusals);
  g_assert_cmpuint (strlen (line), <, 600);
  g_assert_nonnull (strstr (line, "host-6.example (nobody could be asked) and 248 more. "));
  g_assert_nonnull (strstr (line, "refused [2001:db8::5]:22 (nobody could be asked)"));
  cloche_test_wait_until (has_summary (one, "host-299.example", "Refused: nobody could be asked · 1 time"));
  g_assert_cmpuint (g_list_model_get_n_items (cloche_network_get_hosts (one->network)), ==, 200);
}

/* What is shown of a question is one line, without tricks, and short. */
static void
test_hostile_question (NetworkFixture *fixture,
                       gconstpointer   data)
{
  Program *one = &fixture->one;
  g_autoptr (GAsyncResult) opened = NULL;
  g_autoptr (ClocheNetworkQuestion) question = NULL;

  program_attach (one, fixture, TRUE);
  cloche_gate_link_open_async (fixture->gate.link, "b\303\274cher.example", 8080,
                               "curl\n\342\200\256<b>nothing to see here, please allow</b>", NULL, cloche_test_result_cb,
                               &opened);
  question = wait_question (one);
  g_assert_cmpstr (cloche_network_question_get_title (question), ==, "Connect to xn--bcher-kva.example?");
  g_assert_cmpstr (cloche_network_question_get_detail (question), ==,
                   "A program in the machine, “curl\357\277\275\357\277\275<b>nothing to see here, pl…” by its own "
                   "account, asks for port 8080.");
  g_assert_cmpstr (cloche_network_question_get_rule (question), ==, "xn--bcher-kva.example:8080");
  cloche_network_answer (one->network, question, CLOCHE_NETWORK_NO);
  cloche_test_wait (&opened);
}

static void
test_address_at_home (NetworkFixture *fixture,
                      gconstpointer   data)
{
  g_autoptr (JsonObject) event = cloche_json_parse_object ("{\"id\":1,\"name\":\"192.168.1.1\",\"port\":80,\"program\":\"\","
                                                           "\"rule\":\"192.168.1.1\"}", -1, NULL);
  g_autoptr (ClocheNetworkQuestion) question = cloche_network_question_new (event);

  g_assert_cmpstr (cloche_network_question_get_detail (question), ==,
                   "A program in the machine asks for port 80. This address belongs to your own computer or network.");
}

static void
test_decisions (NetworkFixture *fixture,
                gconstpointer   data)
{
  static const char *const WRONG[] = { "good.example", "*.com", NULL };
  static const char *const RULES[] = { "a.example", "*.b.example", NULL };
  Program *one = &fixture->one;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheNetworkHost) host = NULL;
  g_autofree char *typed = NULL;
  g_autofree char *wrong = NULL;

  cloche_network_load (one->network);
  program_attach (one, fixture, TRUE);
  g_assert_false (cloche_network_allow (one->network, WRONG, &error));
  g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE);
  assert_stored (fixture, "ask", "");

  g_assert_true (cloche_network_allow (one->network, RULES, NULL));
  g_assert_true (cloche_network_allow (one->network, RULES, NULL));
  typed = cloche_network_allow_typed (one->network, " A.Example. ");
  g_assert_null (typed);
  wrong = cloche_network_allow_typed (one->network, "https://A.Example/x");
  g_assert_cmpstr (wrong, ==, "This is not the name of a host that can be allowed: Rule “https://A.Example/x”: "
                   "write the host alone, without scheme and path: a.example");
  assert_stored (fixture, "ask", "a.example *.b.example");
  cloche_test_wait_until (g_list_model_get_n_items (cloche_network_get_hosts (one->network)) == 2);
  host = find_host (one, "a.example");
  g_assert_cmpint (cloche_network_host_get_decision (host), ==, CLOCHE_NETWORK_ALLOWED);
  g_assert_cmpstr (cloche_network_host_get_summary (host), ==, "Not tried yet");

  cloche_network_decide (one->network, host, CLOCHE_NETWORK_FORBIDDEN);
  assert_stored (fixture, "ask", "*.b.example !a.example");
  g_assert_cmpint (cloche_network_host_get_decision (host), ==, CLOCHE_NETWORK_FORBIDDEN);
  sync_with_gate (one);
  gate_assert_refused (&fixture->gate, "a.example", 443, "denied");
  cloche_network_decide (one->network, host, CLOCHE_NETWORK_UNDECIDED);
  assert_stored (fixture, "ask", "*.b.example");

  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OFF);
  assert_stored (fixture, "off", "*.b.example");
  sync_with_gate (one);
  gate_assert_refused (&fixture->gate, "x.b.example", 443, "mode-off");
  g_assert_true (cloche_network_allow (one->network, RULES, NULL));
  assert_stored (fixture, "ask", "*.b.example a.example");
}

/* A second program: what one changes the other knows, and does not undo. */
static void
test_two_programs (NetworkFixture *fixture,
                   gconstpointer   data)
{
  static const char *const FIRST[] = { "127.0.0.1:1", NULL };
  static const char *const SECOND[] = { "127.0.0.2:1", NULL };
  Program two = { 0 };

  program_init (&two, fixture);
  program_attach (&fixture->one, fixture, TRUE);
  program_attach (&two, fixture, TRUE);
  g_assert_true (cloche_network_allow (fixture->one.network, FIRST, NULL));
  cloche_test_wait_until (cloche_conversation_get_allowed_hosts (cloche_chat_get_conversation (two.chat))[0] != NULL);
  g_assert_true (cloche_network_allow (two.network, SECOND, NULL));
  assert_stored (fixture, "ask", "127.0.0.1:1 127.0.0.2:1");
  cloche_network_set_mode (two.network, CLOCHE_NETWORK_LISTED);
  cloche_test_wait_until (cloche_network_get_mode (fixture->one.network) == CLOCHE_NETWORK_LISTED);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "unreachable");
  gate_assert_refused (&fixture->gate, "127.0.0.2", 1, "unreachable");
  program_clear (&two);
}

/* Of a machine that sleeps only the store can tell. */
static void
test_followed (NetworkFixture *fixture,
               gconstpointer   data)
{
  static const char *const RULES[] = { "127.0.0.1:1", NULL };
  g_autoptr (ClocheConversation) conversation = load_conversation (fixture);

  cloche_conversation_set_network_mode (conversation, CLOCHE_NETWORK_LISTED);
  cloche_conversation_set_allowed_hosts (conversation, RULES);
  cloche_network_follow (fixture->one.network, conversation);
  g_assert_cmpint (cloche_network_get_mode (fixture->one.network), ==, CLOCHE_NETWORK_LISTED);
  program_attach (&fixture->one, fixture, TRUE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "unreachable");
  gate_assert_refused (&fixture->gate, "127.0.0.2", 1, "not-listed");
}

/* An earlier version kept what had been typed as it was: it is the same rule all the same. */
static void
test_old_forms (NetworkFixture *fixture,
                gconstpointer   data)
{
  static const char *const OLD[] = { "Good.Example.", "!BAD.example:8080", NULL };
  static const char *const MORE[] = { "good.example", "bad.example:8080", NULL };
  Program two = { NULL };
  g_autoptr (GAsyncResult) saved = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (saved, cloche_store_set_network_async (fixture->store.store, "conversation-a", CLOCHE_NETWORK_LISTED, OLD, NULL,
                                                cloche_test_result_cb, &saved));
  program_init (&two, fixture);
  g_assert_true (cloche_network_allow (two.network, MORE, &error));
  g_assert_no_error (error);
  assert_stored (fixture, "listed", "good.example bad.example:8080");
  program_clear (&two);
}

/* Nobody but who is attached can tell the gate what a program that is not has written. */
static void
test_followed_while_attached (NetworkFixture *fixture,
                              gconstpointer   data)
{
  static const char *const FIRST[] = { "127.0.0.1:1", NULL };
  Program two = { 0 };
  g_autoptr (ClocheConversation) after = NULL;

  g_assert_true (cloche_network_allow (fixture->one.network, FIRST, NULL));
  assert_stored (fixture, "ask", "127.0.0.1:1");
  program_init (&two, fixture);
  program_attach (&two, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "unreachable");
  cloche_network_set_mode (fixture->one.network, CLOCHE_NETWORK_OFF);
  after = load_conversation (fixture);
  cloche_network_follow (two.network, after);
  g_assert_cmpint (cloche_network_get_mode (two.network), ==, CLOCHE_NETWORK_OFF);
  sync_with_gate (&two);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "mode-off");
  program_clear (&two);
}

/* What was read in the store before the gate told of a change, or before one was made here, undoes neither. */
static void
test_followed_too_late (NetworkFixture *fixture,
                        gconstpointer   data)
{
  Program *one = &fixture->one;
  Program two = { 0 };
  g_autoptr (ClocheConversation) first = load_conversation (fixture);
  g_autoptr (ClocheConversation) second = NULL;
  g_autoptr (ClocheConversation) third = NULL;

  program_init (&two, fixture);
  program_attach (one, fixture, TRUE);
  program_attach (&two, fixture, TRUE);
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OPEN);
  second = load_conversation (fixture);
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OFF);
  third = load_conversation (fixture);
  cloche_test_wait_until (cloche_network_get_mode (two.network) == CLOCHE_NETWORK_OFF);

  cloche_network_follow (one->network, first);
  cloche_network_follow (one->network, second);
  g_assert_cmpint (cloche_network_get_mode (one->network), ==, CLOCHE_NETWORK_OFF);
  cloche_network_follow (two.network, first);
  cloche_network_follow (two.network, second);
  g_assert_cmpint (cloche_network_get_mode (two.network), ==, CLOCHE_NETWORK_OFF);
  cloche_network_follow (two.network, third);
  cloche_network_follow (one->network, third);
  sync_with_gate (one);
  sync_with_gate (&two);
  g_assert_cmpint (cloche_network_get_mode (one->network), ==, CLOCHE_NETWORK_OFF);
  g_assert_cmpint (cloche_network_get_mode (two.network), ==, CLOCHE_NETWORK_OFF);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "mode-off");

  /* The same once more is a change again, not an echo. */
  cloche_network_follow (two.network, second);
  g_assert_cmpint (cloche_network_get_mode (two.network), ==, CLOCHE_NETWORK_OPEN);
  program_clear (&two);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/context/network/" name, NetworkFixture, NULL, network_fixture_set_up, \
                                        function, network_fixture_tear_down)
  ADD ("answers", test_answers);
  ADD ("refusals", test_refusals);
  ADD ("many-refusals", test_many_refusals);
  ADD ("hostile-question", test_hostile_question);
  ADD ("address-at-home", test_address_at_home);
  ADD ("decisions", test_decisions);
  ADD ("two-programs", test_two_programs);
  ADD ("followed", test_followed);
  ADD ("old-forms", test_old_forms);
  ADD ("followed-while-attached", test_followed_while_attached);
  ADD ("followed-too-late", test_followed_too_late);
#undef ADD

  return g_test_run ();
}
