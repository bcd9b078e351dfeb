/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-document.h"

#include "cloche-markdown-parser.h"

#include <string.h>

static const char SAMPLE[] =
  "# Sales\n\nThe **north** leads, see [1] and\n`sum`.\n#\n#no\n- one\n- two\n\n  ```python\n  x = [1]\n  ```\n\n"
  "> said *who*\n> and\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nSetext\n===\n\n```\nfence ünïcode\n```\n1. x\n2. y\n\n"
  "---\n<div>\nhtml\n</div>\n\nend~~s~~\n";

static void
wait_until_idle (ClocheMarkdownDocument *document)
{
  while (cloche_markdown_document_is_busy (document))
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_same (ClocheMarkdownDocument *document,
             const char             *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GPtrArray) blocks = cloche_markdown_parse (bytes, NULL);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (document)), ==, blocks->len);
  for (guint i = 0; i < blocks->len; i++) {
    g_autoptr (ClocheMarkdownBlock) block = g_list_model_get_item (G_LIST_MODEL (document), i);

    g_assert_true (cloche_markdown_block_equal (block, blocks->pdata[i]));
  }
}

static void
test_empty (void)
{
  ClocheMarkdownDocument *document = cloche_markdown_document_new ();

  g_assert_cmpstr (cloche_markdown_document_get_text (document), ==, "");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (document)), ==, 0);
  g_assert_null (g_list_model_get_item (G_LIST_MODEL (document), 0));
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (document)) == CLOCHE_TYPE_MARKDOWN_BLOCK);
  g_assert_finalize_object (document);
}

/* Growing letter by letter shows, at every letter, what parsing the whole text shows. */
static void
test_every_prefix (void)
{
  ClocheMarkdownDocument *document = cloche_markdown_document_new ();

  for (gsize i = 1; i <= strlen (SAMPLE); i++) {
    g_autofree char *prefix = g_strndup (SAMPLE, i);

    if (!g_utf8_validate (prefix, -1, NULL))
      continue;
    cloche_markdown_document_set_text (document, prefix, FALSE);
    assert_same (document, prefix);
  }
  g_assert_finalize_object (document);
}

static void
count_cb (GListModel *model,
          guint       position,
          guint       removed,
          guint       added,
          gpointer    user_data)
{
  guint *lowest = user_data;

  *lowest = MIN (*lowest, position);
}

static void
test_closed_blocks_stay (void)
{
  g_autoptr (ClocheMarkdownDocument) document = cloche_markdown_document_new ();
  guint lowest = G_MAXUINT;

  cloche_markdown_document_set_text (document, "a\n\n```\nb\n```\n\nc", FALSE);
  g_signal_connect (document, "items-changed", G_CALLBACK (count_cb), &lowest);
  cloche_markdown_document_set_text (document, "a\n\n```\nb\n```\n\nc d", FALSE);
  g_assert_cmpuint (lowest, ==, 2);

  lowest = G_MAXUINT;
  cloche_markdown_document_set_text (document, "a\n\n```\nb\n```\n\nc d", FALSE);
  cloche_markdown_document_set_text (document, "a\n\n```\nb\n```\n\nc d", TRUE);
  g_assert_cmpuint (lowest, ==, G_MAXUINT);
}

static void
test_late_definition (void)
{
  const char *text = "see [x]\n\n```\n```\n\nmore\n\n[x]: http://x/\n";
  g_autoptr (ClocheMarkdownDocument) document = cloche_markdown_document_new ();

  cloche_markdown_document_set_text (document, "see [x]\n\n```\n```\n\nmore\n", FALSE);
  cloche_markdown_document_set_text (document, text, FALSE);
  cloche_markdown_document_set_text (document, text, TRUE);
  assert_same (document, text);
}

static void
test_another_text (void)
{
  g_autoptr (ClocheMarkdownDocument) document = cloche_markdown_document_new ();

  cloche_markdown_document_set_text (document, "a\n\n```\nb\n```\n\nc", FALSE);
  cloche_markdown_document_set_text (document, "# other", FALSE);
  assert_same (document, "# other");
  cloche_markdown_document_set_text (document, "", TRUE);
  assert_same (document, "");
}

/* A long text goes through the worker; text that comes meanwhile is not lost, another text wins. */
static void
test_worker (void)
{
  ClocheMarkdownDocument *document = cloche_markdown_document_new ();
  GString *text = g_string_new (NULL);

  while (text->len < 200 * 1024)
    g_string_append (text, SAMPLE);

  cloche_markdown_document_set_text (document, text->str, FALSE);
  g_assert_true (cloche_markdown_document_is_busy (document));
  g_string_append (text, "and more");
  cloche_markdown_document_set_text (document, text->str, FALSE);
  wait_until_idle (document);
  assert_same (document, text->str);

  g_string_prepend (text, "before\n\n");
  cloche_markdown_document_set_text (document, text->str, FALSE);
  cloche_markdown_document_set_text (document, "short", FALSE);
  wait_until_idle (document);
  assert_same (document, "short");

  cloche_markdown_document_set_text (document, text->str, FALSE);
  g_string_free (text, TRUE);
  g_assert_finalize_object (document);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/markdown/document/empty", test_empty);
  g_test_add_func ("/markdown/document/every-prefix", test_every_prefix);
  g_test_add_func ("/markdown/document/closed-blocks-stay", test_closed_blocks_stay);
  g_test_add_func ("/markdown/document/late-definition", test_late_definition);
  g_test_add_func ("/markdown/document/another-text", test_another_text);
  g_test_add_func ("/markdown/document/worker", test_worker);

  return g_test_run ();
}
