/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-question-bar.h"

#include <glib/gi18n.h>

/* ms: a click that comes sooner was meant for what was there before, maybe another question: nobody has read this one yet. */
#define READING_MS 500

struct _ClocheQuestionBar
{
  GtkWidget parent_instance;

  /* Template widgets */
  GtkWidget *clamp;
  GtkLabel *title;
  GtkLabel *detail;
  GtkLabel *more;
  GtkWidget *buttons;
  GtkWidget *no_button;
  GtkWidget *once_button;
  GtkWidget *conversation_button;

  ClocheNetwork *network;               /* or NULL */
  ClocheNetworkQuestion *question;      /* that is shown, or NULL */
  guint reading_id;                     /* until @question can have been read; the buttons take nothing so long */
  GtkWidget *focused;                   /* borrowed: the button that gets the keyboard back then, or NULL */
};

G_DEFINE_FINAL_TYPE (ClocheQuestionBar, cloche_question_bar, GTK_TYPE_WIDGET)

static void
answer (ClocheQuestionBar  *self,
        ClocheNetworkAnswer answer)
{
  if (self->question != NULL)
    cloche_network_answer (self->network, self->question, answer);
}

static void
no_cb (ClocheQuestionBar *self)
{
  answer (self, CLOCHE_NETWORK_NO);
}

static void
once_cb (ClocheQuestionBar *self)
{
  answer (self, CLOCHE_NETWORK_ONCE);
}

static void
conversation_cb (ClocheQuestionBar *self)
{
  answer (self, CLOCHE_NETWORK_CONVERSATION);
}

/* What has the keyboard's focus in the window, or NULL. */
static GtkWidget *
get_focus (ClocheQuestionBar *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  return root != NULL ? gtk_root_get_focus (root) : NULL;
}

static gboolean
read_cb (gpointer user_data)
{
  ClocheQuestionBar *self = user_data;

  self->reading_id = 0;
  gtk_widget_set_sensitive (self->buttons, TRUE);
  /* Unless the person has gone on elsewhere. */
  if (self->focused != NULL && get_focus (self) == NULL)
    gtk_widget_grab_focus (self->focused);
  self->focused = NULL;

  return G_SOURCE_REMOVE;
}

/* GTK takes the focus from what becomes insensitive. */
static void
give_time_to_read (ClocheQuestionBar *self)
{
  GtkWidget *focus = get_focus (self);

  if (focus != NULL && gtk_widget_is_ancestor (focus, self->buttons))
    self->focused = focus;
  gtk_widget_set_sensitive (self->buttons, FALSE);
  g_clear_handle_id (&self->reading_id, g_source_remove);
  self->reading_id = g_timeout_add (READING_MS, read_cb, self);
}

static void
hide (ClocheQuestionBar *self)
{
  GtkWidget *focus = get_focus (self);
  gboolean has_focus = (focus == NULL && self->focused != NULL) ||
                       (focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self)));

  g_clear_handle_id (&self->reading_id, g_source_remove);
  self->focused = NULL;
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (has_focus)
    gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (self)));
}

static void
show (ClocheQuestionBar *self)
{
  const char *title = cloche_network_question_get_title (self->question);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->detail, cloche_network_question_get_detail (self->question));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  cloche_network_question_get_detail (self->question), -1);
  give_time_to_read (self);
  gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
}

static void
update (ClocheQuestionBar *self)
{
  GListModel *questions = self->network != NULL ? cloche_network_get_questions (self->network) : NULL;
  guint n = questions != NULL ? g_list_model_get_n_items (questions) : 0;
  g_autoptr (ClocheNetworkQuestion) first = n > 0 ? g_list_model_get_item (questions, 0) : NULL;
  g_autofree char *more = NULL;

  if (n > 1)
    /* Translators: how many other hosts wait to be asked about, besides the one that is shown. */
    more = g_strdup_printf (ngettext ("%u more", "%u more", n - 1), n - 1);
  gtk_label_set_text (self->more, more != NULL ? more : "");
  if (first == self->question)
    return;

  g_set_object (&self->question, first);
  if (first != NULL)
    show (self);
  else
    hide (self);
}

static void
cloche_question_bar_dispose (GObject *object)
{
  ClocheQuestionBar *self = CLOCHE_QUESTION_BAR (object);

  if (self->network != NULL)
    g_signal_handlers_disconnect_by_data (cloche_network_get_questions (self->network), self);
  g_clear_handle_id (&self->reading_id, g_source_remove);
  g_clear_object (&self->network);
  g_clear_object (&self->question);
  g_clear_pointer (&self->clamp, gtk_widget_unparent);

  G_OBJECT_CLASS (cloche_question_bar_parent_class)->dispose (object);
}

static void
cloche_question_bar_class_init (ClocheQuestionBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_question_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_ALERT);
  gtk_widget_class_set_template_from_resource (widget_class, "/cloche/ui/cloche-question-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, clamp);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, title);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, detail);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, more);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, buttons);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, no_button);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, once_button);
  gtk_widget_class_bind_template_child (widget_class, ClocheQuestionBar, conversation_button);
}

static void
cloche_question_bar_init (ClocheQuestionBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_swapped (self->no_button, "clicked", G_CALLBACK (no_cb), self);
  g_signal_connect_swapped (self->once_button, "clicked", G_CALLBACK (once_cb), self);
  g_signal_connect_swapped (self->conversation_button, "clicked", G_CALLBACK (conversation_cb), self);
}

GtkWidget *
cloche_question_bar_new (void)
{
  return g_object_new (CLOCHE_TYPE_QUESTION_BAR, NULL);
}

/**
 * cloche_question_bar_set_network:
 * @network: (nullable): whose questions are shown
 */
void
cloche_question_bar_set_network (ClocheQuestionBar *self,
                                 ClocheNetwork     *network)
{
  g_return_if_fail (CLOCHE_IS_QUESTION_BAR (self));

  if (self->network == network)
    return;

  if (self->network != NULL)
    g_signal_handlers_disconnect_by_data (cloche_network_get_questions (self->network), self);
  g_set_object (&self->network, network);
  if (network != NULL)
    g_signal_connect_swapped (cloche_network_get_questions (network), "items-changed", G_CALLBACK (update), self);
  update (self);
}
