/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat-view.h"

#include "cloche-app-error.h"
#include "cloche-closures.h"
#include "cloche-composer.h"
#include "cloche-item-markdown.h"
#include "cloche-item-row.h"
#include "cloche-pasted-image.h"
#include "cloche-question-bar.h"
#include "cloche-tour.h"
#include "cloche-transcript.h"

#include <glib/gi18n.h>

struct _ClocheChatView
{
  GtkBox parent_instance;

  /* Template widgets */
  ClocheTranscript *transcript;
  ClocheComposer *composer;
  ClocheQuestionBar *question_bar;
  GtkWidget *tour_bar;
  GtkFlowBox *tour_chips;

  ClocheChat *chat;
  ClocheFiles *files;
  GBinding *busy_binding;
};

/* Files are attached one after the other, then the text is said. */
typedef struct
{
  ClocheChatView *view;     /* owned */
  ClocheChat *chat;         /* owned: the view may show another one by now */
  char *text;
  GListModel *files;        /* of GFile */
  ClocheFiles *chat_files;  /* of @chat, or NULL */
  gboolean are_samples;     /* of the program's, not of the person */
  guint next;
  GPtrArray *attached;      /* of ClocheFile */
} Send;

G_DEFINE_FINAL_TYPE (ClocheChatView, cloche_chat_view, GTK_TYPE_BOX)

enum {
  SIGNAL_PROBLEM,
  SIGNAL_BEGUN,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void attach_next (Send *send);

static void
send_free (Send *send)
{
  g_object_unref (send->view);
  g_object_unref (send->chat);
  g_free (send->text);
  g_clear_object (&send->files);
  g_clear_object (&send->chat_files);
  g_ptr_array_unref (send->attached);
  g_free (send);
}

static void
report (ClocheChatView *self,
        const char     *sentence)
{
  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, sentence);
}

/* Nothing is lost: text and files go back to where they were, before what was typed meanwhile. */
static void
give_back (Send *send)
{
  g_autofree char *typed = cloche_composer_dup_text (send->view->composer);
  g_autofree char *text = g_strconcat (send->text, *send->text != '\0' && *typed != '\0' ? "\n" : "", typed, NULL);

  cloche_composer_set_busy (send->view->composer, FALSE);
  cloche_composer_set_text (send->view->composer, text);
  for (guint i = 0; send->files != NULL && i < g_list_model_get_n_items (send->files); i++) {
    g_autoptr (GFile) file = g_list_model_get_item (send->files, i);

    cloche_composer_add_file (send->view->composer, file);
  }
}

static void
sent_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      user_data)
{
  Send *send = user_data;
  g_autoptr (GError) error = NULL;

  /* What goes wrong inside a turn is a row of the conversation; this is for one that did not begin. */
  if (!cloche_chat_send_finish (CLOCHE_CHAT (object), result, &error) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) &&
      !g_error_matches (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_FAILED)) {
    give_back (send);
    report (send->view, error->message);
  }
  send_free (send);
}

static void
attached_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  Send *send = user_data;
  g_autoptr (GError) error = NULL;
  ClocheFile *file = cloche_chat_attach_finish (CLOCHE_CHAT (object), result, &error);

  if (file == NULL) {
    give_back (send);
    report (send->view, error->message);
    send_free (send);
    return;
  }

  g_ptr_array_add (send->attached, file);
  attach_next (send);
}

/* A file with a place that the person knows: neither one of the program's, nor a copy that it made. */
static gboolean
is_own (Send  *send,
        GFile *file)
{
  return !send->are_samples && !cloche_pasted_image_is (file) &&
         (send->chat_files == NULL || !cloche_files_is_staged (send->chat_files, file));
}

static void
attach_next (Send *send)
{
  g_autoptr (GFile) file = NULL;

  if (send->files != NULL)
    file = g_list_model_get_item (send->files, send->next++);
  if (file != NULL) {
    cloche_chat_attach_async (send->chat, file, is_own (send, file), NULL, attached_cb, send);
    return;
  }

  cloche_composer_set_busy (send->view->composer, cloche_chat_is_busy (send->chat));
  cloche_chat_send_async (send->chat, send->text, send->attached, sent_cb, send);
}

