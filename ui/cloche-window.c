/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-window.h"

#include "cloche-sidebar-row.h"
#include "cloche-toast.h"
#include "cloche-tour.h"
#include "cloche-window-private.h"

#include <string.h>

#include <glib/gi18n.h>

/* characters: of a conversation's first words that become its title. */
#define TITLE_CHARS 60

G_DEFINE_FINAL_TYPE (ClocheWindow, cloche_window, ADW_TYPE_APPLICATION_WINDOW)

static gboolean
matches (gpointer item,
         gpointer user_data)
{
  ClocheWindow *self = user_data;
  g_autofree char *needle = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (self->search_entry)), -1);
  g_autofree char *title = g_utf8_casefold (cloche_conversation_row_get_title (item), -1);

  return strstr (title, needle) != NULL;
}

static void
search_changed_cb (ClocheWindow *self)
{
  gtk_filter_changed (gtk_filter_list_model_get_filter (self->filtered), GTK_FILTER_CHANGE_DIFFERENT);
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  return cloche_sidebar_row_new (item);
}

static void
row_activated_cb (ClocheWindow  *self,
                  GtkListBoxRow *row)
{
  g_autoptr (ClocheConversationRow) item = g_list_model_get_item (G_LIST_MODEL (self->filtered),
                                                                  gtk_list_box_row_get_index (row));

  if (item != NULL)
    cloche_window_open (self, cloche_conversation_row_get_conversation (item));
}

static void
update_model (ClocheWindow *self)
{
  ClocheChat *chat = cloche_chat_view_get_chat (self->chat_view);
  ClocheModelInfo *model = chat != NULL ? cloche_chat_get_model (chat) : NULL;

  cloche_model_chooser_set_label (self->model_chooser, model != NULL ? cloche_model_info_get_name (model) : NULL);
}

static void
model_chosen_cb (ClocheWindow      *self,
                 ClocheModelChoice *choice)
{
  ClocheChat *chat = cloche_chat_view_get_chat (self->chat_view);
  ClocheModelInfo *info = cloche_model_choice_get_info (choice);
  GSettings *settings = cloche_context_get_settings (self->context);

  /* The next conversation starts with what was chosen last. */
  g_settings_set_string (settings, "endpoint", cloche_model_info_get_endpoint (info));
  g_settings_set_string (settings, "model", cloche_model_info_get_id (info));
  if (chat != NULL)
    cloche_chat_set_model (chat, cloche_model_choice_get_provider (choice), info);
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "win.new", NULL);
}

/* Gives a conversation the model it had, or the one that was chosen last. */
static void
choose_model (ClocheWindow *self,
              ClocheChat   *chat)
{
  ClocheConversation *conversation = cloche_chat_get_conversation (chat);
  ClocheModels *models = cloche_context_get_models (self->context);
  GSettings *settings = cloche_context_get_settings (self->context);
  g_autofree char *endpoint = g_settings_get_string (settings, "endpoint");
  g_autofree char *model = g_settings_get_string (settings, "model");
  ClocheModelChoice *choice = NULL;

  if (cloche_chat_get_model (chat) != NULL)
    return;
  if (g_strcmp0 (cloche_conversation_get_endpoint (conversation), CLOCHE_TOUR_ENDPOINT) == 0) {
    cloche_context_use_tour (self->context, chat);
    return;
  }
  if (cloche_conversation_get_model (conversation) != NULL)
    choice = cloche_models_find (models, cloche_conversation_get_endpoint (conversation),
                                 cloche_conversation_get_model (conversation));
  if (choice == NULL)
    choice = cloche_models_find (models, endpoint, model);
  if (choice != NULL)
    cloche_chat_set_model (chat, cloche_model_choice_get_provider (choice), cloche_model_choice_get_info (choice));
}

static void
models_changed_cb (ClocheWindow *self)
{
  ClocheChat *chat = cloche_chat_view_get_chat (self->chat_view);

  if (chat != NULL)
    choose_model (self, chat);
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!cloche_chat_load_finish (CLOCHE_CHAT (object), result, &error))
    cloche_window_add_toast (self, error->message);
}

