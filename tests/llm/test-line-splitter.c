/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-line-splitter.h"

#include "cloche-llm-error.h"

#include <string.h>

/* Feeds @bytes in pieces that end at each offset of @cuts, and joins the lines as "[…]". */
static char *
split (const char  *bytes,
       gsize        length,
       const gsize *cuts,
       gsize        n_cuts)
{
  g_autoptr (ClocheLineSplitter) splitter = cloche_line_splitter_new (1000);
  g_autoptr (GError) error = NULL;
  GString *lines = g_string_new (NULL);
  gsize start = 0;
  gsize line_length;
  const char *line;

  for (gsize i = 0; i <= n_cuts; i++) {
    gsize end = i < n_cuts ? cuts[i] : length;

    g_assert_true (cloche_line_splitter_push (splitter, bytes + start, end - start, &error));
    g_assert_no_error (error);
    while ((line = cloche_line_splitter_pop (splitter, &line_length)) != NULL)
      g_string_append_printf (lines, "[%.*s]", (int) line_length, line);
    start = end;
  }
  line = cloche_line_splitter_pop_last (splitter, &line_length);
  if (line != NULL)
    g_string_append_printf (lines, "[%.*s]", (int) line_length, line);
  g_assert_null (cloche_line_splitter_pop_last (splitter, &line_length));

  return g_string_free (lines, FALSE);
}

static void
check_at_every_split (const char *bytes,
                      const char *expected)
{
  gsize length = strlen (bytes);
  gsize every[64];

  g_assert_cmpuint (length, <, G_N_ELEMENTS (every));
  for (gsize i = 0; i < length; i++)
    every[i] = i;

  for (gsize a = 0; a <= length; a++)
    for (gsize b = a; b <= length; b++) {
      const gsize cuts[] = { a, b };
      g_autofree char *lines = split (bytes, length, cuts, 2);

      g_assert_cmpstr (lines, ==, expected);
    }

  {
    g_autofree char *one_by_one = split (bytes, length, every, length);

    g_assert_cmpstr (one_by_one, ==, expected);
  }
}

static void
test_every_split (void)
{
  check_at_every_split ("", "");
  check_at_every_split ("{\"a\":1}\n{\"b\":\"é☃\"}\n", "[{\"a\":1}][{\"b\":\"é☃\"}]");
  check_at_every_split ("one\ntwo", "[one][two]");
  check_at_every_split ("\n\n", "[][]");
}

static void
test_line_ends (void)
{
  check_at_every_split ("a\r\nb\r\n", "[a][b]");
  check_at_every_split ("a\rb\r", "[a][b]");
  check_at_every_split ("a\rb\nc\r\nd\n\re", "[a][b][c][d][][e]");
  check_at_every_split ("a\r\n\r\nb", "[a][][b]");
}

static void
test_byte_order_mark (void)
{
  check_at_every_split ("\xef\xbb\xbf" "a\nb\n", "[a][b]");
  check_at_every_split ("\xef\xbb\xbf", "[]");
  check_at_every_split ("a\n\xef\xbb\xbf" "b\n", "[a][\xef\xbb\xbf" "b]");
  check_at_every_split ("\xef\xbbx\n", "[\xef\xbbx]");
}

static void
test_nul (void)
{
  g_autoptr (ClocheLineSplitter) splitter = cloche_line_splitter_new (10);
  gsize length = 0;
  const char *line;

  g_assert_true (cloche_line_splitter_push (splitter, "a\0b\n", 4, NULL));
  line = cloche_line_splitter_pop (splitter, &length);
  g_assert_cmpmem (line, length, "a\0b", 3);
}

static void
test_cap (void)
{
  g_autoptr (ClocheLineSplitter) splitter = cloche_line_splitter_new (8);
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  for (int i = 0; i < 9; i++) {
    g_assert_true (cloche_line_splitter_push (splitter, "x", 1, &error));
    g_assert_null (cloche_line_splitter_pop (splitter, &length));
  }
  g_assert_false (cloche_line_splitter_push (splitter, "x", 1, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
  g_assert_null (cloche_line_splitter_pop_last (splitter, &length));

  g_clear_error (&error);
  g_assert_false (cloche_line_splitter_push (splitter, "\n", 1, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
}

/* Many lines in one push, and many pushes: the buffer is compacted and nothing is lost. */
static void
test_many (void)
{
  g_autoptr (ClocheLineSplitter) splitter = cloche_line_splitter_new (100);
  g_autoptr (GString) text = g_string_new (NULL);
  gsize length = 0;
  const char *line;
  int seen = 0;

  for (int i = 0; i < 20000; i++)
    g_string_append_printf (text, "line %d\r\n", i);

  for (gsize offset = 0; offset < text->len; offset += 777) {
    g_assert_true (cloche_line_splitter_push (splitter, text->str + offset, MIN (777, text->len - offset), NULL));
    while ((line = cloche_line_splitter_pop (splitter, &length)) != NULL) {
      g_autofree char *expected = g_strdup_printf ("line %d", seen++);

      g_assert_cmpmem (line, length, expected, strlen (expected));
    }
  }
  g_assert_cmpint (seen, ==, 20000);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/line-splitter/case-01-02-03-every-split", test_every_split);
  g_test_add_func ("/llm/line-splitter/case-04-line-ends", test_line_ends);
  g_test_add_func ("/llm/line-splitter/case-07-byte-order-mark", test_byte_order_mark);
  g_test_add_func ("/llm/line-splitter/nul", test_nul);
  g_test_add_func ("/llm/line-splitter/case-43-cap", test_cap);
  g_test_add_func ("/llm/line-splitter/many", test_many);

  return g_test_run ();
}
