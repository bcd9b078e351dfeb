/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* exec, and jobs as such: input, ends of all kinds, attaching, slow readers. Argument: the agent. */
#include "agent-rig.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

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
assert_end (JsonObject *event,
            const char *status)
{
  g_assert_cmpstr (json_object_get_string_member (event, "status"), ==, status);
}

static void
test_output (AgentRig    **rig,
             gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"exec\",\"script\":\"echo out; exit 3\"}", &output);

  g_assert_cmpstr (output, ==, "out\n");
  assert_end (end, "error");
  g_assert_cmpint (json_object_get_int_member (end, "code"), ==, 3);
}

static void
test_argv_and_environment (AgentRig    **rig,
                           gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end =
    agent_rig_run (*rig, "{\"op\":\"exec\",\"argv\":[\"env\"],"
                   "\"env\":{\"COLOUR\":\"a b\",\"LANG\":\"de\"},\"cwd\":\"/\"}", &output);

  assert_end (end, "ok");
  g_assert_nonnull (strstr (output, "COLOUR=a b\n"));
  g_assert_nonnull (strstr (output, "LANG=de\n"));
  g_assert_null (strstr (output, "G_DEBUG")); /* nothing of the agent's own */
}

static void
test_program_missing (AgentRig    **rig,
                      gconstpointer data)
{
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"exec\",\"argv\":[\"/nowhere\"]}", NULL);

  assert_end (end, "error");
  g_assert_cmpint (json_object_get_int_member (end, "code"), ==, 127);
  g_assert_nonnull (strstr (json_object_get_string_member (end, "message"), "/nowhere"));
}

static void
test_input (AgentRig    **rig,
            gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\",\"argv\":[\"wc\",\"-c\"],\"stdin\":true}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autofree char *block = g_malloc0 (100000);
  g_autoptr (GBytes) payload = NULL;

  for (int i = 0; i < 30; i++) { /* far more than pipe and window hold */
    agent_rig_send (*rig, AGENT_CONTROL, stream, "i\0\1\206\240", 5);
    agent_rig_send (*rig, AGENT_CONTROL, stream, block, 100000);
  }
  agent_rig_send (*rig, AGENT_CONTROL, stream, "i\0\0\0\0", 5);
  g_assert_cmpint (agent_rig_read_record (*rig, AGENT_CONTROL, stream, &payload), ==, 'o');
  g_assert_cmpmem (g_bytes_get_data (payload, NULL), g_bytes_get_size (payload), "3000000\n", 8);
  g_assert_true (json_object_get_boolean_member (answer, "ok"));
}

static void
test_input_nobody_reads (AgentRig    **rig,
                         gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\",\"script\":\"exec <&-; echo done\",\"stdin\":true}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autofree char *block = g_malloc0 (100000);
  g_autoptr (GBytes) rest = NULL;

  for (int i = 0; i < 30; i++) {
    agent_rig_send (*rig, AGENT_CONTROL, stream, "i\0\1\206\240", 5);
    agent_rig_send (*rig, AGENT_CONTROL, stream, block, 100000);
  }
  rest = agent_rig_read_rest (*rig, AGENT_CONTROL, stream);
  g_assert_nonnull (memmem (g_bytes_get_data (rest, NULL), g_bytes_get_size (rest), "done", 4));
}

static void
test_input_malformed (AgentRig    **rig,
                      gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\",\"argv\":[\"cat\"],"
                                 "\"stdin\":true,\"kill_on_close\":true}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autoptr (JsonObject) end = NULL;
  g_autofree char *request = NULL;

  agent_rig_send (*rig, AGENT_CONTROL, stream, "i\377\377\377\377", 5);
  g_assert_true (agent_rig_was_reset (*rig, AGENT_CONTROL, stream));
  request = g_strdup_printf ("{\"op\":\"attach\",\"job\":%d}", (int) json_object_get_int_member (answer, "job"));
  end = agent_rig_run (*rig, request, NULL);
  assert_end (end, "killed");
}

static void
test_timeout (AgentRig    **rig,
              gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end =
    agent_rig_run (*rig, "{\"op\":\"exec\",\"script\":\"trap 'echo asked; exit 0' TERM; while :; do sleep 0.05; done\","
                   "\"timeout_ms\":300}", &output);

  assert_end (end, "timeout");
  g_assert_true (g_str_has_suffix (output, "asked\n"));
}

