/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ollama-wire.h"

#include "cloche-llm-error.h"
#include "cloche-tool-schema.h"

#include <gio/gio.h>

#define DEFAULT_PORT 11434

/**
 * cloche_ollama_parse_host:
 * @host: (nullable): what OLLAMA_HOST or a person says: "", "host", "host:port", ":port", a URL
 *
 * Makes a base URL without a final "/" out of @host, as Ollama's own client does. An address that means "all of this
 * machine" to a server becomes loopback.
 *
 * Errors: %CLOCHE_LLM_ERROR_INVALID_ADDRESS.
 */
char *
cloche_ollama_parse_host (const char *host,
                          GError    **error)
{
  g_autofree char *trimmed = g_strdup (host != NULL ? host : "");
  g_autofree char *url = NULL;
  g_autofree char *path = NULL;
  g_autoptr (GUri) uri = NULL;
  const char *name;
  int port;

  g_strstrip (trimmed);
  if (*trimmed == '\0')
    url = g_strdup ("http://127.0.0.1");
  else if (strstr (trimmed, "://") != NULL)
    url = g_strdup (trimmed);
  else
    url = g_strconcat ("http://", *trimmed == ':' ? "127.0.0.1" : "", trimmed, NULL);

  uri = g_uri_parse (url, G_URI_FLAGS_NON_DNS | G_URI_FLAGS_ENCODED, NULL);
  name = uri != NULL ? g_uri_get_host (uri) : NULL;
  if (name == NULL || *name == '\0' ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") && !g_str_equal (g_uri_get_scheme (uri), "https"))) {
    g_set_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INVALID_ADDRESS, "“%s” is no address of a server", trimmed);
    return NULL;
  }

  if (g_str_equal (name, "0.0.0.0"))
    name = "127.0.0.1";
  else if (g_str_equal (name, "::"))
    name = "::1";

  /* A URL without a port means its scheme's port, anything else means Ollama's: envconfig.Host() in Ollama. */
  port = g_uri_get_port (uri);
  if (port < 0 && strstr (trimmed, "://") == NULL)
    port = DEFAULT_PORT;

  path = g_strdup (g_uri_get_path (uri));
  while (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';

  return g_uri_join (G_URI_FLAGS_ENCODED, g_uri_get_scheme (uri), NULL, name, port, path, NULL, NULL);
}

/* The text of @message, or what it thought. */
static char *
join_words (ClocheMessage        *message,
            ClocheMessagePartKind kind)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);

    if (cloche_message_part_get_kind (part) == kind)
      g_string_append (words, cloche_message_part_get_text (part));
  }

  return g_string_free (words, FALSE);
}

static JsonObject *
add_message (JsonArray  *messages,
             const char *role,
             const char *content)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "role", role);
  json_object_set_string_member (message, "content", content);
  json_array_add_object_element (messages, message);

  return message;
}

/* What the servers' image libraries are sure to read. */
static gboolean
is_image_type (const char *mime_type)
{
  return g_str_equal (mime_type, "image/png") || g_str_equal (mime_type, "image/jpeg");
}

static void
add_image (JsonArray    **images,
           ClocheContent *content)
{
  GBytes *bytes = cloche_content_get_bytes (content);
  g_autofree char *base64 = NULL;

  if (bytes == NULL || !is_image_type (cloche_content_get_mime_type (content)))
    return;

  if (*images == NULL)
    *images = json_array_new ();
  base64 = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  json_array_add_string_element (*images, base64);
}

static void
add_user_message (JsonArray     *messages,
                  ClocheMessage *message,
                  gboolean       can_see)
{
  g_autofree char *text = join_words (message, CLOCHE_MESSAGE_PART_TEXT);
  JsonArray *images = NULL;
  JsonObject *json;

  for (guint i = 0; can_see && i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_FILE)
      add_image (&images, cloche_file_get_content (cloche_message_part_get_file (part)));
  }

  json = add_message (messages, "user", text);
  if (images != NULL)
    json_object_set_array_member (json, "images", images);
}

static JsonObject *
build_call (ClocheToolCall *call,
            gint64          index)
{
  JsonObject *json = json_object_new ();
  JsonObject *function = json_object_new ();
  JsonObject *arguments = cloche_tool_call_get_arguments (call);

  json_object_set_int_member (function, "index", index);
  json_object_set_string_member (function, "name", cloche_tool_call_get_name (call));
  /* The server takes an object only; what the model wrote instead is in the result that says so. */
  json_object_set_object_member (function, "arguments",
                                 arguments != NULL ? json_object_ref (arguments) : json_object_new ());
  json_object_set_string_member (json, "id", cloche_tool_call_get_id (call));
  json_object_set_object_member (json, "function", function);

  return json;
}

