/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-sandbox.h"
#include "cloche-file-tool.h"
#include "cloche-test-async.h"

#include <string.h>

#define MAX_CHARS 100

static const char *
runner (ClocheFakeSandbox           *sandbox,
        gboolean                     is_shell,
        const char                  *text,
        const ClocheSandboxListener *listener)
{
  g_assert_not_reached ();
}

static ClocheToolResult *
run_with (ClocheFakeSandbox    *sandbox,
          ClocheWorkspaceFiles *files,
          ClocheFileToolKind    kind,
          const char           *arguments)
{
  g_autoptr (ClocheTool) tool = cloche_file_tool_new (kind, CLOCHE_SANDBOX (sandbox), files, MAX_CHARS);
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", cloche_tool_get_name (tool), arguments);
  g_autoptr (ClocheToolRun) tool_run = cloche_tool_run_new (call);
  g_autoptr (GAsyncResult) result = NULL;

  g_assert_nonnull (cloche_tool_call_get_arguments (call));
  cloche_tool_begin (tool, tool_run, NULL, cloche_test_result_cb, &result);
  cloche_test_wait (&result);

  return cloche_tool_end (tool, result);
}

static ClocheToolResult *
run (ClocheFakeSandbox *sandbox,
     ClocheFileToolKind kind,
     const char        *arguments)
{
  g_autoptr (ClocheWorkspaceFiles) files = cloche_workspace_files_new (CLOCHE_SANDBOX (sandbox));

  return run_with (sandbox, files, kind, arguments);
}

static void
assert_text (ClocheToolResult *result,
             ClocheToolStatus  status,
             const char       *text)
{
  g_assert_cmpstr (cloche_tool_result_get_text (result), ==, text);
  g_assert_cmpint (cloche_tool_result_get_status (result), ==, status);
}

static void
test_list (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (ClocheToolResult) empty = run (sandbox, CLOCHE_FILE_TOOL_LIST, "{}");
  g_autoptr (ClocheToolResult) full = NULL;
  g_autoptr (ClocheToolResult) many = NULL;

  assert_text (empty, CLOCHE_TOOL_OK, "exit: ok\nresult:\n(nothing)");
  cloche_fake_sandbox_write (sandbox, "/workspace/b\n.txt", "12");
  cloche_fake_sandbox_write (sandbox, "/workspace/a.csv", "1");
  full = run (sandbox, CLOCHE_FILE_TOOL_LIST, "{\"path\":\"/workspace\"}");
  assert_text (full, CLOCHE_TOOL_OK, "exit: ok\nresult:\n/workspace/a.csv (1 byte)\n/workspace/b\ufffd.txt (2 bytes)");
  for (guint i = 0; i < CLOCHE_FILE_TOOL_MAX_ENTRIES; i++) {
    g_autofree char *path = g_strdup_printf ("/workspace/%u", i);

    cloche_fake_sandbox_write (sandbox, path, "");
  }
  many = run (sandbox, CLOCHE_FILE_TOOL_LIST, "{}");
  g_assert_true (g_str_has_suffix (cloche_tool_result_get_text (many), "\nnote: 2 more"));
}

static void
test_read (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autofree char *long_text = g_strnfill (1000, 'x');
  g_autofree char *large = g_strnfill (CLOCHE_FILE_TOOL_MAX_READ_BYTES + 1, 'x');
  g_autoptr (ClocheToolResult) text = NULL;
  g_autoptr (ClocheToolResult) cut = NULL;
  g_autoptr (ClocheToolResult) binary = NULL;
  g_autoptr (ClocheToolResult) too_large = NULL;
  g_autoptr (ClocheToolResult) absent = NULL;

  cloche_fake_sandbox_write (sandbox, "/workspace/a.txt", "grüß\033[1m Gott");
  cloche_fake_sandbox_write (sandbox, "/workspace/long", long_text);
  cloche_fake_sandbox_write (sandbox, "/workspace/x.bin", "\xff\xfe");
  cloche_fake_sandbox_write (sandbox, "/workspace/large", large);
  text = run (sandbox, CLOCHE_FILE_TOOL_READ, "{\"path\":\"sub/../a.txt\"}");
  assert_text (text, CLOCHE_TOOL_OK, "exit: ok\nresult:\ngrüß Gott");
  g_assert_cmpuint (cloche_tool_result_get_n_files (text), ==, 0);
  cut = run (sandbox, CLOCHE_FILE_TOOL_READ, "{\"path\":\"long\"}");
  g_assert_nonnull (strstr (cloche_tool_result_get_text (cut), "characters omitted in the middle"));
  g_assert_cmpuint (strlen (cloche_tool_result_get_text (cut)), <, 400);
  binary = run (sandbox, CLOCHE_FILE_TOOL_READ, "{\"path\":\"x.bin\"}");
  g_assert_cmpuint (cloche_tool_result_get_n_files (binary), ==, 1);
  g_assert_nonnull (cloche_content_get_bytes (cloche_file_get_content (cloche_tool_result_get_file (binary, 0))));
  too_large = run (sandbox, CLOCHE_FILE_TOOL_READ, "{\"path\":\"large\"}");
  g_assert_nonnull (strstr (cloche_tool_result_get_text (too_large), "larger than the 600 kB"));
  absent = run (sandbox, CLOCHE_FILE_TOOL_READ, "{\"path\":\"absent\"}");
  assert_text (absent, CLOCHE_TOOL_ERROR, "exit: error\nnote: It cannot be read");
}

