/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-vm-fixture.h"

#include "cloche-id.h"
#include "cloche-json.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <unistd.h>

void
cloche_vm_result_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      result_slot)
{
  *(GAsyncResult **) result_slot = g_object_ref (result);
}

GAsyncResult *
cloche_vm_wait (GAsyncResult **result_slot)
{
  while (*result_slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *result_slot;
}

void
cloche_vm_fixture_set_up (ClocheVmFixture *fixture,
                          gconstpointer    data)
{
  g_autoptr (GError) error = NULL;
  const char *bases = g_getenv ("CLOCHE_TEST_BASES");
  g_autofree char *data_dir = NULL;
  g_autofree char *cache_dir = NULL;
  g_autofree char *config_dir = NULL;
  g_autofree char *runtime_dir = NULL;
  g_autofree char *link = NULL;

  if (bases == NULL)
    g_error ("CLOCHE_TEST_BASES must name the folder of a forged base; 'make check' makes one");

  fixture->dir = g_dir_make_tmp ("cloche-vm-XXXXXX", &error);
  g_assert_no_error (error);
  data_dir = g_build_filename (fixture->dir, "data", NULL);
  cache_dir = g_build_filename (fixture->dir, "cache", NULL);
  config_dir = g_build_filename (fixture->dir, "config", NULL);
  runtime_dir = g_build_filename (fixture->dir, "run", NULL);
  fixture->paths = cloche_paths_new (data_dir, cache_dir, config_dir, runtime_dir, &error);
  g_assert_no_error (error);

  link = cloche_paths_dup_bases_dir (fixture->paths);
  g_assert_cmpint (symlink (bases, link), ==, 0);
  fixture->host = cloche_machine_host_new (fixture->paths);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
      remove_tree (child);
    else
      g_assert_cmpint (g_unlink (child), ==, 0);
  }
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

void
cloche_vm_fixture_tear_down (ClocheVmFixture *fixture,
                             gconstpointer    data)
{
  g_assert_finalize_object (g_steal_pointer (&fixture->host));
  g_assert_finalize_object (g_steal_pointer (&fixture->paths));
  remove_tree (fixture->dir);
  g_clear_pointer (&fixture->dir, g_free);
}

ClocheMachine *
cloche_vm_fixture_new_machine (ClocheVmFixture *fixture)
{
  g_autofree char *id = cloche_id_new ();

  return cloche_machine_new (fixture->host, id);
}

static void
output_cb (ClocheVmOutcome *outcome,
           gboolean         is_error,
           GBytes          *bytes)
{
  g_string_append_len (is_error ? outcome->err : outcome->out, g_bytes_get_data (bytes, NULL),
                       (gssize) g_bytes_get_size (bytes));
}

static void
event_cb (ClocheVmOutcome *outcome,
          JsonObject      *event)
{
  const char *name = cloche_json_get_string (event, "event");
  JsonObject *data = cloche_json_get_object (event, "data");
  g_autoptr (GList) mimes = data != NULL ? json_object_get_members (data) : NULL;

  for (GList *mime = mimes; mime != NULL; mime = mime->next)
    g_string_append_printf (outcome->mimes, "<%s>", (const char *) mime->data);

  if (g_strcmp0 (name, "result") == 0 && data != NULL) {
    g_free (outcome->result);
    outcome->result = g_strdup (cloche_json_get_string (data, "text/plain"));
  } else if (g_strcmp0 (name, "traceback") == 0) {
    g_free (outcome->exception);
    outcome->exception = g_strdup (cloche_json_get_string (event, "name"));
  }
}

static void
ended_cb (ClocheVmOutcome *outcome,
          JsonObject      *end,
          GError          *error)
{
  if (end != NULL) {
    outcome->status = g_strdup (cloche_json_get_string (end, "status"));
    outcome->code = cloche_json_get_int (end, "code", -1);
  } else {
    outcome->error = g_error_copy (error);
  }
}

/**
 * cloche_vm_follow:
 *
 * Listens to a job until it has ended.
 */
ClocheVmOutcome *
cloche_vm_follow (ClocheJob *job)
{
  ClocheVmOutcome *outcome = g_new0 (ClocheVmOutcome, 1);

  outcome->out = g_string_new (NULL);
  outcome->err = g_string_new (NULL);
  outcome->mimes = g_string_new (NULL);
  outcome->code = -1;
  g_signal_connect_swapped (job, "output", G_CALLBACK (output_cb), outcome);
  g_signal_connect_swapped (job, "event", G_CALLBACK (event_cb), outcome);
  g_signal_connect_swapped (job, "ended", G_CALLBACK (ended_cb), outcome);
  cloche_job_listen (job);
  while (outcome->status == NULL && outcome->error == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handlers_disconnect_by_data (job, outcome);

  return outcome;
}

ClocheVmOutcome *
cloche_vm_run (ClocheMachine *machine,
               JsonObject    *request)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheJob) job = NULL;

  cloche_machine_run_async (machine, request, NULL, cloche_vm_result_cb, &result);
  job = cloche_machine_run_finish (machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);

  return cloche_vm_follow (job);
}

static ClocheVmOutcome *
run_text (ClocheMachine *machine,
          const char    *op,
          const char    *member,
          const char    *text)
{
  g_autoptr (JsonObject) request = json_object_new ();

  json_object_set_string_member (request, "op", op);
  json_object_set_string_member (request, member, text);

  return cloche_vm_run (machine, request);
}

ClocheVmOutcome *
cloche_vm_run_python (ClocheMachine *machine,
                      const char    *code)
{
  return run_text (machine, "code", "code", code);
}

ClocheVmOutcome *
cloche_vm_run_shell (ClocheMachine *machine,
                     const char    *script)
{
  return run_text (machine, "exec", "script", script);
}