static void
add_assistant_message (JsonArray     *messages,
                       ClocheMessage *message,
                       gboolean       with_thinking)
{
  g_autofree char *text = join_words (message, CLOCHE_MESSAGE_PART_TEXT);
  g_autofree char *thinking = join_words (message, CLOCHE_MESSAGE_PART_THINKING);
  JsonObject *json = add_message (messages, "assistant", text);
  JsonArray *calls = json_array_new ();

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_TOOL_CALL)
      json_array_add_object_element (calls, build_call (cloche_message_part_get_tool_call (part),
                                                        json_array_get_length (calls)));
  }

  if (with_thinking && *thinking != '\0')
    json_object_set_string_member (json, "thinking", thinking);
  if (json_array_get_length (calls) > 0)
    json_object_set_array_member (json, "tool_calls", json_array_ref (calls));
  json_array_unref (calls);
}

static void
add_images_of_result (JsonArray       **images,
                      ClocheToolResult *result)
{
  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++) {
    ClocheOutput *output = cloche_tool_result_get_output (result, i);

    for (guint j = 0; j < cloche_output_get_n_contents (output); j++)
      add_image (images, cloche_output_get_content (output, j));
  }
}

/* Templates may ignore images of a message of role tool, so they come in one of role user after it. */
static void
add_tool_message (JsonArray     *messages,
                  ClocheMessage *message,
                  gboolean       can_see)
{
  JsonArray *images = NULL;

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheToolResult *result;
    JsonObject *json;

    if (cloche_message_part_get_kind (part) != CLOCHE_MESSAGE_PART_TOOL_RESULT)
      continue;

    result = cloche_message_part_get_tool_result (part);
    json = add_message (messages, "tool", cloche_tool_result_get_text (result));
    json_object_set_string_member (json, "tool_name", cloche_tool_result_get_tool_name (result));
    json_object_set_string_member (json, "tool_call_id", cloche_tool_result_get_call_id (result));
    if (can_see)
      add_images_of_result (&images, result);
  }

  if (images != NULL)
    json_object_set_array_member (add_message (messages, "user", "[The images that the tool results name, in order.]"),
                                  "images", images);
}

static JsonArray *
build_messages (ClocheChatRequest *request)
{
  ClocheModelInfo *model = cloche_chat_request_get_model (request);
  gboolean can_see = cloche_model_info_get_vision (model) == CLOCHE_CAPABILITY_YES;
  gboolean can_think = cloche_model_info_get_thinking (model) == CLOCHE_CAPABILITY_YES;
  guint n = cloche_chat_request_get_n_messages (request);
  JsonArray *messages = json_array_new ();
  guint last_question = 0;

  for (guint i = 0; i < n; i++)
    if (cloche_message_get_role (cloche_chat_request_get_message (request, i)) == CLOCHE_ROLE_USER)
      last_question = i;

  for (guint i = 0; i < n; i++) {
    ClocheMessage *message = cloche_chat_request_get_message (request, i);
    g_autofree char *text = NULL;

    switch (cloche_message_get_role (message)) {
    case CLOCHE_ROLE_SYSTEM:
      text = join_words (message, CLOCHE_MESSAGE_PART_TEXT);
      add_message (messages, "system", text);
      break;
    case CLOCHE_ROLE_USER:
      add_user_message (messages, message, can_see);
      break;
    case CLOCHE_ROLE_ASSISTANT:
      /* Models are trained with the thinking of the turn at hand and without that of earlier ones. */
      add_assistant_message (messages, message, can_think && i > last_question);
      break;
    case CLOCHE_ROLE_TOOL:
      add_tool_message (messages, message, can_see);
      break;
    default:
      g_assert_not_reached ();
    }
  }

  return messages;
}

/**
 * cloche_ollama_build_chat:
 *
 * Builds the body of POST /api/chat. What the model is known not to do is left out, for a server answers it with 400:
 * tools, images and (unless it is known to think) "think".
 */
JsonObject *
cloche_ollama_build_chat (ClocheChatRequest *request)
{
  ClocheModelInfo *model = cloche_chat_request_get_model (request);
  ClocheThinking thinking = cloche_chat_request_get_thinking (request);
  gint64 context_tokens = cloche_chat_request_get_context_tokens (request);
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "model", cloche_model_info_get_id (model));
  json_object_set_boolean_member (body, "stream", TRUE);
  if (thinking != CLOCHE_THINKING_DEFAULT && cloche_model_info_get_thinking (model) == CLOCHE_CAPABILITY_YES)
    json_object_set_boolean_member (body, "think", thinking == CLOCHE_THINKING_ON);

  if (context_tokens > 0) {
    JsonObject *options = json_object_new ();

    json_object_set_int_member (options, "num_ctx", context_tokens);
    json_object_set_object_member (body, "options", options);
  }

  if (cloche_chat_request_get_n_tools (request) > 0 &&
      cloche_model_info_get_tools (model) != CLOCHE_CAPABILITY_NO)
    json_object_set_array_member (body, "tools", cloche_tool_schema_build_functions (request));
  json_object_set_array_member (body, "messages", build_messages (request));

  return body;
}
