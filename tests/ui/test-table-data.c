/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-table-data.h"

#include "cloche-base-error.h"
#include "cloche-markdown-parser.h"

#include <string.h>

static void
test_json (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheTableData) table = cloche_table_data_new_for_json (
    "{\"columns\":[\"a\",\"b\"],\"dtypes\":[\"object\",\"int64\"],\"index\":[\"x\"],"
    "\"rows\":[[\"1\\t2\",\"3\"],[\"short\"],7],\"total_rows\":1200}", &error);
  g_autofree char *tsv = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (cloche_table_data_get_n_columns (table), ==, 3);
  g_assert_cmpuint (cloche_table_data_get_n_rows (table), ==, 3);
  g_assert_cmpuint (cloche_table_data_get_n_all_rows (table), ==, 1200);
  g_assert_cmpstr (cloche_table_data_get_header (table, 1), ==, "a");
  g_assert_cmpstr (cloche_table_data_get_type_name (table, 2), ==, "int64");
  g_assert_null (cloche_table_data_get_type_name (table, 0));
  g_assert_cmpint (cloche_table_data_get_align (table, 1), ==, CLOCHE_MARKDOWN_ALIGN_START);
  g_assert_cmpint (cloche_table_data_get_align (table, 2), ==, CLOCHE_MARKDOWN_ALIGN_END);
  g_assert_cmpstr (cloche_table_data_get_cell (table, 0, 0), ==, "x");
  g_assert_cmpstr (cloche_table_data_get_cell (table, 1, 2), ==, "");
  tsv = cloche_table_data_dup_tsv (table);
  g_assert_cmpstr (tsv, ==, "\ta\tb\nx\t1 2\t3\n\tshort\t\n\t\t\n");
}

static void
test_bad_json (void)
{
  static const char *const BAD[] = { "", "[]", "{}", "{\"columns\":[\"a\"]}", "{\"columns\":7,\"rows\":[]}" };

  for (gsize i = 0; i < G_N_ELEMENTS (BAD); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (cloche_table_data_new_for_json (BAD[i], &error));
    g_assert_true (error->domain == CLOCHE_BASE_ERROR);
  }
}

static void
test_too_large (void)
{
  GString *json = g_string_new ("{\"columns\":[\"a\"],\"rows\":[");
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 20001; i++)
    g_string_append (json, "[],");
  g_string_append (json, "[]]}");
  g_assert_null (cloche_table_data_new_for_json (json->str, &error));
  g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE);
  g_string_free (json, TRUE);
}

static void
test_markdown (void)
{
  const char *text = "| a | **b** |\n|---|:-:|\n| 1 | `2` |\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (text, strlen (text));
  g_autoptr (GPtrArray) blocks = cloche_markdown_parse (bytes, NULL);
  g_autoptr (ClocheTableData) table = cloche_table_data_new_for_markdown (blocks->pdata[0]);

  g_assert_cmpuint (cloche_table_data_get_n_rows (table), ==, 1);
  g_assert_cmpstr (cloche_table_data_get_header (table, 1), ==, "b");
  g_assert_cmpstr (cloche_table_data_get_cell (table, 0, 1), ==, "2");
  g_assert_cmpint (cloche_table_data_get_align (table, 1), ==, CLOCHE_MARKDOWN_ALIGN_CENTER);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/table-data/json", test_json);
  g_test_add_func ("/ui/table-data/bad-json", test_bad_json);
  g_test_add_func ("/ui/table-data/too-large", test_too_large);
  g_test_add_func ("/ui/table-data/markdown", test_markdown);

  return g_test_run ();
}
