/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-request.h"

#include "cloche-history.h"

#include <string.h>

/*
 * What a model is sent: system text and tools always, then as much of the history as fits, the newest turn first of all.
 * A turn is a question and all that followed from it. If it is too much, in this order until it fits:
 *
 * 1. results of tools in older turns are shortened, oldest turn first;
 * 2. pictures of older turns go;
 * 3. older turns go as wholes, so that no call stands without its result and no answer without its question;
 * 4. results in the newest turn are shortened, but for those that came last.
 *
 * Counting is by rule of thumb: nobody but the server knows the model's tokens. It may be wrong by a quarter, which is
 * why a quarter of the context is left for the answer.
 */

/* tokens: room to look at a table and a traceback; more costs memory on the small machines that run local models. */
#define DEFAULT_CONTEXT_TOKENS 16384

/* characters of an old result: enough to know what it was. */
#define SHORT_RESULT_CHARS 400

/* tokens, by rule of thumb: the frame of a message; a picture. */
#define MESSAGE_TOKENS 8
#define IMAGE_TOKENS 800

/* bytes per token of English and code. */
#define BYTES_PER_TOKEN 4

typedef struct
{
  GPtrArray *messages;          /* of ClocheMessage, as cloche_history_normalize() makes them */
  gint64 tokens;
  gboolean is_dropped;
} Turn;

static void
turn_free (Turn *turn)
{
  g_ptr_array_unref (turn->messages);
  g_free (turn);
}

/**
 * cloche_request_choose_tokens:
 *
 * How large a context the model shall be loaded with; to be chosen once for a conversation.
 */
gint64
cloche_request_choose_tokens (ClocheModelInfo *model)
{
  gint64 most = cloche_model_info_get_context_length (model);

  return most > 0 ? MIN (most, DEFAULT_CONTEXT_TOKENS) : DEFAULT_CONTEXT_TOKENS;
}

static gint64
tokens_of_text (const char *text)
{
  return text != NULL ? (gint64) strlen (text) / BYTES_PER_TOKEN : 0;
}

static gint64
tokens_of_result (ClocheToolResult *result)
{
  gint64 tokens = tokens_of_text (cloche_tool_result_get_text (result)) + MESSAGE_TOKENS;

  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++)
    if (cloche_history_is_image (cloche_tool_result_get_output (result, i)))
      tokens += IMAGE_TOKENS;

  return tokens;
}

static gint64
tokens_of_part (ClocheMessagePart *part)
{
  switch (cloche_message_part_get_kind (part)) {
  case CLOCHE_MESSAGE_PART_TEXT:
  case CLOCHE_MESSAGE_PART_THINKING:
    return tokens_of_text (cloche_message_part_get_text (part));
  case CLOCHE_MESSAGE_PART_FILE:
    return IMAGE_TOKENS;
  case CLOCHE_MESSAGE_PART_TOOL_CALL:
    return tokens_of_text (cloche_tool_call_get_arguments_text (cloche_message_part_get_tool_call (part))) +
           MESSAGE_TOKENS;
  case CLOCHE_MESSAGE_PART_TOOL_RESULT:
    return tokens_of_result (cloche_message_part_get_tool_result (part));
  case CLOCHE_MESSAGE_PART_NOTICE:
  default:
    return 0;
  }
}

/**
 * cloche_request_estimate_tokens:
 * @message: as it is sent
 *
 * By rule of thumb.
 */
gint64
cloche_request_estimate_tokens (ClocheMessage *message)
{
  gint64 tokens = MESSAGE_TOKENS;

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++)
    tokens += tokens_of_part (cloche_message_get_part (message, i));

  return tokens;
}

static void
count (Turn *turn)
{
  turn->tokens = 0;
  for (guint i = 0; i < turn->messages->len; i++)
    turn->tokens += cloche_request_estimate_tokens (g_ptr_array_index (turn->messages, i));
}

static GPtrArray *
split_turns (GPtrArray *messages)
{
  GPtrArray *turns = g_ptr_array_new_with_free_func ((GDestroyNotify) turn_free);
  Turn *turn = NULL;

  for (guint i = 0; i < messages->len; i++) {
    ClocheMessage *message = g_ptr_array_index (messages, i);

    if (turn == NULL || cloche_message_get_role (message) == CLOCHE_ROLE_USER) {
      turn = g_new0 (Turn, 1);
      turn->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
      g_ptr_array_add (turns, turn);
    }
    g_ptr_array_add (turn->messages, cloche_message_ref (message));
  }
  for (guint i = 0; i < turns->len; i++)
    count (g_ptr_array_index (turns, i));

  return turns;
}

