/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "network-fixture.h"

#include "cloche-machine-network-private.h"
#include "cloche-notice.h"

/* The way between a program and the gate is cut, by either of them. */

static void
count_cb (guint *n)
{
  ++*n;
}

/* What another program has changed while this one was there is not undone when it comes back. */
static void
test_attached_again (NetworkFixture *fixture,
                     gconstpointer   data)
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
test_changed_twice (NetworkFixture *fixture,
                    gconstpointer   data)
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
replace_gate (NetworkFixture *fixture,
              const char     *mode,
              const char     *rules)
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
test_lost (NetworkFixture *fixture,
           gconstpointer   data)
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
test_lost_for_good (NetworkFixture *fixture,
                    gconstpointer   data)
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

/* A gate that has ended under the machine is told of once, in the conversation; the machine's next start has another one. */
static void
test_ended (NetworkFixture *fixture,
            gconstpointer   data)
{
  Program *one = &fixture->one;
  ClocheMachineNetwork *network = cloche_machine_get_network (one->machine);
  GListModel *items = G_LIST_MODEL (one->chat);
  g_autoptr (ClocheItem) item = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  program_attach (one, fixture, FALSE);
  g_assert_cmpint (gate_stop (&fixture->gate), ==, 0);
  cloche_test_wait_until (cloche_machine_network_has_ended (network));
  AWAIT (result, _cloche_machine_network_attach_async (network, fixture->gate.socket_path, TEST_TOKEN,
                                                       cloche_test_result_cb, &result));
  g_assert_false (_cloche_machine_network_attach_finish (network, result, &error));
  g_assert_error (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_ENDED);
  g_assert_cmpuint (g_list_model_get_n_items (items), ==, 1);
  item = g_list_model_get_item (items, 0);
  g_assert_cmpstr (cloche_item_get_text (item), ==, cloche_notice_get_words (CLOCHE_NOTICE_NETWORK_ENDED));
  g_assert_cmpstr (cloche_item_get_detail (item), ==, "clochectl vm stop abcdefghjkmn");

  _cloche_machine_network_detach (network);
  g_assert_false (cloche_machine_network_has_ended (network));
  gate_start (&fixture->gate);
  program_attach (one, fixture, FALSE);
  gate_assert_refused (&fixture->gate, "127.0.0.1", 1, "not-asked");
  g_assert_cmpuint (g_list_model_get_n_items (items), ==, 1);
}

/* One that is killed may still seem to listen when its connections have ended. */
static void
test_killed (NetworkFixture *fixture,
             gconstpointer   data)
{
  Program *one = &fixture->one;

  program_attach (one, fixture, TRUE);
  g_subprocess_force_exit (fixture->gate.process);
  cloche_test_wait_until (cloche_machine_network_has_ended (cloche_machine_get_network (one->machine)));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (one->chat)), ==, 1);
  g_assert_cmpint (gate_stop (&fixture->gate), ==, -1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/context/network-lost/" name, NetworkFixture, NULL, network_fixture_set_up, \
                                        function, network_fixture_tear_down)
  ADD ("attached-again", test_attached_again);
  ADD ("changed-twice", test_changed_twice);
  ADD ("lost", test_lost);
  ADD ("lost-for-good", test_lost_for_good);
  ADD ("ended", test_ended);
  ADD ("killed", test_killed);
#undef ADD

  return g_test_run ();
}
