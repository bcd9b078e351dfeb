/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "network-fixture.h"

#include "cloche-machine-network-private.h"

#define A "conversation-a"
#define MACHINE "abcdefghjkmn"

static void
count_cb (guint *n)
{
  ++*n;
}

ClocheConversation *
load_conversation (NetworkFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_load_conversation_async (fixture->store.store, A, NULL, cloche_test_result_cb, &result));

  return cloche_store_load_conversation_finish (fixture->store.store, result, NULL);
}

void
program_init (Program        *program,
              NetworkFixture *fixture)
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

void
program_attach (Program        *program,
                NetworkFixture *fixture,
                gboolean        is_asking)
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

void
sync_with_gate (Program *program)
{
  ClocheMachineNetwork *network = cloche_machine_get_network (program->machine);
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_machine_network_sync_async (network, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_machine_network_request_finish (network, result, NULL));
}

void
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

void
network_fixture_set_up (NetworkFixture *fixture,
                        gconstpointer   data)
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

void
network_fixture_tear_down (NetworkFixture *fixture,
                           gconstpointer   data)
{
  program_clear (&fixture->one);
  g_assert_finalize_object (fixture->host);
  gate_tear_down (&fixture->gate, NULL);
  store_fixture_tear_down (&fixture->store, NULL);
}

void
assert_stored (NetworkFixture *fixture,
               const char     *mode,
               const char     *rules)
{
  g_autoptr (ClocheConversation) conversation = load_conversation (fixture);
  g_autofree char *text = g_strjoinv (" ", (char **) cloche_conversation_get_allowed_hosts (conversation));

  g_assert_cmpstr (cloche_network_mode_to_nick (cloche_conversation_get_network_mode (conversation)), ==, mode);
  g_assert_cmpstr (text, ==, rules);
}
