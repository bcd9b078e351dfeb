/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-completion.h"
#include "cloche-item.h"

G_BEGIN_DECLS

/**
 * ClocheChatItems:
 *
 * The rows of a conversation, made of messages that are whole and of an answer that is coming: a #GListModel of
 * #ClocheItem.
 */
#define CLOCHE_TYPE_CHAT_ITEMS (cloche_chat_items_get_type ())
G_DECLARE_FINAL_TYPE (ClocheChatItems, cloche_chat_items, CLOCHE, CHAT_ITEMS, GObject)

ClocheChatItems *cloche_chat_items_new (void) G_GNUC_WARN_UNUSED_RESULT;

void             cloche_chat_items_add_history  (ClocheChatItems *self,
                                                 GPtrArray       *messages);
void             cloche_chat_items_add_question (ClocheChatItems *self,
                                                 ClocheMessage   *message);
void             cloche_chat_items_add_notice   (ClocheChatItems *self,
                                                 const char      *code,
                                                 const char      *detail);

/* While an answer comes. */
void             cloche_chat_items_begin_answer (ClocheChatItems  *self,
                                                 ClocheCompletion *completion);
void             cloche_chat_items_add_run      (ClocheChatItems  *self,
                                                 ClocheToolRun    *run);
void             cloche_chat_items_end_answer   (ClocheChatItems  *self,
                                                 ClocheMessage    *answer);

G_END_DECLS
