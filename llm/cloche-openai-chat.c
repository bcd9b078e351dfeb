/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-private.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-openai-answer.h"
#include "cloche-sse-parser.h"

#include <string.h>

/*
 * One POST …/chat/completions: server-sent events, one object each, the last one "[DONE]". That mark or a "finish_reason"
 * makes the answer a whole one, for not every server sends both; libsoup does not tell a cut chunked body from its end.
 *
 * A server that answers "application/json" although a stream was asked for has sent the whole answer as one object. One
 * that refuses the request for a reason known to be mendable is asked again, once for each reason.
 */

typedef struct
{
  ClocheChatRequest *request;
  ClocheCompletion *completion;
  ClocheLlmResponse *response;
  ClocheSseParser *parser;
  ClocheOpenaiAnswer *answer;
  gboolean is_done;
} Chat;

static void
chat_free (Chat *chat)
{
  cloche_chat_request_unref (chat->request);
  g_clear_object (&chat->completion);
  g_clear_object (&chat->response);
  cloche_sse_parser_free (chat->parser);
  cloche_openai_answer_free (chat->answer);
  g_free (chat);
}

static void ask (GTask *taken_task);

static const char *
get_model_id (Chat *chat)
{
  return cloche_model_info_get_id (cloche_chat_request_get_model (chat->request));
}

/* @error: (transfer full) (nullable): %NULL if the answer came to its end */
static void
end (GTask  *task,
     GError *error)
{
  Chat *chat = g_task_get_task_data (task);

  if (chat->response != NULL)
    cloche_llm_response_close (chat->response);
  if (error != NULL) {
    g_task_return_error (task, cloche_openai_take_error (g_task_get_source_object (task), error));
    return;
  }

  cloche_openai_answer_end (chat->answer);
  g_task_return_boolean (task, TRUE);
}

static gboolean
read_event (Chat                 *chat,
            const ClocheSseEvent *event,
            GError              **error)
{
  g_autofree char *text = g_strstrip (g_strndup (event->data, event->length));
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean is_error = g_str_equal (event->type, "error");

  if (g_str_equal (text, "[DONE]"))
    chat->is_done = TRUE;
  if (chat->is_done || *text == '\0')
    return TRUE;

  object = cloche_json_parse_object (event->data, (gssize) event->length, &local_error);
  if (object == NULL && is_error)
    g_propagate_error (error, cloche_openai_read_error (0, event->data, event->length));
  else if (object == NULL)
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, local_error->message);
  else if (is_error)
    g_propagate_error (error, cloche_openai_read_failure (object, TRUE));
  else
    return cloche_openai_answer_read (chat->answer, object, error);

  return FALSE;
}

static gboolean
read_bytes (Chat    *chat,
            GBytes  *bytes,
            GError **error)
{
  const ClocheSseEvent *event;
  g_autoptr (GError) local_error = NULL;

  if (!cloche_sse_parser_push (chat->parser, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
    return FALSE;

  while (!chat->is_done && (event = cloche_sse_parser_pop (chat->parser, &local_error)) != NULL)
    if (!read_event (chat, event, error))
      return FALSE;
  if (local_error == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* What is left at the end counts if it parses; if not, the answer was cut in its middle. */
static gboolean
read_end (Chat    *chat,
          GError **error)
{
  g_autoptr (GError) local_error = NULL;
  const ClocheSseEvent *event = cloche_sse_parser_pop_last (chat->parser, &local_error);

  if (event != NULL && !read_event (chat, event, &local_error) &&
      !g_error_matches (local_error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL)) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }

  if (chat->is_done || cloche_openai_answer_has_finish (chat->answer))
    return TRUE;

  g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED, "The answer ended in its middle");
  return FALSE;
}

static void
body_read_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Chat *chat = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = cloche_llm_response_read_finish (chat->response, result, &error);

  if (g_task_return_error_if_cancelled (task)) {
    g_clear_error (&error);
    return;
  }
  if (bytes == NULL && cloche_openai_answer_has_finish (chat->answer))
    g_clear_error (&error);     /* It broke after all that counts had come. */
  if (bytes == NULL) {
    end (task, error);
    return;
  }

  if (g_bytes_get_size (bytes) == 0)
    chat->is_done = read_end (chat, &error);
  else
    (void) read_bytes (chat, bytes, &error);    /* FALSE with an error, which is looked at next. */

  if (error != NULL || chat->is_done)
    end (task, error);
  else
    cloche_llm_response_read_async (chat->response, body_read_cb, g_steal_pointer (&task));
}

static void
whole_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Chat *chat = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) bytes = cloche_llm_response_read_all_finish (chat->response, result, &error);
  g_autoptr (JsonObject) object = NULL;

  if (bytes == NULL) {
    end (task, error);
    return;
  }

  object = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);
  if (object == NULL)
    error = g_error_new_literal (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED, "The answer ended in its middle");
  else if (cloche_openai_answer_read (chat->answer, object, &error) && cloche_json_get_array (object, "choices") == NULL)
    error = g_error_new_literal (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "The answer has no choices");
  end (task, error);
}

