/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-openai-answer.h"

#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-openai-wire.h"
#include "cloche-think-splitter.h"

#include <string.h>

/*
 * Servers agree on little of how calls come in pieces. A piece belongs to the call of its "index"; a new call begins where
 * there is no index and an id or a name, at an index that was not seen, and at one whose id or name is another (some
 * give 0 to every call). A piece without all three goes on with the call before it.
 *
 * What a provider wants back is kept as one message of the assistant in its own words, if there is anything in the answer
 * that our own words do not hold: "reasoning_content" with calls (DeepSeek and those who copy it refuse the next request
 * without it), "reasoning_details" (OpenRouter: signed or encrypted), "extra_content" of a call (Gemini's signatures).
 */

typedef struct
{
  gint64 index;                 /* -1: none was given */
  char *id;                     /* or NULL */
  GString *name;
  GString *arguments;
  JsonNode *extra;              /* or NULL */
} Slot;

struct _ClocheOpenaiAnswer
{
  ClocheCompletion *completion;
  ClocheThinkSplitter *content;
  char *endpoint;
  char *model;
  GPtrArray *slots;
  GString *text;                /* as it came, for the raw item */
  GString *reasoning;           /* what came as "reasoning_content" */
  JsonArray *details;           /* what came as "reasoning_details" */
  gsize size;                   /* bytes of arguments, reasoning and details */
  char *finish;                 /* the reason, or NULL */
  gboolean has_reasoning;       /* "reasoning_content" was there, were it empty */
  gboolean is_refused;
};

static void
slot_free (Slot *slot)
{
  g_free (slot->id);
  g_string_free (slot->name, TRUE);
  g_string_free (slot->arguments, TRUE);
  g_clear_pointer (&slot->extra, json_node_unref);
  g_free (slot);
}

/**
 * cloche_openai_answer_new:
 * @completion: to be filled
 * @endpoint: of what has to be sent back
 * @model: likewise
 */
ClocheOpenaiAnswer *
cloche_openai_answer_new (ClocheCompletion *completion,
                          const char       *endpoint,
                          const char       *model)
{
  ClocheOpenaiAnswer *self = g_new0 (ClocheOpenaiAnswer, 1);

  self->completion = g_object_ref (completion);
  self->content = cloche_think_splitter_new (completion);
  self->endpoint = g_strdup (endpoint);
  self->model = g_strdup (model);
  self->slots = g_ptr_array_new_with_free_func ((GDestroyNotify) slot_free);
  self->text = g_string_new (NULL);
  self->reasoning = g_string_new (NULL);
  self->details = json_array_new ();

  return self;
}

void
cloche_openai_answer_free (ClocheOpenaiAnswer *self)
{
  g_object_unref (self->completion);
  cloche_think_splitter_free (self->content);
  g_free (self->endpoint);
  g_free (self->model);
  g_ptr_array_unref (self->slots);
  g_string_free (self->text, TRUE);
  g_string_free (self->reasoning, TRUE);
  json_array_unref (self->details);
  g_free (self->finish);
  g_free (self);
}

static Slot *
find_slot (ClocheOpenaiAnswer *self,
           gint64              index,
           const char         *id,
           const char         *name)
{
  Slot *last = self->slots->len > 0 ? g_ptr_array_index (self->slots, self->slots->len - 1) : NULL;
  Slot *slot = NULL;

  if (index < 0)
    return id == NULL && name == NULL ? last : NULL;

  /* The newest one: those before it with the same index are calls that are over. */
  for (guint i = self->slots->len; slot == NULL && i > 0; i--)
    if (((Slot *) g_ptr_array_index (self->slots, i - 1))->index == index)
      slot = g_ptr_array_index (self->slots, i - 1);
  if (slot == NULL || (id != NULL && slot->id != NULL && !g_str_equal (id, slot->id)))
    return NULL;
  if (id == NULL && name != NULL && slot->arguments->len > 0 && !g_str_equal (name, slot->name->str))
    return NULL;

  return slot;
}

static Slot *
add_slot (ClocheOpenaiAnswer *self,
          gint64              index)
{
  Slot *slot = g_new0 (Slot, 1);

  slot->index = index;
  slot->name = g_string_new (NULL);
  slot->arguments = g_string_new (NULL);
  g_ptr_array_add (self->slots, slot);

  return slot;
}

static const char *
get_words (JsonObject *object,
           const char *name)
{
  const char *words = cloche_json_get_string (object, name);

  return words != NULL && *words != '\0' ? words : NULL;
}

