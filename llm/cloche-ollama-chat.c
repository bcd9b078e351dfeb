/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ollama-private.h"

#include "cloche-json.h"
#include "cloche-line-splitter.h"
#include "cloche-llm-error.h"
#include "cloche-ollama-wire.h"

#include <string.h>

/*
 * One POST /api/chat: NDJSON, one object per line, the last one with "done": true. Only that mark makes the answer a
 * whole one; libsoup does not tell a cut chunked body from its end. Whatever comes after the mark is not read.
 *
 * A server or proxy that answers "application/json" although a stream was asked for may have written one object over
 * several lines, so there a line that does not parse is kept for the end, when all that was kept is parsed as one.
 */

typedef struct
{
  ClocheCompletion *completion;
  ClocheLlmResponse *response;
  ClocheLineSplitter *splitter;
  GString *unread;              /* lines of an "application/json" answer that do not parse alone, or NULL */
  gboolean is_done;
} Chat;

static void
chat_free (Chat *chat)
{
  g_clear_object (&chat->completion);
  g_clear_object (&chat->response);
  g_clear_pointer (&chat->splitter, cloche_line_splitter_free);
  if (chat->unread != NULL)
    g_string_free (chat->unread, TRUE);
  g_free (chat);
}

static gboolean
is_blank (const char *line,
          gsize       length)
{
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isspace (line[i]))
      return FALSE;

  return TRUE;
}

static gboolean
keep_unread (Chat       *chat,
             const char *line,
             gsize       length,
             GError    **error)
{
  if (chat->unread->len + length > CLOCHE_LINE_SPLITTER_NDJSON_MAX_BYTES) {
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE, "The answer does not come to an end");
    return FALSE;
  }

  g_string_append_len (chat->unread, line, (gssize) length);
  g_string_append_c (chat->unread, '\n');
  return TRUE;
}

/* @error: a line that is not JSON is %CLOCHE_LLM_ERROR_PROTOCOL. */
static gboolean
read_line (Chat       *chat,
           const char *line,
           gsize       length,
           GError    **error)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (GError) local_error = NULL;

  if (is_blank (line, length))
    return TRUE;

  object = cloche_json_parse_object (line, (gssize) length, &local_error);
  if (object != NULL)
    return cloche_ollama_read_chat (object, chat->completion, &chat->is_done, error);
  if (chat->unread != NULL)
    return keep_unread (chat, line, length, error);

  g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, local_error->message);
  return FALSE;
}

static gboolean
read_bytes (Chat    *chat,
            GBytes  *bytes,
            GError **error)
{
  gsize length;
  const char *line;

  if (!cloche_line_splitter_push (chat->splitter, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
    return FALSE;

  while (!chat->is_done && (line = cloche_line_splitter_pop (chat->splitter, &length)) != NULL)
    if (!read_line (chat, line, length, error))
      return FALSE;

  return TRUE;
}

/* What is left at the end counts if it parses; if not, the answer was cut in its middle. */
static gboolean
read_end (Chat    *chat,
          GError **error)
{
  g_autoptr (GError) local_error = NULL;
  gsize length = 0;
  const char *line = cloche_line_splitter_pop_last (chat->splitter, &length);
  g_autoptr (GString) unread = g_steal_pointer (&chat->unread);

  if (line != NULL && unread != NULL)
    g_string_append_len (unread, line, (gssize) length);
  else if (line != NULL && !read_line (chat, line, length, &local_error) &&
           !g_error_matches (local_error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL)) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }

  g_clear_error (&local_error);
  if (unread != NULL && !read_line (chat, unread->str, unread->len, &local_error) &&
      !g_error_matches (local_error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL)) {
    g_propagate_error (error, g_steal_pointer (&local_error));
    return FALSE;
  }

  if (chat->is_done)
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
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cloche_llm_response_read_finish (chat->response, result, &error);
  gboolean ok;

  if (g_task_return_error_if_cancelled (task))
    return;
  if (bytes == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  if (g_bytes_get_size (bytes) == 0)
    ok = read_end (chat, &error);
  else
    ok = read_bytes (chat, bytes, &error);

  if (!ok || chat->is_done) {
    cloche_llm_response_close (chat->response);
    if (ok)
      g_task_return_boolean (task, TRUE);
    else
      g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_llm_response_read_async (chat->response, body_read_cb, g_steal_pointer (&task));
}

static void
chat_sent_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Chat *chat = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  const char *type;

  chat->response = cloche_ollama_send_finish (CLOCHE_OLLAMA (source), result, &error);
  if (chat->response == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  type = cloche_llm_response_get_content_type (chat->response);
  if (type != NULL && g_ascii_strcasecmp (type, "application/json") == 0)
    chat->unread = g_string_new (NULL);
  cloche_llm_response_read_async (chat->response, body_read_cb, g_steal_pointer (&task));
}

void
cloche_ollama_chat_async (ClocheProvider     *provider,
                          ClocheChatRequest  *request,
                          ClocheCompletion   *completion,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (provider, cancellable, callback, user_data);
  g_autoptr (JsonObject) body = cloche_ollama_build_chat (request);
  Chat *chat = g_new0 (Chat, 1);

  g_task_set_source_tag (task, cloche_ollama_chat_async);
  chat->completion = g_object_ref (completion);
  chat->splitter = cloche_line_splitter_new (CLOCHE_LINE_SPLITTER_NDJSON_MAX_BYTES);
  g_task_set_task_data (task, chat, (GDestroyNotify) chat_free);

  cloche_ollama_send_async (CLOCHE_OLLAMA (provider), "POST", "/api/chat", body, TRUE, cancellable,
                            chat_sent_cb, g_steal_pointer (&task));
}

gboolean
cloche_ollama_chat_finish (ClocheProvider *provider,
                           GAsyncResult   *result,
                           GError        **error)
{
  g_return_val_if_fail (g_task_is_valid (result, provider), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
