/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-private.h"

#include "cloche-llm-error.h"
#include "cloche-retry.h"

#include <string.h>

/*
 * One request, sent again while the server says that it may get better. An answer that is no success has no part that
 * anybody has seen, so asking again is always safe here; after the first byte of a success nothing is repeated.
 */

/* ms: for what a server answers from memory. */
#define QUICK_MS (15 * 1000)

/* ms: a server on this desk or in this house may load a model and read a long prompt for many minutes, and the person has a
 * stop button. Over TLS it is a service that queues. */
#define REMOTE_FIRST_BYTE_MS (10 * 60 * 1000)
#define REMOTE_IDLE_MS (120 * 1000)

typedef struct
{
  char *method;
  char *uri;
  GBytes *body;                 /* or NULL */
  guint n_failed;
} Send;

static void
send_free (Send *send)
{
  g_free (send->method);
  g_free (send->uri);
  g_clear_pointer (&send->body, g_bytes_unref);
  g_free (send);
}

static void send_once (GTask *taken_task);

/*
 * cloche_openai_take_error:
 * @error: (transfer full): with words of the server
 *
 * Some servers say in their refusal which key they refuse; it goes no further than this.
 */
GError *
cloche_openai_take_error (ClocheOpenai *self,
                          GError       *error)
{
  if (self->key != NULL && strstr (error->message, self->key) != NULL) {
    g_auto (GStrv) pieces = g_strsplit (error->message, self->key, -1);
    g_autofree char *message = g_strjoinv ("…", pieces);

    g_free (g_steal_pointer (&error->message));
    error->message = g_steal_pointer (&message);
  }

  return error;
}

static gboolean
waited_cb (gpointer user_data)
{
  GTask *task = g_object_ref (user_data);

  if (!g_task_return_error_if_cancelled (task))
    send_once (g_steal_pointer (&task));
  g_clear_object (&task);

  return G_SOURCE_REMOVE;
}

static void
send_later (GTask *taken_task,
            int    delay_ms)
{
  g_autoptr (GSource) wait = g_timeout_source_new ((guint) delay_ms);
  GCancellable *cancellable = g_task_get_cancellable (taken_task);

  if (cancellable != NULL) {
    g_autoptr (GSource) stop = g_cancellable_source_new (cancellable);

    g_source_set_dummy_callback (stop);
    g_source_add_child_source (wait, stop);
  }
  g_source_set_callback (wait, waited_cb, taken_task, g_object_unref);
  g_source_attach (wait, g_main_context_get_thread_default ());
}

/* What asking again cannot mend is not asked again, whatever its status. */
static gboolean
may_get_better (const GError *error)
{
  return g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER) ||
         g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_RATE_LIMITED) ||
         g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TIMEOUT) ||
         g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REJECTED);
}

static void
sent_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheOpenai *self = g_task_get_source_object (task);
  Send *send = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheLlmResponse) response = cloche_llm_http_send_finish (CLOCHE_LLM_HTTP (source), result, &error);
  ClocheRetryHints hints;
  GBytes *body;
  int delay_ms;

  if (response == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  if (cloche_llm_response_is_success (response)) {
    g_task_return_pointer (task, g_steal_pointer (&response), g_object_unref);
    return;
  }
  hints = (ClocheRetryHints) {
    .status = cloche_llm_response_get_status (response),
    .should_retry = cloche_llm_response_get_header (response, "x-should-retry"),
    .after_ms = cloche_llm_response_get_header (response, "retry-after-ms"),
    .after = cloche_llm_response_get_header (response, "Retry-After"),
  };
  if (hints.status < 400) {
    g_task_return_error (task, cloche_llm_response_make_error (response));
    return;
  }

  body = cloche_llm_response_get_error_body (response);
  error = cloche_openai_read_error (hints.status, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  send->n_failed++;
  delay_ms = cloche_retry_get_delay_ms (&hints, send->n_failed, g_get_real_time () / G_USEC_PER_SEC, g_random_double ());
  if (delay_ms != CLOCHE_RETRY_NEVER && may_get_better (error))
    send_later (g_steal_pointer (&task), delay_ms);
  else
    g_task_return_error (task, cloche_openai_take_error (self, g_steal_pointer (&error)));
}

static void
send_once (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  ClocheOpenai *self = g_task_get_source_object (task);
  Send *send = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  /* Azure has a header of its own. */
  gboolean is_azure = strstr (self->base_url, ".openai.azure.com") != NULL;
  g_autofree char *value = self->key != NULL ? g_strconcat (is_azure ? "" : "Bearer ", self->key, NULL) : NULL;
  const char *const headers[] = { value == NULL ? NULL : is_azure ? "api-key" : "Authorization", value, NULL };
  gboolean is_slow = send->body != NULL;
  gboolean is_remote = g_str_has_prefix (self->base_url, "https:");
  ClocheLlmHttpRequest request = {
    .method = send->method,
    .uri = send->uri,
    .headers = headers,
    .body = send->body,
    .first_byte_ms = !is_slow ? QUICK_MS : is_remote ? REMOTE_FIRST_BYTE_MS : 0,
    .idle_ms = !is_slow ? QUICK_MS : is_remote ? REMOTE_IDLE_MS : 0,
  };

  cloche_llm_http_send_async (self->http, &request, cancellable, sent_cb, g_steal_pointer (&task));
}

/*
 * cloche_openai_send_async:
 * @path: below the base URL
 * @body: (nullable): what to post; a model has to run for it
 *
 * Sends a request; fails for every answer that is no success, with what its body says.
 */
void
cloche_openai_send_async (ClocheOpenai       *self,
                          const char         *method,
                          const char         *path,
                          GBytes             *body,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Send *send = g_new0 (Send, 1);

  g_task_set_source_tag (task, cloche_openai_send_async);
  send->method = g_strdup (method);
  send->uri = g_strconcat (self->base_url, path, NULL);
  send->body = body != NULL ? g_bytes_ref (body) : NULL;
  g_task_set_task_data (task, send, (GDestroyNotify) send_free);
  send_once (task);
}

ClocheLlmResponse *
cloche_openai_send_finish (ClocheOpenai *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
