/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-model-error.h"
#include "cloche-tool-result.h"
#include "cloche-tool-spec.h"

static ClocheToolResult *
make_result (void)
{
  ClocheToolResult *result = cloche_tool_result_new ("c1", "run_python", CLOCHE_TOOL_TIMEOUT, "exit: timeout");
  ClocheOutput *plot = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, "d1");
  g_autoptr (ClocheContent) absent = cloche_content_new_absent ("text/csv", 9);

  cloche_output_take_content (plot, cloche_content_new_text ("text/plain", "<Figure>"));
  cloche_output_take_content (plot, cloche_content_new_text ("image/svg+xml", "<svg/>"));
  cloche_tool_result_take_output (result, cloche_output_new_text (CLOCHE_OUTPUT_STDOUT, "hello"));
  cloche_tool_result_take_output (result, plot);
  cloche_tool_result_take_file (result, cloche_file_new ("out.csv", "/workspace/out.csv", absent));
  cloche_tool_result_set_duration_us (result, 1500);

  return result;
}

static void
test_json (void)
{
  g_autoptr (ClocheToolResult) result = make_result ();
  g_autoptr (JsonObject) json = cloche_tool_result_to_json (result);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheToolResult) back = cloche_tool_result_from_json (json, &error);
  ClocheOutput *plot;

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_tool_result_get_call_id (back), ==, "c1");
  g_assert_cmpstr (cloche_tool_result_get_tool_name (back), ==, "run_python");
  g_assert_cmpint (cloche_tool_result_get_status (back), ==, CLOCHE_TOOL_TIMEOUT);
  g_assert_cmpstr (cloche_tool_status_to_nick (cloche_tool_result_get_status (back)), ==, "timeout");
  g_assert_cmpstr (cloche_tool_result_get_text (back), ==, "exit: timeout");
  g_assert_cmpint (cloche_tool_result_get_duration_us (back), ==, 1500);
  g_assert_cmpuint (cloche_tool_result_get_n_outputs (back), ==, 2);
  g_assert_cmpuint (cloche_tool_result_get_n_files (back), ==, 1);
  g_assert_cmpstr (cloche_file_get_path (cloche_tool_result_get_file (back, 0)), ==, "/workspace/out.csv");

  plot = cloche_tool_result_get_output (back, 1);
  g_assert_cmpint (cloche_output_get_kind (plot), ==, CLOCHE_OUTPUT_DISPLAY);
  g_assert_cmpstr (cloche_output_get_display_id (plot), ==, "d1");
  g_assert_cmpuint (cloche_output_get_n_contents (plot), ==, 2);
  g_assert_nonnull (cloche_output_find_content (plot, "image/svg+xml"));
  g_assert_null (cloche_output_find_content (plot, "image/png"));
}

static void
test_invalid (void)
{
  static const char *const CASES[] = {
    "{}",
    "{\"call_id\":\"c\",\"tool\":\"t\",\"status\":\"fine\",\"text\":\"\"}",
    "{\"call_id\":\"c\",\"tool\":\"t\",\"status\":\"ok\"}",
    "{\"call_id\":\"c\",\"tool\":\"t\",\"status\":\"ok\",\"text\":\"\",\"outputs\":[1]}",
    "{\"call_id\":\"c\",\"tool\":\"t\",\"status\":\"ok\",\"text\":\"\",\"outputs\":[{\"kind\":\"stdin\",\"contents\":[]}]}",
    "{\"call_id\":\"c\",\"tool\":\"t\",\"status\":\"ok\",\"text\":\"\",\"outputs\":[{\"kind\":\"stdout\",\"contents\":[{}]}]}",
    "{\"call_id\":\"c\",\"tool\":\"t\",\"status\":\"ok\",\"text\":\"\",\"files\":[{}]}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (JsonObject) json = cloche_json_parse_object (CASES[i], -1, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_tool_result_from_json (json, &error));
    g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
  }
}

/* A value that somebody else holds too does not change under his hands. */
static void
test_shared (void)
{
  g_autoptr (ClocheToolResult) result = make_result ();
  g_autoptr (ClocheToolResult) held = cloche_tool_result_ref (result);

  g_test_expect_message (NULL, G_LOG_LEVEL_CRITICAL, "*ref_count*");
  cloche_tool_result_set_duration_us (result, 7);
  g_test_assert_expected_messages ();
  g_assert_cmpint (cloche_tool_result_get_duration_us (held), ==, 1500);
}

static void
test_spec (void)
{
  g_autoptr (JsonObject) parameters = cloche_json_parse_object ("{\"type\":\"object\"}", -1, NULL);
  g_autoptr (ClocheToolSpec) spec = cloche_tool_spec_new ("run_python", "Run it.", parameters);
  g_autoptr (ClocheToolSpec) held = cloche_tool_spec_ref (spec);

  g_assert_cmpstr (cloche_tool_spec_get_name (held), ==, "run_python");
  g_assert_cmpstr (cloche_tool_spec_get_description (held), ==, "Run it.");
  g_assert_cmpstr (cloche_json_get_string (cloche_tool_spec_get_parameters (held), "type"), ==, "object");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/tool-result/json", test_json);
  g_test_add_func ("/model/tool-result/invalid", test_invalid);
  g_test_add_func ("/model/tool-result/shared", test_shared);
  g_test_add_func ("/model/tool-result/spec", test_spec);

  return g_test_run ();
}
