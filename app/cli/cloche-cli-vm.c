/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-vm.h"

#include "cloche-cli-machine.h"
#include "cloche-fd.h"
#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-machine-folder.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *id;
  gboolean is_running;
  guint64 disk_bytes;           /* that the disk takes of this computer's */
  GError *error;                /* the folder is damaged */
} Row;

static void
row_free (Row *row)
{
  g_free (row->id);
  g_clear_error (&row->error);
  g_free (row);
}

static Row *
look_at (const char *machines_dir,
         const char *id)
{
  Row *row = g_new0 (Row, 1);
  g_autoptr (ClocheMachineFolder) folder = cloche_machine_folder_open (machines_dir, id, &row->error);
  cloche_autofd int lock = -1;
  struct stat st;

  row->id = g_strdup (id);
  if (folder == NULL)
    return row;

  lock = cloche_machine_folder_lock (folder, "running", FALSE, NULL);
  row->is_running = lock < 0;
  if (fstatat (cloche_machine_folder_peek_fd (folder), "disk.raw", &st, AT_SYMLINK_NOFOLLOW) == 0)
    row->disk_bytes = (guint64) st.st_blocks * 512;

  return row;
}

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  return strcmp ((*(const Row *const *) a)->id, (*(const Row *const *) b)->id);
}

static GPtrArray *
list_rows (ClocheCli *cli)
{
  g_autofree char *machines_dir = cloche_paths_dup_machines_dir (cli->paths);
  g_autoptr (GDir) dir = g_dir_open (machines_dir, 0, NULL);    /* Not made before the first machine. */
  GPtrArray *rows = g_ptr_array_new_with_free_func ((GDestroyNotify) row_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (cloche_id_is_valid (name))
      g_ptr_array_add (rows, look_at (machines_dir, name));
  g_ptr_array_sort (rows, compare_rows);

  return rows;
}

static int
list_machines (ClocheCli *cli)
{
  g_autoptr (GPtrArray) rows = list_rows (cli);

  if (rows->len == 0)
    g_print ("%s\n", _ ("There is no machine."));

  for (guint i = 0; i < rows->len; i++) {
    const Row *row = g_ptr_array_index (rows, i);
    g_autofree char *size = g_format_size (row->disk_bytes);
    const char *state = row->is_running ? _ ("running") : _ ("asleep");

    g_print ("%s  %-8s  %s\n", row->id, row->error != NULL ? _ ("damaged") : state, size);
  }

  return CLOCHE_CLI_OK;
}

static gboolean
stop_one (ClocheCli         *cli,
          ClocheMachineHost *host,
          const char        *id,
          gboolean           force)
{
  g_autoptr (ClocheMachine) machine = cloche_machine_new (host, id);
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  /* Joins the keeper that runs already. */
  cloche_machine_start_async (machine, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  if (!cloche_machine_start_finish (machine, result, &error)) {
    (void) cloche_cli_machine_fail (error);
    return FALSE;
  }

  return cloche_cli_machine_stop (cli, machine, force);
}

static int
stop_machines (ClocheCli *cli,
               char     **ids,
               gboolean   all,
               gboolean   force)
{
  g_autoptr (ClocheMachineHost) host = cloche_machine_host_new (cli->paths);
  g_autoptr (GPtrArray) rows = list_rows (cli);
  gboolean stopped = TRUE;
  guint n_named = 0;

  for (guint i = 0; i < rows->len; i++) {
    const Row *row = g_ptr_array_index (rows, i);
    gboolean is_named = ids != NULL && g_strv_contains ((const char *const *) ids, row->id);

    n_named += is_named;
    if (row->is_running && (all || is_named))
      stopped = stop_one (cli, host, row->id, force) && stopped;
  }

  if (ids != NULL && n_named < g_strv_length (ids)) {
    g_printerr ("%s\n", _ ("There is no such machine: clochectl vm list names them."));
    stopped = FALSE;
  }

  return stopped ? CLOCHE_CLI_OK : CLOCHE_CLI_FAILED;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  gboolean all = FALSE;
  gboolean force = FALSE;
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { "all", 0, 0, G_OPTION_ARG_NONE, &all, N_ ("Stop every machine"), NULL },
    { "force", 0, 0, G_OPTION_ARG_NONE, &force, N_ ("Stop it whatever it is doing"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, "list|stop [ID…]" },
    { NULL }
  };

  if (!cloche_cli_parse ("vm", entries, &argc, &argv))
    return CLOCHE_CLI_USAGE;
  if (words != NULL && strcmp (words[0], "list") == 0 && words[1] == NULL)
    return list_machines (cli);
  if (words != NULL && strcmp (words[0], "stop") == 0 && (all != (words[1] != NULL)))
    return stop_machines (cli, words[1] != NULL ? words + 1 : NULL, all, force);

  g_printerr ("%s\n", _ ("Say what to do: clochectl vm list, or clochectl vm stop ID (or --all) [--force]"));

  return CLOCHE_CLI_USAGE;
}

const ClocheCliCommand cloche_cli_vm_command = { "vm", N_ ("List and stop machines"), run_command };
