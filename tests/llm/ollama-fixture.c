/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "ollama-fixture.h"

void
ollama_fixture_set_up (OllamaFixture *self,
                       gconstpointer  data)
{
  g_autofree char *uri = NULL;

  self->server = cloche_byte_server_new ();
  self->http = cloche_llm_http_new (NULL);
  self->completion = cloche_completion_new ();
  self->cancellable = g_cancellable_new ();
  uri = cloche_byte_server_dup_uri (self->server, "/");
  self->ollama = CLOCHE_PROVIDER (cloche_ollama_new (self->http, "local", uri, NULL, NULL));
  g_assert_cmpstr (cloche_provider_get_endpoint (self->ollama), ==, "local");
}

void
ollama_fixture_tear_down (OllamaFixture *self,
                          gconstpointer  data)
{
  g_clear_object (&self->result);
  g_object_unref (self->cancellable);
  cloche_test_drain ();
  g_assert_finalize_object (self->completion);
  g_assert_finalize_object (self->ollama);
  g_assert_finalize_object (self->http);
  g_assert_finalize_object (self->server);
}

void
ollama_start_chat (OllamaFixture *self)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("local", "qwen3", "qwen3");
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);

  cloche_message_take_part (message, cloche_message_part_new_text ("plot"));
  cloche_chat_request_add_message (request, message);
  cloche_provider_chat_async (self->ollama, request, self->completion, self->cancellable,
                              cloche_test_result_cb, &self->result);
}

gboolean
ollama_finish_chat (OllamaFixture *self,
                    GError       **error)
{
  cloche_test_wait (&self->result);

  return cloche_provider_chat_finish (self->ollama, self->result, error);
}

/* What the completion holds: text as it is, thinking in (), calls as <id arguments>. */
static char *
dup_parts (OllamaFixture *self)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  GString *out = g_string_new (NULL);

  cloche_completion_fill_message (self->completion, message);
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheToolCall *call = cloche_message_part_get_tool_call (part);

    if (call != NULL)
      g_string_append_printf (out, "<%s %s>", cloche_tool_call_get_id (call), cloche_tool_call_get_arguments_text (call));
    else if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_THINKING)
      g_string_append_printf (out, "(%s)", cloche_message_part_get_text (part));
    else
      g_string_append (out, cloche_message_part_get_text (part));
  }

  return g_string_free (out, FALSE);
}

void
ollama_assert_parts (OllamaFixture *self,
                     const char    *expected)
{
  g_autofree char *parts = dup_parts (self);

  g_assert_cmpstr (parts, ==, expected);
}

/* One chat that is answered by @body and the end of the connection, in as many writes as @is_split asks for. */
gboolean
ollama_chat_with (OllamaFixture *self,
                  const char    *headers,
                  const char    *body,
                  gboolean       is_split,
                  GError       **error)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_head (script, 200, headers);
  if (is_split)
    cloche_byte_script_send_split (script, body);
  else
    cloche_byte_script_send (script, body);
  cloche_byte_script_close (script);
  cloche_byte_server_add (self->server, "/api/chat", script);
  ollama_start_chat (self);

  return ollama_finish_chat (self, error);
}
