/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-problem.h"

#include <adwaita.h>

#include <glib/gi18n.h>

static GtkWindow *
find_window (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GApplication *application = g_application_get_default ();

  if (root != NULL)
    return GTK_WINDOW (root);

  return GTK_IS_APPLICATION (application) ? gtk_application_get_active_window (GTK_APPLICATION (application)) : NULL;
}

/**
 * cloche_problem_show:
 * @widget: where it happened
 * @heading: what did not work, translated
 * @error: why
 *
 * Tells the person that something which was asked for did not work: in the window, if @widget is not in it any more. Says
 * nothing if they cancelled it, or if the window is gone.
 */
void
cloche_problem_show (GtkWidget    *widget,
                     const char   *heading,
                     const GError *error)
{
  GtkWindow *window = find_window (widget);
  GtkWidget *dialog;

  if (window == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  dialog = adw_message_dialog_new (window, heading, NULL);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}
