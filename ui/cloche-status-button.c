/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-status-button.h"

struct _ClocheStatusButton
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkMenuButton *button;
  GtkWidget *dot;
  GtkLabel *summary;
  GtkLabel *details;
  GtkWidget *network_button;

  ClocheStatus *status;
};

G_DEFINE_FINAL_TYPE (ClocheStatusButton, cloche_status_button, GTK_TYPE_WIDGET)

static void
set_class (GtkWidget  *widget,
           const char *name,
           gboolean    is_set)
{
  if (is_set)
    gtk_widget_add_css_class (widget, name);
  else
    gtk_widget_remove_css_class (widget, name);
}

static void
update (ClocheStatusButton *self)
{
  ClocheStatusLevel level = cloche_status_get_level (self->status);

  gtk_label_set_text (self->summary, cloche_status_get_summary (self->status));
  gtk_label_set_text (self->details, cloche_status_get_details (self->status));
  set_class (self->dot, "ready", level == CLOCHE_STATUS_READY);
  set_class (self->dot, "starting", level == CLOCHE_STATUS_STARTING);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  cloche_status_get_summary (self->status), -1);
}

static void
network_clicked_cb (ClocheStatusButton *self)
{
  gtk_menu_button_popdown (self->button);
}

static void
cloche_status_button_dispose (GObject *object)
{
  ClocheStatusButton *self = CLOCHE_STATUS_BUTTON (object);

  cloche_status_button_set_status (self, NULL);
  g_clear_pointer ((GtkWidget **) &self->button, gtk_widget_unparent);

  G_OBJECT_CLASS (cloche_status_button_parent_class)->dispose (object);
}

static void
cloche_status_button_class_init (ClocheStatusButtonClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_status_button_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-status-button.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheStatusButton, button);
  gtk_widget_class_bind_template_child (widget_class, ClocheStatusButton, dot);
  gtk_widget_class_bind_template_child (widget_class, ClocheStatusButton, summary);
  gtk_widget_class_bind_template_child (widget_class, ClocheStatusButton, details);
  gtk_widget_class_bind_template_child (widget_class, ClocheStatusButton, network_button);
}

static void
cloche_status_button_init (ClocheStatusButton *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->network_button, "clicked", G_CALLBACK (network_clicked_cb), self);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
cloche_status_button_new (void)
{
  return g_object_new (CLOCHE_TYPE_STATUS_BUTTON, NULL);
}

/**
 * cloche_status_button_set_status:
 * @status: (nullable): what to show; the button hides without one
 */
void
cloche_status_button_set_status (ClocheStatusButton *self,
                                 ClocheStatus       *status)
{
  g_return_if_fail (CLOCHE_IS_STATUS_BUTTON (self));

  if (self->status == status)
    return;

  if (self->status != NULL)
    g_signal_handlers_disconnect_by_data (self->status, self);
  g_set_object (&self->status, status);
  gtk_widget_set_visible (GTK_WIDGET (self), status != NULL);
  if (status == NULL)
    return;

  g_signal_connect_swapped (status, "notify", G_CALLBACK (update), self);
  update (self);
}
