/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-model-error.h"
#include "cloche-tool-call.h"

static void
test_arguments (void)
{
  static const struct
  {
    const char *text;
    const char *code;           /* the member "code", or NULL if the arguments are refused */
  } CASES[] = {
    { "{\"code\":\"1+1\"}", "1+1" },
    { " {\"code\" : \"1+1\"} ", "1+1" },
    /* Wrapped into a string, as some models do. */
    { "\"{\\\"code\\\":\\\"1+1\\\"}\"", "1+1" },
    { "{\"code\":\"a\\u0000b\"}", "a\ufffdb" },
    { "[1]", NULL },
    { "3", NULL },
    { "null", NULL },
    { "\"text\"", NULL },
    { "\"\\\"{}\\\"\"", NULL },
    { "{\"code\":\"1+", NULL },
    { "{'code':'1'}", NULL },
    { "{} {}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("c1", "run_python", CASES[i].text);
    JsonObject *arguments = cloche_tool_call_get_arguments (call);

    g_assert_cmpstr (cloche_tool_call_get_arguments_text (call), ==, CASES[i].text);
    if (CASES[i].code != NULL) {
      g_assert_no_error (cloche_tool_call_get_arguments_error (call));
      g_assert_cmpstr (cloche_json_get_string (arguments, "code"), ==, CASES[i].code);
    } else {
      g_assert_null (arguments);
      g_assert_error (cloche_tool_call_get_arguments_error (call), CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_ARGUMENTS);
    }
  }
}

static void
test_no_arguments (void)
{
  static const char *const CASES[] = { NULL, "", " \n" };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("c1", "list", CASES[i]);

    g_assert_nonnull (cloche_tool_call_get_arguments (call));
    g_assert_cmpuint (json_object_get_size (cloche_tool_call_get_arguments (call)), ==, 0);
    g_assert_null (cloche_tool_call_get_arguments_error (call));
  }
}

static void
test_cut (void)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new_cut ("c1", "run_python", "{\"code\":\"rm\"}");
  g_autoptr (JsonObject) json = cloche_tool_call_to_json (call);
  g_autoptr (ClocheToolCall) back = cloche_tool_call_from_json (json, NULL);

  /* It would parse, and is not run all the same. */
  g_assert_null (cloche_tool_call_get_arguments (call));
  g_assert_error (cloche_tool_call_get_arguments_error (call), CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_CUT);
  g_assert_error (cloche_tool_call_get_arguments_error (back), CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_CUT);
}

static void
test_equal (void)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("c1", "run", "{\"a\":1}");
  g_autoptr (ClocheToolCall) same = cloche_tool_call_new ("c2", "run", "{ \"a\" : 1 }");
  g_autoptr (ClocheToolCall) other_name = cloche_tool_call_new ("c1", "go", "{\"a\":1}");
  g_autoptr (ClocheToolCall) other = cloche_tool_call_new ("c1", "run", "{\"a\":2}");
  g_autoptr (ClocheToolCall) broken = cloche_tool_call_new ("c1", "run", "{\"a\":");
  g_autoptr (ClocheToolCall) broken_too = cloche_tool_call_new ("c3", "run", "{\"a\":");

  g_assert_true (cloche_tool_call_equal (call, same));
  g_assert_false (cloche_tool_call_equal (call, other_name));
  g_assert_false (cloche_tool_call_equal (call, other));
  g_assert_false (cloche_tool_call_equal (call, broken));
  g_assert_true (cloche_tool_call_equal (broken, broken_too));
}

static void
test_json (void)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("c1", "run", "{ \"a\":1e2 }");
  g_autoptr (JsonObject) json = cloche_tool_call_to_json (call);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheToolCall) back = cloche_tool_call_from_json (json, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_tool_call_get_id (back), ==, "c1");
  g_assert_cmpstr (cloche_tool_call_get_name (back), ==, "run");
  g_assert_cmpstr (cloche_tool_call_get_arguments_text (back), ==, "{ \"a\":1e2 }");

  json_object_remove_member (json, "id");
  g_assert_null (cloche_tool_call_from_json (json, &error));
  g_assert_error (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/tool-call/arguments", test_arguments);
  g_test_add_func ("/model/tool-call/no-arguments", test_no_arguments);
  g_test_add_func ("/model/tool-call/cut", test_cut);
  g_test_add_func ("/model/tool-call/equal", test_equal);
  g_test_add_func ("/model/tool-call/json", test_json);

  return g_test_run ();
}