/* Pieces of a name never come; the whole may come again with each piece of the arguments. */
static void
read_call (ClocheOpenaiAnswer *self,
           JsonObject         *json)
{
  JsonObject *function = cloche_json_get_object (json, "function");
  gint64 index = cloche_json_get_int (json, "index", -1);
  JsonNode *number = cloche_json_get_node (json, "id");
  const char *id = get_words (json, "id");
  const char *name = get_words (function, "name");
  JsonNode *arguments = cloche_json_get_node (function, "arguments");
  JsonNode *extra = cloche_json_get_node (json, "extra_content");
  g_autofree char *digits = NULL;
  Slot *slot;

  if (id == NULL && number != NULL && JSON_NODE_HOLDS_VALUE (number) && cloche_json_get_string (json, "id") == NULL)
    id = digits = cloche_json_to_line (number);
  slot = find_slot (self, index, id, name);
  if (slot == NULL)
    slot = add_slot (self, index);

  if (id != NULL && slot->id == NULL)
    slot->id = g_strdup (id);
  if (name != NULL)
    g_string_assign (slot->name, name);
  if (cloche_json_get_string (function, "arguments") != NULL) {
    g_string_append (slot->arguments, cloche_json_get_string (function, "arguments"));
    self->size += strlen (cloche_json_get_string (function, "arguments"));
  } else if (arguments != NULL && !JSON_NODE_HOLDS_NULL (arguments)) {
    g_autofree char *line = cloche_json_to_line (arguments);

    g_string_append (slot->arguments, line);
    self->size += strlen (line);
  }
  if (extra != NULL && slot->extra == NULL)
    slot->extra = json_node_copy (extra);
}

/* Pieces of one detail, which follow each other, become one again. */
static void
read_detail (ClocheOpenaiAnswer *self,
             JsonObject         *detail)
{
  guint n = json_array_get_length (self->details);
  JsonObject *last = n > 0 ? json_array_get_object_element (self->details, n - 1) : NULL;
  g_autofree char *line = cloche_json_object_to_line (detail);
  g_autoptr (GList) names = json_object_get_members (detail);

  self->size += strlen (line);
  if (last == NULL || g_strcmp0 (get_words (last, "type"), get_words (detail, "type")) != 0 ||
      cloche_json_get_int (last, "index", -1) != cloche_json_get_int (detail, "index", -1)) {
    json_array_add_object_element (self->details, json_object_ref (detail));
    return;
  }

  for (GList *l = names; l != NULL; l = l->next) {
    gboolean is_words = g_str_equal (l->data, "text") || g_str_equal (l->data, "summary") || g_str_equal (l->data, "data");
    const char *before = cloche_json_get_string (last, l->data);
    const char *more = cloche_json_get_string (detail, l->data);
    g_autofree char *joined = is_words && before != NULL && more != NULL ? g_strconcat (before, more, NULL) : NULL;

    if (joined != NULL)
      json_object_set_string_member (last, l->data, joined);
    else if (!JSON_NODE_HOLDS_NULL (json_object_get_member (detail, l->data)))
      json_object_set_member (last, l->data, json_object_dup_member (detail, l->data));
  }
}

/* The same thinking may come under several names. */
static void
read_reasoning (ClocheOpenaiAnswer *self,
                JsonObject         *delta)
{
  const char *content = cloche_json_get_string (delta, "reasoning_content");
  const char *reasoning = get_words (delta, "reasoning");
  JsonArray *details = cloche_json_get_array (delta, "reasoning_details");
  gboolean is_told = reasoning != NULL || (content != NULL && *content != '\0');

  if (content != NULL) {
    self->has_reasoning = TRUE;
    self->size += strlen (content);
    g_string_append (self->reasoning, content);
  }
  if (is_told)
    cloche_completion_add_thinking (self->completion, content != NULL && *content != '\0' ? content : reasoning);

  for (guint i = 0; details != NULL && i < json_array_get_length (details); i++) {
    JsonObject *detail = cloche_json_array_get_object (details, i);
    const char *words = detail != NULL ? get_words (detail, "text") : NULL;

    if (detail != NULL && words == NULL)
      words = get_words (detail, "summary");
    if (!is_told && words != NULL)
      cloche_completion_add_thinking (self->completion, words);
    if (detail != NULL)
      read_detail (self, detail);
  }
}

static void
add_text (ClocheOpenaiAnswer *self,
          const char         *text)
{
  if (*text == '\0')
    return;

  g_string_append (self->text, text);
  cloche_think_splitter_push (self->content, text);
}

