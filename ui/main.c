/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-application.h"
#include "cloche-config.h"

#include <locale.h>

#include <glib/gi18n.h>

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClochePaths) paths = NULL;
  g_autoptr (ClocheContext) context = NULL;
  g_autoptr (ClocheApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, CLOCHE_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  paths = cloche_paths_new_for_user (&error);
  if (paths == NULL) {
    g_printerr ("%s\n", error->message);
    return 1;
  }

  context = cloche_context_new (paths);
  cloche_context_set_asking (context, TRUE);
  application = cloche_application_new (context);

  return g_application_run (G_APPLICATION (application), argc, argv);
}
