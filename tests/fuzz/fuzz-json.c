/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-json.h"

#include <string.h>

/* Whatever can be read can be written as one line, and that line reads as the same value. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = cloche_json_parse ((const char *) bytes, (gssize) length, &error);
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *line = NULL;
  g_autofree char *line_again = NULL;

  if (node == NULL) {
    g_assert_nonnull (error);
    return 0;
  }

  line = cloche_json_to_line (node);
  g_assert_null (strchr (line, '\n'));
  g_assert_true (g_utf8_validate (line, -1, NULL));

  again = cloche_json_parse (line, -1, &error);
  g_assert_no_error (error);
  line_again = cloche_json_to_line (again);
  g_assert_cmpstr (line, ==, line_again);

  return 0;
}
