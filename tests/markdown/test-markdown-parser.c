/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-parser.h"

#include <string.h>

static GPtrArray *
parse (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));

  return cloche_markdown_parse (bytes, NULL);
}

/* Writes what a parse gave on one line each, so that a test reads like what it expects. */
static char *
describe (GPtrArray *blocks)
{
  static const char *const KINDS[] = { "prose", "code", "table", "rule", "image" };
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < blocks->len; i++) {
    ClocheMarkdownBlock *block = blocks->pdata[i];
    GPtrArray *paragraphs = cloche_markdown_block_get_paragraphs (block);
    const char *text = cloche_markdown_block_get_text (block);

    g_string_append_printf (out, "%s", KINDS[cloche_markdown_block_get_kind (block)]);
    if (cloche_markdown_block_get_indent (block) > 0)
      g_string_append_printf (out, ">%u", cloche_markdown_block_get_indent (block));
    if (cloche_markdown_block_get_language (block) != NULL)
      g_string_append_printf (out, " %s", cloche_markdown_block_get_language (block));
    if (text != NULL)
      g_string_append_printf (out, " [%s]", text);
    for (guint j = 0; j < paragraphs->len; j++) {
      ClocheMarkdownParagraph *paragraph = paragraphs->pdata[j];
      g_autofree char *words = cloche_markdown_runs_dup_text (paragraph->runs);

      g_string_append_printf (out, " (h%u l%u q%u %s: %s)", paragraph->heading, paragraph->list_depth,
                              paragraph->quote_depth, paragraph->marker ? paragraph->marker : "-", words);
    }
    g_string_append_c (out, '\n');
  }

  return g_string_free (out, FALSE);
}