/* A string, or Mistral's parts: {"type":"text"} and {"type":"thinking","thinking":[{"type":"text"}]}. */
static void
read_content (ClocheOpenaiAnswer *self,
              JsonObject         *delta)
{
  const char *text = cloche_json_get_string (delta, "content");
  JsonArray *parts = cloche_json_get_array (delta, "content");

  if (text != NULL)
    add_text (self, text);

  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++) {
    JsonObject *part = cloche_json_array_get_object (parts, i);
    JsonArray *thinking = cloche_json_get_array (part, "thinking");

    if (get_words (part, "text") != NULL)
      add_text (self, get_words (part, "text"));
    for (guint j = 0; thinking != NULL && j < json_array_get_length (thinking); j++) {
      const char *words = get_words (cloche_json_array_get_object (thinking, j), "text");

      if (words != NULL)
        cloche_completion_add_thinking (self->completion, words);
    }
  }
}

static void
read_delta (ClocheOpenaiAnswer *self,
            JsonObject         *delta)
{
  const char *refusal = get_words (delta, "refusal");
  JsonArray *calls = cloche_json_get_array (delta, "tool_calls");

  read_reasoning (self, delta);
  read_content (self, delta);
  if (refusal != NULL) {
    self->is_refused = TRUE;
    add_text (self, refusal);
  }

  for (guint i = 0; calls != NULL && i < json_array_get_length (calls); i++)
    if (cloche_json_array_get_object (calls, i) != NULL)
      read_call (self, cloche_json_array_get_object (calls, i));
}

/* The larger of what is known and what is told: some tell in every chunk how far they are. */
static void
read_count (JsonObject *usage,
            const char *name,
            gint64     *count)
{
  *count = MAX (*count, cloche_json_get_int (usage, name, CLOCHE_USAGE_UNKNOWN));
}

static void
read_usage (ClocheOpenaiAnswer *self,
            JsonObject         *usage,
            JsonObject         *timings)
{
  ClocheUsage known = *cloche_completion_get_usage (self->completion);
  double input_ms = cloche_json_get_double (timings, "prompt_ms", -1);
  double output_ms = cloche_json_get_double (timings, "predicted_ms", -1);

  read_count (usage, "prompt_tokens", &known.input_tokens);
  read_count (usage, "completion_tokens", &known.output_tokens);
  read_count (cloche_json_get_object (usage, "completion_tokens_details"), "reasoning_tokens", &known.thinking_tokens);
  read_count (cloche_json_get_object (usage, "prompt_tokens_details"), "cached_tokens", &known.cached_tokens);
  read_count (usage, "prompt_cache_hit_tokens", &known.cached_tokens);
  if (input_ms >= 0 && input_ms < 1e9)
    known.input_us = (gint64) (input_ms * 1000);
  if (output_ms >= 0 && output_ms < 1e9)
    known.output_us = (gint64) (output_ms * 1000);
  cloche_completion_set_usage (self->completion, &known);
}

/**
 * cloche_openai_answer_read:
 * @chunk: one object of the stream, or the whole of an answer that is none
 *
 * Adds what @chunk brings. What it does not know it skips.
 *
 * Errors: %CLOCHE_LLM_ERROR if the server says that it failed, or sends more than an answer can be.
 */
gboolean
cloche_openai_answer_read (ClocheOpenaiAnswer *self,
                           JsonObject         *chunk,
                           GError            **error)
{
  GError *failure = cloche_openai_read_failure (chunk, FALSE);
  JsonArray *choices = cloche_json_get_array (chunk, "choices");
  JsonObject *choice = cloche_json_array_get_object (choices, 0);
  JsonObject *delta = cloche_json_get_object (choice, "delta");
  JsonObject *usage = cloche_json_get_object (chunk, "usage");

  if (failure != NULL) {
    g_propagate_error (error, failure);
    return FALSE;
  }

  if (delta == NULL)
    delta = cloche_json_get_object (choice, "message");
  if (usage == NULL)
    usage = cloche_json_get_object (choice, "usage");
  if (usage == NULL)
    usage = cloche_json_get_object (cloche_json_get_object (chunk, "x_groq"), "usage");
  read_usage (self, usage, cloche_json_get_object (chunk, "timings"));

  /* Nobody asked for a second choice. */
  if (cloche_json_get_int (choice, "index", 0) == 0 && delta != NULL)
    read_delta (self, delta);
  if (get_words (choice, "finish_reason") != NULL) {
    g_free (self->finish);
    self->finish = g_strdup (get_words (choice, "finish_reason"));
  }

  if (g_strcmp0 (self->finish, "error") == 0) {
    g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER, "No reason was given");
    return FALSE;
  }

  if (!cloche_completion_is_too_large (self->completion) && self->size <= CLOCHE_COMPLETION_MAX_BYTES &&
      self->slots->len <= CLOCHE_COMPLETION_MAX_CALLS)
    return TRUE;
  g_set_error_literal (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE, "The answer does not come to an end");
  return FALSE;
}

