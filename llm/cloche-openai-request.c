/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-wire.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-tool-schema.h"

#include <gio/gio.h>
#include <string.h>

/*
 * The body of POST …/chat/completions. Messages are written one by one and joined as text, so that what a provider wants
 * back unchanged (a raw item: one whole message of the assistant) is sent byte for byte.
 */

/* what Mistral takes as the id of a call. */
#define SHORT_ID_LENGTH 9

typedef struct
{
  GString *messages;            /* joined by "," */
  ClocheModelInfo *model;
  ClocheOpenaiQuirks quirks;
  gboolean can_see;
  gboolean is_after_result;     /* the last message was one of role tool */
} Writer;

static gboolean
is_local (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address != NULL)
    return g_inet_address_get_is_loopback (address) || g_inet_address_get_is_site_local (address) ||
           g_inet_address_get_is_link_local (address);

  return strchr (host, '.') == NULL || g_str_has_suffix (host, ".local");
}

/**
 * cloche_openai_parse_base_url:
 * @address: as a person types it: "api.openai.com", "localhost:1234", "https://host/path/v1"
 *
 * Makes the URL to which "/chat/completions" is added, without a final "/". What has no scheme is https unless it is on
 * this computer or in this house; what has no path gets "/v1", which all such servers have.
 *
 * Errors: %CLOCHE_LLM_ERROR_INVALID_ADDRESS, also for one that holds a password or a query.
 */
char *
cloche_openai_parse_base_url (const char *address,
                              GError    **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (address != NULL ? address : ""));
  g_autofree char *url = strstr (trimmed, "://") != NULL ? g_strdup (trimmed) : g_strconcat ("https://", trimmed, NULL);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NON_DNS | G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  g_autofree char *path = NULL;

  if (host == NULL || *host == '\0' || (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")) ||
      g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL || g_uri_get_fragment (uri) != NULL) {
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INVALID_ADDRESS,
                         "An address is like https://host/v1, without a key in it");
    return NULL;
  }

  if (strstr (trimmed, "://") == NULL && is_local (host))
    scheme = "http";
  path = g_strdup (g_uri_get_path (uri));
  while (g_str_has_suffix (path, "/"))
    path[strlen (path) - 1] = '\0';
  if (g_str_has_suffix (path, "/chat/completions"))
    path[strlen (path) - strlen ("/chat/completions")] = '\0';

  return g_uri_join (G_URI_FLAGS_ENCODED, scheme, NULL, host, g_uri_get_port (uri), *path != '\0' ? path : "/v1", NULL, NULL);
}

/**
 * cloche_openai_guess_quirks:
 *
 * What is known of the server at @base_url by its name.
 */
ClocheOpenaiQuirks
cloche_openai_guess_quirks (const char *base_url)
{
  g_autoptr (GUri) uri = g_uri_parse (base_url, G_URI_FLAGS_NON_DNS | G_URI_FLAGS_ENCODED, NULL);

  return uri != NULL && g_strcmp0 (g_uri_get_host (uri), "api.mistral.ai") == 0 ? CLOCHE_OPENAI_SHORT_IDS : 0;
}

static char *
dup_call_id (Writer     *self,
             const char *id)
{
  g_autofree char *hash = NULL;

  if (!(self->quirks & CLOCHE_OPENAI_SHORT_IDS))
    return g_strdup (id);
  if (strlen (id) == SHORT_ID_LENGTH && strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS) == SHORT_ID_LENGTH)
    return g_strdup (id);

  /* The same for the call and its result, in every request. */
  hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, id, -1);
  return g_strndup (hash, SHORT_ID_LENGTH);
}

static void
append_line (Writer     *self,
             const char *line,
             gsize       length)
{
  if (self->messages->len > 0)
    g_string_append_c (self->messages, ',');
  g_string_append_len (self->messages, line, (gssize) length);
}

static void
append_message (Writer     *self,
                JsonObject *message)
{
  g_autofree char *line = cloche_json_object_to_line (message);

  append_line (self, line, strlen (line));
}

static JsonObject *
message_new (const char *role,
             const char *content)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "role", role);
  if (content != NULL)
    json_object_set_string_member (message, "content", content);

  return message;
}

static void
append_plain (Writer     *self,
              const char *role,
              const char *content)
{
  g_autoptr (JsonObject) message = message_new (role, content);

  append_message (self, message);
}

