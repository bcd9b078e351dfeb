/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network-host-row.h"

#include <glib/gi18n.h>

struct _ClocheNetworkHostRow
{
  AdwActionRow parent_instance;

  GtkToggleButton *allow_button;
  GtkToggleButton *deny_button;

  ClocheNetwork *network;
  ClocheNetworkHost *host;
};

G_DEFINE_FINAL_TYPE (ClocheNetworkHostRow, cloche_network_host_row, ADW_TYPE_ACTION_ROW)

static void
update (ClocheNetworkHostRow *self)
{
  ClocheNetworkDecision decision = cloche_network_host_get_decision (self->host);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), cloche_network_host_get_summary (self->host));
  gtk_toggle_button_set_active (self->allow_button, decision == CLOCHE_NETWORK_ALLOWED);
  gtk_toggle_button_set_active (self->deny_button, decision == CLOCHE_NETWORK_FORBIDDEN);
}

/* "clicked" is only ever the person; the button has toggled already. */
static void
allow_cb (ClocheNetworkHostRow *self)
{
  cloche_network_decide (self->network, self->host, gtk_toggle_button_get_active (self->allow_button)
                         ? CLOCHE_NETWORK_ALLOWED : CLOCHE_NETWORK_UNDECIDED);
  update (self);
}

static void
deny_cb (ClocheNetworkHostRow *self)
{
  cloche_network_decide (self->network, self->host, gtk_toggle_button_get_active (self->deny_button)
                         ? CLOCHE_NETWORK_FORBIDDEN : CLOCHE_NETWORK_UNDECIDED);
  update (self);
}

static void
cloche_network_host_row_dispose (GObject *object)
{
  ClocheNetworkHostRow *self = CLOCHE_NETWORK_HOST_ROW (object);

  if (self->host != NULL)
    g_signal_handlers_disconnect_by_data (self->host, self);
  g_clear_object (&self->host);
  g_clear_object (&self->network);

  G_OBJECT_CLASS (cloche_network_host_row_parent_class)->dispose (object);
}

static void
cloche_network_host_row_class_init (ClocheNetworkHostRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_network_host_row_dispose;
}

static GtkToggleButton *
add_button (ClocheNetworkHostRow *self,
            GtkWidget            *box,
            const char           *label,
            GCallback             clicked)
{
  GtkWidget *button = gtk_toggle_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", clicked, self);
  gtk_box_append (GTK_BOX (box), button);

  return GTK_TOGGLE_BUTTON (button);
}

static void
cloche_network_host_row_init (ClocheNetworkHostRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  gtk_widget_add_css_class (box, "linked");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  /* Translators: on a button beside a host: let the machine reach it. */
  self->allow_button = add_button (self, box, _ ("Allow"), G_CALLBACK (allow_cb));
  /* Translators: on a button beside a host: never let the machine reach it. */
  self->deny_button = add_button (self, box, _ ("Deny"), G_CALLBACK (deny_cb));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), box);
  /* What a guest asked for is no markup. */
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self), FALSE);
}

GtkWidget *
cloche_network_host_row_new (ClocheNetwork     *network,
                             ClocheNetworkHost *host)
{
  ClocheNetworkHostRow *self = g_object_new (CLOCHE_TYPE_NETWORK_HOST_ROW, NULL);
  const char *rule = cloche_network_host_get_rule (host);
  /* Translators: the placeholder is the name of a host. */
  g_autofree char *allow = g_strdup_printf (_ ("Allow %s"), rule);
  /* Translators: the placeholder is the name of a host. */
  g_autofree char *deny = g_strdup_printf (_ ("Deny %s"), rule);

  self->network = g_object_ref (network);
  self->host = g_object_ref (host);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), rule);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->allow_button), GTK_ACCESSIBLE_PROPERTY_LABEL, allow, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->deny_button), GTK_ACCESSIBLE_PROPERTY_LABEL, deny, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->allow_button), cloche_network_host_is_decidable (host));
  gtk_widget_set_visible (GTK_WIDGET (self->deny_button), cloche_network_host_is_decidable (host));
  g_signal_connect_swapped (host, "notify", G_CALLBACK (update), self);
  update (self);

  return GTK_WIDGET (self);
}
