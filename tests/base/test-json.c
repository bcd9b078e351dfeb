/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-json.h"
#include "cloche-limits.h"

#include <math.h>
#include <string.h>

#define TEXT(s) s, sizeof s - 1

static void
test_round_trip (void)
{
  static const struct
  {
    const char *text;
    gsize length;
    const char *line;
  } CASES[] = {
    { TEXT ("null"), "null" },
    { TEXT (" [ ] "), "[]" },
    { TEXT ("{ }"), "{}" },
    { TEXT ("\t[1, -2 ,\r\n3.5,true,false,null]"), "[1,-2,3.5,true,false,null]" },
    { TEXT ("{\"b\":1,\"a\":{\"c\":[{}]}}"), "{\"b\":1,\"a\":{\"c\":[{}]}}" },
    { TEXT ("\xef\xbb\xbf\"mark\""), "\"mark\"" },
    { TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u0001\""), "\"\\\"\\\\/\\u0008\\u000c\\n\\r\\té\\u0001\"" },
    { TEXT ("\"\\ud83d\\ude00\""), "\"\xf0\x9f\x98\x80\"" },
    /* Nothing after a NUL, a lone surrogate or an invalid byte is lost. */
    { TEXT ("\"a\\u0000b\""), "\"a\ufffdb\"" },
    { TEXT ("\"a\0b\""), "\"a\ufffdb\"" },
    { TEXT ("{\"a\\u0000b\":1,\"c\":2}"), "{\"a\ufffdb\":1,\"c\":2}" },
    { TEXT ("\"\\ud83dx\""), "\"\ufffdx\"" },
    { TEXT ("\"\\ude00x\""), "\"\ufffdx\"" },
    { TEXT ("\"\\ud83d\\u0041\""), "\"\ufffdA\"" },
    { TEXT ("\"\\ud83d\\ud83d\\ude00\""), "\"\ufffd\xf0\x9f\x98\x80\"" },
    { TEXT ("\"\xff" "x\xed\xa0\xbd\""), "\"\ufffdx\ufffd\ufffd\ufffd\"" },
    /* Numbers. */
    { TEXT ("9223372036854775807"), "9223372036854775807" },
    { TEXT ("-9223372036854775808"), "-9223372036854775808" },
    { TEXT ("9223372036854775808"), "9.223372036854776e+18" },
    { TEXT ("-0"), "0" },
    { TEXT ("1.0"), "1.0" },
    { TEXT ("1e20"), "1e+20" },
    { TEXT ("0.1"), "0.1" },
    { TEXT ("1E-400"), "0.0" },
    { TEXT ("1.7976931348623157e308"), "1.7976931348623157e+308" },
    /* The last of equal names wins and stands where the first stood. */
    { TEXT ("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = cloche_json_parse (CASES[i].text, (gssize) CASES[i].length, &error);
    g_autoptr (JsonNode) again = NULL;
    g_autofree char *line = NULL;
    g_autofree char *line_again = NULL;

    g_assert_no_error (error);
    line = cloche_json_to_line (node);
    g_assert_cmpstr (line, ==, CASES[i].line);

    again = cloche_json_parse (line, -1, &error);
    g_assert_no_error (error);
    line_again = cloche_json_to_line (again);
    g_assert_cmpstr (line_again, ==, line);
  }
}

static void
test_refused (void)
{
  static const char *const CASES[] = {
    "", " ", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{1:2}",
    "{} {}", "1 2", "null null", "[1]x", "'a'", "{'a':1}", "// c\n1", "/* c */1", "[1,/**/2]", "# c\n1",
    "010", "-01", "0x10", "+1", ".5",
    "5.", "1e", "1e+", "-", "--1", "1.e5", "NaN", "Infinity", "-Infinity", "nan", "1e400", "-1e400",
    "\"", "\"a", "\"\\", "\"\\u", "\"\\u12", "\"\\u12g4\"", "\"\\x41\"", "\"\\'\"", "\"a\nb\"", "\"\t\"",
    "nul", "True", "tru", "undefined", "\"\\ud83d\\uzzzz\"", "\xff", "[\xff]", "\xef\xbb\xbf",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_json_parse (CASES[i], -1, &error));
    g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID);
  }

  g_assert_null (cloche_json_parse ("1\0" "2", 3, NULL));
}

/* No prefix of a document is a document, and no reader looks beyond the length. */
static void
test_every_prefix (void)
{
  static const char DOCUMENT[] = "{\"a\":[1.5e3,true,null,\"\\ud83d\\ude00\\n\"],\"b\":{\"c\":\"\xc3\xa9\"}}";

  for (gsize length = 0; length < sizeof DOCUMENT - 1; length++) {
    g_autofree char *prefix = g_memdup2 (DOCUMENT, MAX (length, 1));
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_json_parse (prefix, (gssize) length, &error));
    g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID);
  }
}

static char *
nested (const char *open,
        const char *inner,
        const char *close,
        guint       depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, inner);
  for (guint i = 0; i < depth; i++)
    g_string_append (text, close);

  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  static const char *const OPEN[] = { "[", "{\"a\":" };
  static const char *const CLOSE[] = { "]", "}" };

  for (gsize i = 0; i < G_N_ELEMENTS (OPEN); i++) {
    g_autofree char *deepest = nested (OPEN[i], "1", CLOSE[i], CLOCHE_LIMIT_JSON_DEPTH);
    g_autofree char *deeper = nested (OPEN[i], "1", CLOSE[i], CLOCHE_LIMIT_JSON_DEPTH + 1);
    g_autofree char *bomb = nested (OPEN[i], "", "", 100000);
    g_autoptr (JsonNode) node = NULL;
    g_autoptr (GError) error = NULL;

    node = cloche_json_parse (deepest, -1, &error);
    g_assert_no_error (error);
    g_assert_nonnull (node);

    g_assert_null (cloche_json_parse (deeper, -1, &error));
    g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_DEEP);
    g_clear_error (&error);

    g_assert_null (cloche_json_parse (bomb, -1, &error));
    g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_DEEP);
  }
}