static void
test_blocks (void)
{
  static const struct
  {
    const char *markdown;
    const char *expected;
  } CASES[] = {
    { "", "" },
    { "\n \n", "" },
    { "one\ntwo\n\n# Three", "prose (h0 l0 q0 -: one two) (h1 l0 q0 -: Three)\n" },
    { "- a\n- b\n  - c\n", "prose (h0 l1 q0 •: a) (h0 l1 q0 •: b) (h0 l2 q0 •: c)\n" },
    { "3) x\n4) y", "prose (h0 l1 q0 3): x) (h0 l1 q0 4): y)\n" },
    { "- [x] done\n- [ ] open", "prose (h0 l1 q0 ☑: done) (h0 l1 q0 ☐: open)\n" },
    { "> a\n>> b", "prose (h0 l0 q1 -: a) (h0 l0 q2 -: b)\n" },
    { "a\n\n```python {x}\nprint (1)\n\n```\nb", "prose (h0 l0 q0 -: a)\ncode python [print (1)\n]\nprose (h0 l0 q0 -: b)\n" },
    { "```\nopen", "code [open]\n" },
    { "```c", "code c []\n" },
    { "- a\n\n      x = 1\n- b", "prose (h0 l1 q0 •: a)\ncode>1 [x = 1]\nprose (h0 l1 q0 •: b)\n" },
    { "- ```\n  x\n  ```", "prose (h0 l1 q0 •: )\ncode>1 [x]\n" },
    { "a\n\n---\nb", "prose (h0 l0 q0 -: a)\nrule\nprose (h0 l0 q0 -: b)\n" },
    { "![a *b*](x.png)", "image [a b]\n" },
    { "<b onclick=x>hi</b> there", "prose (h0 l0 q0 -: <b onclick=x>hi</b> there)\n" },
    { "<script>\nalert (1)\n</script>", "prose (h0 l0 q0 -: <script>\nalert (1)\n</script>)\n" },
    { "a<br>b  \nc", "prose (h0 l0 q0 -: a\nb\nc)\n" },
    { "costs $5 and $x^2$", "prose (h0 l0 q0 -: costs $5 and $x^2$)\n" },
    { "a\rb\r\rc", "prose (h0 l0 q0 -: a b) (h0 l0 q0 -: c)\n" },
    { "a\xff\xfe" "b", "prose (h0 l0 q0 -: a\ufffd\ufffdb)\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GPtrArray) blocks = parse (CASES[i].markdown);
    g_autofree char *description = describe (blocks);

    g_assert_cmpstr (description, ==, CASES[i].expected);
  }
}

static void
assert_run (GPtrArray          *runs,
            guint               index,
            const char         *text,
            ClocheMarkdownStyle style,
            const char         *uri)
{
  ClocheMarkdownRun *run;

  g_assert_cmpuint (index, <, runs->len);
  run = runs->pdata[index];
  g_assert_cmpstr (run->text, ==, text);
  g_assert_cmpint (run->style, ==, style);
  g_assert_cmpstr (run->uri, ==, uri);
}

static void
test_styles (void)
{
  g_autoptr (GPtrArray) blocks = parse ("a **b *c* d** `e<b>` ~~f~~ ~g~ [h **i**](http://x/) http://y.org ![j](k)");
  ClocheMarkdownParagraph *paragraph = cloche_markdown_block_get_paragraphs (blocks->pdata[0])->pdata[0];
  GPtrArray *runs = paragraph->runs;

  assert_run (runs, 0, "a ", 0, NULL);
  assert_run (runs, 1, "b ", CLOCHE_MARKDOWN_BOLD, NULL);
  assert_run (runs, 2, "c", CLOCHE_MARKDOWN_BOLD | CLOCHE_MARKDOWN_ITALIC, NULL);
  assert_run (runs, 3, " d", CLOCHE_MARKDOWN_BOLD, NULL);
  assert_run (runs, 5, "e<b>", CLOCHE_MARKDOWN_MONO, NULL);
  assert_run (runs, 7, "f", CLOCHE_MARKDOWN_STRIKE, NULL);
  assert_run (runs, 8, " ~g~ ", 0, NULL);
  assert_run (runs, 9, "h ", 0, "http://x/");
  assert_run (runs, 10, "i", CLOCHE_MARKDOWN_BOLD, "http://x/");
  assert_run (runs, 12, "http://y.org", 0, "http://y.org");
  assert_run (runs, 14, "j", 0, "k");
}

static void
test_table (void)
{
  g_autoptr (GPtrArray) blocks = parse ("text\n| a | **b** |\n|:-|-:|\n| 1 |\n| 2 | 3 | 4 |\n\nend");
  g_autofree char *text = NULL;
  ClocheMarkdownBlock *table;

  g_assert_cmpuint (blocks->len, ==, 3);
  table = blocks->pdata[1];
  g_assert_cmpint (cloche_markdown_block_get_kind (table), ==, CLOCHE_MARKDOWN_TABLE);
  g_assert_cmpuint (cloche_markdown_block_get_n_columns (table), ==, 2);
  g_assert_cmpuint (cloche_markdown_block_get_n_rows (table), ==, 3);
  g_assert_cmpint (cloche_markdown_block_get_align (table, 0), ==, CLOCHE_MARKDOWN_ALIGN_START);
  g_assert_cmpint (cloche_markdown_block_get_align (table, 1), ==, CLOCHE_MARKDOWN_ALIGN_END);
  assert_run (cloche_markdown_block_get_cell (table, 0, 1), 0, "b", CLOCHE_MARKDOWN_BOLD, NULL);
  g_assert_cmpuint (cloche_markdown_block_get_cell (table, 1, 1)->len, ==, 0);
  assert_run (cloche_markdown_block_get_cell (table, 2, 1), 0, "3", 0, NULL);
}

/* Whatever is copied as a whole is the source, byte for byte. */
static void
test_source (void)
{
  static const char *const SOURCES[] = {
    "one *two*\nthree", "# Head", "Head\n====", "> quote\nlazy", "~~~ c\nx\n~~~", "| a |\n|---|\n| 1 |", "***", "![x](y)",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (SOURCES); i++) {
    g_autofree char *markdown = g_strdup_printf ("before\n\n```\n```\n\n%s\n\n```\n```", SOURCES[i]);
    g_autoptr (GPtrArray) blocks = parse (markdown);

    g_assert_cmpuint (blocks->len, ==, 4);
    g_assert_cmpstr (cloche_markdown_block_get_source (blocks->pdata[2]), ==, SOURCES[i]);
  }
}

static void
test_copy (void)
{
  /* "ab cd" newline "e" newline "f" newline "g" */
  g_autoptr (GPtrArray) blocks = parse ("a**b c**d\n\n* e\n* [f](u)\n\n`g`\n");
  static const struct
  {
    guint start;
    guint end;
    const char *expected;
  } CASES[] = {
    { 0, 5, "a**b c**d" },
    { 1, 3, "**b **" },
    { 0, 7, "a**b c**d\n\n* e" },
    { 6, 9, "* e\n* [f](u)" },
    { 3, 7, "**c**d\n\n* e" },
    { 0, 99, "a**b c**d\n\n* e\n* [f](u)\n\n`g`" },
    { 4, 4, "" },
  };

  g_assert_cmpuint (blocks->len, ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *copied = cloche_markdown_block_dup_markdown (blocks->pdata[0], CASES[i].start, CASES[i].end);

    g_assert_cmpstr (copied, ==, CASES[i].expected);
  }
}

/* Texts on which cmark-gfm is slow or deep; the harness' own limit catches one that takes minutes. */
static void
test_hostile (void)
{
  static const char *const UNITS[] = {
    ">", "- ", "[", "![", "*a_ ", "**a *a ", "`", "<", "|", "a|", "\\", "&", "[a](", "[a]: b\n", "~~", "1. ", "# ", "\t", "<a ",
    "@a.b", "www.", "http://", "|-", "> - ", "\r", "  \n", "<!--", "_a __a ", "[[]", "*", "_",
  };

  /* 4 KiB stays below all caps, so that cmark-gfm sees it. */
  for (gsize length = 4 * 1024; length <= 1024 * 1024; length *= 16)
    for (gsize i = 0; i < G_N_ELEMENTS (UNITS); i++) {
      gint64 start = g_get_monotonic_time ();
      GString *text = g_string_new (i % 2 == 0 ? "|a|\n|-|\n" : NULL);
      g_autoptr (GPtrArray) blocks = NULL;
      g_autofree char *name = g_strescape (UNITS[i], NULL);

      while (text->len < length)
        g_string_append (text, UNITS[i]);
      blocks = parse (text->str);
      g_assert_cmpuint (blocks->len, <=, text->len);
      g_test_message ("%6.1f ms for %" G_GSIZE_FORMAT " KiB of \"%s\"", (g_get_monotonic_time () - start) / 1e3,
                      length / 1024, name);
      g_string_free (text, TRUE);
    }
}

static void
test_deep (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GPtrArray) blocks = NULL;

  for (int depth = 0; depth < 120; depth++)
    g_string_append_printf (text, "%*s- x\n", depth * 2, "");
  blocks = parse (text->str);
  g_assert_cmpuint (blocks->len, ==, 1);
  g_assert_cmpint (cloche_markdown_block_get_kind (blocks->pdata[0]), ==, CLOCHE_MARKDOWN_CODE);
  g_string_free (text, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/parser/blocks", test_blocks);
  g_test_add_func ("/markdown/parser/styles", test_styles);
  g_test_add_func ("/markdown/parser/table", test_table);
  g_test_add_func ("/markdown/parser/source", test_source);
  g_test_add_func ("/markdown/parser/copy", test_copy);
  g_test_add_func ("/markdown/parser/hostile", test_hostile);
  g_test_add_func ("/markdown/parser/deep", test_deep);

  return g_test_run ();
}
