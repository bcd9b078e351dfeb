/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-chat-request.h"
#include "cloche-completion.h"

G_BEGIN_DECLS

/**
 * ClocheProvider:
 *
 * Whoever answers as a model does: a wire dialect of this library spoken to one endpoint, or, in app, the guided tour.
 * One object takes any number of requests at once.
 */
#define CLOCHE_TYPE_PROVIDER (cloche_provider_get_type ())
G_DECLARE_INTERFACE (ClocheProvider, cloche_provider, CLOCHE, PROVIDER, GObject)

struct _ClocheProviderInterface
{
  GTypeInterface parent_iface;

  const char      *(*get_endpoint)           (ClocheProvider       *self);

  void             (*list_models_async)      (ClocheProvider       *self,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
  GPtrArray       *(*list_models_finish)     (ClocheProvider       *self,
                                              GAsyncResult         *result,
                                              GError              **error);

  void             (*describe_model_async)   (ClocheProvider       *self,
                                              const char           *model_id,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
  ClocheModelInfo *(*describe_model_finish)  (ClocheProvider       *self,
                                              GAsyncResult         *result,
                                              GError              **error);

  void             (*chat_async)             (ClocheProvider       *self,
                                              ClocheChatRequest    *request,
                                              ClocheCompletion     *completion,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
  gboolean         (*chat_finish)            (ClocheProvider       *self,
                                              GAsyncResult         *result,
                                              GError              **error);
};

const char      *cloche_provider_get_endpoint          (ClocheProvider       *self);

void             cloche_provider_list_models_async     (ClocheProvider       *self,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
GPtrArray       *cloche_provider_list_models_finish    (ClocheProvider       *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void             cloche_provider_describe_model_async  (ClocheProvider       *self,
                                                        const char           *model_id,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
ClocheModelInfo *cloche_provider_describe_model_finish (ClocheProvider       *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void             cloche_provider_chat_async            (ClocheProvider       *self,
                                                        ClocheChatRequest    *request,
                                                        ClocheCompletion     *completion,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean         cloche_provider_chat_finish           (ClocheProvider       *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);

G_END_DECLS
