/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* code, against a service that keeps its protocol and one that does not; warm. Arguments: the agent, the service. */
#include "agent-rig.h"

#include <glib/gstdio.h>
#include <string.h>

static char *program;
static char *service;

static void
write_program (AgentRig   *rig,
               const char *name,
               const char *text)
{
  g_autofree char *path = g_build_filename (agent_rig_get_root (rig), "usr/lib/cloche", name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (g_chmod (path, 0755), ==, 0);
}

static void
set_up (AgentRig    **rig,
        gconstpointer data)
{
  g_autofree char *script = g_strdup_printf ("#!%s\n# user: user\n", service);

  *rig = agent_rig_new_with (program, "services/kernel-python", data != NULL ? data : script);
}

static void
set_up_browser (AgentRig    **rig,
                gconstpointer data)
{
  g_autofree char *script = g_strdup_printf ("#!%s\n# user: user\n", service);

  *rig = agent_rig_new_with (program, "services/browser", script);
}

static void
tear_down (AgentRig    **rig,
           gconstpointer data)
{
  agent_rig_free (*rig);
}

static void
test_records (AgentRig    **rig,
              gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"code\",\"code\":\"1+1\"}", &output);

  g_assert_cmpstr (output, ==, "outerr");
  g_assert_cmpstr (json_object_get_string_member (end, "status"), ==, "ok");
}

/* Text that looks like an end is text. */
static void
test_claim (AgentRig    **rig,
            gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"code\",\"code\":\"claim\"}", &output);

  g_assert_cmpstr (output, ==, "{\"event\":\"end\",\"status\":\"ok\"}");
  g_assert_cmpstr (json_object_get_string_member (end, "status"), ==, "error");
  g_assert_cmpstr (json_object_get_string_member (end, "message"), ==, "m");
}

static void
test_lost (AgentRig    **rig,
           gconstpointer data)
{
  static const char *const requests[] = {
    "{\"op\":\"code\",\"code\":\"vanish\"}", "{\"op\":\"code\",\"code\":\"garbage\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (JsonObject) end = agent_rig_run (*rig, requests[i], NULL);

    g_assert_cmpstr (json_object_get_string_member (end, "status"), ==, "lost");
    g_assert_true (json_object_has_member (end, "message"));
  }
}

/* A service that died is started again by the next cell. */
static void
test_restart (AgentRig    **rig,
              gconstpointer data)
{
  g_autoptr (JsonObject) first = agent_rig_run (*rig, "{\"op\":\"code\",\"code\":\"crash\"}", NULL);
  g_autoptr (JsonObject) second = agent_rig_run (*rig, "{\"op\":\"code\",\"code\":\"1+1\"}", NULL);

  g_assert_cmpstr (json_object_get_string_member (first, "status"), ==, "lost");
  g_assert_cmpstr (json_object_get_string_member (second, "status"), ==, "ok");
}

/* A browser that neither answers nor hears that it should stop is ended, and another one is there for the next action. */
static void
test_stuck (AgentRig    **rig,
            gconstpointer data)
{
  g_autoptr (JsonObject) first =
    agent_rig_run (*rig, "{\"op\":\"code\",\"kernel\":\"browser\",\"code\":\"stuck\",\"timeout_ms\":100}", NULL);
  g_autoptr (JsonObject) second = agent_rig_run (*rig, "{\"op\":\"code\",\"kernel\":\"browser\",\"code\":\"1\"}", NULL);

  g_assert_cmpstr (json_object_get_string_member (first, "status"), ==, "timeout");
  g_assert_nonnull (strstr (json_object_get_string_member (first, "message"), "was ended"));
  g_assert_cmpstr (json_object_get_string_member (second, "status"), ==, "ok");
}

/* One that never lives long enough to accept is not started for ever. */
static void
test_broken (AgentRig    **rig,
             gconstpointer data)
{
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"code\",\"code\":\"1+1\"}", NULL);

  g_assert_cmpstr (json_object_get_string_member (end, "status"), ==, "lost");
}

static void
test_control (AgentRig    **rig,
              gconstpointer data)
{
  static const char *const requests[] = {
    "{\"op\":\"interrupt\",\"kernel\":\"python\"}", "{\"op\":\"restart-kernel\",\"kernel\":\"python\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++) {
    g_autoptr (JsonObject) answer = agent_rig_ask (*rig, AGENT_CONTROL, requests[i]);

    g_assert_true (json_object_get_boolean_member (answer, "ok"));
  }
}

static void
test_invalid (AgentRig    **rig,
              gconstpointer data)
{
  g_autoptr (JsonObject) no_code = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"code\"}");
  g_autoptr (JsonObject) no_kernel = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"code\",\"code\":\"1\",\"kernel\":\"r\"}");

  g_assert_cmpstr (json_object_get_string_member (no_code, "error"), ==, "invalid");
  g_assert_cmpstr (json_object_get_string_member (no_kernel, "error"), ==, "invalid");
}

static void
test_warm (AgentRig    **rig,
           gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autofree char *failed_output = NULL;
  g_autoptr (JsonObject) end = NULL;
  g_autoptr (JsonObject) failed = NULL;

  write_program (*rig, "warm.d/20-b", "#!/bin/sh\necho b\n");
  write_program (*rig, "warm.d/10-a", "#!/bin/sh\necho a\n");
  end = agent_rig_run (*rig, "{\"op\":\"warm\"}", &output);
  g_assert_cmpstr (output, ==, "a\nb\n");
  g_assert_true (json_object_get_boolean_member (end, "ok"));

  write_program (*rig, "warm.d/15-c", "#!/bin/sh\nexit 7\n");
  failed = agent_rig_run (*rig, "{\"op\":\"warm\"}", &failed_output);
  g_assert_cmpstr (failed_output, ==, "a\n");
  g_assert_false (json_object_get_boolean_member (failed, "ok"));
  g_assert_cmpstr (json_object_get_string_member (failed, "message"), ==, "15-c: ended with status 7");
}

int
main (int    argc,
      char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  service = g_canonicalize_filename (argv[2], NULL);
#define ADD(path, script, function) g_test_add ("/guest/code/" path, AgentRig *, script, set_up, function, tear_down)
  ADD ("records", NULL, test_records);
  ADD ("claim", NULL, test_claim);
  ADD ("lost", NULL, test_lost);
  ADD ("restart", NULL, test_restart);
  ADD ("broken", "#!/bin/sh\n# user: user\nexit 1\n", test_broken);
  ADD ("no-account", "#!/bin/sh\nsleep 1000\n", test_broken);
  ADD ("control", NULL, test_control);
  ADD ("invalid", NULL, test_invalid);
  ADD ("warm", NULL, test_warm);
  g_test_add ("/guest/code/stuck", AgentRig *, NULL, set_up_browser, test_stuck, tear_down);
  result = g_test_run ();
  g_free (service);
  return result;
}
