/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-ollama.h"

G_BEGIN_DECLS

void               cloche_ollama_send_async  (ClocheOllama         *self,
                                             const char           *method,
                                             const char           *path,
                                             JsonObject           *body,
                                             gboolean              is_slow,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
ClocheLlmResponse *cloche_ollama_send_finish (ClocheOllama         *self,
                                             GAsyncResult         *result,
                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_ollama_chat_async  (ClocheProvider       *provider,
                                             ClocheChatRequest    *request,
                                             ClocheCompletion     *completion,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean           cloche_ollama_chat_finish (ClocheProvider       *provider,
                                             GAsyncResult         *result,
                                             GError              **error);

G_END_DECLS
