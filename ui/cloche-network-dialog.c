/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network-dialog.h"

#include "cloche-network-host-row.h"
#include "cloche-toast.h"

struct _ClocheNetworkDialog
{
  AdwPreferencesWindow parent_instance;

  /* Template widgets */
  GtkCheckButton *ask_button;
  GtkCheckButton *listed_button;
  GtkCheckButton *open_button;
  GtkCheckButton *off_button;
  AdwEntryRow *host_row;
  GtkListBox *hosts;

  ClocheNetwork *network;
};

G_DEFINE_FINAL_TYPE (ClocheNetworkDialog, cloche_network_dialog, ADW_TYPE_PREFERENCES_WINDOW)

static GtkCheckButton *
get_button (ClocheNetworkDialog *self,
            ClocheNetworkMode mode)
{
  switch (mode) {
  case CLOCHE_NETWORK_ASK:
    return self->ask_button;
  case CLOCHE_NETWORK_LISTED:
    return self->listed_button;
  case CLOCHE_NETWORK_OPEN:
    return self->open_button;
  case CLOCHE_NETWORK_OFF:
  default:
    return self->off_button;
  }
}

static void
mode_changed_cb (ClocheNetworkDialog *self)
{
  gtk_check_button_set_active (get_button (self, cloche_network_get_mode (self->network)), TRUE);
}

static void
toggled_cb (ClocheNetworkDialog *self,
            GtkCheckButton      *button)
{
  if (self->network == NULL || !gtk_check_button_get_active (button))
    return;

  for (guint mode = CLOCHE_NETWORK_OFF; mode <= CLOCHE_NETWORK_OPEN; mode++)
    if (get_button (self, (ClocheNetworkMode) mode) == button)
      cloche_network_set_mode (self->network, (ClocheNetworkMode) mode);
}

static void
add_toast (ClocheNetworkDialog *self,
           const char          *sentence)
{
  adw_preferences_window_add_toast (ADW_PREFERENCES_WINDOW (self), cloche_toast_new (sentence));
}

static void
apply_cb (ClocheNetworkDialog *self)
{
  g_autofree char *problem = cloche_network_allow_typed (self->network,
                                                         gtk_editable_get_text (GTK_EDITABLE (self->host_row)));

  if (problem == NULL) {
    gtk_widget_remove_css_class (GTK_WIDGET (self->host_row), "error");
    gtk_editable_set_text (GTK_EDITABLE (self->host_row), "");
    return;
  }

  gtk_widget_add_css_class (GTK_WIDGET (self->host_row), "error");
  add_toast (self, problem);
}

static void
host_changed_cb (ClocheNetworkDialog *self)
{
  gtk_widget_remove_css_class (GTK_WIDGET (self->host_row), "error");
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  return cloche_network_host_row_new (CLOCHE_NETWORK_DIALOG (user_data)->network, item);
}

static void
hosts_changed_cb (ClocheNetworkDialog *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->hosts),
                          g_list_model_get_n_items (cloche_network_get_hosts (self->network)) > 0);
}

static void
cloche_network_dialog_dispose (GObject *object)
{
  ClocheNetworkDialog *self = CLOCHE_NETWORK_DIALOG (object);

  if (self->network != NULL) {
    g_signal_handlers_disconnect_by_data (self->network, self);
    g_signal_handlers_disconnect_by_data (cloche_network_get_hosts (self->network), self);
  }
  g_clear_object (&self->network);

  G_OBJECT_CLASS (cloche_network_dialog_parent_class)->dispose (object);
}

static void
cloche_network_dialog_class_init (ClocheNetworkDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_network_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-network-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheNetworkDialog, ask_button);
  gtk_widget_class_bind_template_child (widget_class, ClocheNetworkDialog, listed_button);
  gtk_widget_class_bind_template_child (widget_class, ClocheNetworkDialog, open_button);
  gtk_widget_class_bind_template_child (widget_class, ClocheNetworkDialog, off_button);
  gtk_widget_class_bind_template_child (widget_class, ClocheNetworkDialog, host_row);
  gtk_widget_class_bind_template_child (widget_class, ClocheNetworkDialog, hosts);
}

static void
cloche_network_dialog_init (ClocheNetworkDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint mode = CLOCHE_NETWORK_OFF; mode <= CLOCHE_NETWORK_OPEN; mode++)
    g_signal_connect_swapped (get_button (self, (ClocheNetworkMode) mode), "toggled", G_CALLBACK (toggled_cb), self);
  g_signal_connect_swapped (self->host_row, "apply", G_CALLBACK (apply_cb), self);
  g_signal_connect_swapped (self->host_row, "changed", G_CALLBACK (host_changed_cb), self);
}

GtkWidget *
cloche_network_dialog_new (ClocheNetwork *network)
{
  ClocheNetworkDialog *self = g_object_new (CLOCHE_TYPE_NETWORK_DIALOG, NULL);

  self->network = g_object_ref (network);
  g_signal_connect_swapped (network, "notify::mode", G_CALLBACK (mode_changed_cb), self);
  g_signal_connect_swapped (network, "problem", G_CALLBACK (add_toast), self);
  g_signal_connect_swapped (cloche_network_get_hosts (network), "items-changed", G_CALLBACK (hosts_changed_cb), self);
  gtk_list_box_bind_model (self->hosts, cloche_network_get_hosts (network), make_row, self, NULL);
  mode_changed_cb (self);
  hosts_changed_cb (self);
  cloche_network_load (network);

  return GTK_WIDGET (self);
}
