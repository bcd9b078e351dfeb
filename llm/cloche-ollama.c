/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ollama.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-ollama-private.h"
#include "cloche-ollama-wire.h"
#include "cloche-string.h"

/* ms: for what a server answers from memory, even while it loads a model. */
#define QUICK_FIRST_BYTE_MS (15 * 1000)
#define QUICK_IDLE_MS (15 * 1000)

/* ms: a server on this desk or in this house may load a model and read a long prompt for many minutes, and may hold
 * back tool calls until it has them all; the person has a stop button. Over TLS it is a service that queues. */
#define REMOTE_FIRST_BYTE_MS (10 * 60 * 1000)
#define REMOTE_IDLE_MS (120 * 1000)

/* models whose capabilities are asked for one by one, from a server whose list does not tell. */
#define MAX_DESCRIBED 64

struct _ClocheOllama
{
  GObject parent_instance;

  ClocheLlmHttp *http;
  char *endpoint;
  char *base_url;
  char *authorization;          /* the header's value; NULL without a key */
};

static void provider_iface_init (ClocheProviderInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheOllama, cloche_ollama, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_PROVIDER, provider_iface_init))

static const char *
cloche_ollama_get_endpoint (ClocheProvider *provider)
{
  return CLOCHE_OLLAMA (provider)->endpoint;
}

static void
request_sent_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheLlmResponse) response = cloche_llm_http_send_finish (CLOCHE_LLM_HTTP (source), result, &error);
  unsigned status;
  GBytes *body;

  if (response == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  status = cloche_llm_response_get_status (response);
  body = cloche_llm_response_get_error_body (response);
  if (cloche_llm_response_is_success (response))
    g_task_return_pointer (task, g_steal_pointer (&response), g_object_unref);
  else if (status >= 400)
    g_task_return_error (task, cloche_ollama_read_error (status, g_bytes_get_data (body, NULL), g_bytes_get_size (body)));
  else
    g_task_return_error (task, cloche_llm_response_make_error (response));
}

/*
 * cloche_ollama_send_async:
 * @path: below the base URL
 * @body: (nullable): what to post
 * @is_slow: a model has to run for it
 *
 * Sends one request; fails for every answer that is no success, with what its body says.
 */
void
cloche_ollama_send_async (ClocheOllama       *self,
                          const char         *method,
                          const char         *path,
                          JsonObject         *body,
                          gboolean            is_slow,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  const char *const headers[] = { self->authorization != NULL ? "Authorization" : NULL, self->authorization, NULL };
  g_autofree char *uri = g_strconcat (self->base_url, path, NULL);
  gboolean is_remote = g_str_has_prefix (self->base_url, "https:");
  ClocheLlmHttpRequest request = {
    .method = method,
    .uri = uri,
    .headers = headers,
    .first_byte_ms = is_slow ? (is_remote ? REMOTE_FIRST_BYTE_MS : 0) : QUICK_FIRST_BYTE_MS,
    .idle_ms = is_slow ? (is_remote ? REMOTE_IDLE_MS : 0) : QUICK_IDLE_MS,
  };
  g_autoptr (GBytes) bytes = NULL;

  g_task_set_source_tag (task, cloche_ollama_send_async);
  if (body != NULL) {
    char *line = cloche_json_object_to_line (body);

    request.body = bytes = g_bytes_new_take (line, strlen (line));
  }

  cloche_llm_http_send_async (self->http, &request, cancellable, request_sent_cb, g_steal_pointer (&task));
}

ClocheLlmResponse *
cloche_ollama_send_finish (ClocheOllama *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
answer_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cloche_llm_response_read_all_finish (CLOCHE_LLM_RESPONSE (source), result, &error);
  g_autoptr (JsonObject) object = NULL;

  if (bytes == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  object = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
  if (object == NULL) {
    g_task_return_new_error (task, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "%s", error->message);
    return;
  }

  g_task_return_pointer (task, g_steal_pointer (&object), (GDestroyNotify) json_object_unref);
}

static void
fetch_sent_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheLlmResponse) response = cloche_ollama_send_finish (CLOCHE_OLLAMA (source), result, &error);

  if (response == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_llm_response_read_all_async (response, CLOCHE_LLM_HTTP_FETCH_MAX_BYTES,
                                      answer_read_cb, g_steal_pointer (&task));
}