static void
renamed_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!cloche_workspace_change_finish (CLOCHE_WORKSPACE (object), result, &error))
    cloche_window_add_toast (self, error->message);
}

/* Until the person names a conversation, it is named after how it began. */
static void
begun_cb (ClocheWindow *self,
          const char   *text)
{
  ClocheChat *chat = cloche_chat_view_get_chat (self->chat_view);
  g_autofree char *title = g_utf8_substring (text, 0, MIN (g_utf8_strlen (text, -1), TITLE_CHARS));
  char *newline = strchr (title, '\n');

  if (newline != NULL)
    *newline = '\0';
  if (*title == '\0')
    return;

  cloche_chat_set_title (chat, title);
  cloche_workspace_rename_async (cloche_context_get_workspace (self->context),
                                 cloche_conversation_get_id (cloche_chat_get_conversation (chat)), title, NULL,
                                 renamed_cb, g_object_ref (self));
}

static void
cloche_window_dispose (GObject *object)
{
  ClocheWindow *self = CLOCHE_WINDOW (object);

  if (self->context != NULL)
    g_signal_handlers_disconnect_by_data (cloche_context_get_models (self->context), self);
  g_clear_object (&self->undo_toast);
  g_clear_pointer (&self->replacements, g_hash_table_unref);
  g_clear_object (&self->filtered);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (cloche_window_parent_class)->dispose (object);
}

static gboolean
cloche_window_close_request (GtkWindow *window)
{
  ClocheWindow *self = CLOCHE_WINDOW (window);
  GSettings *settings = cloche_context_get_settings (self->context);
  int width;
  int height;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set (settings, "window-size", "(ii)", width, height);
  g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (window));

  return GTK_WINDOW_CLASS (cloche_window_parent_class)->close_request (window);
}

static void
cloche_window_class_init (ClocheWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = cloche_window_close_request;

  g_type_ensure (CLOCHE_TYPE_CHAT_VIEW);
  g_type_ensure (CLOCHE_TYPE_MODEL_CHOOSER);
  g_type_ensure (CLOCHE_TYPE_STATUS_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-window.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, leaflet);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, content);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, search_entry);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, conversations);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, model_chooser);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, chat_view);
  gtk_widget_class_bind_template_child (widget_class, ClocheWindow, status_button);
  _cloche_window_install_actions (widget_class);
  _cloche_window_install_file_actions (widget_class);
}

/*
 * A leaflet of libadwaita 1.2 sets the style classes of its shadows anew whenever it is given its place, which it is in each
 * frame of an answer that grows. GTK then looks for the style of everything that stands behind them, in the order of
 * siblings: of all that is in the window. So they go behind the pages; the leaflet does not draw in that order.
 * https://gitlab.gnome.org/GNOME/libadwaita/-/blob/1.2.2/src/adw-shadow-helper.c
 */
static void
move_shadows_back (AdwLeaflet *leaflet,
                   GtkWidget  *last_page)
{
  static const char *const SHADOWS[] = { "dimming", "border", "shadow", "outline" };
  GtkWidget *next;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (leaflet)); child != last_page && child != NULL;
       child = next) {
    next = gtk_widget_get_next_sibling (child);
    for (gsize i = 0; i < G_N_ELEMENTS (SHADOWS); i++)
      if (g_str_equal (gtk_widget_get_css_name (child), SHADOWS[i]))
        gtk_widget_insert_before (child, GTK_WIDGET (leaflet), NULL);
  }
}

