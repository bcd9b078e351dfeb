/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-fence.h"

#include <string.h>

/**
 * cloche_markdown_dup_fenced:
 * @language: (nullable): what stands behind the fence
 * @text: valid UTF-8
 *
 * A code block, whose fence is longer than any in @text, without a newline at its end.
 */
char *
cloche_markdown_dup_fenced (const char *language,
                            const char *text)
{
  g_autofree char *fence = NULL;
  gsize longest = 2;

  g_return_val_if_fail (text != NULL, NULL);

  for (const char *p = strchr (text, '`'); p != NULL; p = strchr (p, '`')) {
    gsize length = strspn (p, "`");

    longest = MAX (longest, length);
    p += length;
  }
  fence = g_strnfill (longest + 1, '`');

  return g_strdup_printf ("%s%s\n%s%s%s", fence, language != NULL ? language : "", text,
                          *text == '\0' || g_str_has_suffix (text, "\n") ? "" : "\n", fence);
}
