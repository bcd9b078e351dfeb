/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-sandbox.h"
#include "cloche-json.h"
#include "cloche-machine-network-private.h"
#include "cloche-network.h"
#include "cloche-refusals.h"
#include "gate-fixture.h"
#include "store-fixture.h"

#include <string.h>

/*
 * A conversation's network with a real gate and no machine: what the keeper would ask for a guest is asked here. The hosts are
 * addresses of loopback with nobody behind them, so that what is let through ends as "unreachable".
 */

#define A "conversation-a"
#define MACHINE "abcdefghjkmn"

/* One of the programs that have the conversation open. */
typedef struct
{
  ClocheMachine *machine;
  ClocheFakeSandbox *sandbox;
  ClocheChat *chat;
  ClocheNetwork *network;
  ClocheRefusals *refusals;
  guint n_problems;
  guint n_asked;
} Program;

typedef struct
{
  StoreFixture store;
  Gate gate;
  ClocheMachineHost *host;
  Program one;
} Fixture;

static void
count_cb (guint *n)
{
  ++*n;
}

static ClocheConversation *
load_conversation (Fixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_load_conversation_async (fixture->store.store, A, NULL, cloche_test_result_cb, &result));

  return cloche_store_load_conversation_finish (fixture->store.store, result, NULL);
}

static void
program_init (Program *program,
              Fixture *fixture)
{
  g_autoptr (ClocheConversation) conversation = load_conversation (fixture);

  program->machine = cloche_machine_new (fixture->host, MACHINE);
  program->sandbox = cloche_fake_sandbox_new (NULL);
  program->chat = cloche_chat_new (fixture->store.store, conversation, CLOCHE_SANDBOX (program->sandbox),
                                   fixture->store.clock);
  program->network = cloche_network_new (program->machine, program->chat, fixture->store.store, fixture->gate.log_path);
  program->refusals = cloche_refusals_new (cloche_machine_get_network (program->machine));
  g_signal_connect_swapped (program->network, "problem", G_CALLBACK (count_cb), &program->n_problems);
  g_signal_connect_swapped (program->network, "asked", G_CALLBACK (count_cb), &program->n_asked);
}

static void
program_attach (Program *program,
                Fixture *fixture,
                gboolean is_asking)
{
  ClocheMachineNetwork *network = cloche_machine_get_network (program->machine);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_network_set_asking (network, is_asking);
  AWAIT (result, _cloche_machine_network_attach_async (network, fixture->gate.socket_path, TEST_TOKEN,
                                                       cloche_test_result_cb, &result));
  g_assert_true (_cloche_machine_network_attach_finish (network, result, &error));
  g_assert_no_error (error);
}

/* Until the gate has heard what was told, and what it tells has been heard. */
static void
sync_with_gate (Program *program)
{
  ClocheMachineNetwork *network = cloche_machine_get_network (program->machine);
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_machine_network_sync_async (network, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_machine_network_request_finish (network, result, NULL));
}

static void
program_clear (Program *program)
{
  g_assert_cmpuint (program->n_problems, ==, 0);
  _cloche_machine_network_detach (cloche_machine_get_network (program->machine));
  cloche_test_wait_until (G_OBJECT (program->network)->ref_count == 1);
  g_assert_finalize_object (program->network);
  cloche_test_wait_until (G_OBJECT (program->chat)->ref_count == 1);
  g_assert_finalize_object (program->chat);
  g_assert_finalize_object (program->refusals);
  g_object_unref (program->sandbox);
  g_assert_finalize_object (program->machine);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autofree char *run = NULL;
  g_autoptr (ClochePaths) paths = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_set_up (&fixture->store, NULL);
  run = g_build_filename (fixture->store.folder, "run", NULL);
  paths = cloche_paths_new (fixture->store.folder, fixture->store.folder, fixture->store.folder, run, &error);
  g_assert_no_error (error);
  store_fixture_create (&fixture->store, A, "A");
  gate_folder_set_up (&fixture->gate);
  gate_start (&fixture->gate);
  fixture->host = cloche_machine_host_new (paths);
  program_init (&fixture->one, fixture);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  program_clear (&fixture->one);
  g_assert_finalize_object (fixture->host);
  gate_tear_down (&fixture->gate);
  store_fixture_tear_down (&fixture->store, NULL);
}

