/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-machine-folder.h"
#include "cloche-vm-fixture.h"

/* ms: instead of the product's 5 s and 10 minutes. A look at a machine is work itself, which an emulated one needs 20 ms
 * for; looked at more often than this it would seem busy. */
#define REST_MS 2000
#define EXPIRE_MS 1000

static void
lock_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GError *error = NULL;
  cloche_autofd int lock = cloche_machine_folder_lock (task_data, "running", TRUE, &error);

  if (lock < 0)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* Waits for the end of a keeper that nobody is connected to: it holds this lock while it lives. */
static void
wait_for_keeper (ClocheVmFixture *vm,
                 const char      *id)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (vm->paths);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = g_task_new (NULL, NULL, cloche_vm_result_cb, &result);
  ClocheMachineFolder *folder = cloche_machine_folder_open (machines, id, &error);

  g_assert_no_error (error);
  g_task_set_task_data (task, folder, g_object_unref);
  g_task_run_in_thread (task, lock_in_thread);
  g_assert_true (g_task_propagate_boolean (G_TASK (cloche_vm_wait (&result)), &error));
}

static gboolean
has_keeper (ClocheVmFixture *vm,
            const char      *id)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (vm->paths);
  g_autoptr (ClocheMachineFolder) folder = cloche_machine_folder_open (machines, id, NULL);
  g_autoptr (GError) error = NULL;
  cloche_autofd int lock = cloche_machine_folder_lock (folder, "running", FALSE, &error);

  return lock < 0 && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
}

/* A client that goes, as a window does that is closed. */
static char *
leave (ClocheMachine *take_machine)
{
  char *id = g_strdup (cloche_machine_get_id (take_machine));

  g_assert_finalize_object (take_machine);

  return id;
}

static gint64
start_job (ClocheMachine *machine,
           const char    *script)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheJob) job = NULL;

  json_object_set_string_member (request, "op", "exec");
  json_object_set_string_member (request, "script", script);
  cloche_machine_run_async (machine, request, NULL, cloche_vm_result_cb, &result);
  job = cloche_machine_run_finish (machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);

  return cloche_job_get_id (job);
}

static void
run_ok (ClocheMachine *machine,
        const char    *script)
{
  g_autoptr (ClocheVmOutcome) outcome = cloche_vm_run_shell (machine, script);

  g_assert_cmpstr (outcome->status, ==, "ok");
}

/*
 * Of three machines the one ends that has neither a client nor a job; the others, idle for longer by then, live. When the
 * job is over and its machine has no client either, that one ends too.
 */
static void
test_expires (ClocheVmFixture *vm,
              gconstpointer    data)
{
  g_autoptr (ClocheMachine) watched = cloche_vm_fixture_new_machine (vm);
  ClocheMachine *working = cloche_vm_fixture_new_machine (vm);
  ClocheMachine *forgotten = cloche_vm_fixture_new_machine (vm);
  g_autoptr (ClocheVmOutcome) outcome = NULL;
  g_autoptr (JsonObject) attach = json_object_new ();
  g_autofree char *working_id = NULL;
  g_autofree char *forgotten_id = NULL;

  run_ok (watched, "true");
  run_ok (working, "mkfifo /tmp/go");
  json_object_set_string_member (attach, "op", "attach");
  json_object_set_int_member (attach, "job", start_job (working, "read line < /tmp/go; echo $line"));
  working_id = leave (working);
  run_ok (forgotten, "echo kept > note; sync");
  forgotten_id = leave (forgotten);

  wait_for_keeper (vm, forgotten_id);
  g_assert_true (has_keeper (vm, working_id));
  g_assert_true (has_keeper (vm, cloche_machine_get_id (watched)));
  run_ok (watched, "true");

  /* The job is the same one, and nothing of it was lost. */
  working = cloche_machine_new (vm->host, working_id);
  run_ok (working, "echo went on > /tmp/go");
  outcome = cloche_vm_run (working, attach);
  g_assert_cmpstr (outcome->out->str, ==, "went on\n");
  g_free (leave (working));
  wait_for_keeper (vm, working_id);

  forgotten = cloche_machine_new (vm->host, forgotten_id);
  g_clear_pointer (&outcome, cloche_vm_outcome_free);
  outcome = cloche_vm_run_shell (forgotten, "cat note");
  g_assert_cmpstr (outcome->out->str, ==, "kept\n");
  g_assert_cmpstr (cloche_json_get_string (cloche_machine_get_status (forgotten), "revived"), ==, "lost-ram");
  cloche_vm_stop (forgotten);
  g_object_unref (forgotten);
  cloche_vm_stop (watched);
}

static void
set_up (ClocheVmFixture *vm,
        gconstpointer    data)
{
  cloche_vm_fixture_set_up (vm, data);
  cloche_machine_host_set_patience (vm->host, REST_MS, EXPIRE_MS);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/vm/idle/expires", ClocheVmFixture, NULL, set_up, test_expires, cloche_vm_fixture_tear_down);

  return g_test_run ();
}
