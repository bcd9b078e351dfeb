/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* Requests and bytes that no honest keeper sends; hello and the rest of the small ops. Argument: the agent. */
#include "agent-rig.h"

#include <string.h>

static char *program;

static void
set_up (AgentRig    **rig,
        gconstpointer data)
{
  *rig = agent_rig_new (program);
}

static void
tear_down (AgentRig    **rig,
           gconstpointer data)
{
  agent_rig_free (*rig);
}

static void
test_small_ops (AgentRig    **rig,
                gconstpointer data)
{
  g_autoptr (JsonObject) hello = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"hello\"}");
  g_autoptr (JsonObject) stats = agent_rig_ask (*rig, AGENT_BULK, "{\"op\":\"stats\"}");
  g_autoptr (JsonObject) synced = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"sync\"}");

  g_assert_true (json_object_get_boolean_member (hello, "ok"));
  g_assert_false (json_object_get_boolean_member (hello, "revived"));
  g_assert_cmpuint (strlen (json_object_get_string_member (hello, "boot_id")), ==, 36);
  g_assert_cmpint (json_object_get_int_member (stats, "memory_total"), >, json_object_get_int_member (stats, "memory_available"));
  g_assert_cmpint (json_object_get_int_member (stats, "disk_total"), >, 0);
  g_assert_cmpint (json_object_get_int_member (stats, "processes"), >, 0);
  g_assert_cmpint (json_object_get_int_member (stats, "cpu_us"), >, 0);
  g_assert_true (json_object_get_boolean_member (synced, "ok"));
}

static void
test_refused (AgentRig    **rig,
              gconstpointer data)
{
  g_autoptr (GString) deep = g_string_new ("{\"op\":\"hello\",\"x\":");
  struct
  {
    const char *request;
    const char *code;
  } cases[] = {
    { "", "invalid" },
    { "x", "invalid" },
    { "[]", "invalid" },
    { "{}", "invalid" },
    { "{\"op\":1}", "invalid" },
    { "{\"op\":\"hello\",\"op\":\"hello\"}", "invalid" },
    { "{\"op\":\"hello\"} {}", "invalid" },
    { "{\"op\":\"\xff\"}", "invalid" },
    { "{\"op\":\"shutdown\"}", "unsupported" },
    { "{\"op\":\"exec\"}", "invalid" },
    { "{\"op\":\"exec\",\"argv\":[]}", "invalid" },
    { "{\"op\":\"exec\",\"argv\":[1]}", "invalid" },
    { "{\"op\":\"exec\",\"argv\":[\"a\"],\"script\":\"b\"}", "invalid" },
    { "{\"op\":\"exec\",\"script\":\"b\",\"env\":[]}", "invalid" },
    { "{\"op\":\"exec\",\"script\":\"b\",\"env\":{\"A=B\":\"\"}}", "invalid" },
    { "{\"op\":\"exec\",\"script\":\"b\",\"user\":\"daemon\"}", "invalid" },
    { "{\"op\":\"signal\",\"job\":1,\"signal\":9}", "gone" },
    { "{\"op\":\"revive\",\"kind\":\"new\"}", "denied" },
    { "{\"op\":\"settle\"}", "denied" },
    { "{\"op\":\"clock\",\"realtime_us\":1600000000000000}", "denied" },
    { NULL, "invalid" },
  };

  for (int i = 0; i < 200; i++)
    g_string_append_c (deep, '[');
  for (int i = 0; i < 200; i++)
    g_string_append_c (deep, ']');
  g_string_append_c (deep, '}');
  cases[G_N_ELEMENTS (cases) - 1].request = deep->str;
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (JsonObject) answer = agent_rig_ask (*rig, AGENT_CONTROL, cases[i].request);

    g_assert_false (json_object_get_boolean_member (answer, "ok"));
    g_assert_cmpstr (json_object_get_string_member (answer, "error"), ==, cases[i].code);
  }
}

static void
test_half_a_line (AgentRig    **rig,
                  gconstpointer data)
{
  g_autofree char *endless = g_strnfill (1200000, 'x');
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, endless);

  g_assert_true (agent_rig_was_reset (*rig, AGENT_CONTROL, stream));
}

static void
test_garbage (AgentRig    **rig,
              gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_BULK, "{\"op\":\"hello\"}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_BULK, stream);
  g_autoptr (JsonObject) other = NULL;

  agent_rig_send_raw (*rig, AGENT_CONTROL, "GET / HTTP/1.1\r\n\r\n", 18);
  agent_rig_wait_hang_up (*rig, AGENT_CONTROL);
  other = agent_rig_ask (*rig, AGENT_BULK, "{\"op\":\"hello\"}"); /* The other port does not mind. */
  g_assert_true (json_object_get_boolean_member (other, "ok"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
#define ADD(path, function) g_test_add ("/guest/wire/" path, AgentRig *, NULL, set_up, function, tear_down)
  ADD ("small-ops", test_small_ops);
  ADD ("refused", test_refused);
  ADD ("half-a-line", test_half_a_line);
  ADD ("garbage", test_garbage);
  return g_test_run ();
}