static void
begin_sending (ClocheChatView *self,
               const char     *text,
               GListModel     *files,
               gboolean        are_samples)
{
  Send *send = g_new0 (Send, 1);

  send->view = g_object_ref (self);
  send->chat = g_object_ref (self->chat);
  send->text = g_strdup (text);
  send->files = files != NULL ? g_object_ref (files) : NULL;
  send->are_samples = are_samples;
  g_set_object (&send->chat_files, self->files);
  send->attached = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->chat)) == 0)
    g_signal_emit (self, signals[SIGNAL_BEGUN], 0, text);
  cloche_composer_set_busy (self->composer, TRUE);
  cloche_transcript_scroll_to_end (self->transcript);
  attach_next (send);
}

static void
composer_send_cb (ClocheChatView *self,
                  const char     *text,
                  GListModel     *files)
{
  cloche_chat_view_send (self, text, files);
}

static void
composer_stop_cb (ClocheChatView *self)
{
  if (self->chat != NULL)
    cloche_chat_stop (self->chat);
}

static void
composer_problem_cb (ClocheChatView *self,
                     const char     *sentence)
{
  report (self, sentence);
}

static void
go_to_end_cb (GtkWidget  *widget,
              const char *name,
              GVariant   *parameter)
{
  cloche_transcript_scroll_to_end (CLOCHE_CHAT_VIEW (widget)->transcript);
  /* The button goes, and cannot keep the keyboard. */
  gtk_widget_grab_focus (widget);
}

static void
tour_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  ClocheChatView *self = CLOCHE_CHAT_VIEW (widget);
  ClocheTourStop stop = g_variant_get_uint32 (parameter);
  g_autofree char *path = cloche_tour_dup_sample_path (stop);
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  /* The button takes nothing until there is an answer, and could not keep the keyboard. */
  gtk_widget_grab_focus (GTK_WIDGET (self));
  g_list_store_append (files, file);
  begin_sending (self, cloche_tour_get_question (stop), G_LIST_MODEL (files), TRUE);
}

static void
add_tour_chips (ClocheChatView *self)
{
  for (guint stop = 0; stop < CLOCHE_TOUR_N_STOPS; stop++) {
    GtkWidget *button = gtk_button_new_with_label (cloche_tour_get_question (stop));
    GtkWidget *child = gtk_flow_box_child_new ();

    gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), PANGO_ELLIPSIZE_END);
    gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "chat.tour");
    gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", stop);
    gtk_flow_box_child_set_child (GTK_FLOW_BOX_CHILD (child), button);
    gtk_widget_set_focusable (child, FALSE);
    gtk_flow_box_insert (self->tour_chips, child, stop);
  }
}

static void
update_tour (ClocheChatView *self)
{
  ClocheModelInfo *model = self->chat != NULL ? cloche_chat_get_model (self->chat) : NULL;

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chat.tour", self->chat != NULL && !cloche_chat_is_busy (self->chat));
  gtk_widget_set_visible (self->tour_bar, model != NULL && g_strcmp0 (cloche_model_info_get_endpoint (model),
                                                                      CLOCHE_TOUR_ENDPOINT) == 0);
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  ClocheChatView *self = user_data;

  return cloche_item_row_new (CLOCHE_ITEM (item), self->files);
}

static char *
make_text (gpointer item)
{
  return cloche_item_markdown_build (CLOCHE_ITEM (item));
}

static gboolean
cloche_chat_view_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (CLOCHE_CHAT_VIEW (widget)->composer));
}

static void
cloche_chat_view_dispose (GObject *object)
{
  ClocheChatView *self = CLOCHE_CHAT_VIEW (object);

  if (self->transcript != NULL)
    cloche_transcript_set_model (self->transcript, NULL);
  if (self->chat != NULL)
    g_signal_handlers_disconnect_by_func (self->chat, update_tour, self);
  g_clear_object (&self->chat);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (cloche_chat_view_parent_class)->dispose (object);
}