static void
test_timeout_deaf (AgentRig    **rig,
                   gconstpointer data)
{
  g_autoptr (JsonObject) end =
    agent_rig_run (*rig, "{\"op\":\"exec\",\"script\":\"trap '' TERM; while :; do sleep 0.05; done\",\"timeout_ms\":100}", NULL);

  assert_end (end, "timeout");
  g_assert_cmpint (json_object_get_int_member (end, "signal"), ==, SIGKILL);
}

/* What a program leaves behind ends with it, or else it would hold the pipes. */
static void
test_left_behind (AgentRig    **rig,
                  gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"exec\",\"script\":\"sleep 1000 & echo $!\"}", &output);

  assert_end (end, "ok");
  while (kill ((pid_t) g_ascii_strtoll (output, NULL, 10), 0) == 0)
    g_usleep (1000);            /* An orphan is reaped by somebody else, in his own time. */
}

static void
test_kill_on_close (AgentRig    **rig,
                    gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\",\"argv\":[\"sleep\",\"1000\"],\"kill_on_close\":true}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autofree char *request =
    g_strdup_printf ("{\"op\":\"attach\",\"job\":%d}", (int) json_object_get_int_member (answer, "job"));
  g_autoptr (JsonObject) end = NULL;

  agent_rig_reset (*rig, AGENT_CONTROL, stream);
  end = agent_rig_run (*rig, request, NULL);
  assert_end (end, "killed");
}

/* A client's loss ends nothing; another one reads from where it likes. */
static void
test_attach (AgentRig    **rig,
             gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\","
                                 "\"script\":\"echo one; read x; echo $x\",\"stdin\":true}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  int job = (int) json_object_get_int_member (answer, "job");
  g_autofree char *from_0 = g_strdup_printf ("{\"op\":\"attach\",\"job\":%d}", job);
  g_autofree char *from_1 = g_strdup_printf ("{\"op\":\"attach\",\"job\":%d,\"from\":1}", job);
  g_autofree char *all = NULL;
  g_autofree char *later = NULL;
  g_autoptr (JsonObject) first_end = NULL;
  g_autoptr (JsonObject) second_end = NULL;
  g_autoptr (JsonObject) jobs = NULL;
  g_autoptr (GBytes) payload = NULL;
  JsonObject *described;

  g_assert_cmpint (agent_rig_read_record (*rig, AGENT_CONTROL, stream, &payload), ==, 'o');
  jobs = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"jobs\"}");
  described = json_array_get_object_element (json_object_get_array_member (jobs, "jobs"), 0);
  g_assert_cmpint (json_object_get_int_member (described, "job"), ==, job);
  g_assert_true (json_object_get_boolean_member (described, "running"));
  g_assert_cmpstr (json_object_get_string_member (described, "op"), ==, "exec");

  agent_rig_send (*rig, AGENT_CONTROL, stream, "i\0\0\0\4two\n", 9);
  agent_rig_reset (*rig, AGENT_CONTROL, stream);
  first_end = agent_rig_run (*rig, from_0, &all);
  second_end = agent_rig_run (*rig, from_1, &later);
  g_assert_cmpstr (all, ==, "one\ntwo\n");
  g_assert_cmpstr (later, ==, "two\n");
  assert_end (first_end, "ok");
  assert_end (second_end, "ok");
}

static void
test_attach_unknown (AgentRig    **rig,
                     gconstpointer data)
{
  g_autoptr (JsonObject) answer = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"attach\",\"job\":77}");

  g_assert_false (json_object_get_boolean_member (answer, "ok"));
  g_assert_cmpstr (json_object_get_string_member (answer, "error"), ==, "gone");
}

static void
test_signals (AgentRig    **rig,
              gconstpointer data)
{
  static const struct
  {
    const char *request;
    const char *status;
    int number;
  } cases[] = {
    { "{\"op\":\"signal\",\"job\":%d,\"signal\":9}", "killed", SIGKILL },
    { "{\"op\":\"signal\",\"job\":%d,\"signal\":15}", "killed", SIGTERM },
    { "{\"op\":\"signal\",\"job\":%d,\"signal\":10}", "killed", SIGUSR1 },
    { "{\"op\":\"interrupt\",\"job\":%d}", "interrupted", SIGINT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\",\"argv\":[\"sleep\",\"1000\"]}");
    g_autoptr (JsonObject) started = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
    int job = (int) json_object_get_int_member (started, "job");
    g_autofree char *attach = g_strdup_printf ("{\"op\":\"attach\",\"job\":%d}", job);
    g_autofree char *request = NULL;
    g_autoptr (JsonObject) answer = NULL;
    g_autoptr (JsonObject) end = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    request = g_strdup_printf (cases[i].request, job);
#pragma GCC diagnostic pop
    answer = agent_rig_ask (*rig, AGENT_CONTROL, request);
    g_assert_true (json_object_get_boolean_member (answer, "ok"));
    end = agent_rig_run (*rig, attach, NULL);
    assert_end (end, cases[i].status);
    g_assert_cmpint (json_object_get_int_member (end, "signal"), ==, cases[i].number);
  }
}