static void
cloche_window_init (ClocheWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->replacements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  move_shadows_back (self->leaflet, self->content);
  /* What a narrow window shows first; who is here for the first time has no conversation to choose from. */
  adw_leaflet_set_visible_child (self->leaflet, self->content);
  self->filtered = gtk_filter_list_model_new (NULL, GTK_FILTER (gtk_custom_filter_new (matches, self, NULL)));
  gtk_list_box_bind_model (self->conversations, G_LIST_MODEL (self->filtered), make_row, self, NULL);
  g_signal_connect_swapped (self->search_entry, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect_swapped (self->conversations, "row-activated", G_CALLBACK (row_activated_cb), self);
  g_signal_connect_swapped (self->model_chooser, "chosen", G_CALLBACK (model_chosen_cb), self);
  g_signal_connect_swapped (self->chat_view, "begun", G_CALLBACK (begun_cb), self);
  g_signal_connect_swapped (self->chat_view, "problem", G_CALLBACK (cloche_window_add_toast), self);
}

static void
restore_size (ClocheWindow *self)
{
  GSettings *settings = cloche_context_get_settings (self->context);
  int width;
  int height;

  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  if (width > 0 && height > 0)
    gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
}

ClocheWindow *
cloche_window_new (GtkApplication *application,
                   ClocheContext  *context)
{
  ClocheWindow *self = g_object_new (CLOCHE_TYPE_WINDOW, "application", application, NULL);
  ClocheModels *models = cloche_context_get_models (context);

  self->context = g_object_ref (context);
  gtk_filter_list_model_set_model (self->filtered, G_LIST_MODEL (cloche_context_get_workspace (context)));
  cloche_model_chooser_set_models (self->model_chooser, models);
  g_signal_connect_swapped (models, "items-changed", G_CALLBACK (models_changed_cb), self);
  g_signal_connect_object (context, "problem", G_CALLBACK (cloche_window_add_toast), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (context, "asked", G_CALLBACK (_cloche_window_tell_asked), self, G_CONNECT_SWAPPED);
  restore_size (self);

  return self;
}

/**
 * cloche_window_open:
 *
 * Shows @conversation.
 */
void
cloche_window_open (ClocheWindow       *self,
                    ClocheConversation *conversation)
{
  g_autoptr (ClocheChat) chat = cloche_context_open_chat (self->context, conversation);
  g_autoptr (ClocheFiles) files = cloche_context_open_files (self->context, chat);
  g_autoptr (ClocheStatus) status = cloche_context_open_status (self->context, chat);
  ClocheChat *old = cloche_chat_view_get_chat (self->chat_view);

  adw_leaflet_set_visible_child (self->leaflet, self->content);
  gtk_stack_set_visible_child_name (self->pages, "chat");
  if (old == chat)
    return;

  if (old != NULL)
    g_signal_handlers_disconnect_by_data (old, self);
  g_signal_connect_object (chat, "notify::model", G_CALLBACK (update_model), self, G_CONNECT_SWAPPED);
  _cloche_window_watch_files (self, files, chat);
  cloche_chat_view_set_chat (self->chat_view, chat, files, cloche_context_get_network (self->context, chat));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.network", TRUE);
  cloche_status_button_set_status (self->status_button, status);
  if (g_list_model_get_n_items (G_LIST_MODEL (chat)) == 0)
    cloche_chat_load_async (chat, NULL, loaded_cb, g_object_ref (self));
  choose_model (self, chat);
  update_model (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->chat_view));
}

/**
 * cloche_window_start:
 *
 * Shows the page that stands where no conversation is open.
 */
void
cloche_window_start (ClocheWindow *self)
{
  ClocheChat *old = cloche_chat_view_get_chat (self->chat_view);

  if (old != NULL)
    g_signal_handlers_disconnect_by_data (old, self);
  cloche_chat_view_set_chat (self->chat_view, NULL, NULL, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.network", FALSE);
  cloche_status_button_set_status (self->status_button, NULL);
  gtk_stack_set_visible_child_name (self->pages, "start");
  update_model (self);
}

void
cloche_window_add_toast (ClocheWindow *self,
                         const char   *sentence)
{
  adw_toast_overlay_add_toast (self->toasts, cloche_toast_new (sentence));
}
