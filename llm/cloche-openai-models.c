/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-wire.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-string.h"

/* models of one server. */
#define MAX_MODELS 10000

/* @words: (nullable): %NULL = not told */
static ClocheCapability
find_word (JsonArray  *words,
           const char *word)
{
  if (words == NULL)
    return CLOCHE_CAPABILITY_UNKNOWN;

  for (guint i = 0; i < json_array_get_length (words); i++)
    if (g_strcmp0 (cloche_json_array_get_string (words, i), word) == 0)
      return CLOCHE_CAPABILITY_YES;

  return CLOCHE_CAPABILITY_NO;
}

static ClocheCapability
read_flag (JsonObject *flags,
           const char *name)
{
  if (cloche_json_get_node (flags, name) == NULL)
    return CLOCHE_CAPABILITY_UNKNOWN;

  return cloche_json_get_bool (flags, name, FALSE) ? CLOCHE_CAPABILITY_YES : CLOCHE_CAPABILITY_NO;
}

/* OpenRouter tells most; Mistral has flags; llama.cpp its modalities. OpenAI itself tells nothing. */
static void
read_capabilities (JsonObject      *json,
                   ClocheModelInfo *info)
{
  JsonArray *parameters = cloche_json_get_array (json, "supported_parameters");
  JsonObject *architecture = cloche_json_get_object (json, "architecture");
  JsonObject *flags = cloche_json_get_object (json, "capabilities");

  cloche_model_info_set_tools (info, find_word (parameters, "tools"));
  cloche_model_info_set_thinking (info, find_word (parameters, "reasoning"));
  cloche_model_info_set_vision (info, find_word (cloche_json_get_array (architecture, "input_modalities"), "image"));
  if (flags != NULL) {
    cloche_model_info_set_tools (info, read_flag (flags, "function_calling"));
    cloche_model_info_set_vision (info, read_flag (flags, "vision"));
  }

  if (read_flag (flags, "completion_chat") == CLOCHE_CAPABILITY_NO ||
      find_word (cloche_json_get_array (architecture, "output_modalities"), "text") == CLOCHE_CAPABILITY_NO)
    cloche_model_info_set_problem (info, CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT, NULL);
}

static gint64
read_context_length (JsonObject *json)
{
  static const char *const NAMES[] = { "context_length", "max_context_length", "context_window", "max_model_len" };
  JsonObject *meta = cloche_json_get_object (json, "meta");

  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++)
    if (cloche_json_get_int (json, NAMES[i], 0) > 0)
      return cloche_json_get_int (json, NAMES[i], 0);

  /* llama.cpp: what it was started with counts, and what the model was made for does not. */
  return MAX (cloche_json_get_int (meta, "n_ctx", 0), 0);
}

static ClocheModelInfo *
read_model (JsonObject *json,
            const char *endpoint)
{
  const char *id = cloche_json_get_string (json, "id");
  ClocheModelInfo *info;
  g_autofree char *name = NULL;

  if (id == NULL || *id == '\0')
    return NULL;

  name = cloche_text_make_printable (id, -1);
  info = cloche_model_info_new (endpoint, id, name);
  cloche_model_info_set_context_length (info, read_context_length (json));
  read_capabilities (json, info);

  return info;
}

/**
 * cloche_openai_read_models:
 * @answer: of GET …/models: {"data":[…]}, or the list alone
 *
 * Returns: (transfer full) (element-type ClocheModelInfo): sorted by name
 *
 * Errors: %CLOCHE_LLM_ERROR_PROTOCOL if this is no list of models, or what an error in it says.
 */
GPtrArray *
cloche_openai_read_models (JsonNode   *answer,
                           const char *endpoint,
                           GError    **error)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (answer) ? json_node_get_object (answer) : NULL;
  JsonArray *models = JSON_NODE_HOLDS_ARRAY (answer) ? json_node_get_array (answer) : cloche_json_get_array (object, "data");
  GPtrArray *infos;

  if (models == NULL) {
    GError *failure = object != NULL ? cloche_openai_read_failure (object, FALSE) : NULL;

    if (failure != NULL)
      g_propagate_error (error, failure);
    else
      g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL, "The answer has no list of models");
    return NULL;
  }

  infos = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_model_info_unref);
  for (guint i = 0; i < MIN (json_array_get_length (models), MAX_MODELS); i++) {
    JsonObject *json = cloche_json_array_get_object (models, i);
    ClocheModelInfo *info = json != NULL ? read_model (json, endpoint) : NULL;

    if (info != NULL)
      g_ptr_array_add (infos, info);
  }
  g_ptr_array_sort (infos, cloche_model_info_compare_names);

  return infos;
}
