/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-copy-button.h"

#include <glib/gi18n.h>

/* ms: how long the button says that it has copied. */
#define CONFIRM_MS 1500

typedef struct
{
  ClocheCopyFunc func;
  gpointer user_data;
  guint restore_id;
} Copy;

static gboolean
restore_cb (gpointer user_data)
{
  GtkButton *button = user_data;
  Copy *copy = g_object_get_data (G_OBJECT (button), "cloche-copy");

  gtk_button_set_icon_name (button, "edit-copy-symbolic");
  copy->restore_id = 0;

  return G_SOURCE_REMOVE;
}

static void
clicked_cb (GtkButton *button,
            Copy      *copy)
{
  g_autofree char *text = copy->func (copy->user_data);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)), text);
  gtk_button_set_icon_name (button, "object-select-symbolic");
  g_clear_handle_id (&copy->restore_id, g_source_remove);
  copy->restore_id = g_timeout_add (CONFIRM_MS, restore_cb, button);
}

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_clear_handle_id (&copy->restore_id, g_source_remove);
  g_free (copy);
}

/**
 * cloche_copy_button_new:
 * @label: what it copies, for its tooltip and for assistive technology
 * @func: makes the text when the button is pressed
 * @user_data: must live as long as the button
 *
 * A flat button that copies a text and shows for a moment that it did.
 */
GtkWidget *
cloche_copy_button_new (const char    *label,
                        ClocheCopyFunc func,
                        gpointer       user_data)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("edit-copy-symbolic");
  Copy *copy = g_new0 (Copy, 1);

  copy->func = func;
  copy->user_data = user_data;
  g_object_set_data_full (G_OBJECT (button), "cloche-copy", copy, copy_free);
  g_signal_connect (button, "clicked", G_CALLBACK (clicked_cb), copy);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);

  return button;
}
