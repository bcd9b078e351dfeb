/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"
#include "cloche-model-info.h"
#include "cloche-tool-spec.h"

G_BEGIN_DECLS

/**
 * ClocheThinking:
 * @CLOCHE_THINKING_DEFAULT: as the model does by itself
 * @CLOCHE_THINKING_OFF: answer at once
 * @CLOCHE_THINKING_ON: think first
 *
 * A wish: a model that is not known to think is not asked to.
 */
typedef enum {
  CLOCHE_THINKING_DEFAULT,
  CLOCHE_THINKING_OFF,
  CLOCHE_THINKING_ON,
} ClocheThinking;

/**
 * ClocheChatRequest:
 *
 * What a model is asked, in no provider's words: the model, the history and the tools. The messages are in order and
 * ready to be sent: every tool call has a result in the message of role tool that follows, and an image is meant for
 * the model if its bytes are at hand. May be changed until it is given to a provider.
 */
typedef struct _ClocheChatRequest ClocheChatRequest;

#define CLOCHE_TYPE_CHAT_REQUEST (cloche_chat_request_get_type ())
GType              cloche_chat_request_get_type (void);

ClocheChatRequest *cloche_chat_request_new   (ClocheModelInfo *model) G_GNUC_WARN_UNUSED_RESULT;
ClocheChatRequest *cloche_chat_request_ref   (ClocheChatRequest *self);
void               cloche_chat_request_unref (ClocheChatRequest *self);

ClocheModelInfo   *cloche_chat_request_get_model (ClocheChatRequest *self);

guint              cloche_chat_request_get_n_messages (ClocheChatRequest *self);
ClocheMessage     *cloche_chat_request_get_message    (ClocheChatRequest *self,
                                                       guint              index);
void               cloche_chat_request_add_message    (ClocheChatRequest *self,
                                                       ClocheMessage     *message);

guint              cloche_chat_request_get_n_tools (ClocheChatRequest *self);
ClocheToolSpec    *cloche_chat_request_get_tool    (ClocheChatRequest *self,
                                                    guint              index);
void               cloche_chat_request_add_tool    (ClocheChatRequest *self,
                                                    ClocheToolSpec    *tool);

ClocheThinking     cloche_chat_request_get_thinking       (ClocheChatRequest *self);
void               cloche_chat_request_set_thinking       (ClocheChatRequest *self,
                                                           ClocheThinking     thinking);
gint64             cloche_chat_request_get_context_tokens (ClocheChatRequest *self);
void               cloche_chat_request_set_context_tokens (ClocheChatRequest *self,
                                                           gint64             tokens);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheChatRequest, cloche_chat_request_unref)

G_END_DECLS