static void
cloche_chat_view_class_init (ClocheChatViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_chat_view_dispose;
  widget_class->grab_focus = cloche_chat_view_grab_focus;

  signals[SIGNAL_PROBLEM] = g_signal_new ("problem", CLOCHE_TYPE_CHAT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_BEGUN] = g_signal_new ("begun", CLOCHE_TYPE_CHAT_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (CLOCHE_TYPE_TRANSCRIPT);
  g_type_ensure (CLOCHE_TYPE_COMPOSER);
  g_type_ensure (CLOCHE_TYPE_QUESTION_BAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-chat-view.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheChatView, transcript);
  gtk_widget_class_bind_template_child (widget_class, ClocheChatView, composer);
  gtk_widget_class_bind_template_child (widget_class, ClocheChatView, question_bar);
  gtk_widget_class_bind_template_child (widget_class, ClocheChatView, tour_bar);
  gtk_widget_class_bind_template_child (widget_class, ClocheChatView, tour_chips);
  gtk_widget_class_bind_template_callback (widget_class, cloche_closure_not);
  gtk_widget_class_install_action (widget_class, "chat.go-to-end", NULL, go_to_end_cb);
  gtk_widget_class_install_action (widget_class, "chat.tour", "u", tour_cb);
}

static void
cloche_chat_view_init (ClocheChatView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  cloche_transcript_set_row_func (self->transcript, make_row, self, NULL);
  cloche_transcript_set_text_func (self->transcript, make_text);
  add_tour_chips (self);
  g_signal_connect_swapped (self->composer, "send", G_CALLBACK (composer_send_cb), self);
  g_signal_connect_swapped (self->composer, "stop", G_CALLBACK (composer_stop_cb), self);
  g_signal_connect_swapped (self->composer, "problem", G_CALLBACK (composer_problem_cb), self);
}

GtkWidget *
cloche_chat_view_new (void)
{
  return g_object_new (CLOCHE_TYPE_CHAT_VIEW, NULL);
}

ClocheChat *
cloche_chat_view_get_chat (ClocheChatView *self)
{
  g_return_val_if_fail (CLOCHE_IS_CHAT_VIEW (self), NULL);

  return self->chat;
}

/**
 * cloche_chat_view_set_chat:
 * @chat: (nullable): what to show
 * @files: (nullable): where its pictures and files come from
 * @network: (nullable): whose questions are shown
 */
void
cloche_chat_view_set_chat (ClocheChatView *self,
                           ClocheChat     *chat,
                           ClocheFiles    *files,
                           ClocheNetwork  *network)
{
  g_return_if_fail (CLOCHE_IS_CHAT_VIEW (self));

  if (self->chat == chat)
    return;

  if (self->busy_binding != NULL)
    g_binding_unbind (self->busy_binding);
  self->busy_binding = NULL;
  cloche_transcript_set_model (self->transcript, NULL);
  if (self->chat != NULL)
    g_signal_handlers_disconnect_by_func (self->chat, update_tour, self);
  g_set_object (&self->chat, chat);
  g_set_object (&self->files, files);
  cloche_question_bar_set_network (self->question_bar, network);
  update_tour (self);
  if (chat == NULL)
    return;

  g_signal_connect_swapped (chat, "notify::model", G_CALLBACK (update_tour), self);
  g_signal_connect_swapped (chat, "notify::busy", G_CALLBACK (update_tour), self);

  cloche_transcript_set_model (self->transcript, G_LIST_MODEL (chat));
  self->busy_binding = g_object_bind_property (chat, "busy", self->composer, "busy", G_BINDING_SYNC_CREATE);
}

/**
 * cloche_chat_view_send:
 * @files: (nullable): of #GFile
 *
 * Attaches @files and says @text.
 */
void
cloche_chat_view_send (ClocheChatView *self,
                       const char     *text,
                       GListModel     *files)
{
  g_return_if_fail (CLOCHE_IS_CHAT_VIEW (self));
  g_return_if_fail (self->chat != NULL);

  begin_sending (self, text, files, FALSE);
}