static ClocheNetworkQuestion *
wait_question (Program *program)
{
  GListModel *questions = cloche_network_get_questions (program->network);

  cloche_test_wait_until (g_list_model_get_n_items (questions) == 1);

  return g_list_model_get_item (questions, 0);
}

/* An attempt of the guest that is asked about and answered: how it ends. */
static char *
ask_and_answer (Fixture            *fixture,
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
assert_stored (Fixture    *fixture,
               const char *mode,
               const char *rules)
{
  g_autoptr (ClocheConversation) conversation = load_conversation (fixture);
  g_autofree char *text = g_strjoinv (" ", (char **) cloche_conversation_get_allowed_hosts (conversation));

  g_assert_cmpstr (cloche_network_mode_to_nick (cloche_conversation_get_network_mode (conversation)), ==, mode);
  g_assert_cmpstr (text, ==, rules);
}

static void
test_answers (Fixture      *fixture,
              gconstpointer data)
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
test_refusals (Fixture      *fixture,
               gconstpointer data)
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
test_many_refusals (Fixture      *fixture,
                    gconstpointer data)
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
test_hostile_question (Fixture      *fixture,
                       gconstpointer data)
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
test_address_at_home (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (JsonObject) event = cloche_json_parse_object ("{\"id\":1,\"name\":\"192.168.1.1\",\"port\":80,\"program\":\"\","
                                                           "\"rule\":\"192.168.1.1\"}", -1, NULL);
  g_autoptr (ClocheNetworkQuestion) question = cloche_network_question_new (event);

  g_assert_cmpstr (cloche_network_question_get_detail (question), ==,
                   "A program in the machine asks for port 80. This address belongs to your own computer or network.");
}

static void
test_decisions (Fixture      *fixture,
                gconstpointer data)
{
  static const char *const WRONG[] = { "good.example", "*.com", NULL };
  static const char *const RULES[] = { "a.example", "*.b.example", NULL };
  Program *one = &fixture->one;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheNetworkHost) host = NULL;

  cloche_network_load (one->network);
  program_attach (one, fixture, TRUE);
  g_assert_false (cloche_network_allow (one->network, WRONG, &error));
  g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_RULE);
  assert_stored (fixture, "ask", "");

  g_assert_true (cloche_network_allow (one->network, RULES, NULL));
  g_assert_true (cloche_network_allow (one->network, RULES, NULL));
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
test_two_programs (Fixture      *fixture,
                   gconstpointer data)
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
test_followed (Fixture      *fixture,
               gconstpointer data)
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

/* Nobody but who is attached can tell the gate what a program that is not has written. */
static void
test_followed_while_attached (Fixture      *fixture,
                              gconstpointer data)
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
test_followed_too_late (Fixture      *fixture,
                        gconstpointer data)
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

/* What another program has changed while this one was there is not undone when it comes back. */
static void
test_attached_again (Fixture      *fixture,
                     gconstpointer data)
{
  static const char *const FIRST[] = { "127.0.0.1:1", NULL };
  Program *one = &fixture->one;
  Program two = { 0 };

  g_assert_true (cloche_network_allow (one->network, FIRST, NULL));
  assert_stored (fixture, "ask", "127.0.0.1:1");
  program_init (&two, fixture);
  program_attach (one, fixture, FALSE);
  program_attach (&two, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "unreachable");
  cloche_network_set_mode (two.network, CLOCHE_NETWORK_OFF);
  cloche_test_wait_until (cloche_network_get_mode (one->network) == CLOCHE_NETWORK_OFF);

  _cloche_machine_network_detach (cloche_machine_get_network (one->machine));
  program_attach (one, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "mode-off");
  program_clear (&two);
}

