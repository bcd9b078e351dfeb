/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat-request.h"

struct _ClocheChatRequest
{
  gatomicrefcount ref_count;
  ClocheModelInfo *model;
  GPtrArray *messages;
  GPtrArray *tools;
  ClocheThinking thinking;
  gint64 context_tokens;        /* 0 = the provider's own */
};

G_DEFINE_BOXED_TYPE (ClocheChatRequest, cloche_chat_request, cloche_chat_request_ref, cloche_chat_request_unref)

ClocheChatRequest *
cloche_chat_request_new (ClocheModelInfo *model)
{
  ClocheChatRequest *self = g_new0 (ClocheChatRequest, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->model = cloche_model_info_ref (model);
  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
  self->tools = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_tool_spec_unref);

  return self;
}

ClocheChatRequest *
cloche_chat_request_ref (ClocheChatRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
cloche_chat_request_unref (ClocheChatRequest *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  cloche_model_info_unref (self->model);
  g_ptr_array_unref (self->messages);
  g_ptr_array_unref (self->tools);
  g_free (self);
}

/**
 * cloche_chat_request_get_model:
 *
 * The model with what is known of its capabilities, which decide what the request may hold.
 */
ClocheModelInfo *
cloche_chat_request_get_model (ClocheChatRequest *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->model;
}

guint
cloche_chat_request_get_n_messages (ClocheChatRequest *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->messages->len;
}

ClocheMessage *
cloche_chat_request_get_message (ClocheChatRequest *self,
                                 guint              index)
{
  g_return_val_if_fail (self != NULL && index < self->messages->len, NULL);

  return g_ptr_array_index (self->messages, index);
}

void
cloche_chat_request_add_message (ClocheChatRequest *self,
                                 ClocheMessage     *message)
{
  g_return_if_fail (self != NULL && message != NULL);

  g_ptr_array_add (self->messages, cloche_message_ref (message));
}

guint
cloche_chat_request_get_n_tools (ClocheChatRequest *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->tools->len;
}

ClocheToolSpec *
cloche_chat_request_get_tool (ClocheChatRequest *self,
                              guint              index)
{
  g_return_val_if_fail (self != NULL && index < self->tools->len, NULL);

  return g_ptr_array_index (self->tools, index);
}

/**
 * cloche_chat_request_add_tool:
 *
 * Tools are sent in the order in which they were added, so that a provider's cache finds the same beginning again.
 */
void
cloche_chat_request_add_tool (ClocheChatRequest *self,
                              ClocheToolSpec    *tool)
{
  g_return_if_fail (self != NULL && tool != NULL);

  g_ptr_array_add (self->tools, cloche_tool_spec_ref (tool));
}

ClocheThinking
cloche_chat_request_get_thinking (ClocheChatRequest *self)
{
  g_return_val_if_fail (self != NULL, CLOCHE_THINKING_DEFAULT);

  return self->thinking;
}

void
cloche_chat_request_set_thinking (ClocheChatRequest *self,
                                  ClocheThinking     thinking)
{
  g_return_if_fail (self != NULL);

  self->thinking = thinking;
}

gint64
cloche_chat_request_get_context_tokens (ClocheChatRequest *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->context_tokens;
}

/**
 * cloche_chat_request_set_context_tokens:
 * @tokens: 0 = the provider's own choice
 *
 * How much context a local server shall load the model with. Choose once per conversation: another number makes it load
 * the model again.
 */
void
cloche_chat_request_set_context_tokens (ClocheChatRequest *self,
                                        gint64             tokens)
{
  g_return_if_fail (self != NULL && tokens >= 0);

  self->context_tokens = tokens;
}