/* TRUE if there is another way to ask, which has not been tried. */
static gboolean
learn (ClocheOpenai *self,
       Chat         *chat,
       const GError *error)
{
  ClocheOpenaiQuirks learnt = cloche_openai_learn_quirks (error);
  ClocheOpenaiQuirks known = GPOINTER_TO_UINT (g_hash_table_lookup (self->quirks, get_model_id (chat)));

  if (learnt == 0 || (known & learnt))
    return FALSE;

  g_hash_table_replace (self->quirks, g_strdup (get_model_id (chat)), GUINT_TO_POINTER (known | learnt));
  return TRUE;
}

static void
chat_sent_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  ClocheOpenai *self = CLOCHE_OPENAI (source);
  g_autoptr (GTask) task = G_TASK (user_data);
  Chat *chat = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  const char *type;

  chat->response = cloche_openai_send_finish (self, result, &error);
  if (chat->response == NULL) {
    if (learn (self, chat, error))
      ask (g_steal_pointer (&task));
    else
      g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  type = cloche_llm_response_get_content_type (chat->response);
  if (type != NULL && g_ascii_strcasecmp (type, "application/json") == 0)
    cloche_llm_response_read_all_async (chat->response, CLOCHE_SSE_PARSER_MAX_BYTES, whole_read_cb, g_steal_pointer (&task));
  else if (type != NULL && g_ascii_strcasecmp (type, "text/html") == 0)
    end (task, g_error_new_literal (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "The answer is a web page"));
  else
    cloche_llm_response_read_async (chat->response, body_read_cb, g_steal_pointer (&task));
}

static void
ask (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  ClocheOpenai *self = g_task_get_source_object (task);
  Chat *chat = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  ClocheOpenaiQuirks quirks = GPOINTER_TO_UINT (g_hash_table_lookup (self->quirks, get_model_id (chat)));
  g_autoptr (GBytes) body = cloche_openai_build_chat (chat->request, quirks | cloche_openai_guess_quirks (self->base_url));

  cloche_openai_send_async (self, "POST", "/chat/completions", body, cancellable, chat_sent_cb, g_steal_pointer (&task));
}

void
cloche_openai_chat_async (ClocheProvider     *provider,
                          ClocheChatRequest  *request,
                          ClocheCompletion   *completion,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask *task = g_task_new (provider, cancellable, callback, user_data);
  Chat *chat = g_new0 (Chat, 1);

  g_task_set_source_tag (task, cloche_openai_chat_async);
  chat->request = cloche_chat_request_ref (request);
  chat->completion = g_object_ref (completion);
  chat->parser = cloche_sse_parser_new (CLOCHE_SSE_PARSER_MAX_BYTES);
  chat->answer = cloche_openai_answer_new (completion, CLOCHE_OPENAI (provider)->endpoint, get_model_id (chat));
  g_task_set_task_data (task, chat, (GDestroyNotify) chat_free);
  ask (task);
}

gboolean
cloche_openai_chat_finish (ClocheProvider *provider,
                           GAsyncResult   *result,
                           GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
