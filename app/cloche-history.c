/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-history.h"

#include "cloche-tool-text.h"

#include <string.h>

/*
 * From messages as they are kept to messages as they are sent. What is kept may end anywhere: the person pressed stop,
 * the stream broke, the program crashed between a call and its result. What is sent is always well formed: every call has
 * exactly one result, in the order of the calls, in the one message of role tool that follows; no result stands alone; no
 * message of the assistant is empty. The words written here are read by models and therefore not translated.
 */

static ClocheMessage *
begin_copy (ClocheMessage *message)
{
  ClocheMessage *copy = cloche_message_new (cloche_message_get_role (message), NULL,
                                            cloche_message_get_created_us (message));

  cloche_message_set_model (copy, cloche_message_get_endpoint (message), cloche_message_get_model (message));

  return copy;
}

static void
take_text (ClocheMessage *message,
           char          *text)
{
  cloche_message_take_part (message, cloche_message_part_new_text (text));
  g_free (text);
}

static const char *
words_for_notice (const char *code)
{
  if (g_strcmp0 (code, "variables-lost") == 0)
    return "The machine was started anew: variables are lost, files in /workspace are kept.";
  if (g_strcmp0 (code, "network-ended") == 0)
    return "The machine has no way to the network any more, whatever was allowed. The person can stop it (clochectl vm stop): "
           "it starts again with the network, with its files and without variables.";

  return NULL;
}

/**
 * cloche_history_is_image:
 *
 * Whether @output is a picture that a model can be shown, its bytes being at hand.
 */
gboolean
cloche_history_is_image (ClocheOutput *output)
{
  static const char *const TYPES[] = { "image/png", "image/jpeg" };

  for (gsize i = 0; i < G_N_ELEMENTS (TYPES); i++) {
    ClocheContent *content = cloche_output_find_content (output, TYPES[i]);

    if (content != NULL && cloche_content_get_bytes (content) != NULL)
      return TRUE;
  }

  return FALSE;
}

static char *
describe_file (ClocheFile *file)
{
  ClocheContent *content = cloche_file_get_content (file);
  g_autofree char *size = g_format_size (cloche_content_get_size (content));

  return g_strdup_printf ("\n[Attached file: %s, %s, %s]\n", cloche_file_get_path (file), size,
                          cloche_content_get_mime_type (content));
}

static ClocheMessage *
normalize_question (ClocheMessage *message,
                    gboolean       with_images)
{
  ClocheMessage *copy = begin_copy (message);

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    const char *words;

    switch (cloche_message_part_get_kind (part)) {
    case CLOCHE_MESSAGE_PART_TEXT:
      cloche_message_take_part (copy, cloche_message_part_ref (part));
      break;
    case CLOCHE_MESSAGE_PART_FILE:
      take_text (copy, describe_file (cloche_message_part_get_file (part)));
      if (with_images && cloche_message_part_is_image (part))
        cloche_message_take_part (copy, cloche_message_part_ref (part));
      break;
    case CLOCHE_MESSAGE_PART_NOTICE:
      words = words_for_notice (cloche_message_part_get_notice_code (part));
      if (words != NULL)
        take_text (copy, g_strdup_printf ("\n[%s]\n", words));
      break;
    case CLOCHE_MESSAGE_PART_THINKING:
    case CLOCHE_MESSAGE_PART_TOOL_CALL:
    case CLOCHE_MESSAGE_PART_TOOL_RESULT:
    default:
      break;
    }
  }

  return copy;
}

/* NULL: there is nothing in it that can be sent. */
static ClocheMessage *
normalize_answer (ClocheMessage *message)
{
  g_autoptr (ClocheMessage) copy = begin_copy (message);
  gboolean is_empty = TRUE;

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheMessagePartKind kind = cloche_message_part_get_kind (part);

    if (kind != CLOCHE_MESSAGE_PART_TEXT && kind != CLOCHE_MESSAGE_PART_THINKING &&
        kind != CLOCHE_MESSAGE_PART_TOOL_CALL)
      continue;
    is_empty &= kind == CLOCHE_MESSAGE_PART_THINKING;
    cloche_message_take_part (copy, cloche_message_part_ref (part));
  }

  /* What a provider wants back byte for byte makes sense for a whole answer only. */
  for (guint i = 0; cloche_message_get_status (message) == CLOCHE_MESSAGE_COMPLETE &&
       i < cloche_message_get_n_raw_items (message); i++)
    cloche_message_take_raw_item (copy, cloche_raw_item_ref (cloche_message_get_raw_item (message, i)));

  return is_empty ? NULL : g_steal_pointer (&copy);
}

static void
copy_outputs (ClocheToolResult *from,
              ClocheToolResult *to,
              gboolean          with_images)
{
  for (guint i = 0; with_images && i < cloche_tool_result_get_n_outputs (from); i++) {
    ClocheOutput *output = cloche_tool_result_get_output (from, i);

    if (cloche_history_is_image (output))
      cloche_tool_result_take_output (to, cloche_output_ref (output));
  }
}

static ClocheToolResult *
copy_result (ClocheToolResult *result,
             const char       *text,
             gboolean          with_images)
{
  ClocheToolResult *copy = cloche_tool_result_new (cloche_tool_result_get_call_id (result),
                                                   cloche_tool_result_get_tool_name (result),
                                                   cloche_tool_result_get_status (result), text);

  copy_outputs (result, copy, with_images);

  return copy;
}

