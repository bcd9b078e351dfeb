/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-completion.h"

#include <string.h>

static void
words_added_cb (ClocheCompletion *completion,
                const char       *words,
                GString          *log)
{
  g_string_append_printf (log, "[%s]", words);
}

static void
call_added_cb (ClocheCompletion *completion,
               ClocheToolCall   *call,
               GString          *log)
{
  g_string_append_printf (log, "<%s %s>", cloche_tool_call_get_name (call), cloche_tool_call_get_arguments_text (call));
}

static void
test_order (void)
{
  ClocheCompletion *completion = cloche_completion_new ();
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  g_autoptr (GString) log = g_string_new (NULL);
  const ClocheUsage usage = { .input_tokens = 3, .output_tokens = 4 };
  static const ClocheMessagePartKind KINDS[] = {
    CLOCHE_MESSAGE_PART_THINKING, CLOCHE_MESSAGE_PART_TEXT, CLOCHE_MESSAGE_PART_TOOL_CALL, CLOCHE_MESSAGE_PART_TEXT,
  };

  g_signal_connect (completion, "text-added", G_CALLBACK (words_added_cb), log);
  g_signal_connect (completion, "thinking-added", G_CALLBACK (words_added_cb), log);
  g_signal_connect (completion, "tool-call-added", G_CALLBACK (call_added_cb), log);

  g_assert_false (cloche_completion_has_text (completion));
  g_assert_cmpint (cloche_completion_get_usage (completion)->input_tokens, ==, CLOCHE_USAGE_UNKNOWN);
  cloche_completion_add_thinking (completion, "hm");
  g_assert_false (cloche_completion_has_text (completion));
  cloche_completion_add_text (completion, "");
  cloche_completion_add_text (completion, "one ");
  cloche_completion_add_text (completion, "two");
  cloche_completion_add_tool_call (completion, "a", "run_python", "{}");
  cloche_completion_add_text (completion, "three");
  cloche_completion_set_finish (completion, CLOCHE_FINISH_STOP);
  cloche_completion_set_usage (completion, &usage);
  g_assert_cmpstr (log->str, ==, "[hm][one ][two]<run_python {}>[three]");
  g_assert_true (cloche_completion_has_text (completion));

  cloche_completion_fill_message (completion, message);
  g_assert_cmpuint (cloche_message_get_n_parts (message), ==, G_N_ELEMENTS (KINDS));
  for (guint i = 0; i < G_N_ELEMENTS (KINDS); i++)
    g_assert_cmpint (cloche_message_part_get_kind (cloche_message_get_part (message, i)), ==, KINDS[i]);
  g_assert_cmpstr (cloche_message_part_get_text (cloche_message_get_part (message, 1)), ==, "one two");
  g_assert_cmpint (cloche_message_get_finish (message), ==, CLOCHE_FINISH_STOP);
  g_assert_cmpint (cloche_message_get_usage (message)->output_tokens, ==, 4);
  g_assert_finalize_object (completion);
}

static void
test_ids (void)
{
  g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  cloche_completion_add_tool_call (completion, "a", "t", "{\"n\":1}");
  cloche_completion_add_tool_call (completion, "a", "t", "{\"n\":1}");  /* said twice */
  g_assert_cmpuint (cloche_completion_get_n_calls (completion), ==, 1);

  cloche_completion_add_tool_call (completion, "a", "t", "{\"n\":2}");  /* another call under the same id */
  cloche_completion_add_tool_call (completion, "", "t", "{\"n\":1}");
  cloche_completion_add_tool_call (completion, NULL, "t", "{\"n\":1}");
  g_assert_cmpuint (cloche_completion_get_n_calls (completion), ==, 4);
  for (guint i = 0; i < 4; i++) {
    const char *id = cloche_tool_call_get_id (cloche_completion_get_call (completion, i));

    g_assert_cmpuint (strlen (id), >, 0);
    g_assert_true (g_hash_table_add (ids, (gpointer) id));
  }
}

static void
test_caps (void)
{
  g_autoptr (ClocheCompletion) words = cloche_completion_new ();
  g_autoptr (ClocheCompletion) calls = cloche_completion_new ();
  g_autofree char *mebibyte = g_strnfill (1024 * 1024, 'x');

  for (int i = 0; i < CLOCHE_COMPLETION_MAX_BYTES / (1024 * 1024); i++)
    cloche_completion_add_thinking (words, mebibyte);
  g_assert_false (cloche_completion_is_too_large (words));
  cloche_completion_add_text (words, "x");
  g_assert_true (cloche_completion_is_too_large (words));

  for (int i = 0; i < CLOCHE_COMPLETION_MAX_CALLS; i++)
    cloche_completion_add_tool_call (calls, NULL, "t", "{}");
  g_assert_false (cloche_completion_is_too_large (calls));
  cloche_completion_add_tool_call (calls, NULL, "t", "{}");
  g_assert_true (cloche_completion_is_too_large (calls));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/completion/case-24-order", test_order);
  g_test_add_func ("/llm/completion/case-20-21-23-ids", test_ids);
  g_test_add_func ("/llm/completion/caps", test_caps);

  return g_test_run ();
}
