/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-guard.h"

#include <string.h>

static void
assert_plain (const char *text,
              gboolean    expected)
{
  g_autoptr (GArray) segments = cloche_markdown_guard_split (text, strlen (text));
  gsize at = 0;
  gboolean plain = FALSE;

  for (guint i = 0; i < segments->len; i++) {
    ClocheMarkdownSegment *segment = &g_array_index (segments, ClocheMarkdownSegment, i);

    g_assert_cmpuint (segment->start, ==, at);
    g_assert_cmpuint (segment->end, >, at);
    at = segment->end;
    plain |= segment->is_plain;
  }
  g_assert_cmpuint (at, ==, strlen (text));
  g_assert_cmpint (plain, ==, expected);
}

static char *
repeat (const char *unit,
        guint       n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    g_string_append (text, unit);

  return g_string_free (text, FALSE);
}

static char *
make_table (guint n_columns,
            guint n_rows)
{
  g_autofree char *header = repeat ("a|", n_columns);
  g_autofree char *delimiter = repeat ("-|", n_columns);
  g_autofree char *row = g_strconcat ("|", header, "\n", NULL);
  g_autofree char *rows = repeat (row, n_rows - 1);

  return g_strconcat ("|", header, "\n|", delimiter, "\n", rows, NULL);
}

static void
test_tables (void)
{
  g_autofree char *wide = make_table (64, 2);
  g_autofree char *wider = make_table (65, 2);
  g_autofree char *long_one = make_table (10, 1990);
  g_autofree char *longer = make_table (10, 2010);

  assert_plain (wide, FALSE);
  assert_plain (wider, TRUE);
  assert_plain (long_one, FALSE);
  assert_plain (longer, TRUE);
}

static void
test_lines (void)
{
  g_autofree char *just = g_strnfill (CLOCHE_MARKDOWN_LINE_MAX, 'x');
  g_autofree char *over = g_strnfill (CLOCHE_MARKDOWN_LINE_MAX + 1, 'x');

  assert_plain ("", FALSE);
  assert_plain ("a\n\nb", FALSE);
  assert_plain (just, FALSE);
  assert_plain (over, TRUE);
}

static void
test_depth (void)
{
  g_autofree char *just = repeat ("> ", CLOCHE_MARKDOWN_DEPTH_MAX);
  g_autofree char *over = repeat ("> ", CLOCHE_MARKDOWN_DEPTH_MAX + 1);
  g_autofree char *rule = repeat ("-", 400);

  assert_plain (just, FALSE);
  assert_plain (over, TRUE);
  assert_plain (rule, FALSE);
}

/* Code may hold any number of brackets, and only what is between its fences is code. */
static void
test_fences (void)
{
  g_autofree char *marks = repeat ("[", CLOCHE_MARKDOWN_MARKS_MAX + 1);
  g_autofree char *code = g_strdup_printf ("```c\n\n%s\n\n```\n", marks);
  g_autofree char *after = g_strdup_printf ("```\n```\n\n%s", marks);
  g_autofree char *no_fence = g_strdup_printf ("``` a ` b\n%s", marks);

  assert_plain (marks, TRUE);
  assert_plain (code, FALSE);
  assert_plain (after, TRUE);
  assert_plain (no_fence, TRUE);
}

static void
test_neighbours (void)
{
  g_autofree char *marks = repeat ("[", CLOCHE_MARKDOWN_MARKS_MAX + 1);
  g_autofree char *text = g_strdup_printf ("a\n\nb\n\n%s\n\nc\n\nd", marks);
  g_autoptr (GArray) segments = cloche_markdown_guard_split (text, strlen (text));

  g_assert_cmpuint (segments->len, ==, 3);
  g_assert_cmpuint (g_array_index (segments, ClocheMarkdownSegment, 1).start, ==, 6);
  g_assert_true (g_array_index (segments, ClocheMarkdownSegment, 1).is_plain);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/guard/tables", test_tables);
  g_test_add_func ("/markdown/guard/lines", test_lines);
  g_test_add_func ("/markdown/guard/depth", test_depth);
  g_test_add_func ("/markdown/guard/fences", test_fences);
  g_test_add_func ("/markdown/guard/neighbours", test_neighbours);

  return g_test_run ();
}
