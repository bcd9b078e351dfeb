/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-preferences.h"

#include "cloche-id.h"

#include <glib/gi18n.h>

struct _ClochePreferences
{
  AdwPreferencesWindow parent_instance;

  /* Template widgets */
  AdwPreferencesGroup *endpoints_group;
  AdwComboRow *kind_row;
  AdwEntryRow *name_row;
  AdwEntryRow *address_row;
  AdwPasswordEntryRow *key_row;
  GtkButton *add_button;
  GtkButton *ask_button;
  GtkLabel *keys_note;

  ClocheContext *context;
  GPtrArray *rows;     /* of GtkWidget, borrowed: one for each endpoint */
};

G_DEFINE_FINAL_TYPE (ClochePreferences, cloche_preferences, ADW_TYPE_PREFERENCES_WINDOW)

/* In the order of the choice. */
static const struct
{
  const char *kind;
  const char *address;          /* what is offered to begin with */
} KINDS[] = {
  { CLOCHE_ENDPOINT_OLLAMA, "http://127.0.0.1:11434" },
  { CLOCHE_ENDPOINT_OPENAI, "https://api.openai.com/v1" },
};

static guint
get_kind (ClochePreferences *self)
{
  return MIN (adw_combo_row_get_selected (self->kind_row), G_N_ELEMENTS (KINDS) - 1);
}

/* NULL: what is typed is no address. */
static char *
dup_base_url (ClochePreferences *self)
{
  return cloche_context_dup_base_url (KINDS[get_kind (self)].kind,
                                      gtk_editable_get_text (GTK_EDITABLE (self->address_row)));
}

static void
address_changed_cb (ClochePreferences *self)
{
  g_autofree char *base = dup_base_url (self);
  gboolean is_valid = base != NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self->add_button), is_valid);
  if (is_valid)
    gtk_widget_remove_css_class (GTK_WIDGET (self->address_row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->address_row), "error");
}

/* An address that nobody has changed changes with the kind. */
static void
kind_changed_cb (ClochePreferences *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->address_row));

  for (gsize i = 0; i < G_N_ELEMENTS (KINDS); i++)
    if (g_str_equal (text, KINDS[i].address)) {
      gtk_editable_set_text (GTK_EDITABLE (self->address_row), KINDS[get_kind (self)].address);
      return;
    }

  address_changed_cb (self);
}

static void
add_cb (ClochePreferences *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->name_row));
  const char *key = gtk_editable_get_text (GTK_EDITABLE (self->key_row));
  g_autofree char *id = cloche_id_new ();
  g_autofree char *base = dup_base_url (self);
  g_autoptr (ClocheEndpoint) endpoint = NULL;

  if (base == NULL)
    return;

  endpoint = cloche_endpoint_new (id, KINDS[get_kind (self)].kind, *name != '\0' ? name : base, base, TRUE);
  cloche_context_save_endpoint (self->context, endpoint, *key != '\0' ? key : NULL);
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), "");
  gtk_editable_set_text (GTK_EDITABLE (self->key_row), "");
}

static void
ask_cb (ClochePreferences *self)
{
  cloche_context_refresh_models (self->context);
}

/* Of the row that a widget is in, or is. */
static ClocheEndpoint *
get_endpoint (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (gtk_widget_get_ancestor (widget, ADW_TYPE_ACTION_ROW)), "cloche-endpoint");
}

static void
enabled_cb (ClochePreferences *self,
            GParamSpec        *pspec,
            GtkSwitch         *enabled)
{
  ClocheEndpoint *old = get_endpoint (GTK_WIDGET (enabled));
  g_autoptr (ClocheEndpoint) endpoint = NULL;

  if (cloche_endpoint_is_enabled (old) == gtk_switch_get_active (enabled))
    return;

  endpoint = cloche_endpoint_new (cloche_endpoint_get_id (old), cloche_endpoint_get_kind (old),
                                  cloche_endpoint_get_name (old), cloche_endpoint_get_base_url (old),
                                  gtk_switch_get_active (enabled));
  cloche_context_save_endpoint (self->context, endpoint, NULL);
}

/* The row goes, and would take the keyboard's place with it. */
static void
delete_cb (ClochePreferences *self,
           GtkWidget         *button)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->ask_button));
  cloche_context_delete_endpoint (self->context, cloche_endpoint_get_id (get_endpoint (button)));
}

/* Where it is and, if it was asked, whether it answers. */
static void
update_row (ClochePreferences *self,
            GtkWidget         *row)
{
  ClocheEndpoint *endpoint = get_endpoint (row);
  const char *state = cloche_models_get_state (cloche_context_get_models (self->context), cloche_endpoint_get_id (endpoint));
  g_autofree char *text = g_strjoin ("\n", cloche_endpoint_get_base_url (endpoint), state, NULL);
  g_autofree char *subtitle = g_markup_escape_text (text, -1);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
}

