/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sidebar-row.h"

#include <glib/gi18n.h>

static GMenuModel *
make_menu (const char *id)
{
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenuItem) rename_item = g_menu_item_new (_ ("_Rename…"), NULL);
  g_autoptr (GMenuItem) delete_item = g_menu_item_new (_ ("_Delete"), NULL);

  g_menu_item_set_action_and_target (rename_item, "conversation.rename", "s", id);
  g_menu_item_set_action_and_target (delete_item, "conversation.delete", "s", id);
  g_menu_append_item (menu, rename_item);
  g_menu_append_item (menu, delete_item);

  return G_MENU_MODEL (menu);
}

static void
title_changed_cb (GtkWidget             *list_row,
                  GParamSpec            *pspec,
                  ClocheConversationRow *row)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (list_row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  cloche_conversation_row_get_title (row), -1);
}

/**
 * cloche_sidebar_row_new:
 *
 * A conversation in the sidebar: its title, and a menu to rename or delete it.
 */
GtkWidget *
cloche_sidebar_row_new (ClocheConversationRow *row)
{
  const char *id = cloche_conversation_get_id (cloche_conversation_row_get_conversation (row));
  GtkWidget *list_row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenuModel) menu = make_menu (id);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  g_object_bind_property (row, "title", label, "label", G_BINDING_SYNC_CREATE);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), menu);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "row-menu");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, _ ("More"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("More"), -1);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (list_row), box);
  g_signal_connect_object (row, "notify::title", G_CALLBACK (title_changed_cb), list_row, G_CONNECT_SWAPPED);
  title_changed_cb (list_row, NULL, row);

  return list_row;
}