static JsonObject *
part_new_text (const char *text)
{
  JsonObject *part = json_object_new ();

  json_object_set_string_member (part, "type", "text");
  json_object_set_string_member (part, "text", text);

  return part;
}

/* PNG and JPEG are what every server's image library is sure to read. */
static void
add_image (JsonArray     *images,
           ClocheContent *content)
{
  GBytes *bytes = cloche_content_get_bytes (content);
  const char *type = cloche_content_get_mime_type (content);
  g_autofree char *base64 = NULL;
  g_autofree char *url = NULL;
  JsonObject *part, *image;

  if (bytes == NULL || (!g_str_equal (type, "image/png") && !g_str_equal (type, "image/jpeg")))
    return;

  base64 = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  url = g_strconcat ("data:", type, ";base64,", base64, NULL);
  image = json_object_new ();
  json_object_set_string_member (image, "url", url);
  part = json_object_new ();
  json_object_set_string_member (part, "type", "image_url");
  json_object_set_object_member (part, "image_url", image);
  json_array_add_object_element (images, part);
}

/* Content is a plain string where it can be: not every server reads parts. */
static void
append_question (Writer     *self,
                 const char *text,
                 JsonArray  *images)
{
  g_autoptr (JsonObject) message = NULL;
  JsonArray *parts;

  if (self->is_after_result && (self->quirks & CLOCHE_OPENAI_SHORT_IDS))
    append_plain (self, "assistant", "[The results are in.]");
  self->is_after_result = FALSE;

  if (json_array_get_length (images) == 0) {
    append_plain (self, "user", text);
    return;
  }

  parts = json_array_new ();
  json_array_add_object_element (parts, part_new_text (text));
  for (guint i = 0; i < json_array_get_length (images); i++)
    json_array_add_element (parts, json_array_dup_element (images, i));
  message = message_new ("user", NULL);
  json_object_set_array_member (message, "content", parts);
  append_message (self, message);
}

static void
append_user (Writer        *self,
             ClocheMessage *message)
{
  g_autofree char *text = cloche_message_dup_text (message);
  g_autoptr (JsonArray) images = json_array_new ();

  for (guint i = 0; self->can_see && i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_FILE)
      add_image (images, cloche_file_get_content (cloche_message_part_get_file (part)));
  }

  append_question (self, text, images);
}

/* As the model wrote them if that is an object; else what it meant, or nothing, and the result says what was wrong. Servers
 * read the text to fill their templates in and fail over what is no object. */
static char *
dup_arguments (ClocheToolCall *call)
{
  const char *text = cloche_tool_call_get_arguments_text (call);
  JsonObject *arguments = cloche_tool_call_get_arguments (call);

  if (arguments == NULL)
    return g_strdup ("{}");

  return *text == '{' ? g_strdup (text) : cloche_json_object_to_line (arguments);
}

static JsonObject *
build_call (Writer         *self,
            ClocheToolCall *call)
{
  g_autofree char *id = dup_call_id (self, cloche_tool_call_get_id (call));
  g_autofree char *arguments = dup_arguments (call);
  JsonObject *json = json_object_new ();
  JsonObject *function = json_object_new ();

  json_object_set_string_member (function, "name", cloche_tool_call_get_name (call));
  json_object_set_string_member (function, "arguments", arguments);
  json_object_set_string_member (json, "id", id);
  json_object_set_string_member (json, "type", "function");
  json_object_set_object_member (json, "function", function);

  return json;
}

/* Whether @message went out in the words of its own provider, which needs them back. */
static gboolean
append_raw_items (Writer        *self,
                  ClocheMessage *message)
{
  gboolean is_sent = FALSE;

  for (guint i = 0; i < cloche_message_get_n_raw_items (message); i++) {
    ClocheRawItem *item = cloche_message_get_raw_item (message, i);
    GBytes *bytes = cloche_raw_item_get_bytes (item);

    if (!cloche_raw_item_is_for (item, cloche_model_info_get_endpoint (self->model), cloche_model_info_get_id (self->model)))
      continue;
    append_line (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    is_sent = TRUE;
  }

  return is_sent;
}

static void
append_assistant (Writer        *self,
                  ClocheMessage *message)
{
  g_autofree char *text = cloche_message_dup_text (message);
  g_autoptr (JsonObject) json = message_new ("assistant", text);
  g_autoptr (JsonArray) calls = json_array_new ();

  self->is_after_result = FALSE;
  if (append_raw_items (self, message))
    return;

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheToolCall *call = cloche_message_part_get_tool_call (cloche_message_get_part (message, i));

    if (call != NULL)
      json_array_add_object_element (calls, build_call (self, call));
  }
  if (json_array_get_length (calls) > 0) {
    json_object_set_array_member (json, "tool_calls", json_array_ref (calls));
    if (self->quirks & CLOCHE_OPENAI_EMPTY_REASONING)
      json_object_set_string_member (json, "reasoning_content", "");
  }
  append_message (self, json);
}

