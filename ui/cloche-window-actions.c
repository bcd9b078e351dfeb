/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-about.h"
#include "cloche-network-dialog.h"
#include "cloche-preferences.h"
#include "cloche-problem.h"
#include "cloche-toast.h"
#include "cloche-window-private.h"

#include <glib/gi18n.h>

/* seconds: half of the time that a question stands. */
#define ASKED_SECONDS 15

static ClocheWorkspace *
get_workspace (ClocheWindow *self)
{
  return cloche_context_get_workspace (self->context);
}

static void
created_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheConversation) conversation = cloche_workspace_create_finish (CLOCHE_WORKSPACE (object), result, &error);

  if (conversation != NULL)
    cloche_window_open (self, conversation);
  else
    cloche_problem_show (GTK_WIDGET (self), _ ("No conversation could be begun"), error);
}

static void
new_cb (GtkWidget  *widget,
        const char *name,
        GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);

  cloche_workspace_create_async (get_workspace (self), _ ("New Conversation"), NULL, created_cb, g_object_ref (self));
}

static void
tour_created_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (ClocheWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheConversation) conversation = cloche_workspace_create_finish (CLOCHE_WORKSPACE (object), result, &error);

  if (conversation == NULL) {
    cloche_problem_show (GTK_WIDGET (self), _ ("The tour could not be begun"), error);
    return;
  }

  cloche_window_open (self, conversation);
  cloche_context_use_tour (self->context, cloche_chat_view_get_chat (self->chat_view));
}

static void
tour_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);

  cloche_workspace_create_async (get_workspace (self), _ ("Tour"), NULL, tour_created_cb, g_object_ref (self));
}

static void
changed_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!cloche_workspace_change_finish (CLOCHE_WORKSPACE (object), result, &error))
    cloche_window_add_toast (self, error->message);
}

static void
rename_response_cb (AdwMessageDialog *dialog,
                    const char       *response,
                    ClocheWindow     *self)
{
  GtkEditable *entry = GTK_EDITABLE (adw_message_dialog_get_extra_child (dialog));
  g_autofree char *title = g_strstrip (g_strdup (gtk_editable_get_text (entry)));

  if (g_str_equal (response, "rename") && *title != '\0')
    cloche_workspace_rename_async (get_workspace (self), gtk_widget_get_name (GTK_WIDGET (dialog)), title, NULL,
                                   changed_cb, g_object_ref (self));
}

/* Borrowed from the list; NULL if it is not there. */
static ClocheConversationRow *
find_row (ClocheWindow *self,
          const char   *id)
{
  GListModel *rows = G_LIST_MODEL (get_workspace (self));

  for (guint i = 0; i < g_list_model_get_n_items (rows); i++) {
    g_autoptr (ClocheConversationRow) row = g_list_model_get_item (rows, i);

    if (g_str_equal (cloche_conversation_get_id (cloche_conversation_row_get_conversation (row)), id))
      return row;
  }

  return NULL;
}

static void
open_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);
  ClocheConversationRow *row = find_row (self, g_variant_get_string (parameter, NULL));

  if (row != NULL)
    cloche_window_open (self, cloche_conversation_row_get_conversation (row));
}

static gboolean
is_shown (ClocheWindow *self,
          const char   *id)
{
  ClocheChat *chat = cloche_chat_view_get_chat (self->chat_view);

  return chat != NULL && g_str_equal (cloche_conversation_get_id (cloche_chat_get_conversation (chat)), id);
}

/*
 * _cloche_window_tell_asked:
 *
 * A conversation that is not being looked at wants to reach a host: the question stands there, and a toast leads to it.
 */