/* @keep_last: leave the last message as it is */
static void
reduce (Turn    *turn,
        gboolean with_images,
        gboolean keep_last)
{
  guint n = turn->messages->len - (keep_last ? 1 : 0);

  for (guint i = 0; i < n; i++) {
    ClocheMessage *reduced = cloche_history_reduce (g_ptr_array_index (turn->messages, i), SHORT_RESULT_CHARS,
                                                    with_images);

    cloche_message_unref (turn->messages->pdata[i]);
    turn->messages->pdata[i] = reduced;
  }
  count (turn);
}

static gint64
total (GPtrArray *turns)
{
  gint64 tokens = 0;

  for (guint i = 0; i < turns->len; i++) {
    Turn *turn = g_ptr_array_index (turns, i);

    tokens += turn->is_dropped ? 0 : turn->tokens;
  }

  return tokens;
}

static void
fit (GPtrArray *turns,
     gint64     budget)
{
  if (turns->len == 0)
    return;

  for (guint i = 0; i + 1 < turns->len && total (turns) > budget; i++)
    reduce (g_ptr_array_index (turns, i), TRUE, FALSE);
  for (guint i = 0; i + 1 < turns->len && total (turns) > budget; i++)
    reduce (g_ptr_array_index (turns, i), FALSE, FALSE);
  for (guint i = 0; i + 1 < turns->len && total (turns) > budget; i++)
    ((Turn *) g_ptr_array_index (turns, i))->is_dropped = TRUE;
  if (total (turns) > budget)
    reduce (g_ptr_array_index (turns, turns->len - 1), TRUE, TRUE);
}

static gint64
add_tools (ClocheChatRequest *request,
           ClocheToolbox     *toolbox)
{
  gint64 tokens = 0;

  for (guint i = 0; i < cloche_toolbox_get_n_tools (toolbox); i++) {
    ClocheToolSpec *spec = cloche_tool_get_spec (cloche_toolbox_get_tool (toolbox, i));

    cloche_chat_request_add_tool (request, spec);
    /* The schema is about as long as the description. */
    tokens += 2 * tokens_of_text (cloche_tool_spec_get_description (spec)) + MESSAGE_TOKENS;
  }

  return tokens;
}

static void
add_system (ClocheChatRequest *request,
            const char        *system_text)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_SYSTEM, NULL, 0);

  cloche_message_take_part (message, cloche_message_part_new_text (system_text));
  cloche_chat_request_add_message (request, message);
}

/**
 * cloche_request_build:
 * @system_text: always sent, first
 * @toolbox: always sent, unless the model is known to take no tools
 * @history: (element-type ClocheMessage): one branch, oldest first, in whatever state a stop or a crash left it
 * @context_tokens: what has to fit; 0 = send everything
 */
ClocheChatRequest *
cloche_request_build (ClocheModelInfo *model,
                      const char      *system_text,
                      ClocheToolbox   *toolbox,
                      GPtrArray       *history,
                      gint64           context_tokens)
{
  ClocheChatRequest *request = cloche_chat_request_new (model);
  gboolean can_see = cloche_model_info_get_vision (model) != CLOCHE_CAPABILITY_NO;
  g_autoptr (GPtrArray) messages = cloche_history_normalize (history, can_see);
  g_autoptr (GPtrArray) turns = split_turns (messages);
  gint64 pinned = tokens_of_text (system_text) + MESSAGE_TOKENS;

  if (cloche_model_info_get_tools (model) != CLOCHE_CAPABILITY_NO)
    pinned += add_tools (request, toolbox);
  if (context_tokens > 0)
    fit (turns, context_tokens * 3 / 4 - pinned);

  cloche_chat_request_set_context_tokens (request, context_tokens);
  add_system (request, system_text);
  for (guint i = 0; i < turns->len; i++) {
    Turn *turn = g_ptr_array_index (turns, i);

    for (guint j = 0; !turn->is_dropped && j < turn->messages->len; j++)
      cloche_chat_request_add_message (request, g_ptr_array_index (turn->messages, j));
  }

  return request;
}
