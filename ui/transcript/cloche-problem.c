/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-problem.h"

#include <adwaita.h>

#include <glib/gi18n.h>

/**
 * cloche_problem_show:
 * @widget: where it happened
 * @heading: what did not work, translated
 * @error: why
 *
 * Tells the person that something which was asked for did not work. Says nothing if they cancelled it, or if the window is
 * gone.
 */
void
cloche_problem_show (GtkWidget    *widget,
                     const char   *heading,
                     const GError *error)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *dialog;

  if (root == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  dialog = adw_message_dialog_new (GTK_WINDOW (root), heading, NULL);
  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}
