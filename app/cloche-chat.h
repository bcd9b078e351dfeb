/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-clock.h"
#include "cloche-conversation.h"
#include "cloche-item.h"
#include "cloche-provider.h"
#include "cloche-sandbox.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheChat:
 *
 * An open conversation: a #GListModel of #ClocheItem, oldest first, that grows while a turn runs. Everything that is said
 * goes to the store as soon as it is whole.
 *
 * Properties: "title"; "busy" (a turn runs); "model" (#ClocheModelInfo or %NULL).
 */
#define CLOCHE_TYPE_CHAT (cloche_chat_get_type ())
G_DECLARE_FINAL_TYPE (ClocheChat, cloche_chat, CLOCHE, CHAT, GObject)

ClocheChat         *cloche_chat_new (ClocheStore        *store,
                                     ClocheConversation *conversation,
                                     ClocheSandbox      *sandbox,
                                     ClocheClock        *clock) G_GNUC_WARN_UNUSED_RESULT;

ClocheConversation *cloche_chat_get_conversation (ClocheChat *self);
ClocheSandbox      *cloche_chat_get_sandbox      (ClocheChat *self);
const char         *cloche_chat_get_title        (ClocheChat *self);
void                cloche_chat_set_title        (ClocheChat *self,
                                                  const char *title);
gboolean            cloche_chat_is_busy          (ClocheChat *self);
ClocheModelInfo    *cloche_chat_get_model        (ClocheChat *self);
void                cloche_chat_set_model        (ClocheChat      *self,
                                                  ClocheProvider  *provider,
                                                  ClocheModelInfo *model);
void                cloche_chat_set_network      (ClocheChat         *self,
                                                  ClocheNetworkMode   mode,
                                                  const char *const  *hosts);
void                cloche_chat_set_asking       (ClocheChat         *self,
                                                  gboolean            is_asking);

/* Fills the list from the store. To be called once, before anything is sent. */
void                cloche_chat_load_async   (ClocheChat           *self,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gboolean            cloche_chat_load_finish  (ClocheChat           *self,
                                              GAsyncResult         *result,
                                              GError              **error);

/* Shows what other programs have said in it. */
void                cloche_chat_follow       (ClocheChat *self);

/* Copies a file of the host into the machine's /workspace, under a name of its own there. */
void                cloche_chat_attach_async  (ClocheChat           *self,
                                               GFile                *file,
                                               gboolean              has_origin,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
ClocheFile         *cloche_chat_attach_finish (ClocheChat           *self,
                                               GAsyncResult         *result,
                                               GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Says @text and runs a turn to its end. What goes wrong in it is in the list as well. */
void                cloche_chat_send_async   (ClocheChat           *self,
                                              const char           *text,
                                              GPtrArray            *files,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gboolean            cloche_chat_send_finish  (ClocheChat           *self,
                                              GAsyncResult         *result,
                                              GError              **error);
void                cloche_chat_stop         (ClocheChat *self);

/* Runs a call that another program makes, without a model of ours. */
void                cloche_chat_call_async   (ClocheChat           *self,
                                              ClocheToolRun        *run,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
ClocheToolResult   *cloche_chat_call_finish  (ClocheChat           *self,
                                              GAsyncResult         *result,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void                cloche_chat_add_notice   (ClocheChat *self,
                                              const char *code,
                                              const char *detail);

G_END_DECLS