static void
test_write (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (ClocheToolResult) text = run (sandbox, CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a.txt\",\"content\":\"\u00e4\"}");
  g_autoptr (ClocheToolResult) again = run (sandbox, CLOCHE_FILE_TOOL_WRITE,
                                            "{\"path\":\"a.txt\",\"content\":\"aGk=\",\"encoding\":\"base64\"}");
  g_autofree char *written = cloche_fake_sandbox_dup_text (sandbox, "/workspace/a.txt");

  assert_text (text, CLOCHE_TOOL_OK, "exit: ok\nresult: 2 bytes are in /workspace/a.txt");
  assert_text (again, CLOCHE_TOOL_OK, "exit: ok\nresult: 2 bytes are in /workspace/a.txt");
  g_assert_cmpstr (written, ==, "hi");
  g_assert_cmpstr (cloche_file_get_name (cloche_tool_result_get_file (again, 0)), ==, "a.txt");
}

static void
test_bad_arguments (void)
{
  static const struct
  {
    ClocheFileToolKind kind;
    const char *arguments;
    const char *expected;
  } CASES[] = {
    { CLOCHE_FILE_TOOL_LIST, "{\"path\":5}", "“path”" },
    { CLOCHE_FILE_TOOL_READ, "{}", "“path”" },
    { CLOCHE_FILE_TOOL_READ, "{\"path\":\"\"}", "“path”" },
    { CLOCHE_FILE_TOOL_READ, "{\"path\":\"a\\u0000b\"}", "“path”" },
    { CLOCHE_FILE_TOOL_READ, "{\"path\":[\"a\"]}", "“path”" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\"}", "“content”" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":null}", "“content”" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":\"x\",\"encoding\":\"rot13\"}", "“encoding”" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":\"x\",\"encoding\":1}", "“encoding”" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":\"abc\",\"encoding\":\"base64\"}", "not valid base64" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":\"a=bc\",\"encoding\":\"base64\"}", "not valid base64" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":\"====\",\"encoding\":\"base64\"}", "not valid base64" },
    { CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a\",\"content\":\"ab\\nc\",\"encoding\":\"base64\"}", "not valid base64" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
    g_autoptr (ClocheToolResult) result = run (sandbox, CASES[i].kind, CASES[i].arguments);
    g_autofree char *written = cloche_fake_sandbox_dup_text (sandbox, "/workspace/a");

    g_test_message ("%s", CASES[i].arguments);
    g_assert_cmpint (cloche_tool_result_get_status (result), ==, CLOCHE_TOOL_ERROR);
    g_assert_nonnull (strstr (cloche_tool_result_get_text (result), CASES[i].expected));
    g_assert_null (written);
  }
}

/* What the person had attached is told with what it was, whoever changes it. */
static void
test_write_attached (void)
{
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (runner);
  g_autoptr (ClocheWorkspaceFiles) files = cloche_workspace_files_new (CLOCHE_SANDBOX (sandbox));
  g_autoptr (ClocheContent) content = cloche_content_new_text ("image/png", "before");
  g_autoptr (ClocheFile) attached = cloche_file_new ("a.png", "/workspace/a.png", content);
  g_autoptr (ClocheToolResult) result = NULL;

  cloche_attached_files_add (cloche_workspace_files_get_attached (files), attached);
  result = run_with (sandbox, files, CLOCHE_FILE_TOOL_WRITE, "{\"path\":\"a.png\",\"content\":\"after\"}");
  g_assert_true (cloche_file_get_before (cloche_tool_result_get_file (result, 0)) == content);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/file-tool/list", test_list);
  g_test_add_func ("/app/file-tool/read", test_read);
  g_test_add_func ("/app/file-tool/write", test_write);
  g_test_add_func ("/app/file-tool/write-attached", test_write_attached);
  g_test_add_func ("/app/file-tool/bad-arguments", test_bad_arguments);

  return g_test_run ();
}