static void
states_changed_cb (ClochePreferences *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    update_row (self, self->rows->pdata[i]);
}

static void
keep_endpoint (GtkWidget      *row,
               ClocheEndpoint *endpoint)
{
  g_object_set_data_full (G_OBJECT (row), "cloche-endpoint", cloche_endpoint_ref (endpoint),
                          (GDestroyNotify) cloche_endpoint_unref);
}

static GtkWidget *
make_row (ClochePreferences *self,
          ClocheEndpoint    *endpoint)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *enabled = gtk_switch_new ();
  GtkWidget *delete_button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *title = g_markup_escape_text (cloche_endpoint_get_name (endpoint), -1);
  g_autofree char *delete_text = g_strdup_printf (_ ("Remove %s"), cloche_endpoint_get_name (endpoint));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  keep_endpoint (row, endpoint);
  update_row (self, row);
  gtk_switch_set_active (GTK_SWITCH (enabled), cloche_endpoint_is_enabled (endpoint));
  gtk_widget_set_valign (enabled, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (delete_button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (delete_button, "flat");
  gtk_widget_set_tooltip_text (delete_button, delete_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (delete_button), GTK_ACCESSIBLE_PROPERTY_LABEL, delete_text, -1);
  g_signal_connect_swapped (enabled, "notify::active", G_CALLBACK (enabled_cb), self);
  g_signal_connect_swapped (delete_button, "clicked", G_CALLBACK (delete_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), enabled);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), delete_button);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), enabled);

  return row;
}

static gboolean
are_known (ClochePreferences *self,
           GPtrArray         *endpoints)
{
  if (self->rows->len != endpoints->len)
    return FALSE;

  for (guint i = 0; i < endpoints->len; i++)
    if (!g_str_equal (cloche_endpoint_get_id (get_endpoint (self->rows->pdata[i])),
                      cloche_endpoint_get_id (endpoints->pdata[i])))
      return FALSE;

  return TRUE;
}

/* Rows stay if they can: the switch that was toggled by keyboard keeps it. */
static void
endpoints_changed_cb (ClochePreferences *self)
{
  GPtrArray *endpoints = cloche_context_get_endpoints (self->context);

  if (are_known (self, endpoints)) {
    for (guint i = 0; i < endpoints->len; i++) {
      keep_endpoint (self->rows->pdata[i], endpoints->pdata[i]);
      update_row (self, self->rows->pdata[i]);
    }
    return;
  }

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->endpoints_group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < endpoints->len; i++) {
    GtkWidget *row = make_row (self, endpoints->pdata[i]);

    adw_preferences_group_add (self->endpoints_group, row);
    g_ptr_array_add (self->rows, row);
  }
}

static void
cloche_preferences_dispose (GObject *object)
{
  ClochePreferences *self = CLOCHE_PREFERENCES (object);

  if (self->context != NULL) {
    g_signal_handlers_disconnect_by_data (self->context, self);
    g_signal_handlers_disconnect_by_data (cloche_context_get_models (self->context), self);
  }
  g_clear_object (&self->context);

  G_OBJECT_CLASS (cloche_preferences_parent_class)->dispose (object);
}

static void
cloche_preferences_finalize (GObject *object)
{
  g_clear_pointer (&CLOCHE_PREFERENCES (object)->rows, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_preferences_parent_class)->finalize (object);
}

static void
cloche_preferences_class_init (ClochePreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_preferences_dispose;
  G_OBJECT_CLASS (klass)->finalize = cloche_preferences_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, endpoints_group);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, kind_row);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, name_row);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, address_row);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, key_row);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, add_button);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, ask_button);
  gtk_widget_class_bind_template_child (widget_class, ClochePreferences, keys_note);
}

static void
cloche_preferences_init (ClochePreferences *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (self->kind_row, "notify::selected", G_CALLBACK (kind_changed_cb), self);
  g_signal_connect_swapped (self->address_row, "changed", G_CALLBACK (address_changed_cb), self);
  g_signal_connect_swapped (self->add_button, "clicked", G_CALLBACK (add_cb), self);
  g_signal_connect_swapped (self->ask_button, "clicked", G_CALLBACK (ask_cb), self);
}

GtkWidget *
cloche_preferences_new (ClocheContext *context)
{
  ClochePreferences *self = g_object_new (CLOCHE_TYPE_PREFERENCES, NULL);

  self->context = g_object_ref (context);
  gtk_widget_set_visible (GTK_WIDGET (self->keys_note), !cloche_context_are_keys_kept (context));
  g_signal_connect_swapped (context, "endpoints-changed", G_CALLBACK (endpoints_changed_cb), self);
  g_signal_connect_swapped (cloche_context_get_models (context), "state-changed", G_CALLBACK (states_changed_cb), self);
  endpoints_changed_cb (self);

  return GTK_WIDGET (self);
}