void
_cloche_window_tell_asked (ClocheWindow          *self,
                           ClocheNetwork         *network,
                           ClocheNetworkQuestion *question)
{
  const char *conversation_id = cloche_network_get_conversation_id (network);
  ClocheConversationRow *row = find_row (self, conversation_id);
  g_autofree char *sentence = NULL;
  AdwToast *toast;

  if (row == NULL || is_shown (self, conversation_id))
    return;

  /* Translators: the placeholders are the title of a conversation and the name of a host. */
  sentence = g_strdup_printf (_ ("“%s” wants to reach %s"), cloche_conversation_row_get_title (row),
                              cloche_network_question_get_host (question));
  toast = cloche_toast_new (sentence);
  adw_toast_set_button_label (toast, _ ("Show"));
  adw_toast_set_action_name (toast, "conversation.open");
  adw_toast_set_action_target_value (toast, g_variant_new_string (conversation_id));
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_timeout (toast, ASKED_SECONDS);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
rename_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  ClocheConversationRow *row = find_row (self, id);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Rename Conversation"), NULL);
  GtkWidget *entry = gtk_entry_new ();

  gtk_editable_set_text (GTK_EDITABLE (entry), row != NULL ? cloche_conversation_row_get_title (row) : "");
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Title"), -1);
  gtk_widget_set_name (dialog, id);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "rename", _ ("_Rename"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  g_signal_connect_object (dialog, "response", G_CALLBACK (rename_response_cb), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* Only when no undo is offered any more is the trash emptied: it does not know one deletion from another. */
static void
undo_dismissed_cb (ClocheWindow *self,
                   AdwToast     *toast)
{
  if (self->undo_toast == toast)
    g_clear_object (&self->undo_toast);
  self->n_undos--;
  if (self->n_undos == 0)
    cloche_context_empty_trash (self->context);
}

static void
delete_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  AdwToast *toast = adw_toast_new (_ ("Conversation deleted"));

  cloche_context_stop_chat (self->context, id);
  if (is_shown (self, id))
    cloche_window_start (self);
  cloche_workspace_delete_async (get_workspace (self), id, NULL, changed_cb, g_object_ref (self));

  adw_toast_set_button_label (toast, _ ("Undo"));
  adw_toast_set_action_name (toast, "conversation.undo-delete");
  adw_toast_set_action_target_value (toast, parameter);
  g_signal_connect_object (toast, "dismissed", G_CALLBACK (undo_dismissed_cb), self, G_CONNECT_SWAPPED);
  self->n_undos++;
  g_set_object (&self->undo_toast, toast);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static void
undo_delete_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);

  cloche_workspace_undo_delete_async (get_workspace (self), g_variant_get_string (parameter, NULL), NULL, changed_cb,
                                      g_object_ref (self));
}

/* With the keyboard: what the newest toast offers. */
static void
undo_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);
  g_autoptr (AdwToast) toast = self->undo_toast != NULL ? g_object_ref (self->undo_toast) : NULL;

  if (toast == NULL)
    return;

  gtk_widget_activate_action_variant (widget, adw_toast_get_action_name (toast), adw_toast_get_action_target_value (toast));
  adw_toast_dismiss (toast);
}

static void
preferences_cb (GtkWidget  *widget,
                const char *name,
                GVariant   *parameter)
{
  GtkWidget *preferences = cloche_preferences_new (CLOCHE_WINDOW (widget)->context);

  gtk_window_set_transient_for (GTK_WINDOW (preferences), GTK_WINDOW (widget));
  gtk_window_present (GTK_WINDOW (preferences));
}

static void
network_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);
  ClocheChat *chat = cloche_chat_view_get_chat (self->chat_view);
  GtkWidget *dialog;

  if (chat == NULL)
    return;

  dialog = cloche_network_dialog_new (cloche_context_get_network (self->context, chat));
  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (self));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
about_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *parameter)
{
  cloche_about_present (GTK_WINDOW (widget));
}

static void
back_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  (void) gtk_widget_child_focus (self->sidebar, GTK_DIR_TAB_FORWARD);        /* There is always something to focus. */
}

static void
search_cb (GtkWidget  *widget,
           const char *name,
           GVariant   *parameter)
{
  ClocheWindow *self = CLOCHE_WINDOW (widget);

  adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
  gtk_widget_grab_focus (GTK_WIDGET (self->search_entry));
}

/* Everything that can be done in the window; "win." also from menus. */
void
_cloche_window_install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new", NULL, new_cb);
  gtk_widget_class_install_action (widget_class, "win.tour", NULL, tour_cb);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, preferences_cb);
  gtk_widget_class_install_action (widget_class, "win.network", NULL, network_cb);
  gtk_widget_class_install_action (widget_class, "win.about", NULL, about_cb);
  gtk_widget_class_install_action (widget_class, "win.back", NULL, back_cb);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_cb);
  gtk_widget_class_install_action (widget_class, "conversation.open", "s", open_cb);
  gtk_widget_class_install_action (widget_class, "conversation.rename", "s", rename_cb);
  gtk_widget_class_install_action (widget_class, "conversation.delete", "s", delete_cb);
  gtk_widget_class_install_action (widget_class, "conversation.undo-delete", "s", undo_delete_cb);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, undo_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "win.new", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_f, GDK_CONTROL_MASK, "win.search", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_z, GDK_CONTROL_MASK, "win.undo", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_comma, GDK_CONTROL_MASK, "win.preferences", NULL);
}