/* A result is text only, so its pictures come in a question after all of them. */
static void
append_results (Writer        *self,
                ClocheMessage *message)
{
  g_autoptr (JsonArray) images = json_array_new ();

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheToolResult *result = cloche_message_part_get_tool_result (cloche_message_get_part (message, i));
    g_autoptr (JsonObject) json = NULL;
    g_autofree char *id = NULL;

    if (result == NULL)
      continue;
    id = dup_call_id (self, cloche_tool_result_get_call_id (result));
    json = message_new ("tool", cloche_tool_result_get_text (result));
    json_object_set_string_member (json, "tool_call_id", id);
    append_message (self, json);
    self->is_after_result = TRUE;

    for (guint j = 0; self->can_see && j < cloche_tool_result_get_n_outputs (result); j++) {
      ClocheOutput *output = cloche_tool_result_get_output (result, j);

      for (guint k = 0; k < cloche_output_get_n_contents (output); k++)
        add_image (images, cloche_output_get_content (output, k));
    }
  }

  if (json_array_get_length (images) > 0)
    append_question (self, "[The images that the tool results name, in order.]", images);
}

static JsonObject *
build_rest (ClocheChatRequest *request,
            ClocheOpenaiQuirks quirks)
{
  ClocheModelInfo *model = cloche_chat_request_get_model (request);
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "model", cloche_model_info_get_id (model));
  json_object_set_boolean_member (body, "stream", TRUE);
  if (!(quirks & CLOCHE_OPENAI_NO_STREAM_OPTIONS)) {
    JsonObject *options = json_object_new ();

    json_object_set_boolean_member (options, "include_usage", TRUE);
    json_object_set_object_member (body, "stream_options", options);
  }
  if (quirks & CLOCHE_OPENAI_NO_REASONING)
    json_object_set_string_member (body, "reasoning_effort", "none");
  if (cloche_chat_request_get_n_tools (request) > 0 && cloche_model_info_get_tools (model) != CLOCHE_CAPABILITY_NO)
    json_object_set_array_member (body, "tools", cloche_tool_schema_build_functions (request));

  return body;
}

static void
append_each (Writer            *self,
             ClocheChatRequest *request)
{
  for (guint i = 0; i < cloche_chat_request_get_n_messages (request); i++) {
    ClocheMessage *message = cloche_chat_request_get_message (request, i);
    g_autofree char *text = NULL;

    switch (cloche_message_get_role (message)) {
    case CLOCHE_ROLE_SYSTEM:
      text = cloche_message_dup_text (message);
      append_plain (self, "system", text);
      break;
    case CLOCHE_ROLE_USER:
      append_user (self, message);
      break;
    case CLOCHE_ROLE_ASSISTANT:
      append_assistant (self, message);
      break;
    case CLOCHE_ROLE_TOOL:
      append_results (self, message);
      break;
    default:
      g_assert_not_reached ();
    }
  }
}

/**
 * cloche_openai_build_chat:
 *
 * Builds the body of the request. What the model is known not to do is left out: tools and images. What nobody knows is
 * tried, since most servers do not tell; their refusal does.
 */
GBytes *
cloche_openai_build_chat (ClocheChatRequest *request,
                          ClocheOpenaiQuirks quirks)
{
  ClocheModelInfo *model = cloche_chat_request_get_model (request);
  g_autoptr (GString) messages = g_string_new (NULL);
  g_autoptr (JsonObject) rest = build_rest (request, quirks);
  g_autofree char *start = cloche_json_object_to_line (rest);
  Writer writer = {
    .messages = messages,
    .model = model,
    .quirks = quirks,
    .can_see = cloche_model_info_get_vision (model) != CLOCHE_CAPABILITY_NO,
  };
  char *body;

  append_each (&writer, request);
  start[strlen (start) - 1] = '\0';     /* The "}" comes after the messages. */
  body = g_strconcat (start, ",\"messages\":[", messages->str, "]}", NULL);

  return g_bytes_new_take (body, strlen (body));
}
