/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-browser-action.h"
#include "cloche-json.h"

#include <string.h>

/* characters of all schemas together: 1,200 tokens of three and a half. */
#define MAX_SCHEMA_CHARS 4200

static char *
request (ClocheBrowserAction action,
         const char         *arguments,
         char              **ret_problem)
{
  g_autoptr (JsonObject) object = cloche_json_parse_object (arguments, -1, NULL);

  g_assert_nonnull (object);
  return cloche_browser_action_make_request (action, object, 6000, ret_problem);
}

static void
test_specs (void)
{
  gsize n_chars = 0;

  for (int i = 0; i < CLOCHE_BROWSER_N_ACTIONS; i++) {
    g_autoptr (ClocheToolSpec) spec = cloche_browser_action_new_spec ((ClocheBrowserAction) i);
    g_autofree char *schema = cloche_json_object_to_line (cloche_tool_spec_get_parameters (spec));

    g_assert_true (g_str_has_prefix (cloche_tool_spec_get_name (spec), "browser_"));
    n_chars += strlen (cloche_tool_spec_get_name (spec)) + strlen (cloche_tool_spec_get_description (spec)) + strlen (schema);
  }

  g_test_message ("all schemas: %" G_GSIZE_FORMAT " characters", n_chars);
  g_assert_cmpuint (n_chars, <, MAX_SCHEMA_CHARS);
}

/* As models write them, and what is meant. */
static void
test_tolerance (void)
{
  static const struct
  {
    ClocheBrowserAction action;
    const char *arguments;
    const char *request;
  } CASES[] = {
    { CLOCHE_BROWSER_CLICK, "{\"ref\":12}", "{\"action\":\"click\",\"budget\":6000,\"ref\":\"12\"}" },
    { CLOCHE_BROWSER_CLICK, "{\"ref\":\"[12]\"}", "{\"action\":\"click\",\"budget\":6000,\"ref\":\"[12]\"}" },
    { CLOCHE_BROWSER_CLICK, "{\"ref\":12.0}", "{\"action\":\"click\",\"budget\":6000,\"ref\":\"12\"}" },
    { CLOCHE_BROWSER_CLICK, "{\"element\":\"Buy\"}", "{\"action\":\"click\",\"budget\":6000,\"ref\":\"Buy\"}" },
    { CLOCHE_BROWSER_TYPE, "{\"ref\":\"1\",\"text\":5,\"submit\":\"True\"}",
      "{\"action\":\"type\",\"budget\":6000,\"ref\":\"1\",\"text\":\"5\",\"submit\":true}" },
    { CLOCHE_BROWSER_TYPE, "{\"ref\":\"3\",\"text\":19.5}",
      "{\"action\":\"type\",\"budget\":6000,\"ref\":\"3\",\"text\":\"19.5\"}" },
    { CLOCHE_BROWSER_TYPE, "{\"ref\":\"3\",\"text\":19.99}",
      "{\"action\":\"type\",\"budget\":6000,\"ref\":\"3\",\"text\":\"19.99\"}" },
    { CLOCHE_BROWSER_TYPE, "{\"ref\":\"3\",\"text\":-0.1}",
      "{\"action\":\"type\",\"budget\":6000,\"ref\":\"3\",\"text\":\"-0.1\"}" },
    { CLOCHE_BROWSER_TYPE, "{\"ref\":\"1\",\"text\":\"\",\"submit\":null}",
      "{\"action\":\"type\",\"budget\":6000,\"ref\":\"1\",\"text\":\"\"}" },
    { CLOCHE_BROWSER_SNAPSHOT, "{\"page\":\"2\"}", "{\"action\":\"snapshot\",\"budget\":6000,\"page\":2}" },
    { CLOCHE_BROWSER_SNAPSHOT, "{\"page\":-5}", "{\"action\":\"snapshot\",\"budget\":6000,\"page\":0}" },
    { CLOCHE_BROWSER_NAVIGATE_BACK, "{\"why\":[{}]}", "{\"action\":\"back\",\"budget\":6000}" },
    { CLOCHE_BROWSER_TAKE_SCREENSHOT, "{\"full_page\":true}",
      "{\"action\":\"screenshot\",\"budget\":6000,\"full_page\":true}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *problem = NULL;
    g_autofree char *made = request (CASES[i].action, CASES[i].arguments, &problem);

    g_assert_cmpstr (problem, ==, NULL);
    g_assert_cmpstr (made, ==, CASES[i].request);
  }
}

static void
test_missing (void)
{
  static const char *const ARGUMENTS[] = { "{}", "{\"ref\":null}", "{\"ref\":{\"number\":1}}", "{\"ref\":[1]}" };

  for (gsize i = 0; i < G_N_ELEMENTS (ARGUMENTS); i++) {
    g_autofree char *problem = NULL;
    g_autofree char *made = request (CLOCHE_BROWSER_CLICK, ARGUMENTS[i], &problem);

    g_assert_null (made);
    g_assert_cmpstr (problem, ==, "The argument “ref” is missing.");
  }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/browser/action/specs", test_specs);
  g_test_add_func ("/browser/action/tolerance", test_tolerance);
  g_test_add_func ("/browser/action/missing", test_missing);

  return g_test_run ();
}
