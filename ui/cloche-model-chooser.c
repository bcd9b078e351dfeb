/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-model-chooser.h"

#include "cloche-model-row.h"

#include <string.h>

#include <glib/gi18n.h>

struct _ClocheModelChooser
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkMenuButton *button;
  GtkLabel *label;
  GtkPopover *popover;
  GtkSearchEntry *search_entry;
  GtkListBox *list_box;
  GtkLabel *note;

  ClocheModels *models;
  GtkFilterListModel *filtered;
};

G_DEFINE_FINAL_TYPE (ClocheModelChooser, cloche_model_chooser, GTK_TYPE_WIDGET)

enum {
  SIGNAL_CHOSEN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static gboolean
matches (gpointer item,
         gpointer user_data)
{
  ClocheModelChooser *self = user_data;
  g_autofree char *needle = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)), -1);
  g_autofree char *name = g_utf8_casefold (cloche_model_choice_get_name (item), -1);
  g_autofree char *endpoint = g_utf8_casefold (cloche_model_choice_get_endpoint_name (item), -1);

  return strstr (name, needle) != NULL || strstr (endpoint, needle) != NULL;
}

static void
search_changed_cb (ClocheModelChooser *self)
{
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
update_note (ClocheModelChooser *self)
{
  const char *problem = self->models != NULL ? cloche_models_get_problem (self->models) : NULL;
  const char *note = problem;

  if (note == NULL && self->models != NULL && cloche_models_is_loading (self->models))
    note = _ ("Looking for models…");
  else if (note == NULL && g_list_model_get_n_items (G_LIST_MODEL (self->filtered)) == 0)
    note = _ ("No models found");
  gtk_label_set_text (self->note, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->note), note != NULL);
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  GtkWidget *content = cloche_model_row_new (item);
  GtkWidget *row = gtk_list_box_row_new ();

  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), content);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), gtk_widget_get_sensitive (content));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  cloche_model_choice_get_name (item), -1);

  return row;
}

static void
choose (ClocheModelChooser *self,
        guint               position)
{
  g_autoptr (ClocheModelChoice) choice = g_list_model_get_item (G_LIST_MODEL (self->filtered), position);

  if (choice == NULL || cloche_model_choice_get_problem (choice) != NULL)
    return;
  gtk_popover_popdown (self->popover);
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, choice);
}

static void
row_activated_cb (ClocheModelChooser *self,
                  GtkListBoxRow      *row)
{
  choose (self, gtk_list_box_row_get_index (row));
}

static void
search_activate_cb (ClocheModelChooser *self)
{
  choose (self, 0);
}

static void
cloche_model_chooser_dispose (GObject *object)
{
  ClocheModelChooser *self = CLOCHE_MODEL_CHOOSER (object);

  cloche_model_chooser_set_models (self, NULL);
  g_clear_object (&self->filtered);
  g_clear_pointer ((GtkWidget **) &self->button, gtk_widget_unparent);

  G_OBJECT_CLASS (cloche_model_chooser_parent_class)->dispose (object);
}

static void
cloche_model_chooser_class_init (ClocheModelChooserClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_model_chooser_dispose;
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", CLOCHE_TYPE_MODEL_CHOOSER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, CLOCHE_TYPE_MODEL_CHOICE);

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-model-chooser.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheModelChooser, button);
  gtk_widget_class_bind_template_child (widget_class, ClocheModelChooser, label);
  gtk_widget_class_bind_template_child (widget_class, ClocheModelChooser, popover);
  gtk_widget_class_bind_template_child (widget_class, ClocheModelChooser, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ClocheModelChooser, list_box);
  gtk_widget_class_bind_template_child (widget_class, ClocheModelChooser, note);
}

static void
cloche_model_chooser_init (ClocheModelChooser *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filtered = gtk_filter_list_model_new (NULL, GTK_FILTER (gtk_custom_filter_new (matches, self, NULL)));
  gtk_list_box_bind_model (self->list_box, G_LIST_MODEL (self->filtered), make_row, self, NULL);
  g_signal_connect_object (self->filtered, "items-changed", G_CALLBACK (update_note), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect_swapped (self->search_entry, "activate", G_CALLBACK (search_activate_cb), self);
  /* The entry takes Escape for itself. */
  g_signal_connect_swapped (self->search_entry, "stop-search", G_CALLBACK (gtk_popover_popdown), self->popover);
  g_signal_connect_swapped (self->list_box, "row-activated", G_CALLBACK (row_activated_cb), self);
  cloche_model_chooser_set_label (self, NULL);
}

GtkWidget *
cloche_model_chooser_new (void)
{
  return g_object_new (CLOCHE_TYPE_MODEL_CHOOSER, NULL);
}

void
cloche_model_chooser_set_models (ClocheModelChooser *self,
                                 ClocheModels       *models)
{
  g_return_if_fail (CLOCHE_IS_MODEL_CHOOSER (self));

  if (self->models == models)
    return;

  if (self->models != NULL)
    g_signal_handlers_disconnect_by_data (self->models, self);
  g_set_object (&self->models, models);
  gtk_filter_list_model_set_model (self->filtered, G_LIST_MODEL (models));
  if (models == NULL)
    return;

  g_signal_connect_swapped (models, "notify::loading", G_CALLBACK (update_note), self);
  g_signal_connect_swapped (models, "notify::problem", G_CALLBACK (update_note), self);
  update_note (self);
}

/**
 * cloche_model_chooser_set_label:
 * @label: (nullable): the model that is in use
 */
void
cloche_model_chooser_set_label (ClocheModelChooser *self,
                                const char         *label)
{
  g_return_if_fail (CLOCHE_IS_MODEL_CHOOSER (self));

  gtk_label_set_text (self->label, label != NULL ? label : _ ("Choose a Model"));
}
