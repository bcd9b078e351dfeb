/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-vm-fixture.h"
#include "cloche-wire-error.h"

/* One machine serves all cases: each leaves it as the next one may find it. */
typedef struct
{
  ClocheVmFixture vm;
  ClocheMachine *machine;
} Fixture;

static Fixture shared;

static void
test_state (void)
{
  g_autoptr (ClocheVmOutcome) set = cloche_vm_run_python (shared.machine, "x = 41");
  g_autoptr (ClocheVmOutcome) get = cloche_vm_run_python (shared.machine, "x + 1");

  g_assert_cmpstr (set->status, ==, "ok");
  g_assert_cmpstr (get->status, ==, "ok");
  g_assert_cmpstr (get->result, ==, "42");
}

static void
test_streams (void)
{
  g_autoptr (ClocheVmOutcome) outcome =
    cloche_vm_run_python (shared.machine, "import sys\nprint ('to out')\nprint ('to err', file=sys.stderr)");

  g_assert_cmpstr (outcome->out->str, ==, "to out\n");
  g_assert_cmpstr (outcome->err->str, ==, "to err\n");
}

static void
test_traceback (void)
{
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_python (shared.machine, "1 / 0");
  g_autoptr (ClocheVmOutcome) after = cloche_vm_run_python (shared.machine, "2 + 2");

  g_assert_cmpstr (outcome->status, ==, "error");
  g_assert_cmpstr (outcome->exception, ==, "ZeroDivisionError");
  g_assert_cmpstr (after->result, ==, "4");
}

static void
test_plot (void)
{
  g_autoptr (ClocheVmOutcome) outcome =
    cloche_vm_run_python (shared.machine, "import matplotlib.pyplot as plt\nplt.plot ([1, 3, 2])\nplt.show ()");

  g_assert_cmpstr (outcome->status, ==, "ok");
  g_assert_nonnull (strstr (outcome->mimes->str, "<image/png>"));
}

static void
test_table (void)
{
  g_autoptr (ClocheVmOutcome) outcome =
    cloche_vm_run_python (shared.machine, "import pandas as pd\npd.DataFrame ({'a': [1, 2], 'b': ['x', 'y']})");

  g_assert_cmpstr (outcome->status, ==, "ok");
  g_assert_nonnull (strstr (outcome->mimes->str, "<application/vnd.cloche.table+json>"));
}

static void
test_timeout (void)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (ClocheVmOutcome) after = NULL;

  json_object_set_string_member (request, "op", "code");
  json_object_set_string_member (request, "code", "kept = 7\nwhile True: pass");
  json_object_set_int_member (request, "timeout_ms", 1500);
  outcome = cloche_vm_run (shared.machine, request);
  after = cloche_vm_run_python (shared.machine, "kept");

  g_assert_cmpstr (outcome->status, ==, "timeout");
  g_assert_cmpstr (after->result, ==, "7");
}

typedef struct
{
  GAsyncResult *result;
} Interrupt;

static void
interrupt_on_output_cb (ClocheJob *job,
                        gboolean   is_error,
                        GBytes    *bytes,
                        gpointer   user_data)
{
  Interrupt *interrupt = user_data;
  g_autoptr (JsonObject) request = json_object_new ();

  json_object_set_string_member (request, "op", "interrupt");
  json_object_set_int_member (request, "job", cloche_job_get_id (job));
  cloche_machine_request_async (shared.machine, request, NULL, cloche_vm_result_cb, &interrupt->result);
}

static void
test_interrupt (void)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheJob) job = NULL;
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (ClocheVmOutcome) after = NULL;
  g_autoptr (JsonObject) answer = NULL;
  Interrupt interrupt = { NULL };

  json_object_set_string_member (request, "op", "code");
  json_object_set_string_member (request, "code", "kept = 8\nprint ('begun', flush=True)\nwhile True: pass");
  cloche_machine_run_async (shared.machine, request, NULL, cloche_vm_result_cb, &result);
  job = cloche_machine_run_finish (shared.machine, cloche_vm_wait (&result), NULL);
  g_assert_nonnull (job);
  g_signal_connect (job, "output", G_CALLBACK (interrupt_on_output_cb), &interrupt);
  outcome = cloche_vm_follow (job);
  answer = cloche_machine_request_finish (shared.machine, cloche_vm_wait (&interrupt.result), NULL);
  g_clear_object (&interrupt.result);
  after = cloche_vm_run_python (shared.machine, "kept");

  g_assert_nonnull (answer);
  g_assert_cmpstr (outcome->status, ==, "interrupted");
  g_assert_cmpstr (after->result, ==, "8");
}

