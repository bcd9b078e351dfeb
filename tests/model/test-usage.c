/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-usage.h"

static void
test_add (void)
{
  ClocheUsage sum = CLOCHE_USAGE_INIT;
  ClocheUsage turn = CLOCHE_USAGE_INIT;

  g_assert_false (cloche_usage_is_known (&sum));
  turn.input_tokens = 10;
  cloche_usage_add (&sum, &turn);
  cloche_usage_add (&sum, &turn);
  g_assert_true (cloche_usage_is_known (&sum));
  g_assert_cmpint (sum.input_tokens, ==, 20);
  g_assert_cmpint (sum.output_tokens, ==, CLOCHE_USAGE_UNKNOWN);

  turn.input_tokens = G_MAXINT64;
  cloche_usage_add (&sum, &turn);
  g_assert_cmpint (sum.input_tokens, ==, G_MAXINT64);
}

static void
test_json (void)
{
  g_autoptr (JsonObject) json =
    cloche_json_parse_object ("{\"input_tokens\":7,\"output_tokens\":-3,\"load_us\":null,\"input_us\":\"9\"}", -1, NULL);
  g_autoptr (JsonObject) back = NULL;
  g_autofree char *line = NULL;
  ClocheUsage usage;

  cloche_usage_from_json (&usage, json);
  g_assert_cmpint (usage.input_tokens, ==, 7);
  g_assert_cmpint (usage.output_tokens, ==, CLOCHE_USAGE_UNKNOWN);
  g_assert_cmpint (usage.load_us, ==, CLOCHE_USAGE_UNKNOWN);

  back = cloche_usage_to_json (&usage);
  line = cloche_json_object_to_line (back);
  g_assert_cmpstr (line, ==, "{\"input_tokens\":7}");

  cloche_usage_from_json (&usage, NULL);
  g_assert_false (cloche_usage_is_known (&usage));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/usage/add", test_add);
  g_test_add_func ("/model/usage/json", test_json);

  return g_test_run ();
}
