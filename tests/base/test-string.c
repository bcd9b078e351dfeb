/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-string.h"

#include <string.h>

static void
test_set_str (void)
{
  g_autofree char *text = NULL;

  g_assert_true (cloche_set_str (&text, "one two"));
  g_assert_false (cloche_set_str (&text, "one two"));
  g_assert_true (cloche_set_str (&text, text + 4));
  g_assert_cmpstr (text, ==, "two");
  g_assert_true (cloche_set_str (&text, NULL));
  g_assert_null (text);
}

static void
test_printable (void)
{
  g_autofree char *escape = cloche_text_make_printable ("a\033[31mb\n", -1);
  g_autofree char *nul = cloche_text_make_printable ("a\0b", 3);
  g_autofree char *invalid = cloche_text_make_printable ("\xff\xfe", -1);

  g_assert_cmpstr (escape, ==, "a\ufffd[31mb\ufffd");
  g_assert_cmpstr (nul, ==, "a\ufffdb");
  g_assert_cmpstr (invalid, ==, "\ufffd\ufffd");
}

static void
test_file_name (void)
{
  static const struct
  {
    const char *name;
    const char *expected;
  } CASES[] = {
    { "sales.csv", "sales.csv" },
    { "../../etc/passwd", "passwd" },
    { "/", "_" },
    { "..", "file" },
    { "", "file" },
    { ".bashrc", "bashrc" },
    { "a\nb.txt", "a_b.txt" },
    { "C:\\temp\\x.txt", "x.txt" },
    { "fdp.\u202eexe", "fdp._exe" },
    { "\xff.png", "_.png" },
    { "Größe 1.pdf", "Größe 1.pdf" },
    { "trailing. .", "trailing" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *name = cloche_file_name_sanitize (CASES[i].name);

    g_assert_cmpstr (name, ==, CASES[i].expected);
  }
}

static void
test_long_file_name (void)
{
  g_autofree char *body = g_strnfill (4096, 'x');
  g_autofree char *name = g_strconcat (body, ".csv", NULL);
  g_autofree char *clean = cloche_file_name_sanitize (name);
  GString *wide = g_string_new (NULL);
  g_autofree char *clean_wide = NULL;

  g_assert_cmpuint (strlen (clean), ==, 255);
  g_assert_true (g_str_has_suffix (clean, ".csv"));

  for (int i = 0; i < 200; i++)
    g_string_append (wide, "ß");
  clean_wide = cloche_file_name_sanitize (wide->str);
  g_assert_cmpuint (strlen (clean_wide), ==, 254);
  g_assert_true (g_utf8_validate (clean_wide, -1, NULL));
  g_string_free (wide, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/string/set-str", test_set_str);
  g_test_add_func ("/base/string/printable", test_printable);
  g_test_add_func ("/base/string/file-name", test_file_name);
  g_test_add_func ("/base/string/long-file-name", test_long_file_name);

  return g_test_run ();
}