static void
test_shell (void)
{
  g_autoptr (ClocheVmOutcome) who = cloche_vm_run_shell (shared.machine, "id -un; pwd; sudo -n id -u");
  g_autoptr (ClocheVmOutcome) fails = cloche_vm_run_shell (shared.machine, "echo no >&2; exit 3");

  g_assert_cmpstr (who->out->str, ==, "user\n/workspace\n0\n");
  g_assert_cmpint (fails->code, ==, 3);
  g_assert_cmpstr (fails->status, ==, "error");
  g_assert_cmpstr (fails->err->str, ==, "no\n");
}

/* A client that goes away does not end the job; another one attaches and hears all of it. */
static void
test_attach (void)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) attach = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheJob) job = NULL;
  g_autoptr (ClocheVmOutcome) outcome = NULL;

  json_object_set_string_member (request, "op", "exec");
  json_object_set_string_member (request, "script", "echo one; read line < /tmp/go.fifo; echo $line");
  g_clear_pointer (&outcome, cloche_vm_outcome_free);
  outcome = cloche_vm_run_shell (shared.machine, "mkfifo /tmp/go.fifo");
  g_assert_cmpstr (outcome->status, ==, "ok");

  cloche_machine_run_async (shared.machine, request, NULL, cloche_vm_result_cb, &result);
  job = cloche_machine_run_finish (shared.machine, cloche_vm_wait (&result), NULL);
  g_assert_nonnull (job);
  json_object_set_string_member (attach, "op", "attach");
  json_object_set_int_member (attach, "job", cloche_job_get_id (job));
  g_assert_finalize_object (g_steal_pointer (&job));

  g_clear_pointer (&outcome, cloche_vm_outcome_free);
  outcome = cloche_vm_run_shell (shared.machine, "echo two > /tmp/go.fifo");
  g_assert_cmpstr (outcome->status, ==, "ok");
  g_clear_pointer (&outcome, cloche_vm_outcome_free);
  outcome = cloche_vm_run (shared.machine, attach);
  g_assert_cmpstr (outcome->status, ==, "ok");
  g_assert_cmpstr (outcome->out->str, ==, "one\ntwo\n");
}

static void
test_unsupported (void)
{
  static const char *const NOT_FOR_CLIENTS[] = {
    "revive", "disk", "furnish", "warm", "settle", "hello", "clock", "egress", "nonsense",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (NOT_FOR_CLIENTS); i++) {
    g_autoptr (JsonObject) request = json_object_new ();
    g_autoptr (GError) error = NULL;

    json_object_set_string_member (request, "op", NOT_FOR_CLIENTS[i]);
    g_assert_null (cloche_vm_request (shared.machine, request, &error));
    g_assert_error (error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_UNSUPPORTED);
  }
}

static void
test_stats (void)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) stats = NULL;
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (request, "op", "stats");
  stats = cloche_vm_request (shared.machine, request, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cloche_json_get_int (stats, "memory_total", 0), >, 1024 * 1024 * 1024);
  g_assert_cmpint (cloche_json_get_int (stats, "disk_free", 0), >, 1024 * 1024 * 1024);
  g_assert_cmpint (cloche_machine_get_memory_bytes (shared.machine), >, 0);
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/vm/jobs/state", test_state);
  g_test_add_func ("/vm/jobs/streams", test_streams);
  g_test_add_func ("/vm/jobs/traceback", test_traceback);
  g_test_add_func ("/vm/jobs/plot", test_plot);
  g_test_add_func ("/vm/jobs/table", test_table);
  g_test_add_func ("/vm/jobs/timeout", test_timeout);
  g_test_add_func ("/vm/jobs/interrupt", test_interrupt);
  g_test_add_func ("/vm/jobs/shell", test_shell);
  g_test_add_func ("/vm/jobs/attach", test_attach);
  g_test_add_func ("/vm/jobs/unsupported", test_unsupported);
  g_test_add_func ("/vm/jobs/stats", test_stats);

  cloche_vm_fixture_set_up (&shared.vm, NULL);
  shared.machine = cloche_vm_fixture_new_machine (&shared.vm);
  status = g_test_run ();
  cloche_vm_stop (shared.machine);
  g_object_unref (shared.machine);
  cloche_vm_fixture_tear_down (&shared.vm, NULL);

  return status;
}
