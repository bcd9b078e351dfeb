/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-openai-private.h"

static void provider_iface_init (ClocheProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheOpenai, cloche_openai, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_PROVIDER, provider_iface_init))

static const char *
cloche_openai_get_endpoint (ClocheProvider *provider)
{
  return CLOCHE_OPENAI (provider)->endpoint;
}

static void
list_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheOpenai *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (GBytes) bytes = cloche_llm_response_read_all_finish (CLOCHE_LLM_RESPONSE (source), result, &error);
  g_autoptr (JsonNode) answer = NULL;
  GPtrArray *models;

  if (bytes == NULL) {
    g_task_return_error (task, error);
    return;
  }

  answer = cloche_json_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &parse_error);
  if (answer == NULL) {
    g_task_return_new_error (task, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "%s", parse_error->message);
    return;
  }

  models = cloche_openai_read_models (answer, self->endpoint, &error);
  if (models != NULL)
    g_task_return_pointer (task, models, (GDestroyNotify) g_ptr_array_unref);
  else
    g_task_return_error (task, cloche_openai_take_error (self, error));
}

static void
list_sent_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheLlmResponse) response = cloche_openai_send_finish (CLOCHE_OPENAI (source), result, &error);

  if (response == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    cloche_llm_response_read_all_async (response, CLOCHE_LLM_HTTP_FETCH_MAX_BYTES, list_read_cb, g_steal_pointer (&task));
}

static void
cloche_openai_list_models_async (ClocheProvider     *provider,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *task = g_task_new (provider, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_openai_list_models_async);
  cloche_openai_send_async (CLOCHE_OPENAI (provider), "GET", "/models", NULL, cancellable, list_sent_cb, task);
}

static GPtrArray *
cloche_openai_list_models_finish (ClocheProvider *provider,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
listed_for_one_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  const char *model_id = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) models = cloche_openai_list_models_finish (CLOCHE_PROVIDER (source), result, &error);

  if (models == NULL) {
    g_task_return_error (task, error);
    return;
  }

  for (guint i = 0; i < models->len; i++)
    if (g_str_equal (cloche_model_info_get_id (models->pdata[i]), model_id)) {
      g_task_return_pointer (task, cloche_model_info_ref (models->pdata[i]), (GDestroyNotify) cloche_model_info_unref);
      return;
    }

  g_task_return_new_error (task, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_MODEL_NOT_FOUND, "It is not in the list of models");
}

/* The list tells all that is told of a model. */
static void
cloche_openai_describe_model_async (ClocheProvider     *provider,
                                    const char         *model_id,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  GTask *task = g_task_new (provider, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_openai_describe_model_async);
  g_task_set_task_data (task, g_strdup (model_id), g_free);
  cloche_openai_list_models_async (provider, cancellable, listed_for_one_cb, task);
}

static ClocheModelInfo *
cloche_openai_describe_model_finish (ClocheProvider *provider,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_openai_finalize (GObject *object)
{
  ClocheOpenai *self = CLOCHE_OPENAI (object);

  g_clear_object (&self->http);
  g_free (self->endpoint);
  g_free (self->base_url);
  g_free (self->key);
  g_clear_pointer (&self->quirks, g_hash_table_unref);

  G_OBJECT_CLASS (cloche_openai_parent_class)->finalize (object);
}

static void
cloche_openai_class_init (ClocheOpenaiClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_openai_finalize;
}

static void
provider_iface_init (ClocheProviderInterface *iface)
{
  iface->get_endpoint = cloche_openai_get_endpoint;
  iface->list_models_async = cloche_openai_list_models_async;
  iface->list_models_finish = cloche_openai_list_models_finish;
  iface->describe_model_async = cloche_openai_describe_model_async;
  iface->describe_model_finish = cloche_openai_describe_model_finish;
  iface->chat_async = cloche_openai_chat_async;
  iface->chat_finish = cloche_openai_chat_finish;
}

static void
cloche_openai_init (ClocheOpenai *self)
{
  self->quirks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* A line end in a header would begin another one. */
static gboolean
is_sendable (const char *key)
{
  for (const char *p = key; *p != '\0'; p++)
    if (!g_ascii_isgraph (*p))
      return FALSE;

  return TRUE;
}

/**
 * cloche_openai_new:
 * @endpoint: the id of the endpoint
 * @address: as cloche_openai_parse_base_url() takes it
 * @key: (nullable): for a server that wants one; only ever sent in a header; space around it is left out
 *
 * Errors: %CLOCHE_LLM_ERROR_INVALID_ADDRESS; %CLOCHE_LLM_ERROR_UNAUTHORIZED for a key that is none.
 */
ClocheOpenai *
cloche_openai_new (ClocheLlmHttp *http,
                   const char    *endpoint,
                   const char    *address,
                   const char    *key,
                   GError       **error)
{
  ClocheOpenai *self;
  g_autofree char *base_url = NULL;
  g_autofree char *trimmed = g_strstrip (g_strdup (key != NULL ? key : ""));

  g_return_val_if_fail (CLOCHE_IS_LLM_HTTP (http), NULL);
  g_return_val_if_fail (endpoint != NULL, NULL);

  base_url = cloche_openai_parse_base_url (address, error);
  if (base_url == NULL)
    return NULL;
  if (!is_sendable (trimmed)) {
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED, "The key has a character that no key has");
    return NULL;
  }

  self = g_object_new (CLOCHE_TYPE_OPENAI, NULL);
  self->http = g_object_ref (http);
  self->endpoint = g_strdup (endpoint);
  self->base_url = g_steal_pointer (&base_url);
  if (*trimmed != '\0')
    self->key = g_steal_pointer (&trimmed);

  return self;
}

/**
 * cloche_openai_get_base_url:
 *
 * Where requests go, without a final "/".
 */
const char *
cloche_openai_get_base_url (ClocheOpenai *self)
{
  g_return_val_if_fail (CLOCHE_IS_OPENAI (self), NULL);

  return self->base_url;
}
