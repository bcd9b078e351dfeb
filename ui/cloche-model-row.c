/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-model-row.h"

#include <glib/gi18n.h>

static void
add_badge (GtkWidget       *box,
           ClocheCapability capability,
           const char      *text)
{
  GtkWidget *badge;

  if (capability != CLOCHE_CAPABILITY_YES)
    return;

  badge = gtk_label_new (text);
  gtk_widget_add_css_class (badge, "model-badge");
  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), badge);
}

/**
 * cloche_model_row_new:
 *
 * A line of the list of models: its name, where it is, what it can do, and why it cannot be chosen.
 */
GtkWidget *
cloche_model_row_new (ClocheModelChoice *choice)
{
  ClocheModelInfo *info = cloche_model_choice_get_info (choice);
  const char *problem = cloche_model_choice_get_problem (choice);
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *name = gtk_label_new (cloche_model_choice_get_name (choice));
  GtkWidget *note = gtk_label_new (problem != NULL ? problem : cloche_model_choice_get_endpoint_name (choice));

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_xalign (GTK_LABEL (note), 0);
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (note), 32);
  gtk_widget_add_css_class (note, "caption");
  gtk_widget_add_css_class (note, "dim-label");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (texts), name);
  gtk_box_append (GTK_BOX (texts), note);
  gtk_box_append (GTK_BOX (row), texts);
  add_badge (row, cloche_model_info_get_tools (info), _ ("Tools"));
  add_badge (row, cloche_model_info_get_vision (info), _ ("Vision"));
  add_badge (row, cloche_model_info_get_thinking (info), _ ("Thinking"));
  gtk_widget_set_sensitive (row, problem == NULL);

  return row;
}