/**
 * cloche_openai_answer_has_finish:
 *
 * Whether the server has said why the answer ends: then it is whole, even if its end mark never comes.
 */
gboolean
cloche_openai_answer_has_finish (ClocheOpenaiAnswer *self)
{
  return self->finish != NULL;
}

static JsonArray *
build_raw_calls (ClocheOpenaiAnswer *self,
                 GPtrArray          *slots)
{
  JsonArray *calls = json_array_new ();

  for (guint i = 0; i < slots->len; i++) {
    ClocheToolCall *call = cloche_completion_get_call (self->completion, i);
    Slot *slot = g_ptr_array_index (slots, i);
    JsonObject *function = json_object_new ();
    JsonObject *json = json_object_new ();

    json_object_set_string_member (function, "name", cloche_tool_call_get_name (call));
    json_object_set_string_member (function, "arguments", cloche_tool_call_get_arguments (call) != NULL
                                   ? cloche_tool_call_get_arguments_text (call) : "{}");
    json_object_set_string_member (json, "id", cloche_tool_call_get_id (call));
    json_object_set_string_member (json, "type", "function");
    json_object_set_object_member (json, "function", function);
    if (slot->extra != NULL)
      json_object_set_member (json, "extra_content", json_node_copy (slot->extra));
    json_array_add_object_element (calls, json);
  }

  return calls;
}

/* @slots: those that became calls, in their order */
static void
keep_raw_item (ClocheOpenaiAnswer *self,
               GPtrArray          *slots)
{
  gboolean with_reasoning = self->has_reasoning && slots->len > 0;
  gboolean is_needed = with_reasoning || json_array_get_length (self->details) > 0;
  g_autoptr (JsonObject) message = json_object_new ();
  g_autoptr (GBytes) bytes = NULL;
  char *line;

  for (guint i = 0; i < slots->len; i++)
    is_needed |= ((Slot *) g_ptr_array_index (slots, i))->extra != NULL;
  if (!is_needed)
    return;

  json_object_set_string_member (message, "role", "assistant");
  json_object_set_string_member (message, "content", self->text->str);
  if (with_reasoning)
    json_object_set_string_member (message, "reasoning_content", self->reasoning->str);
  if (json_array_get_length (self->details) > 0)
    json_object_set_array_member (message, "reasoning_details", json_array_ref (self->details));
  if (slots->len > 0)
    json_object_set_array_member (message, "tool_calls", build_raw_calls (self, slots));

  line = cloche_json_object_to_line (message);
  bytes = g_bytes_new_take (line, strlen (line));
  cloche_completion_take_raw_item (self->completion, cloche_raw_item_new (self->endpoint, self->model, bytes));
}

static ClocheFinish
read_finish (ClocheOpenaiAnswer *self)
{
  if (self->is_refused || g_strcmp0 (self->finish, "content_filter") == 0)
    return CLOCHE_FINISH_REFUSED;
  if (g_strcmp0 (self->finish, "length") == 0)
    return CLOCHE_FINISH_LENGTH;

  /* The reason may be "stop" after calls, too: whether there are any decides. */
  return cloche_completion_get_n_calls (self->completion) > 0 ? CLOCHE_FINISH_TOOL_CALLS : CLOCHE_FINISH_STOP;
}

/**
 * cloche_openai_answer_end:
 *
 * To be called once, when the answer has come to its end: adds the calls, says why it ended, keeps what has to go back.
 */
void
cloche_openai_answer_end (ClocheOpenaiAnswer *self)
{
  g_autoptr (GPtrArray) slots = g_ptr_array_new ();

  cloche_think_splitter_finish (self->content);
  for (guint i = 0; i < self->slots->len; i++) {
    Slot *slot = g_ptr_array_index (self->slots, i);
    guint n = cloche_completion_get_n_calls (self->completion);

    /* LM Studio sends calls without a name: lmstudio-bug-tracker 830. */
    if (slot->name->len == 0)
      continue;
    cloche_completion_add_tool_call (self->completion, slot->id, slot->name->str,
                                     slot->arguments->len > 0 ? slot->arguments->str : "{}");
    if (cloche_completion_get_n_calls (self->completion) > n)
      g_ptr_array_add (slots, slot);
  }
  cloche_completion_set_finish (self->completion, read_finish (self));
  keep_raw_item (self, slots);
}
