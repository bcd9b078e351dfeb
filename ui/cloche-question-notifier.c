/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-question-notifier.h"

#include <glib/gi18n.h>

struct _ClocheQuestionNotifier
{
  GObject parent_instance;

  GtkApplication *application;  /* borrowed: it owns this */
  GPtrArray *told;              /* of Told */
};

/* A notification that stands: the newest of its conversation. */
typedef struct
{
  ClocheQuestionNotifier *notifier;     /* borrowed */
  ClocheNetwork *network;
  ClocheNetworkQuestion *question;      /* that it is about */
  char *id;
} Told;

G_DEFINE_FINAL_TYPE (ClocheQuestionNotifier, cloche_question_notifier, G_TYPE_OBJECT)

static gboolean
is_somebody_there (ClocheQuestionNotifier *self)
{
  for (GList *l = gtk_application_get_windows (self->application); l != NULL; l = l->next)
    if (gtk_window_is_active (l->data))
      return TRUE;

  return FALSE;
}

/* What a guest chose is in it as far as it is the name of a host, and nothing of the conversation: a locked screen shows it. */
static void
send (Told *told)
{
  g_autoptr (GNotification) notification = g_notification_new (cloche_network_question_get_title (told->question));

  g_notification_set_body (notification, _ ("A conversation waits for your answer."));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (notification, "app.show-conversation", "s",
                                                cloche_network_get_conversation_id (told->network));
  g_application_send_notification (G_APPLICATION (told->notifier->application), told->id, notification);
}

static void
questions_changed_cb (Told *told)
{
  ClocheQuestionNotifier *self = told->notifier;
  g_autoptr (ClocheNetworkQuestion) first = g_list_model_get_item (cloche_network_get_questions (told->network), 0);

  if (first == told->question)
    return;

  if (first != NULL) {
    g_set_object (&told->question, first);
    send (told);
  } else {
    g_application_withdraw_notification (G_APPLICATION (self->application), told->id);
    g_ptr_array_remove (self->told, told);
  }
}

static void
told_free (gpointer data)
{
  Told *told = data;

  g_signal_handlers_disconnect_by_data (cloche_network_get_questions (told->network), told);
  g_object_unref (told->network);
  g_object_unref (told->question);
  g_free (told->id);
  g_free (told);
}

static void
asked_cb (ClocheQuestionNotifier *self,
          ClocheNetwork          *network,
          ClocheNetworkQuestion  *question)
{
  Told *told;

  if (is_somebody_there (self))
    return;

  told = g_new0 (Told, 1);
  told->notifier = self;
  told->network = g_object_ref (network);
  told->question = g_object_ref (question);
  told->id = g_strconcat ("network-", cloche_network_get_conversation_id (network), NULL);
  g_ptr_array_add (self->told, told);
  g_signal_connect_swapped (cloche_network_get_questions (network), "items-changed", G_CALLBACK (questions_changed_cb), told);
  send (told);
}

/* Somebody has come, who sees the question, or what leads to it. */
static void
active_cb (ClocheQuestionNotifier *self)
{
  if (!is_somebody_there (self))
    return;

  for (guint i = 0; i < self->told->len; i++)
    g_application_withdraw_notification (G_APPLICATION (self->application), ((Told *) self->told->pdata[i])->id);
  g_ptr_array_set_size (self->told, 0);
}

static void
window_added_cb (ClocheQuestionNotifier *self,
                 GtkWindow              *window)
{
  g_signal_connect_object (window, "notify::is-active", G_CALLBACK (active_cb), self, G_CONNECT_SWAPPED);
}

static void
cloche_question_notifier_finalize (GObject *object)
{
  g_ptr_array_unref (CLOCHE_QUESTION_NOTIFIER (object)->told);

  G_OBJECT_CLASS (cloche_question_notifier_parent_class)->finalize (object);
}

static void
cloche_question_notifier_class_init (ClocheQuestionNotifierClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_question_notifier_finalize;
}

static void
cloche_question_notifier_init (ClocheQuestionNotifier *self)
{
  self->told = g_ptr_array_new_with_free_func (told_free);
}

/**
 * cloche_question_notifier_new:
 * @application: without windows yet; has the action app.show-conversation, which takes the id of one. It owns this.
 */
ClocheQuestionNotifier *
cloche_question_notifier_new (GtkApplication *application,
                              ClocheContext  *context)
{
  ClocheQuestionNotifier *self = g_object_new (CLOCHE_TYPE_QUESTION_NOTIFIER, NULL);

  self->application = application;
  g_signal_connect_object (context, "asked", G_CALLBACK (asked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (application, "window-added", G_CALLBACK (window_added_cb), self, G_CONNECT_SWAPPED);

  return self;
}
