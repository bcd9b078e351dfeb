/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-words.h"

/* What a card says of a call, and that it shows of a file its name only. */
static void
test_calls (void)
{
  static const struct
  {
    const char *tool;
    const char *arguments;
    const char *title;
    const char *code;
    const char *language;
  } CASES[] = {
    { "run_python", "{\"code\":\"1 + 1\\n\"}", "Ran Python", "1 + 1", "python" },
    { "run_shell", "{\"command\":\"ls\"}", "Ran a Command", "ls", "sh" },
    { "list_files", "{}", "Listed a Folder", "/workspace", "text" },
    { "list_files", "{\"path\":\"/tmp\"}", "Listed a Folder", "/tmp", "text" },
    { "read_file", "{\"path\":\"a.csv\"}", "Read a File", "a.csv", "text" },
    { "write_file", "{\"path\":\"a.bin\",\"content\":\"AAAA\",\"encoding\":\"base64\"}", "Wrote a File", "a.bin", "text" },
    { "browser_navigate", "{\"url\":\"https://a.example/\"}", "Opened a Page", "https://a.example/", "text" },
    { "browser_click", "{\"ref\":\"7\"}", "Clicked on the Page", "{\"ref\":\"7\"}", "json" },
    { "browser_take_screenshot", "{}", "Took a Picture of the Page", "", "json" },
    { "browser_made_up", "{\"x\":1}", "browser_made_up", "{\"x\":1}", "json" },
    { "made\nup", "{\"x\":1}", "made\ufffdup", "{\"x\":1}", "json" },
    { "read_file", "[]", "Read a File", "[]", "text" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", CASES[i].tool, CASES[i].arguments);
    g_autoptr (ClocheToolRun) run = cloche_tool_run_new_done (call, NULL);
    g_autofree char *title = cloche_tool_words_dup_title (run);
    g_autofree char *code = cloche_tool_words_dup_code (run);

    g_assert_cmpstr (title, ==, CASES[i].title);
    g_assert_cmpstr (code, ==, CASES[i].code);
    g_assert_cmpstr (cloche_tool_words_get_language (run), ==, CASES[i].language);
  }
}

/* Why a call failed is the last line that says so, wherever the page of a browser ends. */
static void
test_problems (void)
{
  static const char *const CASES[][2] = {
    { "exit: error\n(no output)\nnote: exit code 3", "exit code 3" },
    { "exit: error\nnote: exit code 3\nnetwork: refused a.example", "refused a.example" },
    { "exit: error\n--- page content ---\nnote: of the page\nnote: There is no [9].\n--- end ---\nfiles: a.csv (4 bytes)\n",
      "There is no [9]." },
    { "\nstderr: no such file", "stderr: no such file" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "browser_click", "{}");
    g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "browser_click", CLOCHE_TOOL_ERROR, CASES[i][0]);
    g_autoptr (ClocheToolRun) run = cloche_tool_run_new_done (call, result);
    g_autofree char *problem = cloche_tool_words_dup_problem (run);

    g_assert_cmpstr (problem, ==, CASES[i][1]);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/tool-words/calls", test_calls);
  g_test_add_func ("/ui/tool-words/problems", test_problems);

  return g_test_run ();
}
