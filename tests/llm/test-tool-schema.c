/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-tool-schema.h"

static void
check (const char *schema,
       const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = cloche_json_parse_object (schema, -1, &error);
  g_autoptr (JsonNode) wanted = cloche_json_parse (expected, -1, NULL);
  g_autoptr (JsonNode) got = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (wanted);
  before = cloche_json_object_to_line (object);
  json_node_take_object (got, cloche_tool_schema_simplify (object));
  after = cloche_json_object_to_line (object);
  g_assert_cmpstr (before, ==, after);

  if (!json_node_equal (got, wanted)) {
    g_autofree char *line = cloche_json_to_line (got);

    g_error ("%s became %s", schema, line);
  }
}

static void
test_plain (void)
{
  check ("{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\",\"description\":\"d\"}},\"required\":[\"code\"]}",
         "{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\",\"description\":\"d\"}},\"required\":[\"code\"]}");
  check ("{}", "{\"type\":\"object\",\"properties\":{}}");
  check ("{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"x\":true}}",
         "{\"type\":\"object\",\"properties\":{\"x\":{}}}");
}

static void
test_limits (void)
{
  check ("{\"type\":\"object\",\"properties\":{"
         "\"n\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":9,\"default\":5,\"description\":\"How many.\"},"
         "\"d\":{\"type\":\"string\",\"format\":\"date\"},"
         "\"k\":{\"const\":\"only\"}}}",
         "{\"type\":\"object\",\"properties\":{"
         "\"n\":{\"type\":\"integer\",\"description\":\"How many. (default 5, minimum 1, maximum 9)\"},"
         "\"d\":{\"type\":\"string\",\"description\":\"(format \\\"date\\\")\"},"
         "\"k\":{\"enum\":[\"only\"]}}}");
}

static void
test_references (void)
{
  check ("{\"type\":\"object\",\"properties\":{\"p\":{\"$ref\":\"#/$defs/point\",\"description\":\"where\"},"
         "\"q\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/num\"}},"
         "\"r\":{\"$ref\":\"https://example.org/schema\"}},"
         "\"$defs\":{\"point\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}}}},"
         "\"definitions\":{\"num\":{\"type\":\"number\"}}}",
         "{\"type\":\"object\",\"properties\":{"
         "\"p\":{\"type\":\"object\",\"properties\":{\"x\":{\"type\":\"number\"}},\"description\":\"where\"},"
         "\"q\":{\"type\":\"array\",\"items\":{\"type\":\"number\"}},\"r\":{}}}");
}

static void
test_combinations (void)
{
  check ("{\"type\":\"object\",\"properties\":{\"v\":{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}},"
         "\"allOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":[\"a\"]},"
         "{\"properties\":{\"b\":{\"type\":\"string\"}},\"required\":[\"b\"]}]}",
         "{\"type\":\"object\",\"properties\":{\"v\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]},"
         "\"a\":{\"type\":\"string\"},\"b\":{\"type\":\"string\"}},\"required\":[\"a\",\"b\"]}");
}

/* A schema of a foreign server that refers to itself, alone and through another. */
static void
test_circle (void)
{
  static const char *const CIRCLES[] = {
    "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}",
    "{\"properties\":{\"n\":{\"$ref\":\"#/$defs/node\"}},\"$defs\":{\"node\":{\"type\":\"object\","
    "\"properties\":{\"next\":{\"$ref\":\"#/$defs/node\"}}}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CIRCLES); i++) {
    g_autoptr (JsonObject) object = cloche_json_parse_object (CIRCLES[i], -1, NULL);
    g_autoptr (JsonObject) simple = cloche_tool_schema_simplify (object);
    g_autofree char *line = cloche_json_object_to_line (simple);

    g_assert_null (strstr (line, "$ref"));
    g_assert_cmpuint (strlen (line), <, 2000);
  }
}

/* Two references in each of many levels would double the schema at each. */
static void
test_bomb (void)
{
  g_autoptr (GString) text = g_string_new ("{\"properties\":{\"x\":{\"$ref\":\"#/$defs/d0\"}},\"$defs\":{");
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonObject) simple = NULL;
  g_autofree char *line = NULL;

  for (int i = 0; i < 30; i++)
    g_string_append_printf (text, "%s\"d%d\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/d%d\"},\"b\":{\"$ref\":\"#/$defs/d%d\"},"
                            "\"c\":{\"$ref\":\"#/$defs/d%d\"},\"d\":{\"$ref\":\"#/$defs/d%d\"}}}",
                            i > 0 ? "," : "", i, i + 1, i + 1, i + 1, i + 1);
  g_string_append (text, "}}");

  object = cloche_json_parse_object (text->str, -1, NULL);
  g_assert_nonnull (object);
  simple = cloche_tool_schema_simplify (object);
  line = cloche_json_object_to_line (simple);
  g_assert_cmpuint (strlen (line), <, 1024 * 1024);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/tool-schema/plain", test_plain);
  g_test_add_func ("/llm/tool-schema/limits", test_limits);
  g_test_add_func ("/llm/tool-schema/references", test_references);
  g_test_add_func ("/llm/tool-schema/combinations", test_combinations);
  g_test_add_func ("/llm/tool-schema/circle", test_circle);
  g_test_add_func ("/llm/tool-schema/bomb", test_bomb);

  return g_test_run ();
}
