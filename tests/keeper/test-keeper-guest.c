/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-agent-contract.h"
#include "cloche-fake-agent.h"
#include "cloche-json.h"
#include "cloche-wire-error.h"

static void
test_request (ClocheFakeAgent *agent,
              gconstpointer    data)
{
  g_autoptr (GBytes) script = g_bytes_new_static ("{\"ok\":true,\"agent\":\"1\"}\n", 24);
  g_autoptr (JsonObject) request = cloche_json_parse_object ("{\"op\":\"hello\"}", -1, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;

  cloche_fake_agent_say (agent, script);
  cloche_keeper_guest_request_async (agent->guest, FALSE, request, NULL, cloche_fake_result_cb, &result);
  answer = cloche_keeper_guest_request_finish (agent->guest, cloche_fake_wait (&result), NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (answer, "agent"), ==, "1");
  g_assert_cmpstr (cloche_json_get_string (agent->request, "op"), ==, "hello");
}

static void
lost_cb (int *counter)
{
  (*counter)++;
}

static void
test_lost (ClocheFakeAgent *agent,
           gconstpointer    data)
{
  int n_lost = 0;

  g_signal_connect_swapped (agent->guest, "lost", G_CALLBACK (lost_cb), &n_lost);
  cloche_wire_session_close (agent->sessions[0]);
  while (n_lost == 0)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (agent->guest, &n_lost);
}

/* Whoever answers on a port may be anything: root in the guest can replace the agent. */
static void
test_wrong_hello (void)
{
  static const char *const WRONG[] = { "CLOCHE 1 control\n", CLOCHE_AGENT_HELLO "bulk\n", "\n", "SSH-2.0-OpenSSH\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (WRONG); i++) {
    ClocheFakeAgent agent = { 0 };
    g_autoptr (GError) error = NULL;

    cloche_fake_agent_connect (&agent, WRONG[i], CLOCHE_AGENT_HELLO "bulk\n", &error);
    g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL);
    cloche_fake_agent_tear_down (&agent, NULL);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/keeper/guest/request", ClocheFakeAgent, NULL, cloche_fake_agent_set_up, test_request,
              cloche_fake_agent_tear_down);
  g_test_add ("/keeper/guest/lost", ClocheFakeAgent, NULL, cloche_fake_agent_set_up, test_lost,
              cloche_fake_agent_tear_down);
  g_test_add_func ("/keeper/guest/wrong-hello", test_wrong_hello);

  return g_test_run ();
}