/* A change that the gate has not answered yet is newer than all that it tells until then. */
static void
test_changed_twice (Fixture      *fixture,
                    gconstpointer data)
{
  Program *one = &fixture->one;
  guint n_changes = 0;

  program_attach (one, fixture, FALSE);
  g_signal_connect_swapped (one->network, "notify::mode", G_CALLBACK (count_cb), &n_changes);
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OPEN);
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OFF);
  sync_with_gate (one);
  g_assert_cmpint (cloche_network_get_mode (one->network), ==, CLOCHE_NETWORK_OFF);
  g_assert_cmpuint (n_changes, ==, 2);
}

/* Puts another gate in the place of the fixture's, which ends: connections to the first one are lost, new ones reach it. What
 * holds there has been set by another client. */
static void
replace_gate (Fixture    *fixture,
              const char *mode,
              const char *rules)
{
  Gate old = fixture->gate;

  fixture->gate.process = NULL;
  fixture->gate.link = NULL;
  fixture->gate.control = NULL;
  gate_start (&fixture->gate);
  gate_set_policy (&fixture->gate, mode, rules);
  g_assert_cmpint (gate_stop (&old), ==, 0);
}

/* A connection that is lost while the machine runs is made again; what was changed meanwhile is not undone. */
static void
test_lost (Fixture      *fixture,
           gconstpointer data)
{
  static const char *const FIRST[] = { "127.0.0.1:1", NULL };
  Program *one = &fixture->one;
  guint n_attached = 0;

  g_signal_connect_swapped (cloche_machine_get_network (one->machine), "attached", G_CALLBACK (count_cb), &n_attached);
  g_assert_true (cloche_network_allow (one->network, FIRST, NULL));
  program_attach (one, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "unreachable");
  replace_gate (fixture, "listed", "127.0.0.2:1");
  cloche_test_wait_until (n_attached == 2);
  g_assert_cmpint (cloche_network_get_mode (one->network), ==, CLOCHE_NETWORK_LISTED);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "not-listed");
  gate_assert_refused (&fixture->gate, "127.0.0.2", 1, "unreachable");
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OFF);
  sync_with_gate (one);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "mode-off");
}

/* Nobody is told that it holds what the gate could not be told, until it is attached again or the machine has stopped. */
static void
test_lost_for_good (Fixture      *fixture,
                    gconstpointer data)
{
  Program *one = &fixture->one;
  ClocheMachineNetwork *network = cloche_machine_get_network (one->machine);

  program_attach (one, fixture, FALSE);
  g_assert_cmpint (gate_stop (&fixture->gate), ==, 0);
  cloche_test_wait_until (!cloche_machine_network_is_attached (network));
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OPEN);
  cloche_test_wait_until (one->n_problems == 1);
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_OFF);
  cloche_test_wait_until (one->n_problems == 2);

  gate_start (&fixture->gate);
  program_attach (one, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "mode-off");
  cloche_network_set_mode (one->network, CLOCHE_NETWORK_LISTED);
  sync_with_gate (one);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "not-listed");
  g_assert_cmpuint (one->n_problems, ==, 2);
  one->n_problems = 0;
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/context/network/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("answers", test_answers);
  ADD ("refusals", test_refusals);
  ADD ("many-refusals", test_many_refusals);
  ADD ("hostile-question", test_hostile_question);
  ADD ("address-at-home", test_address_at_home);
  ADD ("decisions", test_decisions);
  ADD ("two-programs", test_two_programs);
  ADD ("attached-again", test_attached_again);
  ADD ("changed-twice", test_changed_twice);
  ADD ("lost", test_lost);
  ADD ("lost-for-good", test_lost_for_good);
  ADD ("followed", test_followed);
  ADD ("followed-while-attached", test_followed_while_attached);
  ADD ("followed-too-late", test_followed_too_late);
#undef ADD

  return g_test_run ();
}
