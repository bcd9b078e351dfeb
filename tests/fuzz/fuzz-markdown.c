/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-markdown-parser.h"

/* µs: no text up to libFuzzer's 4 KiB may take longer; a quarter of a second is a hundred times what the worst one took. */
#define TIME_MAX_US 250000

static void
check_block (ClocheMarkdownBlock *block)
{
  g_autofree char *whole = cloche_markdown_block_dup_markdown (block, 0, G_MAXUINT / 2);
  g_autofree char *part = cloche_markdown_block_dup_markdown (block, 1, 5);

  g_assert_true (g_utf8_validate (cloche_markdown_block_get_source (block), -1, NULL));
  g_assert_true (g_utf8_validate (whole, -1, NULL));
  g_assert_true (g_utf8_validate (part, -1, NULL));
}

/* Anything becomes blocks in little time, and the open tail starts inside the text. */
int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         length)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, length);
  gint64 start = g_get_monotonic_time ();
  gsize open;
  g_autoptr (GPtrArray) blocks = cloche_markdown_parse (bytes, &open);

  g_assert_cmpint (g_get_monotonic_time () - start, <, TIME_MAX_US);
  g_assert_cmpuint (open, <=, length);
  for (guint i = 0; i < blocks->len; i++)
    check_block (blocks->pdata[i]);

  return 0;
}
