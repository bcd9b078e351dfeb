/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-ollama-wire.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-llm-http.h"
#include "cloche-string.h"

#include <string.h>

/* models of one server. */
#define MAX_MODELS 10000

static gboolean
contains (const char *text,
          const char *words)
{
  return strstr (text, words) != NULL;
}

/* Ollama has no error codes; its sentences are the protocol. */
static gboolean
code_for_sentence (const char     *text,
                   ClocheLlmError *ret_code)
{
  static const struct
  {
    const char *words;
    const char *more;
    ClocheLlmError code;
  } SENTENCES[] = {
    { "does not support tools", "", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
    { "does not support thinking", "", CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED },
    { "does not support", "image", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
    { "image input", "", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
    { "invalid tool call arguments", "", CLOCHE_LLM_ERROR_BAD_TOOL_CALL },
    { "model", "not found", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
    { "context", "exceed", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { "prompt is too long", "", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    /* Trimming took the question itself: ollama issue 18107. */
    { "no user query found in messages", "", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { "unauthorized", "", CLOCHE_LLM_ERROR_UNAUTHORIZED },
  };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (SENTENCES); i++)
    if (contains (lower, SENTENCES[i].words) && contains (lower, SENTENCES[i].more)) {
      *ret_code = SENTENCES[i].code;
      return TRUE;
    }

  return FALSE;
}

/* "error" is a string; proxies and older servers send an object with a message, or worse. */
static char *
dup_error_text (JsonObject *object)
{
  JsonNode *node = cloche_json_get_node (object, "error");
  JsonObject *nested = cloche_json_get_object (object, "error");
  const char *text = nested != NULL ? cloche_json_get_string (nested, "message")
                                    : cloche_json_get_string (object, "error");
  g_autofree char *line = NULL;

  if (text == NULL && node != NULL)
    text = line = cloche_json_to_line (node);
  if (text == NULL)
    return NULL;

  return cloche_text_make_printable (text, (gssize) MIN (strlen (text), CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES));
}

static GError *
error_for_text (unsigned    status,
                const char *text)
{
  ClocheLlmError code;

  if (text != NULL && code_for_sentence (text, &code))
    return g_error_new_literal (CLOCHE_LLM_ERROR, (int) code, text);
  if (status != 0)
    return cloche_llm_error_new_for_status (status, text);

  return g_error_new_literal (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER, text != NULL ? text : "");
}

/**
 * cloche_ollama_read_error:
 * @status: of HTTP
 * @bytes: what there is of the body; anything
 *
 * Makes the error that an answer which is no success means.
 */
GError *
cloche_ollama_read_error (unsigned    status,
                          const char *bytes,
                          gsize       length)
{
  g_autoptr (JsonObject) object = cloche_json_parse_object (bytes, (gssize) length, NULL);
  g_autofree char *text = object != NULL ? dup_error_text (object) : NULL;

  if (text == NULL && length > 0) {
    text = cloche_text_make_printable (bytes, (gssize) MIN (length, CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES));
    g_strstrip (text);
  }

  return error_for_text (status, text);
}

static void
read_call (JsonObject       *json,
           ClocheCompletion *completion)
{
  JsonObject *function = cloche_json_get_object (json, "function");
  const char *name = function != NULL ? cloche_json_get_string (function, "name") : NULL;
  JsonNode *arguments = function != NULL ? cloche_json_get_node (function, "arguments") : NULL;
  g_autofree char *text = NULL;

  if (name == NULL || *name == '\0')
    return;

  if (arguments == NULL || JSON_NODE_HOLDS_NULL (arguments))
    text = g_strdup ("{}");
  else if (cloche_json_get_string (function, "arguments") != NULL)
    text = g_strdup (cloche_json_get_string (function, "arguments"));
  else
    text = cloche_json_to_line (arguments);

  cloche_completion_add_tool_call (completion, cloche_json_get_string (json, "id"), name, text);
}

static void
read_message (JsonObject       *message,
              ClocheCompletion *completion)
{
  const char *thinking = cloche_json_get_string (message, "thinking");
  const char *content = cloche_json_get_string (message, "content");
  JsonArray *calls = cloche_json_get_array (message, "tool_calls");

  if (thinking != NULL)
    cloche_completion_add_thinking (completion, thinking);
  if (content != NULL)
    cloche_completion_add_text (completion, content);

  for (guint i = 0; calls != NULL && i < json_array_get_length (calls); i++) {
    JsonObject *call = cloche_json_array_get_object (calls, i);

    if (call != NULL)
      read_call (call, completion);
  }
}

/* A count or a time in ns, where the server gives one that can be true. */
static gint64
read_count (JsonObject *line,
            const char *name,
            gint64      divisor)
{
  gint64 value = cloche_json_get_int (line, name, -1);

  return value >= 0 ? value / divisor : CLOCHE_USAGE_UNKNOWN;
}

static void
read_end (JsonObject       *line,
          ClocheCompletion *completion)
{
  const char *reason = cloche_json_get_string (line, "done_reason");
  ClocheUsage usage = CLOCHE_USAGE_INIT;

  usage.input_tokens = read_count (line, "prompt_eval_count", 1);
  usage.output_tokens = read_count (line, "eval_count", 1);
  usage.load_us = read_count (line, "load_duration", 1000);
  usage.input_us = read_count (line, "prompt_eval_duration", 1000);
  usage.output_us = read_count (line, "eval_duration", 1000);
  cloche_completion_set_usage (completion, &usage);

  /* The reason is "stop" after tool calls, too, and may be missing: whether there are calls decides. */
  if (g_strcmp0 (reason, "length") == 0)
    cloche_completion_set_finish (completion, CLOCHE_FINISH_LENGTH);
  else if (cloche_completion_get_n_calls (completion) > 0)
    cloche_completion_set_finish (completion, CLOCHE_FINISH_TOOL_CALLS);
  else
    cloche_completion_set_finish (completion, CLOCHE_FINISH_STOP);
}

/**
 * cloche_ollama_read_chat:
 * @line: one object of the stream
 * @ret_is_done: (out): whether it was the end mark
 *
 * Adds what @line brings to @completion. Tool calls may come in any line, in several, and in the last one again.
 *
 * Errors: %CLOCHE_LLM_ERROR if the server says that it failed, or sends more than an answer can be.
 */
gboolean
cloche_ollama_read_chat (JsonObject       *line,
                         ClocheCompletion *completion,
                         gboolean         *ret_is_done,
                         GError          **error)
{
  JsonObject *message = cloche_json_get_object (line, "message");
  JsonNode *failure = cloche_json_get_node (line, "error");

  if (failure != NULL && !JSON_NODE_HOLDS_NULL (failure)) {
    g_autofree char *text = dup_error_text (line);

    g_propagate_error (error, error_for_text (0, text));
    return FALSE;
  }

  if (message != NULL)
    read_message (message, completion);
  if (cloche_completion_is_too_large (completion)) {
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE, "The answer does not come to an end");
    return FALSE;
  }

  *ret_is_done = cloche_json_get_bool (line, "done", FALSE);
  if (*ret_is_done)
    read_end (line, completion);

  return TRUE;
}

static ClocheCapability
has_capability (JsonArray  *capabilities,
                const char *name)
{
  for (guint i = 0; i < json_array_get_length (capabilities); i++)
    if (g_strcmp0 (cloche_json_array_get_string (capabilities, i), name) == 0)
      return CLOCHE_CAPABILITY_YES;

  return CLOCHE_CAPABILITY_NO;
}

/* Both tags and show have these two members, on newer servers. */
static void
read_common (JsonObject      *json,
             ClocheModelInfo *info)
{
  JsonArray *capabilities = cloche_json_get_array (json, "capabilities");
  JsonObject *details = cloche_json_get_object (json, "details");
  const char *size = details != NULL ? cloche_json_get_string (details, "parameter_size") : NULL;
  const char *quantization = details != NULL ? cloche_json_get_string (details, "quantization_level") : NULL;

  if (size != NULL && *size != '\0') {
    g_autofree char *detail = g_strconcat (size, quantization != NULL ? " " : NULL, quantization, NULL);
    g_autofree char *printable = cloche_text_make_printable (detail, -1);

    cloche_model_info_set_detail (info, printable);
  }
  if (details != NULL && cloche_json_get_int (details, "context_length", 0) > 0)
    cloche_model_info_set_context_length (info, cloche_json_get_int (details, "context_length", 0));

  if (capabilities == NULL || json_array_get_length (capabilities) == 0)
    return;
  cloche_model_info_set_tools (info, has_capability (capabilities, "tools"));
  cloche_model_info_set_vision (info, has_capability (capabilities, "vision"));
  cloche_model_info_set_thinking (info, has_capability (capabilities, "thinking"));
  if (has_capability (capabilities, "completion") != CLOCHE_CAPABILITY_YES)
    cloche_model_info_set_problem (info, CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT, NULL);
}

/* The tag that is meant when none is said is not shown either. */
static ClocheModelInfo *
info_new (const char *endpoint,
          const char *id)
{
  g_autofree char *name = cloche_text_make_printable (id, -1);

  if (g_str_has_suffix (name, ":latest"))
    name[strlen (name) - strlen (":latest")] = '\0';

  return cloche_model_info_new (endpoint, id, name);
}

static ClocheModelInfo *
read_tag (JsonObject *json,
          const char *endpoint)
{
  const char *id = cloche_json_get_string (json, "model");
  gint64 size = cloche_json_get_int (json, "size", 0);
  ClocheModelInfo *info;

  if (id == NULL)
    id = cloche_json_get_string (json, "name");
  if (id == NULL || *id == '\0')
    return NULL;

  info = info_new (endpoint, id);
  cloche_model_info_set_size_bytes (info, size > 0 ? (guint64) size : 0);
  cloche_model_info_set_digest (info, cloche_json_get_string (json, "digest"));
  read_common (json, info);

  return info;
}

/**
 * cloche_ollama_read_tags:
 * @answer: of GET /api/tags
 *
 * Returns: (transfer full) (element-type ClocheModelInfo): sorted by name
 *
 * Errors: %CLOCHE_LLM_ERROR_PROTOCOL if this is no list of models.
 */
GPtrArray *
cloche_ollama_read_tags (JsonObject *answer,
                         const char *endpoint,
                         GError    **error)
{
  JsonArray *models = cloche_json_get_array (answer, "models");
  JsonNode *node = cloche_json_get_node (answer, "models");
  GPtrArray *infos;

  /* A server without models says null. */
  if (models == NULL && (node == NULL || !JSON_NODE_HOLDS_NULL (node))) {
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "The answer has no list of models");
    return NULL;
  }

  infos = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_model_info_unref);
  for (guint i = 0; models != NULL && i < MIN (json_array_get_length (models), MAX_MODELS); i++) {
    JsonObject *json = cloche_json_array_get_object (models, i);
    ClocheModelInfo *info = json != NULL ? read_tag (json, endpoint) : NULL;

    if (info != NULL)
      g_ptr_array_add (infos, info);
  }
  g_ptr_array_sort (infos, cloche_model_info_compare_names);

  return infos;
}

/* The key is "ARCHITECTURE.context_length", and of several (a model with a vision part) the architecture's counts. */
static gint64
read_context_length (JsonObject *facts)
{
  const char *architecture = cloche_json_get_string (facts, "general.architecture");
  g_autofree char *key = g_strconcat (architecture != NULL ? architecture : "", ".context_length", NULL);
  gint64 length = cloche_json_get_int (facts, key, 0);
  g_autoptr (GList) names = json_object_get_members (facts);

  for (GList *l = names; length <= 0 && l != NULL; l = l->next)
    if (g_str_has_suffix (l->data, ".context_length"))
      length = cloche_json_get_int (facts, l->data, 0);

  return MAX (length, 0);
}

/**
 * cloche_ollama_read_show:
 * @answer: of POST /api/show
 */
ClocheModelInfo *
cloche_ollama_read_show (JsonObject *answer,
                         const char *endpoint,
                         const char *model_id)
{
  ClocheModelInfo *info = info_new (endpoint, model_id);
  JsonObject *facts = cloche_json_get_object (answer, "model_info");

  read_common (answer, info);
  if (facts != NULL && read_context_length (facts) > 0)
    cloche_model_info_set_context_length (info, read_context_length (facts));

  return info;
}
