/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-bench.h"

#include "cloche-base-error.h"
#include "cloche-cli-figures.h"
#include "cloche-cli-machine.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-json.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <unistd.h>

/*
 * bench fork: how long a new conversation waits for its machine, beside what the host's own Python needs to import the
 * same libraries. Runs alternate, so that whatever else the computer does falls on both. Times are taken in this process:
 * from before the keeper is spawned to the answer's being here.
 */

/* s: after the first answer, when the memory figure is taken: see the design's "Memory figure". */
#define MEMORY_AFTER_S 30

#define NATIVE_CODE "import numpy, pandas, matplotlib.pyplot"

typedef struct
{
  ClocheCli *cli;
  ClochePaths *paths;
  ClocheMachineHost *host;
  ClocheCliFigures *native;
  ClocheCliFigures *ping;
  ClocheCliFigures *python;
  ClocheCliFigures *memory;
  ClocheCliFigures *spawned;    /* of the way to the first answer, as the keeper saw it, from its own start */
  ClocheCliFigures *greeted;
  ClocheCliFigures *revived;
  ClocheCliFigures *moved;
} Bench;

static double
ms_since (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / 1000;
}

static void
clear_forks (Bench *bench)
{
  g_clear_pointer (&bench->ping, cloche_cli_figures_free);
  g_clear_pointer (&bench->python, cloche_cli_figures_free);
  g_clear_pointer (&bench->spawned, cloche_cli_figures_free);
  g_clear_pointer (&bench->greeted, cloche_cli_figures_free);
  g_clear_pointer (&bench->revived, cloche_cli_figures_free);
  g_clear_pointer (&bench->moved, cloche_cli_figures_free);
}

static void
begin_forks (Bench *bench)
{
  clear_forks (bench);
  bench->ping = cloche_cli_figures_new ("spawn to first answer", "ms");
  bench->python = cloche_cli_figures_new ("spawn to first Python", "ms");
  bench->spawned = cloche_cli_figures_new ("  keeper: state loaded", "ms");
  bench->greeted = cloche_cli_figures_new ("  keeper: agent says hello", "ms");
  bench->revived = cloche_cli_figures_new ("  keeper: a machine of its own", "ms");
  bench->moved = cloche_cli_figures_new ("  keeper: on its own disk", "ms");
}

static void
add_keeper_figures (Bench         *bench,
                    ClocheMachine *machine)
{
  JsonObject *status = cloche_machine_get_status (machine);

  if (status == NULL)
    return;
  cloche_cli_figures_add (bench->spawned, (double) cloche_json_get_int (status, "spawned_us", 0) / 1000);
  cloche_cli_figures_add (bench->greeted, (double) cloche_json_get_int (status, "greeted_us", 0) / 1000);
  cloche_cli_figures_add (bench->revived, (double) cloche_json_get_int (status, "revived_us", 0) / 1000);
  cloche_cli_figures_add (bench->moved, (double) cloche_json_get_int (status, "moved_us", 0) / 1000);
}

static gboolean
measure_native (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) python = NULL;
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  gint64 start = g_get_monotonic_time ();

  python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, "/usr/bin/python3", "-c", NATIVE_CODE, NULL);
  if (python == NULL)
    return FALSE;
  g_subprocess_wait_check_async (python, bench->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!g_subprocess_wait_check_finish (python, result, &error))
    return FALSE;
  cloche_cli_figures_add (bench->native, ms_since (start));

  return TRUE;
}

static gboolean
ping (Bench         *bench,
      ClocheMachine *machine)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheCliWait wait = { NULL };

  json_object_set_string_member (request, "op", "jobs");
  cloche_machine_request_async (machine, request, bench->cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  answer = cloche_machine_request_finish (machine, result, &error);
  if (answer == NULL)
    (void) cloche_cli_machine_fail (error);

  return answer != NULL;
}

static void
ended_cb (gboolean   *is_over,
          JsonObject *end,
          GError     *error)
{
  *is_over = TRUE;
}

