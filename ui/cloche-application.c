/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-application.h"

#include <gtksourceview/gtksource.h>

#include "cloche-config.h"
#include "cloche-problem.h"
#include "cloche-question-notifier.h"
#include "cloche-ui-resources.h"
#include "cloche-window.h"

#include <glib/gi18n.h>

struct _ClocheApplication
{
  AdwApplication parent_instance;

  ClocheContext *context;
  ClocheQuestionNotifier *notifier;     /* NULL before there is a window */
  gboolean is_opening;
};

G_DEFINE_FINAL_TYPE (ClocheApplication, cloche_application, ADW_TYPE_APPLICATION)

static void
add_shortcuts (ClocheWindow *window)
{
  g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource ("/cloche/ui/cloche-shortcuts.ui");

  gtk_application_window_set_help_overlay (GTK_APPLICATION_WINDOW (window),
                                           GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
}

/* Without store there is nothing to show; the sentence stands in a window of its own, and the program ends with it. */
static void
show_failure (ClocheApplication *self,
              const GError      *error)
{
  GtkWidget *dialog = adw_message_dialog_new (NULL, _ ("Cloche cannot start"), NULL);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), error->message);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_set_application (GTK_WINDOW (dialog), GTK_APPLICATION (self));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
opened_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheApplication) self = user_data;
  g_autoptr (GError) error = NULL;
  ClocheWindow *window;

  g_application_release (G_APPLICATION (self));
  self->is_opening = FALSE;
  if (!cloche_context_open_finish (CLOCHE_CONTEXT (object), result, &error)) {
    show_failure (self, error);
    return;
  }

  if (self->notifier == NULL)
    self->notifier = cloche_question_notifier_new (GTK_APPLICATION (self), self->context);
  window = cloche_window_new (GTK_APPLICATION (self), self->context);
  add_shortcuts (window);
  gtk_window_present (GTK_WINDOW (window));
  cloche_context_refresh_models (self->context);
  /* What an earlier run has left. Not for programs that come and go while a window may still offer to undo. */
  cloche_context_empty_trash (self->context);
  cloche_context_clean_up (self->context);
}

static void
cloche_application_activate (GApplication *application)
{
  ClocheApplication *self = CLOCHE_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL) {
    gtk_window_present (window);
    return;
  }
  if (self->is_opening)
    return;

  self->is_opening = TRUE;
  g_application_hold (application);
  cloche_context_open_async (self->context, NULL, opened_cb, g_object_ref (self));
}

/* Somebody has chosen a notification. */
static void
show_conversation_cb (GSimpleAction     *action,
                      GVariant          *parameter,
                      ClocheApplication *self)
{
  GtkWindow *window = NULL;

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL && window == NULL; l = l->next)
    if (CLOCHE_IS_WINDOW (l->data))
      window = l->data;
  if (window == NULL)
    return;

  gtk_window_present (window);
  gtk_widget_activate_action (GTK_WIDGET (window), "conversation.open", "s", g_variant_get_string (parameter, NULL));
}

static void
cloche_application_startup (GApplication *application)
{
  g_autoptr (GSimpleAction) show = g_simple_action_new ("show-conversation", G_VARIANT_TYPE_STRING);
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();

  G_APPLICATION_CLASS (cloche_application_parent_class)->startup (application);

  g_signal_connect_object (show, "activate", G_CALLBACK (show_conversation_cb), application, 0);
  g_action_map_add_action (G_ACTION_MAP (application), G_ACTION (show));
  gtk_source_init ();
  g_resources_register (cloche_ui_get_resource ());
  gtk_window_set_default_icon_name (CLOCHE_APPLICATION_ID);
  /* The program's own icon, which is not installed where it is built. */
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()), "/cloche/ui/icons");
  gtk_css_provider_load_from_resource (provider, "/cloche/ui/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void
cloche_application_dispose (GObject *object)
{
  ClocheApplication *self = CLOCHE_APPLICATION (object);

  g_clear_object (&self->notifier);
  g_clear_object (&self->context);

  G_OBJECT_CLASS (cloche_application_parent_class)->dispose (object);
}

static void
cloche_application_class_init (ClocheApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_application_dispose;
  application_class->activate = cloche_application_activate;
  application_class->startup = cloche_application_startup;
}

static void
cloche_application_init (ClocheApplication *self)
{
}

ClocheApplication *
cloche_application_new (ClocheContext *context)
{
  ClocheApplication *self = g_object_new (CLOCHE_TYPE_APPLICATION, "application-id", CLOCHE_APPLICATION_ID, NULL);

  self->context = g_object_ref (context);

  return self;
}
