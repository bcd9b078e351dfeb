/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-transcript.h"

#include "cloche-item.h"

#include <glib/gstdio.h>
#include <string.h>

static void
test_csv (void)
{
  g_autofree char *csv = cloche_cli_outputs_make_csv ("{\"columns\":[\"a\",\"b, c\"],\"index\":[\"0\",\"1\"],"
                                                      "\"rows\":[[\"1\",\"x\\\"y\"],[\"2\"]],\"total_rows\":2}");
  g_autofree char *wrong = cloche_cli_outputs_make_csv ("{\"columns\":3}");
  g_autofree char *odd = cloche_cli_outputs_make_csv ("{\"columns\":[null],\"rows\":[5]}");
  g_autofree char *none = cloche_cli_outputs_make_csv ("<table>");

  g_assert_cmpstr (csv, ==, ",a,\"b, c\"\n0,1,\"x\"\"y\"\n1,2,\n");
  g_assert_null (wrong);
  g_assert_cmpstr (odd, ==, ",\n,\n");
  g_assert_null (none);
}

/* What is there already is never replaced, and no name leads out of the folder. */
static void
test_names (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *top = g_dir_make_tmp ("cloche-outputs-XXXXXX", &error);
  g_autofree char *folder = g_build_filename (top, "a", "b", NULL);
  g_autoptr (ClocheCliOutputs) outputs = cloche_cli_outputs_new (folder);
  static const char *const EXPECTED[] = { "x.md", "x-2.md", "passwd", "x-3.md" };
  GPtrArray *paths = cloche_cli_outputs_get_paths (outputs);

  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_true (cloche_cli_outputs_add_text (outputs, "x.md", "1", &error));
  g_assert_true (cloche_cli_outputs_add_text (outputs, "x.md", "2", &error));
  g_assert_true (cloche_cli_outputs_add_text (outputs, "../../../etc/passwd", "3", &error));
  g_assert_true (cloche_cli_outputs_add_text (outputs, "x.md", "4", &error));
  g_assert_cmpuint (paths->len, ==, G_N_ELEMENTS (EXPECTED));
  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *expected = g_build_filename (folder, EXPECTED[i], NULL);

    g_assert_cmpstr (g_ptr_array_index (paths, i), ==, expected);
    g_assert_no_errno (g_unlink (expected));
  }
  g_assert_no_errno (g_rmdir (folder));
  *strrchr (folder, '/') = '\0';
  g_assert_no_errno (g_rmdir (folder));
  g_assert_no_errno (g_rmdir (top));
}

static void
test_folder_in_the_way (void)
{
  g_autoptr (ClocheCliOutputs) outputs = cloche_cli_outputs_new ("/dev/null/x");
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_cli_outputs_add_text (outputs, "x.md", "1", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY);
  g_assert_cmpuint (cloche_cli_outputs_get_paths (outputs)->len, ==, 0);
}

static void
add (GListStore    *items,
     ClocheItemKind kind,
     const char    *text)
{
  g_autoptr (ClocheItem) item = cloche_item_new (kind, text);

  g_list_store_append (items, item);
}

static void
test_transcript (void)
{
  g_autoptr (GListStore) items = g_list_store_new (CLOCHE_TYPE_ITEM);
  g_autoptr (ClocheCliOutputs) outputs = cloche_cli_outputs_new ("/nowhere");
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_python", "{\"code\":\"print('```')\"}");
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_OK, "exit: ok");
  g_autoptr (ClocheItem) item = cloche_item_new_tool (run);
  g_autofree char *text = NULL;

  add (items, CLOCHE_ITEM_QUESTION, "before");
  add (items, CLOCHE_ITEM_QUESTION, "What\nis it?");
  g_list_store_append (items, item);
  cloche_tool_run_start (run);
  cloche_tool_run_add_text (run, FALSE, "```\n");
  cloche_tool_run_finish (run, result);
  add (items, CLOCHE_ITEM_ANSWER, "It is *this*.");
  text = cloche_cli_transcript_build ("Title", G_LIST_MODEL (items), 1, outputs);

  /* The fence is longer than any that the text holds. */
  g_assert_cmpstr (text, ==, "# Title\n\n> What\n> is it?\n\n````python\nprint('```')\n````\n\n````text\n```\n````\n\n"
                   "It is *this*.\n\n");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/outputs/csv", test_csv);
  g_test_add_func ("/cli/outputs/names", test_names);
  g_test_add_func ("/cli/outputs/folder-in-the-way", test_folder_in_the_way);
  g_test_add_func ("/cli/transcript", test_transcript);

  return g_test_run ();
}