static gboolean
first_python (Bench         *bench,
              ClocheMachine *machine)
{
  g_autoptr (JsonObject) request = json_object_new ();
  g_autoptr (ClocheJob) job = NULL;
  gboolean is_over = FALSE;

  json_object_set_string_member (request, "op", "code");
  json_object_set_string_member (request, "code", "1+1");
  job = cloche_cli_machine_run (bench->cli, machine, request);
  if (job == NULL)
    return FALSE;

  g_signal_connect_swapped (job, "ended", G_CALLBACK (ended_cb), &is_over);
  cloche_job_listen (job);
  while (!is_over)
    g_main_context_iteration (NULL, TRUE);

  return TRUE;
}

static gboolean
woken_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;

  return G_SOURCE_REMOVE;
}

static void
measure_memory (Bench         *bench,
                ClocheMachine *machine)
{
  gboolean is_time = FALSE;

  g_timeout_add_seconds (MEMORY_AFTER_S, woken_cb, &is_time);
  while (!is_time)
    g_main_context_iteration (NULL, TRUE);
  cloche_cli_figures_add (bench->memory, (double) cloche_machine_get_memory_bytes (machine) / 1e6);
}

static gboolean
measure_fork (Bench   *bench,
              gboolean with_memory)
{
  g_autofree char *id = cloche_id_new ();
  g_autoptr (ClocheMachine) machine = cloche_machine_new (bench->host, id);
  gint64 start = g_get_monotonic_time ();
  gboolean done = ping (bench, machine);

  if (done)
    cloche_cli_figures_add (bench->ping, ms_since (start));
  if (done && with_memory) {
    measure_memory (bench, machine);
  } else if (done) {
    done = first_python (bench, machine);
    cloche_cli_figures_add (bench->python, ms_since (start));
  }
  if (done)
    add_keeper_figures (bench, machine);

  return cloche_cli_machine_delete (bench->cli, machine) && done;
}

