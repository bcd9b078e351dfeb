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
  gboolean is_asking;           /* about the network: there is a person here who sees the questions */
  gboolean is_loaded;
  gboolean is_following;        /* what others have said is being read */
  gboolean is_behind;           /* and they have said more meanwhile */
};

/* messages that are loaded; who has written more scrolls no further back. */
#define CLOCHE_CHAT_MAX_LOADED_MESSAGES 10000

void cloche_chat_take_stop  (ClocheChat      *self,
                             GCancellable    *stop);
void cloche_chat_take_model (ClocheChat      *self,
                             ClocheModelInfo *model);
void cloche_chat_save       (ClocheChat      *self,
                             ClocheMessage   *message);

ClocheMessage *cloche_chat_begin_message (ClocheChat *self,
                                          ClocheRole  role) G_GNUC_WARN_UNUSED_RESULT;

void     cloche_chat_claim_async  (ClocheChat           *self,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data);
gboolean cloche_chat_claim_finish (ClocheChat           *self,
                                   GAsyncResult         *result,
                                   GError              **error);
void     cloche_chat_release      (ClocheChat *self);

G_END_DECLS
