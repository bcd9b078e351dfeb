/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-provider.h"

G_DEFINE_INTERFACE (ClocheProvider, cloche_provider, G_TYPE_OBJECT)

static void
cloche_provider_default_init (ClocheProviderInterface *iface)
{
}

/**
 * cloche_provider_get_endpoint:
 *
 * The id of the endpoint that it speaks to; stored with every message that it makes.
 */
const char *
cloche_provider_get_endpoint (ClocheProvider *self)
{
  g_return_val_if_fail (CLOCHE_IS_PROVIDER (self), NULL);

  return CLOCHE_PROVIDER_GET_IFACE (self)->get_endpoint (self);
}

/**
 * cloche_provider_list_models_async:
 *
 * Asks for the models that there are, with what is known of each without asking for it alone.
 */
void
cloche_provider_list_models_async (ClocheProvider     *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_PROVIDER (self));

  CLOCHE_PROVIDER_GET_IFACE (self)->list_models_async (self, cancellable, callback, user_data);
}

/**
 * cloche_provider_list_models_finish:
 *
 * Returns: (transfer full) (element-type ClocheModelInfo): sorted by name
 */
GPtrArray *
cloche_provider_list_models_finish (ClocheProvider *self,
                                    GAsyncResult   *result,
                                    GError        **error)
{
  g_return_val_if_fail (CLOCHE_IS_PROVIDER (self), NULL);

  return CLOCHE_PROVIDER_GET_IFACE (self)->list_models_finish (self, result, error);
}

/**
 * cloche_provider_describe_model_async:
 *
 * Asks for all that can be known of one model.
 */
void
cloche_provider_describe_model_async (ClocheProvider     *self,
                                      const char         *model_id,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_PROVIDER (self));
  g_return_if_fail (model_id != NULL);

  CLOCHE_PROVIDER_GET_IFACE (self)->describe_model_async (self, model_id, cancellable, callback, user_data);
}

/**
 * cloche_provider_describe_model_finish:
 *
 * Returns: (transfer full): %CLOCHE_CAPABILITY_UNKNOWN where the server is too old to tell
 *
 * Errors: %CLOCHE_LLM_ERROR_MODEL_NOT_FOUND and those of the transport.
 */
ClocheModelInfo *
cloche_provider_describe_model_finish (ClocheProvider *self,
                                       GAsyncResult   *result,
                                       GError        **error)
{
  g_return_val_if_fail (CLOCHE_IS_PROVIDER (self), NULL);

  return CLOCHE_PROVIDER_GET_IFACE (self)->describe_model_finish (self, result, error);
}

/**
 * cloche_provider_chat_async:
 * @completion: a new one; filled as the answer comes, always from the caller's main context
 * @cancellable: (nullable): closes the connection at once
 *
 * Asks @request.
 */
void
cloche_provider_chat_async (ClocheProvider     *self,
                            ClocheChatRequest  *request,
                            ClocheCompletion   *completion,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_PROVIDER (self));
  g_return_if_fail (request != NULL);
  g_return_if_fail (CLOCHE_IS_COMPLETION (completion));

  CLOCHE_PROVIDER_GET_IFACE (self)->chat_async (self, request, completion, cancellable, callback, user_data);
}

/**
 * cloche_provider_chat_finish:
 *
 * Returns: whether the answer came to its end mark. Only then may its calls be run; what came is kept either way.
 *
 * Errors: any of %CLOCHE_LLM_ERROR, %G_IO_ERROR_CANCELLED. Nothing was shown yet if the completion is empty: the caller
 *   may ask again in another way.
 */
gboolean
cloche_provider_chat_finish (ClocheProvider *self,
                             GAsyncResult   *result,
                             GError        **error)
{
  g_return_val_if_fail (CLOCHE_IS_PROVIDER (self), FALSE);

  return CLOCHE_PROVIDER_GET_IFACE (self)->chat_finish (self, result, error);
}
