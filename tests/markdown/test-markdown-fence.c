/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-fence.h"

static void
test_fences (void)
{
  static const struct
  {
    const char *language;
    const char *text;
    const char *block;
  } CASES[] = {
    { "c", "x", "```c\nx\n```" },
    { NULL, "x\n", "```\nx\n```" },
    { NULL, "", "```\n```" },
    { "text", "a `b`", "```text\na `b`\n```" },
    { "text", "````\n```", "`````text\n````\n```\n`````" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *block = cloche_markdown_dup_fenced (CASES[i].language, CASES[i].text);

    g_assert_cmpstr (block, ==, CASES[i].block);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/fence/fences", test_fences);

  return g_test_run ();
}
