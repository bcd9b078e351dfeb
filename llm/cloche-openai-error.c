/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-wire.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-llm-http.h"
#include "cloche-string.h"

#include <string.h>

/*
 * Errors come as {"error":{"message","type","code"}} with a code that is a word or a number, as {"error":"words"}, as
 * {"object":"error","message","code"} (vLLM), as FastAPI's {"detail":…}, or as a proxy's page; with a status, or in the
 * middle of an answer that began well.
 */

/* Codes where there are some; else sentences are the protocol. The first line that fits counts. */
static const struct
{
  const char *words;
  const char *more;
  ClocheLlmError code;
} SENTENCES[] = {
  { "insufficient_quota", "", CLOCHE_LLM_ERROR_NO_CREDIT },
  { "insufficient", "balance", CLOCHE_LLM_ERROR_NO_CREDIT },
  { "rate_limit", "", CLOCHE_LLM_ERROR_RATE_LIMITED },
  { "context_length_exceeded", "", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
  { "exceed_context_size", "", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
  { "maximum context length", "", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
  { "context", "exceed", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
  { "prompt is too long", "", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
  { "tool_use_failed", "", CLOCHE_LLM_ERROR_BAD_TOOL_CALL },
  { "invalid tool call arguments", "", CLOCHE_LLM_ERROR_BAD_TOOL_CALL },
  { "does not support tools", "", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
  { "tool choice requires", "", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },     /* vLLM */
  { "tools param requires", "", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },     /* llama.cpp without --jinja, as a 500 */
  { "support tool use", "", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },         /* OpenRouter, as a 404 */
  { "tool calling", "not supported", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
  { "support image", "", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
  { "image input is not supported", "", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
  { "not a multimodal model", "", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
  { "image_url", "", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
  { "content must be a string", "", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
  { "model_not_found", "", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
  { "model", "does not exist", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
  { "model", "not found", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
  { "not a valid model", "", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
};

/* A key that is wrong is that, whatever else the sentence says. */
static gboolean
code_for_sentence (unsigned        status,
                   const char     *text,
                   ClocheLlmError *ret_code)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (gsize i = 0; status != 401 && status != 403 && i < G_N_ELEMENTS (SENTENCES); i++)
    if (strstr (lower, SENTENCES[i].words) != NULL && strstr (lower, SENTENCES[i].more) != NULL) {
      *ret_code = SENTENCES[i].code;
      return TRUE;
    }

  return FALSE;
}

static void
append_member (GString    *out,
               JsonObject *object,
               const char *name)
{
  JsonNode *node = cloche_json_get_node (object, name);
  const char *text = cloche_json_get_string (object, name);
  g_autofree char *line = NULL;

  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return;
  if (text == NULL)
    text = line = cloche_json_to_line (node);
  g_string_append_printf (out, "%s%s", out->len > 0 ? " – " : "", text);
}

/* Message and code, so that one table finds either. */
static char *
dup_words (JsonObject *object)
{
  JsonObject *error = cloche_json_get_object (object, "error");
  g_autoptr (GString) words = g_string_new (NULL);

  if (error != NULL) {
    append_member (words, error, "message");
    append_member (words, error, "code");
    if (words->len == 0)
      append_member (words, object, "error");
  } else {
    append_member (words, object, "error");
    append_member (words, object, "message");
    append_member (words, object, "detail");
  }

  return words->len > 0
         ? cloche_text_make_printable (words->str, (gssize) MIN (words->len, CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES)) : NULL;
}

static GError *
error_new (unsigned    status,
           const char *words)
{
  ClocheLlmError code;

  if (words != NULL && code_for_sentence (status, words, &code))
    return g_error_new_literal (CLOCHE_LLM_ERROR, (int) code, words);
  if (status >= 400)
    return cloche_llm_error_new_for_status (status, words);

  return g_error_new_literal (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER, words != NULL ? words : "No reason was given");
}

/**
 * cloche_openai_read_error:
 * @status: of HTTP
 * @bytes: what there is of the body; anything
 *
 * Makes the error that an answer which is no success means.
 */
GError *
cloche_openai_read_error (unsigned    status,
                          const char *bytes,
                          gsize       length)
{
  g_autoptr (JsonNode) root = cloche_json_parse (bytes, (gssize) length, NULL);
  g_autofree char *words = NULL;

  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    words = dup_words (json_node_get_object (root));
  else if (root != NULL && JSON_NODE_HOLDS_ARRAY (root) &&              /* Gemini's gateway wraps it. */
           cloche_json_array_get_object (json_node_get_array (root), 0) != NULL)
    words = dup_words (cloche_json_array_get_object (json_node_get_array (root), 0));

  if (words == NULL && length > 0) {
    words = cloche_text_make_printable (bytes, (gssize) MIN (length, CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES));
    g_strstrip (words);
  }

  return error_new (status, words);
}

/**
 * cloche_openai_read_failure:
 * @object: one object of an answer
 * @is_error_event: the stream itself calls it an error
 *
 * Returns: (nullable): the error that @object tells, if it does
 */
GError *
cloche_openai_read_failure (JsonObject *object,
                            gboolean    is_error_event)
{
  JsonNode *node = cloche_json_get_node (object, "error");
  JsonObject *nested = cloche_json_get_object (object, "error");
  gint64 status = cloche_json_get_int (nested != NULL ? nested : object, "code", 0);
  g_autofree char *words = NULL;

  if ((node == NULL || JSON_NODE_HOLDS_NULL (node)) && !is_error_event &&
      g_strcmp0 (cloche_json_get_string (object, "object"), "error") != 0)
    return NULL;

  words = dup_words (object);
  return error_new (status >= 400 && status < 600 ? (unsigned) status : 0, words);
}

/**
 * cloche_openai_learn_quirks:
 * @error: what a server refused a request with
 *
 * Returns: what to do otherwise; 0 if @error says nothing of the kind
 */
ClocheOpenaiQuirks
cloche_openai_learn_quirks (const GError *error)
{
  if (error->domain != CLOCHE_LLM_ERROR)
    return 0;
  if (strstr (error->message, "stream_options") != NULL)
    return CLOCHE_OPENAI_NO_STREAM_OPTIONS;
  if (strstr (error->message, "reasoning_content") != NULL && strstr (error->message, "passed back") != NULL)
    return CLOCHE_OPENAI_EMPTY_REASONING;
  if (strstr (error->message, "reasoning_effort") != NULL && strstr (error->message, "none") != NULL)
    return CLOCHE_OPENAI_NO_REASONING;

  return 0;
}
