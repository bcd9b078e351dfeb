/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-network-questions.h"

struct _ClocheNetworkQuestions
{
  GObject parent_instance;

  GListStore *list;             /* of ClocheNetworkQuestion */
};

G_DEFINE_FINAL_TYPE (ClocheNetworkQuestions, cloche_network_questions, G_TYPE_OBJECT)

enum {
  SIGNAL_ASKED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
question_cb (ClocheNetworkQuestions *self,
             JsonObject             *event)
{
  g_autoptr (ClocheNetworkQuestion) question = cloche_network_question_new (event);

  g_list_store_append (self->list, question);
  g_signal_emit (self, signals[SIGNAL_ASKED], 0, question);
}

static void
cleared_cb (ClocheNetworkQuestions *self,
            gint64                  id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->list)); i++) {
    g_autoptr (ClocheNetworkQuestion) question = g_list_model_get_item (G_LIST_MODEL (self->list), i);

    if (cloche_network_question_get_id (question) == id) {
      g_list_store_remove (self->list, i);
      return;
    }
  }
}

static void
detached_cb (ClocheNetworkQuestions *self)
{
  g_list_store_remove_all (self->list);
}

static void
cloche_network_questions_finalize (GObject *object)
{
  g_clear_object (&CLOCHE_NETWORK_QUESTIONS (object)->list);

  G_OBJECT_CLASS (cloche_network_questions_parent_class)->finalize (object);
}

static void
cloche_network_questions_class_init (ClocheNetworkQuestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_network_questions_finalize;

  signals[SIGNAL_ASKED] = g_signal_new ("asked", CLOCHE_TYPE_NETWORK_QUESTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, CLOCHE_TYPE_NETWORK_QUESTION);
}

static void
cloche_network_questions_init (ClocheNetworkQuestions *self)
{
  self->list = g_list_store_new (CLOCHE_TYPE_NETWORK_QUESTION);
}

ClocheNetworkQuestions *
cloche_network_questions_new (ClocheMachineNetwork *network)
{
  ClocheNetworkQuestions *self = g_object_new (CLOCHE_TYPE_NETWORK_QUESTIONS, NULL);

  g_signal_connect_object (network, "question", G_CALLBACK (question_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "cleared", G_CALLBACK (cleared_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (network, "detached", G_CALLBACK (detached_cb), self, G_CONNECT_SWAPPED);

  return self;
}

GListModel *
cloche_network_questions_get_list (ClocheNetworkQuestions *self)
{
  g_return_val_if_fail (CLOCHE_IS_NETWORK_QUESTIONS (self), NULL);

  return G_LIST_MODEL (self->list);
}

void
cloche_network_questions_remove (ClocheNetworkQuestions *self,
                                 ClocheNetworkQuestion  *question)
{
  g_return_if_fail (CLOCHE_IS_NETWORK_QUESTIONS (self));

  cleared_cb (self, cloche_network_question_get_id (question));
}
