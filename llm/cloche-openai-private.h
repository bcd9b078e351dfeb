/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-openai-wire.h"
#include "cloche-openai.h"

G_BEGIN_DECLS

struct _ClocheOpenai
{
  GObject parent_instance;

  ClocheLlmHttp *http;
  char *endpoint;
  char *base_url;
  char *key;                    /* NULL without one */
  GHashTable *quirks;           /* model id → ClocheOpenaiQuirks that were learnt */
};

void               cloche_openai_send_async  (ClocheOpenai         *self,
                                             const char           *method,
                                             const char           *path,
                                             GBytes               *body,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
ClocheLlmResponse *cloche_openai_send_finish (ClocheOpenai         *self,
                                             GAsyncResult         *result,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;
GError            *cloche_openai_take_error  (ClocheOpenai         *self,
                                             GError               *error) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_openai_chat_async  (ClocheProvider       *provider,
                                             ClocheChatRequest    *request,
                                             ClocheCompletion     *completion,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean           cloche_openai_chat_finish (ClocheProvider       *provider,
                                             GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