static void
assert_too_large (GString *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cloche_json_parse (text->str, (gssize) text->len, &error));
  g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE);
}

static void
test_size (void)
{
  g_autoptr (GString) many_values = g_string_new ("[");
  g_autoptr (GString) many_members = g_string_new ("{");
  g_autoptr (GString) many_repeated = g_string_new ("{");

  for (int i = 0; i < 1000000; i++)
    g_string_append (many_values, "0,");
  g_string_append (many_values, "0]");
  assert_too_large (many_values);

  for (int i = 0; i < 65536; i++)
    g_string_append_printf (many_members, "\"%d\":0,", i);
  g_string_append (many_members, "\"last\":0}");
  assert_too_large (many_members);

  for (int i = 0; i < 1000; i++)
    g_string_append (many_repeated, "\"a\":0,");
  g_string_append (many_repeated, "\"a\":0}");
  assert_too_large (many_repeated);
}

static void
test_parse_object (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = cloche_json_parse_object ("{\"a\":1}", -1, &error);
  g_autofree char *line = NULL;

  g_assert_no_error (error);
  line = cloche_json_object_to_line (object);
  g_assert_cmpstr (line, ==, "{\"a\":1}");

  g_assert_null (cloche_json_parse_object ("[{}]", -1, &error));
  g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID);
}

static void
test_getters (void)
{
  g_autoptr (JsonObject) object =
    cloche_json_parse_object ("{\"s\":\"x\",\"i\":3,\"d\":2.5,\"w\":4.0,\"big\":1e300,\"b\":true,\"n\":null,"
                              "\"o\":{\"k\":1},\"a\":[{},\"e\"]}", -1, NULL);
  JsonArray *array = cloche_json_get_array (object, "a");

  g_assert_cmpstr (cloche_json_get_string (object, "s"), ==, "x");
  g_assert_cmpint (cloche_json_get_int (object, "i", -1), ==, 3);
  g_assert_cmpint (cloche_json_get_int (object, "w", -1), ==, 4);
  g_assert_cmpfloat (cloche_json_get_double (object, "d", 0), ==, 2.5);
  g_assert_cmpfloat (cloche_json_get_double (object, "i", 0), ==, 3);
  g_assert_true (cloche_json_get_bool (object, "b", FALSE));
  g_assert_cmpint (cloche_json_get_int (cloche_json_get_object (object, "o"), "k", -1), ==, 1);
  g_assert_nonnull (cloche_json_array_get_object (array, 0));
  g_assert_cmpstr (cloche_json_array_get_string (array, 1), ==, "e");
  g_assert_true (JSON_NODE_HOLDS_NULL (cloche_json_get_node (object, "n")));

  /* What is missing, of another type, or not exact. */
  g_assert_null (cloche_json_get_string (object, "i"));
  g_assert_null (cloche_json_get_string (object, "n"));
  g_assert_null (cloche_json_get_string (object, "o"));
  g_assert_null (cloche_json_get_string (object, "nowhere"));
  g_assert_null (cloche_json_get_string (NULL, "s"));
  g_assert_cmpint (cloche_json_get_int (object, "d", -1), ==, -1);
  g_assert_cmpint (cloche_json_get_int (object, "big", -1), ==, -1);
  g_assert_cmpint (cloche_json_get_int (object, "s", -1), ==, -1);
  g_assert_cmpint (cloche_json_get_int (object, "b", -1), ==, -1);
  g_assert_cmpint (cloche_json_get_int (object, "a", -1), ==, -1);
  g_assert_cmpfloat (cloche_json_get_double (object, "s", -1), ==, -1);
  g_assert_true (cloche_json_get_bool (object, "i", TRUE));
  g_assert_null (cloche_json_get_object (object, "a"));
  g_assert_null (cloche_json_get_object (object, "n"));
  g_assert_null (cloche_json_get_array (object, "o"));
  g_assert_null (cloche_json_array_get_object (array, 1));
  g_assert_null (cloche_json_array_get_string (array, 0));
  g_assert_null (cloche_json_array_get_object (array, 2));
  g_assert_null (cloche_json_array_get_string (NULL, 0));
}

/* What only our own code can put into a node. */
static void
test_write_own (void)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *line = NULL;

  json_object_set_double_member (object, "inf", INFINITY);
  json_object_set_double_member (object, "nan", NAN);
  json_object_set_string_member (object, "bad", "a\xff\n\x7f");
  line = cloche_json_object_to_line (object);
  g_assert_cmpstr (line, ==, "{\"inf\":null,\"nan\":null,\"bad\":\"a\ufffd\\n\\u007f\"}");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/json/round-trip", test_round_trip);
  g_test_add_func ("/base/json/refused", test_refused);
  g_test_add_func ("/base/json/every-prefix", test_every_prefix);
  g_test_add_func ("/base/json/depth", test_depth);
  g_test_add_func ("/base/json/size", test_size);
  g_test_add_func ("/base/json/parse-object", test_parse_object);
  g_test_add_func ("/base/json/getters", test_getters);
  g_test_add_func ("/base/json/write-own", test_write_own);

  return g_test_run ();
}
