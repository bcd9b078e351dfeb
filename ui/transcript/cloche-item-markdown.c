/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-item-markdown.h"

#include "cloche-markdown-fence.h"
#include "cloche-tool-words.h"

#include <string.h>

static void
append (GString    *out,
        const char *part)
{
  if (part == NULL || *part == '\0')
    return;

  if (out->len > 0)
    g_string_append (out, "\n\n");
  g_string_append (out, part);
}

static void
append_fenced (GString    *out,
               const char *language,
               const char *text)
{
  g_autofree char *block = text != NULL ? cloche_markdown_dup_fenced (language, text) : NULL;

  if (text != NULL && *text != '\0')
    append (out, block);
}

static void
append_quoted (GString    *out,
               const char *text)
{
  g_autofree char *stripped = g_strchomp (g_strdup (text != NULL ? text : ""));
  g_auto (GStrv) lines = g_strsplit (stripped, "\n", -1);
  g_autofree char *joined = g_strjoinv ("\n> ", lines);
  g_autofree char *quoted = g_strconcat ("> ", joined, NULL);

  if (*stripped != '\0')
    append (out, quoted);
}

static void
append_run (GString       *out,
            ClocheToolRun *run)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);
  g_autofree char *code = cloche_tool_words_dup_code (run);
  g_autofree char *printed = cloche_tool_words_dup_printed (run);
  g_autofree char *problem = cloche_tool_words_dup_problem (run);

  append_fenced (out, cloche_tool_words_get_language (run), code);
  append_fenced (out, "text", printed);
  for (guint i = 0; result != NULL && i < cloche_tool_result_get_n_outputs (result); i++) {
    ClocheOutput *output = cloche_tool_result_get_output (result, i);
    ClocheOutputKind kind = cloche_output_get_kind (output);
    ClocheContent *plain = cloche_output_find_content (output, "text/plain");
    g_autofree char *text = plain != NULL ? cloche_content_dup_text (plain) : NULL;

    if (kind == CLOCHE_OUTPUT_RESULT || kind == CLOCHE_OUTPUT_DISPLAY)
      append_fenced (out, "text", text);
  }
  /* A traceback, which is printed, ends in it. */
  if (problem != NULL && (printed == NULL || strstr (printed, problem) == NULL))
    append_quoted (out, problem);
}

/**
 * cloche_item_markdown_build:
 *
 * A row of a conversation as Markdown, in the manner of clochectl's transcripts: answers as they are, code and what it
 * printed fenced, everything else quoted.
 */
char *
cloche_item_markdown_build (ClocheItem *item)
{
  GString *out = g_string_new (NULL);

  switch (cloche_item_get_kind (item)) {
  case CLOCHE_ITEM_ANSWER:
    append (out, cloche_item_get_text (item));
    g_string_truncate (out, strlen (g_strchomp (out->str)));
    break;
  case CLOCHE_ITEM_TOOL:
    append_run (out, cloche_item_get_run (item));
    break;
  case CLOCHE_ITEM_QUESTION:
  case CLOCHE_ITEM_THINKING:
  case CLOCHE_ITEM_NOTICE:
    append_quoted (out, cloche_item_get_text (item));
    break;
  }

  return g_string_free (out, FALSE);
}
