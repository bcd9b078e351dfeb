/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-browser-view.h"

#include <string.h>

/*
 * A page says what it likes, and a model reads it beside what the person says. So it is fenced; it cannot hold a line that
 * looks like the fence; and what chat templates mark turns and tool calls with ("<|im_start|>", "<tool_call>", "[INST]")
 * comes out broken, for a server that parses it in a prompt would take it for its own.
 */

/* What such marks begin and end with, and what stands there instead: alike for a reader, nothing for a parser. */
static const struct
{
  const char *mark;
  const char *instead;
} MARKS[] = {
  { "<|", "‹|" },
  { "|>", "|›" },
  { "<tool", "‹tool" },
  { "</tool", "‹/tool" },
  { "<function", "‹function" },
  { "</function", "‹/function" },
  { "<think", "‹think" },
  { "</think", "‹/think" },
  { "<s>", "‹s›" },
  { "</s>", "‹/s›" },
  { "[INST]", "⟦INST⟧" },
  { "[/INST]", "⟦/INST⟧" },
  { "[TOOL_CALLS]", "⟦TOOL_CALLS⟧" },
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

/**
 * cloche_browser_view_fence:
 * @text: valid UTF-8; whatever the machine says
 * @max_chars: of @text; the rest is cut
 *
 * Returns: (transfer full): the lines of @text between those of the fence
 */
char *
cloche_browser_view_fence (const char *text,
                           gsize       max_chars)
{
  GString *fenced = g_string_new (CLOCHE_BROWSER_VIEW_BEGIN "\n");
  gboolean is_line_start = TRUE;
  gsize n = 0;

  for (const char *p = text; *p != '\0' && n < max_chars; n++) {
    const char *next = g_utf8_next_char (p);
    int mark = find_mark (p);

    if (is_line_start && g_str_has_prefix (p, "---"))
      g_string_append_c (fenced, ' ');
    is_line_start = *p == '\n' || (is_line_start && *p == ' ');
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
  g_string_append (fenced, CLOCHE_BROWSER_VIEW_END "\n");

  return g_string_free (fenced, FALSE);
}
