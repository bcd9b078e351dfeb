/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-conversation.h"

G_BEGIN_DECLS

/**
 * ClocheConversationRow:
 *
 * A conversation in the list. Properties: "id", "title", "updated-us".
 */
#define CLOCHE_TYPE_CONVERSATION_ROW (cloche_conversation_row_get_type ())
G_DECLARE_FINAL_TYPE (ClocheConversationRow, cloche_conversation_row, CLOCHE, CONVERSATION_ROW, GObject)

ClocheConversationRow *cloche_conversation_row_new              (ClocheConversation    *conversation) G_GNUC_WARN_UNUSED_RESULT;
ClocheConversation    *cloche_conversation_row_get_conversation (ClocheConversationRow *self);
const char            *cloche_conversation_row_get_title        (ClocheConversationRow *self);
void                   cloche_conversation_row_update           (ClocheConversationRow *self,
                                                                 ClocheConversation    *conversation);

G_END_DECLS