/* One request that is answered by one JSON object. */
static void
fetch_async (ClocheOllama       *self,
             const char         *method,
             const char         *path,
             JsonObject         *body,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, fetch_async);
  cloche_ollama_send_async (self, method, path, body, FALSE, cancellable, fetch_sent_cb, task);
}

static JsonObject *
fetch_finish (GAsyncResult *result,
              GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
shown_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  ClocheOllama *self = CLOCHE_OLLAMA (source);
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = fetch_finish (result, &error);

  if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, cloche_ollama_read_show (answer, self->endpoint, g_task_get_task_data (task)),
                           (GDestroyNotify) cloche_model_info_unref);
}

static void
cloche_ollama_describe_model_async (ClocheProvider     *provider,
                                    const char         *model_id,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  g_autoptr (JsonObject) body = json_object_new ();

  g_task_set_source_tag (task, cloche_ollama_describe_model_async);
  g_task_set_task_data (task, g_strdup (model_id), g_free);
  json_object_set_string_member (body, "model", model_id);
  fetch_async (CLOCHE_OLLAMA (provider), "POST", "/api/show", body, cancellable, shown_cb, g_steal_pointer (&task));
}

static ClocheModelInfo *
cloche_ollama_describe_model_finish (ClocheProvider *provider,
                                     GAsyncResult   *result,
                                     GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  GPtrArray *models;
  guint next;                   /* the first model that may still have to be described */
  guint n_described;
} Listing;

static void
listing_free (Listing *listing)
{
  g_ptr_array_unref (listing->models);
  g_free (listing);
}

static void describe_next (GTask *task);

/* Takes over what only show knows; what the list knows (size, digest) stays. */
static void
copy_description (ClocheModelInfo *from,
                  ClocheModelInfo *to)
{
  cloche_model_info_set_tools (to, cloche_model_info_get_tools (from));
  cloche_model_info_set_vision (to, cloche_model_info_get_vision (from));
  cloche_model_info_set_thinking (to, cloche_model_info_get_thinking (from));
  if (cloche_model_info_get_context_length (from) > 0)
    cloche_model_info_set_context_length (to, cloche_model_info_get_context_length (from));
  if (cloche_model_info_get_problem (from) != CLOCHE_MODEL_PROBLEM_NONE)
    cloche_model_info_set_problem (to, cloche_model_info_get_problem (from), NULL);
}

static void
described_for_list_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Listing *listing = g_task_get_task_data (task);
  /* A model that cannot be described stays one of unknown capabilities: the list is good without. */
  g_autoptr (ClocheModelInfo) info = cloche_ollama_describe_model_finish (CLOCHE_PROVIDER (source), result, NULL);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (info != NULL)
    copy_description (info, g_ptr_array_index (listing->models, listing->next));
  listing->next++;
  describe_next (g_steal_pointer (&task));
}

static void
describe_next (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  Listing *listing = g_task_get_task_data (task);

  for (; listing->next < listing->models->len && listing->n_described < MAX_DESCRIBED; listing->next++) {
    ClocheModelInfo *info = g_ptr_array_index (listing->models, listing->next);

    if (cloche_model_info_get_tools (info) != CLOCHE_CAPABILITY_UNKNOWN)
      continue;

    listing->n_described++;
    cloche_ollama_describe_model_async (g_task_get_source_object (task), cloche_model_info_get_id (info),
                                        g_task_get_cancellable (task), described_for_list_cb, g_object_ref (task));
    return;
  }

  g_task_return_pointer (task, g_ptr_array_ref (listing->models), (GDestroyNotify) g_ptr_array_unref);
}

static void
tags_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  ClocheOllama *self = CLOCHE_OLLAMA (source);
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = fetch_finish (result, &error);
  g_autoptr (GPtrArray) models = answer != NULL ? cloche_ollama_read_tags (answer, self->endpoint, &error) : NULL;
  Listing *listing;

  if (models == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  listing = g_new0 (Listing, 1);
  listing->models = g_steal_pointer (&models);
  g_task_set_task_data (task, listing, (GDestroyNotify) listing_free);
  describe_next (g_steal_pointer (&task));
}

