/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-transcript.h"

#include "cloche-cli-words.h"
#include "cloche-item.h"
#include "cloche-markdown-fence.h"
#include "cloche-string.h"
#include "cloche-tool-text.h"

#include <string.h>

static void
append_fenced (GString    *out,
               const char *language,
               const char *text)
{
  g_autofree char *block = cloche_markdown_dup_fenced (language, text);

  if (*text != '\0')
    g_string_append_printf (out, "%s\n\n", block);
}

static void
append_quoted (GString    *out,
               const char *mark,
               const char *text)
{
  g_autofree char *clean = cloche_tool_text_clean (text, strlen (text));
  g_auto (GStrv) lines = g_strsplit (g_strchomp (clean), "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (out, "%s%s\n", mark, lines[i]);
  g_string_append (out, "\n");
}

/* A link to a file beside the transcript. */
static void
append_link (GString    *out,
             const char *mark,
             const char *name)
{
  g_autofree char *address = g_uri_escape_string (name, NULL, TRUE);
  g_autofree char *label = cloche_text_make_printable (name, -1);

  if (strpbrk (label, "[]\\<>&*_`") != NULL) {
    g_free (label);
    label = g_strdup (address);
  }
  g_string_append_printf (out, "%s[%s](%s)\n\n", mark, label, address);
}

static void
append_run (GString          *out,
            ClocheToolRun    *run,
            ClocheCliOutputs *outputs)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);
  const char *tool = cloche_tool_call_get_name (cloche_tool_run_get_call (run));
  g_autofree char *code = cloche_cli_words_dup_code (run);
  g_autofree char *ending = cloche_cli_words_dup_ending (run);
  const char *language = "";

  if (g_str_equal (tool, "run_python"))
    language = "python";
  else if (g_str_equal (tool, "run_shell"))
    language = "sh";
  append_fenced (out, language, code);
  append_fenced (out, "text", cloche_tool_run_get_text (run));
  for (guint i = 0; i < cloche_tool_run_get_n_outputs (run); i++) {
    ClocheOutput *output = cloche_tool_run_get_output (run, i);
    const char *name = cloche_cli_outputs_get_name (outputs, output);
    g_autofree char *words = cloche_cli_words_dup_output (output);
    ClocheOutputKind kind = cloche_output_get_kind (output);

    if (kind == CLOCHE_OUTPUT_STDOUT || kind == CLOCHE_OUTPUT_STDERR)
      continue;
    if (name == NULL || g_str_has_suffix (name, ".csv"))
      append_fenced (out, "text", words);
    if (name != NULL)
      append_link (out, g_str_has_suffix (name, ".csv") ? "" : "!", name);
  }
  for (guint i = 0; result != NULL && i < cloche_tool_result_get_n_files (result); i++) {
    const char *name = cloche_cli_outputs_get_name (outputs, cloche_tool_result_get_file (result, i));

    if (name != NULL)
      append_link (out, "", name);
  }
  if (ending != NULL)
    append_quoted (out, "> ", ending);
}

/**
 * cloche_cli_transcript_build:
 * @items: of #ClocheItem
 * @first: the first of them that counts
 * @outputs: knows the names of what was saved beside the transcript
 *
 * A conversation as Markdown: questions quoted, answers as they are, code and what it printed fenced.
 */
char *
cloche_cli_transcript_build (const char       *title,
                             GListModel       *items,
                             guint             first,
                             ClocheCliOutputs *outputs)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "# %s\n\n", title);
  for (guint i = first; i < g_list_model_get_n_items (items); i++) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (items, i);

    switch (cloche_item_get_kind (item)) {
    case CLOCHE_ITEM_QUESTION:
      append_quoted (out, "> ", cloche_item_get_text (item));
      break;
    case CLOCHE_ITEM_TOOL:
      append_run (out, cloche_item_get_run (item), outputs);
      break;
    case CLOCHE_ITEM_THINKING:
    case CLOCHE_ITEM_NOTICE:
      append_quoted (out, "> ", cloche_item_get_text (item));
      break;
    case CLOCHE_ITEM_ANSWER:
    default:
      append_quoted (out, "", cloche_item_get_text (item));
      break;
    }
  }

  return g_string_free (out, FALSE);
}