/* A reader that takes all gets all, however fast the program is. */
static void
test_much_output (AgentRig    **rig,
                  gconstpointer data)
{
  g_autofree char *output = NULL;
  g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"exec\",\"script\":\"head -c 20000000 /dev/zero\"}", &output);
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\",\"script\":\"head -c 20000000 /dev/zero\"}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autoptr (GBytes) rest = agent_rig_read_rest (*rig, AGENT_CONTROL, stream);

  assert_end (end, "ok");
  g_assert_true (json_object_get_boolean_member (answer, "ok"));
  g_assert_cmpuint (g_bytes_get_size (rest), >, 20000000);
}

/* One that takes nothing is not waited for: the program ends, and the reader learns how much it has missed. */
static void
test_stalled_reader (AgentRig    **rig,
                     gconstpointer data)
{
  guint stream = agent_rig_open (*rig, AGENT_CONTROL, "{\"op\":\"exec\","
                                 "\"script\":\"head -c 20000000 /dev/zero; echo >&2 last\"}");
  g_autoptr (JsonObject) answer = agent_rig_read_line (*rig, AGENT_CONTROL, stream);
  g_autofree char *attach = NULL;
  g_autoptr (GBytes) rest = NULL;
  g_autoptr (JsonObject) attached = NULL;
  guint other;

  agent_rig_stall (*rig, AGENT_CONTROL, stream);
  attach = g_strdup_printf ("{\"op\":\"attach\",\"job\":%d,\"from\":1000000}", (int) json_object_get_int_member (answer, "job"));
  for (;;) {                    /* until it has ended, by the clock of the agent */
    g_autoptr (JsonObject) stats = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"stats\"}");

    if (json_object_get_int_member (stats, "jobs_running") == 0)
      break;
  }
  other = agent_rig_open (*rig, AGENT_CONTROL, attach);
  attached = agent_rig_read_line (*rig, AGENT_CONTROL, other);
  g_assert_cmpint (json_object_get_int_member (attached, "from"), >, 5);
  agent_rig_consume (*rig, AGENT_CONTROL, stream);
  rest = agent_rig_read_rest (*rig, AGENT_CONTROL, stream);
  g_assert_cmpuint (g_bytes_get_size (rest), <, 4000000);
  g_assert_nonnull (memmem (g_bytes_get_data (rest, NULL), g_bytes_get_size (rest), "{\"event\":\"dropped\",\"records\":", 29));
  g_assert_nonnull (memmem (g_bytes_get_data (rest, NULL), g_bytes_get_size (rest), "last\n", 5));
}

/* Of many that are over the newest stay; the list never grows without end. */
static void
test_forgets (AgentRig    **rig,
              gconstpointer data)
{
  g_autoptr (JsonObject) jobs = NULL;

  for (int i = 0; i < 20; i++) {
    g_autoptr (JsonObject) end = agent_rig_run (*rig, "{\"op\":\"exec\",\"argv\":[\"true\"]}", NULL);

    assert_end (end, "ok");
  }
  jobs = agent_rig_ask (*rig, AGENT_CONTROL, "{\"op\":\"jobs\"}");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (jobs, "jobs")), <=, 9);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  program = argv[1];
#define ADD(path, function) g_test_add ("/guest/exec/" path, AgentRig *, NULL, set_up, function, tear_down)
  ADD ("output", test_output);
  ADD ("argv-and-environment", test_argv_and_environment);
  ADD ("program-missing", test_program_missing);
  ADD ("input", test_input);
  ADD ("input-nobody-reads", test_input_nobody_reads);
  ADD ("input-malformed", test_input_malformed);
  ADD ("timeout", test_timeout);
  ADD ("timeout-deaf", test_timeout_deaf);
  ADD ("left-behind", test_left_behind);
  ADD ("kill-on-close", test_kill_on_close);
  ADD ("attach", test_attach);
  ADD ("attach-unknown", test_attach_unknown);
  ADD ("signals", test_signals);
  ADD ("much-output", test_much_output);
  ADD ("stalled-reader", test_stalled_reader);
  ADD ("forgets", test_forgets);
  return g_test_run ();
}