static void
cloche_ollama_list_models_async (ClocheProvider     *provider,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *task = g_task_new (provider, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_ollama_list_models_async);
  fetch_async (CLOCHE_OLLAMA (provider), "GET", "/api/tags", NULL, cancellable, tags_read_cb, task);
}

static GPtrArray *
cloche_ollama_list_models_finish (ClocheProvider *provider,
                                  GAsyncResult   *result,
                                  GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_ollama_finalize (GObject *object)
{
  ClocheOllama *self = CLOCHE_OLLAMA (object);

  g_clear_object (&self->http);
  g_free (self->endpoint);
  g_free (self->base_url);
  g_free (self->authorization);

  G_OBJECT_CLASS (cloche_ollama_parent_class)->finalize (object);
}

static void
cloche_ollama_class_init (ClocheOllamaClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_ollama_finalize;
}

static void
provider_iface_init (ClocheProviderInterface *iface)
{
  iface->get_endpoint = cloche_ollama_get_endpoint;
  iface->list_models_async = cloche_ollama_list_models_async;
  iface->list_models_finish = cloche_ollama_list_models_finish;
  iface->describe_model_async = cloche_ollama_describe_model_async;
  iface->describe_model_finish = cloche_ollama_describe_model_finish;
  iface->chat_async = cloche_ollama_chat_async;
  iface->chat_finish = cloche_ollama_chat_finish;
}

static void
cloche_ollama_init (ClocheOllama *self)
{
}

/**
 * cloche_ollama_new:
 * @endpoint: the id of the endpoint
 * @address: (nullable): as cloche_ollama_parse_host() takes it
 * @key: (nullable): for a server that wants one; only ever sent in the Authorization header
 *
 * Errors: %CLOCHE_LLM_ERROR_INVALID_ADDRESS.
 */
ClocheOllama *
cloche_ollama_new (ClocheLlmHttp *http,
                   const char    *endpoint,
                   const char    *address,
                   const char    *key,
                   GError       **error)
{
  ClocheOllama *self;
  g_autofree char *base_url = NULL;

  g_return_val_if_fail (CLOCHE_IS_LLM_HTTP (http), NULL);
  g_return_val_if_fail (endpoint != NULL, NULL);

  base_url = cloche_ollama_parse_host (address, error);
  if (base_url == NULL)
    return NULL;

  self = g_object_new (CLOCHE_TYPE_OLLAMA, NULL);
  self->http = g_object_ref (http);
  self->endpoint = g_strdup (endpoint);
  self->base_url = g_steal_pointer (&base_url);
  if (key != NULL && *key != '\0')
    self->authorization = g_strconcat ("Bearer ", key, NULL);

  return self;
}

/**
 * cloche_ollama_get_base_url:
 *
 * Where requests go, without a final "/".
 */
const char *
cloche_ollama_get_base_url (ClocheOllama *self)
{
  g_return_val_if_fail (CLOCHE_IS_OLLAMA (self), NULL);

  return self->base_url;
}

static void
version_read_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = fetch_finish (result, &error);
  const char *version = cloche_json_get_string (answer, "version");

  if (answer == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (version == NULL)
    g_task_return_new_error (task, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "The answer has no version");
  else
    g_task_return_pointer (task, cloche_text_make_printable (version, -1), g_free);
}

/**
 * cloche_ollama_get_version_async:
 *
 * Asks whether a server is there, and which.
 */
void
cloche_ollama_get_version_async (ClocheOllama       *self,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_OLLAMA (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_ollama_get_version_async);
  fetch_async (self, "GET", "/api/version", NULL, cancellable, version_read_cb, task);
}

/**
 * cloche_ollama_get_version_finish:
 *
 * Returns: (transfer full): as the server says it, printable
 *
 * Errors: %CLOCHE_LLM_ERROR_REFUSED if none runs.
 */
char *
cloche_ollama_get_version_finish (ClocheOllama *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (CLOCHE_IS_OLLAMA (self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