/* What a reboot does to the base's files in the page cache. What others have mapped stays. */
static gboolean
drop_cache (Bench *bench)
{
  g_autofree char *bases = cloche_paths_dup_bases_dir (bench->paths);
  g_autoptr (GDir) dir = g_dir_open (bases, 0, NULL);
  const char *base;

  while (dir != NULL && (base = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (bases, base, NULL);
    g_autoptr (GDir) files = g_dir_open (path, 0, NULL);
    const char *name;

    while (files != NULL && (name = g_dir_read_name (files)) != NULL) {
      g_autofree char *file = g_build_filename (path, name, NULL);
      cloche_autofd int fd = open (file, O_RDONLY | O_CLOEXEC);

      if (fd >= 0 && posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
        return FALSE;
    }
  }

  return dir != NULL;
}

static void
report (Bench   *bench,
        gboolean as_json,
        gboolean is_cold)
{
  ClocheCliFigures *beside = cloche_cli_figures_get_n (bench->native) > 0 ? bench->native : NULL;
  ClocheCliFigures *rows[] = {
    bench->native, bench->ping, bench->spawned, bench->greeted, bench->revived, bench->moved, bench->python,
    bench->memory,
  };
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    ClocheCliFigures *other = rows[i] == bench->ping || rows[i] == bench->python ? beside : NULL;

    if (cloche_cli_figures_get_n (rows[i]) == 0)
      continue;
    if (as_json)
      json_array_add_object_element (array, cloche_cli_figures_to_json (rows[i], other));
    else
      cloche_cli_figures_print (rows[i], other);
  }
  if (!as_json)
    return;

  json_object_set_string_member (object, "bench", "fork");
  json_object_set_boolean_member (object, "cold", is_cold);
  json_object_set_string_member (object, "qemu", cloche_machine_host_get_program (bench->host)->version);
  json_object_set_string_member (object, "accelerator",
                                 cloche_accelerator_to_string (cloche_machine_host_get_accelerator (bench->host)));
  json_object_set_array_member (object, "figures", g_steal_pointer (&array));
  line = cloche_json_object_to_line (object);
  g_print ("%s\n", line);
}

/* Folders of its own, with the user's bases in them: other machines of the user are neither seen nor disturbed, and the
 * memory of the template is loaded anew. */
static ClochePaths *
new_paths (ClocheCli *cli,
           GError   **error)
{
  g_autofree char *id = cloche_id_new ();
  g_autofree char *data = g_build_filename (cloche_paths_get_cache_dir (cli->paths), "bench", id, NULL);
  g_autofree char *runtime = g_build_filename (cloche_paths_get_runtime_dir (cli->paths), id, NULL);
  g_autofree char *bases = cloche_paths_dup_bases_dir (cli->paths);
  g_autofree char *link = g_build_filename (data, "bases", NULL);
  ClochePaths *paths;

  paths = cloche_paths_new (data, cloche_paths_get_cache_dir (cli->paths), cloche_paths_get_config_dir (cli->paths),
                            runtime, error);
  if (paths != NULL && symlink (bases, link) < 0) {
    cloche_set_errno_error (error, errno, "Could not make “%s”", link);
    g_clear_object (&paths);
  }

  return paths;
}

static int
run_bench (Bench   *bench,
           int      n,
           gboolean is_cold,
           gboolean with_memory,
           gboolean as_json)
{
  gboolean has_native = TRUE;

  /* Once for nothing: the first fork of a session loads the template's memory. */
  if (!is_cold && !measure_fork (bench, FALSE))
    return CLOCHE_CLI_FAILED;
  begin_forks (bench);

  for (int i = 0; i < n && !g_cancellable_is_cancelled (bench->cli->cancellable); i++) {
    has_native = has_native && !with_memory && measure_native (bench);
    if (is_cold && !drop_cache (bench))
      return CLOCHE_CLI_FAILED;
    if (!measure_fork (bench, with_memory))
      return CLOCHE_CLI_FAILED;
  }

  report (bench, as_json, is_cold);
  if (!has_native && !with_memory)
    g_printerr ("%s\n", _ ("The host’s Python has no numpy, pandas and matplotlib, so there is nothing to compare with. "
                           "On Debian: apt install python3-pandas python3-matplotlib."));

  return CLOCHE_CLI_OK;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  int n = 10;
  gboolean as_json = FALSE;
  gboolean is_cold = FALSE;
  gboolean with_memory = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "runs", 'n', 0, G_OPTION_ARG_INT, &n, N_ ("How often; 10 unless told"), "N" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &as_json, N_ ("Print JSON"), NULL },
    { "cold", 0, 0, G_OPTION_ARG_NONE, &is_cold, N_ ("As after a reboot: one run, nothing in the page cache"), NULL },
    { "memory", 0, 0, G_OPTION_ARG_NONE, &with_memory, N_ ("Measure memory 30 seconds after the first answer"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, "fork" },
    { NULL }
  };
  g_autoptr (GError) error = NULL;
  Bench bench = { cli };
  int status;

  if (!cloche_cli_parse ("bench", entries, &argc, &argv))
    return CLOCHE_CLI_USAGE;
  if (words == NULL || strcmp (words[0], "fork") != 0 || words[1] != NULL || n < 1) {
    g_printerr ("%s\n", _ ("Say what to measure: clochectl bench fork [--runs N] [--json] [--cold] [--memory]"));
    return CLOCHE_CLI_USAGE;
  }

  bench.paths = new_paths (cli, &error);
  if (bench.paths == NULL)
    return cloche_cli_machine_fail (error);
  bench.host = cloche_machine_host_new (bench.paths);
  bench.native = cloche_cli_figures_new ("native import", "ms");
  begin_forks (&bench);
  bench.memory = cloche_cli_figures_new ("memory 30 s after", "MB");
  status = run_bench (&bench, is_cold ? 1 : n, is_cold, with_memory, as_json);

  g_clear_pointer (&bench.native, cloche_cli_figures_free);
  clear_forks (&bench);
  g_clear_pointer (&bench.memory, cloche_cli_figures_free);
  g_clear_object (&bench.host);
  g_clear_object (&bench.paths);

  return status;
}

const ClocheCliCommand cloche_cli_bench_command = { "bench", N_ ("Measure how fast machines start"), run_command };
