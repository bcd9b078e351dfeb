/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-browser-view.h"

#include <string.h>

/*
 * A page says what it likes, and a model reads it beside what the person says. So it is fenced; and the words
 * of the fence, and what chat templates mark turns and tool calls with ("<|im_start|>", "<tool_call>", "[INST]"), come out
 * broken wherever they stand, for a model, or a server that parses a prompt, would take them for its own.
 */

/* What such marks begin and end with, and what stands there instead: alike for a reader, nothing for a parser. */
static const struct
{
  const char *mark;
  const char *instead;
} MARKS[] = {
  { "end of page content", "‹end of page› content" },
  { "page content: data", "‹page content›: data" },
  { "<|", "‹¦" },
  { "|>", "¦›" },
  { "<｜", "‹¦" },
  { "｜>", "¦›" },
  { "<tool", "‹tool" },
  { "</tool", "‹/tool" },
  { "<function", "‹function" },
  { "</function", "‹/function" },
  { "<invoke", "‹invoke" },
  { "</invoke", "‹/invoke" },
  { "<parameter", "‹parameter" },
  { "</parameter", "‹/parameter" },
  { "<think", "‹think" },
  { "</think", "‹/think" },
  { "<s>", "‹s›" },
  { "</s>", "‹/s›" },
  { "<bos>", "‹bos›" },
  { "<eos>", "‹eos›" },
  { "<<SYS>>", "‹‹SYS››" },
  { "<</SYS>>", "‹‹/SYS››" },
  { "[INST]", "⟦INST⟧" },
  { "[/INST]", "⟦/INST⟧" },
  { "[TOOL_CALLS]", "⟦TOOL_CALLS⟧" },
  { "[TOOL_RESULTS]", "⟦TOOL_RESULTS⟧" },
  { "[/TOOL_RESULTS]", "⟦/TOOL_RESULTS⟧" },
  { "[AVAILABLE_TOOLS]", "⟦AVAILABLE_TOOLS⟧" },
  { "[/AVAILABLE_TOOLS]", "⟦/AVAILABLE_TOOLS⟧" },
  { "[SYSTEM_PROMPT]", "⟦SYSTEM_PROMPT⟧" },
  { "[/SYSTEM_PROMPT]", "⟦/SYSTEM_PROMPT⟧" },
  { "<start_of_turn>", "‹start_of_turn›" },
  { "<end_of_turn>", "‹end_of_turn›" },
};

/* The mark that @p begins with, in capitals or not, or -1. */
static int
find_mark (const char *p)
{
  for (gsize i = 0; i < G_N_ELEMENTS (MARKS); i++)
    if (g_ascii_strncasecmp (p, MARKS[i].mark, strlen (MARKS[i].mark)) == 0)
      return (int) i;

  return -1;
}

/* Adds @text in whole lines. */
static void
append_harmless (GString    *fenced,
                 const char *text,
                 gsize       max_chars)
{
  gsize n = 0;

  for (const char *p = text; *p != '\0' && n < max_chars; n++) {
    const char *next = g_utf8_next_char (p);
    int mark = find_mark (p);

    if (mark >= 0) {
      g_string_append (fenced, MARKS[mark].instead);
      next = p + strlen (MARKS[mark].mark);
    } else {
      g_string_append_len (fenced, p, next - p);
    }
    p = next;
    if (*p != '\0' && n + 1 >= max_chars)
      g_string_append (fenced, "\n[… the rest is cut]");
  }

  if (fenced->str[fenced->len - 1] != '\n')
    g_string_append_c (fenced, '\n');
}

/**
 * cloche_browser_view_fence:
 * @text: valid UTF-8; whatever the machine says
 * @note: (nullable): as @text: what it says went wrong, which may be in the page's words
 * @max_chars: of either; the rest is cut
 *
 * Returns: (transfer full): the lines of @text and then @note, in one, between those of the fence
 */
char *
cloche_browser_view_fence (const char *text,
                           const char *note,
                           gsize       max_chars)
{
  GString *fenced = g_string_new (CLOCHE_BROWSER_VIEW_BEGIN "\n");

  append_harmless (fenced, text, max_chars);
  if (note != NULL) {
    g_autofree char *line = g_strdelimit (g_strdup (note), "\n", ' ');

    g_string_append (fenced, "note: ");
    append_harmless (fenced, line, max_chars);
  }
  g_string_append (fenced, CLOCHE_BROWSER_VIEW_END "\n");

  return g_string_free (fenced, FALSE);
}
