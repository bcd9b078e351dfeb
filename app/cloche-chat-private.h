/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat.h"
#include "cloche-chat-items.h"
#include "cloche-workspace-files.h"

G_BEGIN_DECLS

struct _ClocheChat
{
  GObject parent_instance;

  ClocheStore *store;
  ClocheConversation *conversation;
  ClocheSandbox *sandbox;
  ClocheClock *clock;
  ClocheProvider *provider;     /* NULL before a model is chosen */
  ClocheModelInfo *model;

  ClocheWorkspaceFiles *files;
  ClocheChatItems *items;
  GPtrArray *history;           /* of ClocheMessage */
  GPtrArray *notices;           /* of ClocheMessagePart: to go with the next results or question */
  GPtrArray *runs;              /* of ClocheToolRun, of the turn at hand */
  GCancellable *stop;           /* of the turn at hand, else NULL */
};

void cloche_chat_take_stop  (ClocheChat      *self,
                             GCancellable    *stop);
void cloche_chat_take_model (ClocheChat      *self,
                             ClocheModelInfo *model);

G_END_DECLS
