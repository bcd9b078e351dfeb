/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-text.h"

#include <string.h>

static void
test_clean (void)
{
  static const struct
  {
    const char *bytes;
    const char *clean;
  } CASES[] = {
    { "", "" },
    { "plain\ttext\n", "plain\ttext\n" },
    { "\033[1;31mred\033[0m", "red" },
    { "\033]8;;http://x\033\\link\033]8;;\a", "link" },
    { "\033]52;c;AAAA", "" },
    { "a\033Pq#\033\\b", "ab" },
    { "\033(Bx\033cy", "xy" },
    { "a\033", "a" },
    { "a\033[", "a" },
    { "\xc2\x9b" "31mx", "31mx" },              /* C1 CSI: the control character goes */
    { "10%\r 20%\r100%\ndone", "100%\ndone" },
    { "one\r\ntwo\r\n", "one\ntwo\n" },
    { "end\r", "end" },
    { "bell\a\b", "bell" },
    { "\xff\xfe", "\ufffd\ufffd" },
  };
  g_autofree char *nul = cloche_tool_text_clean ("a\0b", 3);

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *clean = cloche_tool_text_clean (CASES[i].bytes, strlen (CASES[i].bytes));

    g_assert_cmpstr (clean, ==, CASES[i].clean);
  }
  g_assert_cmpstr (nul, ==, "a\ufffdb");
}

/* Fed in two pieces at every split, the whole parts of a stream clean up to the same text. */
static void
test_every_split (void)
{
  static const char TEXT[] = "h\xc3\xa9llo \xe2\x98\x83 \xf0\x9f\x94\x94 \033[1;31mred\033[0m\r\n\033]0;title\ax\033(By";
  gsize length = strlen (TEXT);

  for (gsize cut = 0; cut <= length; cut++) {
    gsize whole = cloche_tool_text_get_whole_length (TEXT, cut);
    g_autofree char *first = cloche_tool_text_clean (TEXT, whole);
    g_autofree char *rest = cloche_tool_text_clean (TEXT + whole, length - whole);
    g_autofree char *both = g_strconcat (first, rest, NULL);

    g_assert_cmpuint (whole, <=, cut);
    g_assert_cmpstr (both, ==, "héllo ☃ 🔔 red\nxy");
  }
}

static void
test_hold_nothing_for_ever (void)
{
  g_autofree char *endless = g_strdup_printf ("\033]%s", "0;");
  GString *text = g_string_new (endless);

  for (int i = 0; i < 100; i++)
    g_string_append_c (text, 'x');
  g_assert_cmpuint (cloche_tool_text_get_whole_length (text->str, text->len), ==, text->len);
  g_assert_cmpuint (cloche_tool_text_get_whole_length ("\xff\xff\xff", 3), >=, 2);
  g_string_free (text, TRUE);
}

static void
test_cut (void)
{
  GString *lines = g_string_new (NULL);
  gsize omitted = 7;
  g_autofree char *same = cloche_tool_text_cut ("short", 5, &omitted);
  g_autofree char *cut = NULL;
  g_autofree char *one_line = NULL;
  g_autofree char *one_cut = NULL;

  g_assert_cmpstr (same, ==, "short");
  g_assert_cmpuint (omitted, ==, 0);

  for (int i = 0; i < 100; i++)
    g_string_append_printf (lines, "line %02d é\n", i);
  cut = cloche_tool_text_cut (lines->str, 100, &omitted);
  g_assert_cmpstr (cut, ==, "line 00 é\nline 01 é\nline 02 é\nline 03 é\nline 04 é\nline 05 é\n"
                   "[… 900 characters omitted …]\n"
                   "line 96 é\nline 97 é\nline 98 é\nline 99 é\n");
  g_assert_cmpuint (omitted, ==, 900);
  g_string_free (lines, TRUE);

  one_line = g_strnfill (1024 * 1024, 'x');
  one_cut = cloche_tool_text_cut (one_line, 1000, &omitted);
  g_assert_cmpuint (omitted, ==, 1024 * 1024 - 1000);
  g_assert_cmpuint (strlen (one_cut), <, 1100);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/tool-text/clean", test_clean);
  g_test_add_func ("/app/tool-text/every-split", test_every_split);
  g_test_add_func ("/app/tool-text/hold-nothing-for-ever", test_hold_nothing_for_ever);
  g_test_add_func ("/app/tool-text/cut", test_cut);

  return g_test_run ();
}
