/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* What a machine says of a page: nothing of it may end the fence or read like a chat template's mark. */
#include "cloche-browser-view.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data,
                        size_t         size)
{
  g_autofree char *text = g_utf8_make_valid (size > 0 ? (const char *) data : "", (gssize) size);
  g_autofree char *fenced = cloche_browser_view_fence (text, text, size / 2 + 1);
  const char *end = strstr (fenced, CLOCHE_BROWSER_VIEW_END);

  if (!g_utf8_validate (fenced, -1, NULL) || end == NULL || strcmp (end, CLOCHE_BROWSER_VIEW_END "\n") != 0 ||
      strstr (fenced + 1, CLOCHE_BROWSER_VIEW_BEGIN) != NULL ||
      strstr (fenced, "<|") != NULL || strstr (fenced, "|>") != NULL || strstr (fenced, "[INST]") != NULL)
    abort ();

  return 0;
}
