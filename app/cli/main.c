/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-config.h"

#include "cloche-cli-ask.h"
#include "cloche-cli-bench.h"
#include "cloche-cli-doctor.h"
#include "cloche-cli-endpoint.h"
#include "cloche-cli-image.h"
#include "cloche-cli-mcp.h"
#include "cloche-cli-run.h"
#include "cloche-cli-tour.h"
#include "cloche-cli-vm.h"
#include "cloche-cli.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <signal.h>
#include <string.h>

/* Every subcommand: one line here, one file beside this one. */
static const ClocheCliCommand *const COMMANDS[] = {
  &cloche_cli_ask_command,
  &cloche_cli_tour_command,
  &cloche_cli_endpoint_command,
  &cloche_cli_image_command,
  &cloche_cli_run_command,
  &cloche_cli_vm_command,
  &cloche_cli_mcp_command,
  &cloche_cli_doctor_command,
  &cloche_cli_bench_command,
};

static void
print_commands (void)
{
  g_print ("%s\n\n", _ ("Usage: clochectl COMMAND [OPTION]…"));
  for (gsize i = 0; i < G_N_ELEMENTS (COMMANDS); i++)
    g_print ("  %-10s %s\n", COMMANDS[i]->name, _ (COMMANDS[i]->summary));
  g_print ("\n%s\n", _ ("“clochectl COMMAND --help” lists the options of a command."));
}

static const ClocheCliCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (COMMANDS); i++)
    if (strcmp (COMMANDS[i]->name, name) == 0)
      return COMMANDS[i];

  return NULL;
}

/* The first one asks everything to stop and clean up; the second one finds no handler and ends the program. */
static gboolean
interrupted_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);

  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ClochePaths) paths = NULL;
  g_autoptr (GError) error = NULL;
  ClocheCli cli = { NULL };
  const ClocheCliCommand *command;

  (void) setlocale (LC_ALL, "");        /* An unknown locale leaves the C one. */
  bindtextdomain (GETTEXT_PACKAGE, CLOCHE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (argc == 2 && strcmp (argv[1], "--version") == 0) {
    g_print ("clochectl %s\n", CLOCHE_VERSION);
    return CLOCHE_CLI_OK;
  }
  if (argc == 2 && strcmp (argv[1], "--help") == 0) {
    print_commands ();
    return CLOCHE_CLI_OK;
  }
  if (argc < 2 || (command = find_command (argv[1])) == NULL) {
    print_commands ();
    return CLOCHE_CLI_USAGE;
  }

  paths = cloche_paths_new_for_user (&error);
  if (paths == NULL)
    return cloche_cli_fail (error, _ ("The folders for Cloche’s files could not be made."));

  g_unix_signal_add (SIGINT, interrupted_cb, cancellable);
  g_unix_signal_add (SIGTERM, interrupted_cb, cancellable);
  cli = (ClocheCli) { paths, cancellable };

  return command->run (&cli, argc - 1, argv + 1);
}