static ClocheToolResult *
result_for (ClocheToolCall *call,
            ClocheMessage  *results,
            gboolean        with_images)
{
  const char *id = cloche_tool_call_get_id (call);
  ClocheToolResult *result = results != NULL ? cloche_message_find_result (results, id) : NULL;

  if (result != NULL)
    return copy_result (result, cloche_tool_result_get_text (result), with_images);

  return cloche_tool_result_new (id, cloche_tool_call_get_name (call), CLOCHE_TOOL_KILLED,
                                 "exit: not known\nnote: The call was not run to its end.");
}

/**
 * cloche_history_dup_notices:
 * @results: (nullable)
 *
 * What happened while the tools ran is told with the last result.
 *
 * Returns: (transfer full): to be put behind its text; "" if nothing happened
 */
char *
cloche_history_dup_notices (ClocheMessage *results)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; results != NULL && i < cloche_message_get_n_parts (results); i++) {
    ClocheMessagePart *part = cloche_message_get_part (results, i);
    const char *words = NULL;

    if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_NOTICE)
      words = words_for_notice (cloche_message_part_get_notice_code (part));
    if (words != NULL)
      g_string_append_printf (text, "\nnote: %s", words);
  }

  return g_string_free (text, FALSE);
}

/* @results: (nullable): what there is of results for @answer */
static ClocheMessage *
normalize_results (ClocheMessage *answer,
                   ClocheMessage *results,
                   gboolean       with_images)
{
  ClocheMessage *copy = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, cloche_message_get_created_us (answer));
  g_autofree char *notices = cloche_history_dup_notices (results);
  g_autoptr (ClocheToolResult) last = NULL;

  for (guint i = 0; i < cloche_message_get_n_parts (answer); i++) {
    ClocheToolCall *call = cloche_message_part_get_tool_call (cloche_message_get_part (answer, i));

    if (call == NULL)
      continue;
    if (last != NULL)
      cloche_message_take_part (copy, cloche_message_part_new_tool_result (last));
    g_clear_pointer (&last, cloche_tool_result_unref);
    last = result_for (call, results, with_images);
  }

  if (last != NULL && *notices != '\0') {
    g_autofree char *text = g_strconcat (cloche_tool_result_get_text (last), notices, NULL);
    ClocheToolResult *noted = copy_result (last, text, with_images);

    cloche_tool_result_unref (last);
    last = noted;
  }
  if (last != NULL)
    cloche_message_take_part (copy, cloche_message_part_new_tool_result (last));

  return copy;
}

/**
 * cloche_history_normalize:
 * @history: (element-type ClocheMessage): one branch, oldest first
 * @with_images: whether the model sees
 *
 * Returns: (transfer full) (element-type ClocheMessage): what can be sent
 */
GPtrArray *
cloche_history_normalize (GPtrArray *history,
                          gboolean   with_images)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);

  for (guint i = 0; i < history->len; i++) {
    ClocheMessage *message = g_ptr_array_index (history, i);
    ClocheMessage *next = i + 1 < history->len ? g_ptr_array_index (history, i + 1) : NULL;
    ClocheMessage *answer;

    if (cloche_message_get_role (message) == CLOCHE_ROLE_USER) {
      g_ptr_array_add (out, normalize_question (message, with_images));
      continue;
    }

    /* A message of role tool is dealt with below, together with its calls; without them it says nothing. */
    if (cloche_message_get_role (message) != CLOCHE_ROLE_ASSISTANT)
      continue;

    answer = normalize_answer (message);
    if (answer == NULL)
      continue;
    g_ptr_array_add (out, answer);
    if (next != NULL && cloche_message_get_role (next) != CLOCHE_ROLE_TOOL)
      next = NULL;
    if (cloche_message_has_calls (answer))
      g_ptr_array_add (out, normalize_results (answer, next, with_images));
  }

  return out;
}

/**
 * cloche_history_reduce:
 * @message: as cloche_history_normalize() makes them
 * @max_result_chars: longer texts of results are cut to this
 * @with_images: whether pictures stay
 *
 * Returns: (transfer full): a message that is no larger
 */
ClocheMessage *
cloche_history_reduce (ClocheMessage *message,
                       gsize          max_result_chars,
                       gboolean       with_images)
{
  ClocheMessage *copy = begin_copy (message);

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheToolResult *result = cloche_message_part_get_tool_result (part);

    if (result != NULL) {
      g_autofree char *text = cloche_tool_text_cut (cloche_tool_result_get_text (result), max_result_chars, NULL);
      g_autoptr (ClocheToolResult) reduced = copy_result (result, text, with_images);

      cloche_message_take_part (copy, cloche_message_part_new_tool_result (reduced));
    } else if (with_images || cloche_message_part_get_kind (part) != CLOCHE_MESSAGE_PART_FILE) {
      cloche_message_take_part (copy, cloche_message_part_ref (part));
    }
  }
  for (guint i = 0; i < cloche_message_get_n_raw_items (message); i++)
    cloche_message_take_raw_item (copy, cloche_raw_item_ref (cloche_message_get_raw_item (message, i)));

  return copy;
}
