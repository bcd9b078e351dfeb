/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli.h"

#include <glib/gi18n.h>

/**
 * cloche_cli_wait_cb:
 * @user_data: a #ClocheCliWait
 *
 * The callback to give to the asynchronous call.
 */
void
cloche_cli_wait_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  ClocheCliWait *wait = user_data;

  wait->result = g_object_ref (result);
}

/**
 * cloche_cli_wait:
 *
 * Runs the program's one main loop until the call is answered. Only for the outermost function of a command.
 *
 * Returns: (transfer full): what to give to the call's finish function.
 */
GAsyncResult *
cloche_cli_wait (ClocheCliWait *wait)
{
  while (wait->result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (&wait->result);
}

/**
 * cloche_cli_parse:
 * @usage: the command's usage after "clochectl", such as "image import FILE"
 *
 * Parses the options of a command, which stands in argv[0]; --help prints and ends the program.
 *
 * Returns: FALSE if they were not understood; the person has been told.
 */
gboolean
cloche_cli_parse (const char         *usage,
                  const GOptionEntry *entries,
                  int                *argc,
                  char             ***argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *program = g_strconcat ("clochectl ", usage, NULL);

  g_set_prgname (program);
  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, argc, argv, &error))
    return TRUE;

  g_printerr ("%s\n", error->message);

  return FALSE;
}

/**
 * cloche_cli_parse_exact:
 * @n_arguments: how many must stand there besides the options
 *
 * The same for a command that takes a fixed number of arguments.
 */
gboolean
cloche_cli_parse_exact (const char         *usage,
                        const GOptionEntry *entries,
                        int                 n_arguments,
                        int                *argc,
                        char             ***argv)
{
  if (!cloche_cli_parse (usage, entries, argc, argv))
    return FALSE;

  if (*argc != n_arguments + 1) {
    g_printerr (_ ("Usage: clochectl %s [OPTION]…\n"), usage);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_cli_fail:
 * @text: a sentence for the person, without what the system says of it
 *
 * Tells a failure: one sentence, then the facts.
 *
 * Returns: the exit code.
 */
int
cloche_cli_fail (const GError *error,
                 const char   *text)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_printerr ("%s\n", _ ("Stopped."));
    return CLOCHE_CLI_INTERRUPTED;
  }

  g_printerr ("%s\n%s\n", text, error->message);

  return CLOCHE_CLI_FAILED;
}