void
cloche_vm_outcome_free (ClocheVmOutcome *outcome)
{
  if (outcome == NULL)
    return;

  g_string_free (outcome->out, TRUE);
  g_string_free (outcome->err, TRUE);
  g_string_free (outcome->mimes, TRUE);
  g_free (outcome->result);
  g_free (outcome->exception);
  g_free (outcome->status);
  g_clear_error (&outcome->error);
  g_free (outcome);
}

void
cloche_vm_start (ClocheMachine *machine)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_start_async (machine, NULL, cloche_vm_result_cb, &result);
  (void) cloche_machine_start_finish (machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);
}

/**
 * cloche_vm_stop:
 *
 * Stops the machine and waits until it is asleep.
 */
void
cloche_vm_stop (ClocheMachine *machine)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_stop_async (machine, TRUE, NULL, cloche_vm_result_cb, &result);
  (void) cloche_machine_stop_finish (machine, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);
  while (cloche_machine_get_state (machine) != CLOCHE_MACHINE_STATE_ASLEEP)
    g_main_context_iteration (NULL, TRUE);
}

JsonObject *
cloche_vm_request (ClocheMachine *machine,
                   JsonObject    *request,
                   GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_machine_request_async (machine, request, NULL, cloche_vm_result_cb, &result);

  return cloche_machine_request_finish (machine, cloche_vm_wait (&result), error);
}

pid_t
cloche_vm_get_qemu (ClocheMachine *machine)
{
  gint64 pid = cloche_json_get_int (cloche_machine_get_status (machine), "qemu_pid", 0);

  g_assert_cmpint (pid, >, 1);
  return (pid_t) pid;
}

/**
 * cloche_vm_read_process:
 *
 * The field of /proc/PID/status, or %NULL if there is no such process.
 */
char *
cloche_vm_read_process (pid_t       pid,
                        const char *field)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *start = g_strdup_printf ("%s:\t", field);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], start))
      return g_strdup (lines[i] + strlen (start));

  return NULL;
}

pid_t
cloche_vm_get_parent (pid_t pid)
{
  g_autofree char *parent = cloche_vm_read_process (pid, "PPid");

  return parent != NULL ? (pid_t) g_ascii_strtoll (parent, NULL, 10) : 0;
}

pid_t
cloche_vm_find_child (pid_t       parent,
                      const char *name)
{
  g_autoptr (GDir) proc = g_dir_open ("/proc", 0, NULL);
  const char *entry;

  while ((entry = g_dir_read_name (proc)) != NULL) {
    pid_t pid = (pid_t) g_ascii_strtoll (entry, NULL, 10);
    g_autofree char *own_name = pid > 1 ? cloche_vm_read_process (pid, "Name") : NULL;

    if (g_strcmp0 (own_name, name) == 0 && cloche_vm_get_parent (pid) == parent)
      return pid;
  }
  g_error ("no process %s", name);
}

/**
 * cloche_vm_find_keeper:
 *
 * The keeper is above QEMU, with bubblewrap in between where that runs.
 */
pid_t
cloche_vm_find_keeper (ClocheMachine *machine)
{
  for (pid_t pid = cloche_vm_get_qemu (machine); pid > 1; pid = cloche_vm_get_parent (pid)) {
    g_autofree char *name = cloche_vm_read_process (pid, "Name");

    if (g_strcmp0 (name, "cloche-keeper") == 0)
      return pid;
  }
  g_error ("no keeper above QEMU");
}

void
cloche_vm_set_policy (ClocheMachine     *machine,
                      ClocheEgressMode   mode,
                      const char *const *rules)
{
  ClocheMachineNetwork *network = cloche_machine_get_network (machine);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheEgressPolicy) policy = cloche_egress_policy_new (mode, rules, &error);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_no_error (error);
  cloche_machine_network_set_policy_async (network, policy, NULL, cloche_vm_result_cb, &result);
  (void) cloche_machine_network_set_policy_finish (network, cloche_vm_wait (&result), &error);
  g_assert_no_error (error);
  cloche_vm_start (machine);
}

/**
 * cloche_vm_allow:
 * @rules: nothing else is allowed from now on
 */
void
cloche_vm_allow (ClocheMachine     *machine,
                 const char *const *rules)
{
  cloche_vm_set_policy (machine, CLOCHE_EGRESS_MODE_LISTED, rules);
}

static GPtrArray *
parse_log (const char *path)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  /* The last one is empty, or being written. */
  for (gsize i = 0; lines[i] != NULL && lines[i + 1] != NULL; i++) {
    g_autoptr (GError) error = NULL;
    JsonObject *row = cloche_json_parse_object (lines[i], -1, &error);

    g_assert_no_error (error);
    g_ptr_array_add (rows, row);
  }

  return rows;
}

/**
 * cloche_vm_read_log:
 * @n_rows: to wait for; the gate writes one when an attempt is over
 *
 * The rows of the machine's log of attempts to reach the network, of which there may be more.
 */
GPtrArray *
cloche_vm_read_log (ClocheMachine *machine,
                    guint          n_rows)
{
  g_autofree char *machines = cloche_paths_dup_machines_dir (cloche_machine_host_get_paths (cloche_machine_get_host (machine)));
  g_autofree char *path = g_build_filename (machines, cloche_machine_get_id (machine), "egress.log", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileMonitor) monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  g_autoptr (GPtrArray) rows = parse_log (path);

  g_assert_nonnull (monitor);
  while (rows->len < n_rows) {
    g_main_context_iteration (NULL, TRUE);
    g_clear_pointer (&rows, g_ptr_array_unref);
    rows = parse_log (path);
  }

  return g_steal_pointer (&rows);
}
