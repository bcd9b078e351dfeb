/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-tool.h"
#include "cloche-json.h"
#include "cloche-mcp-content.h"

#include <string.h>

static ClocheContent *
content_new (const char *mime_type,
             gsize       length)
{
  g_autofree char *text = g_strnfill (length, 'x');
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return cloche_content_new_bytes (mime_type, bytes);
}

static void
add_file (ClocheToolResult *result,
          const char       *name,
          const char       *mime_type,
          gsize             length)
{
  g_autoptr (ClocheContent) content = content_new (mime_type, length);
  g_autofree char *path = g_strconcat ("/workspace/", name, NULL);
  g_autoptr (ClocheFile) file = cloche_file_new (name, path, content);
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/ada/private/a", 4, 1);
  g_autoptr (ClocheFile) shown = cloche_file_with_preview (file, content);

  cloche_tool_result_take_file (result, cloche_file_with_origin (shown, origin));       /* For the window only. */
}

static void
add_output (ClocheToolResult *result,
            gsize             length)
{
  ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);

  cloche_output_take_content (output, cloche_content_new_text ("text/plain", "<Figure>"));
  cloche_output_take_content (output, content_new ("image/png", length));
  cloche_tool_result_take_output (result, output);
}

static void
assert_content (ClocheToolResult *result,
                const char       *expected)
{
  g_autoptr (JsonObject) content = cloche_mcp_content_from_result (result);
  g_autofree char *line = cloche_json_object_to_line (content);

  g_assert_cmpstr (line, ==, expected);
}

/* Pictures that were shown or made come as pictures; files that were only made are named in the text. */
static void
test_made (void)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_OK, "exit: ok");

  add_output (result, 3);
  add_file (result, "a.jpg", "image/jpeg", 1);
  add_file (result, "a.csv", "text/csv", 2);
  assert_content (result, "{\"content\":[{\"type\":\"text\",\"text\":\"exit: ok\"},"
                  "{\"type\":\"image\",\"data\":\"eHh4\",\"mimeType\":\"image/png\"},"
                  "{\"type\":\"image\",\"data\":\"eA==\",\"mimeType\":\"image/jpeg\"}],\"isError\":false}");
}

static void
test_asked_for (void)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", CLOCHE_FILE_TOOL_READ_NAME, CLOCHE_TOOL_OK, "x");

  add_file (result, "a b.pdf", "application/pdf", 3);
  assert_content (result, "{\"content\":[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"resource\",\"resource\":{"
                  "\"uri\":\"file:///workspace/a%20b.pdf\",\"mimeType\":\"application/pdf\",\"blob\":\"eHh4\"}}],"
                  "\"isError\":false}");
}

static void
test_failed (void)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_TIMEOUT, "exit: timeout");

  assert_content (result, "{\"content\":[{\"type\":\"text\",\"text\":\"exit: timeout\"}],\"isError\":true}");
}

/* What does not fit is named, and the whole stays below the cap. */
static void
test_too_much (void)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_OK, "exit: ok");
  g_autoptr (JsonObject) content = NULL;
  g_autofree char *line = NULL;

  add_output (result, 600 * 1000);
  add_output (result, 600 * 1000);
  add_file (result, "small.png", "image/png", 1000);
  add_file (result, "huge.png", "image/png", 64 * 1024 * 1024);
  content = cloche_mcp_content_from_result (result);
  line = cloche_json_object_to_line (content);
  g_assert_cmpuint (strlen (line), <, CLOCHE_MCP_CONTENT_MAX_BYTES);
  g_assert_cmpuint (strlen (line), >, 800 * 1000);
  g_assert_nonnull (strstr (line, "picture 2 (600.0\u00a0kB), huge.png (67.1\u00a0MB)"));
  g_assert_cmpuint (json_array_get_length (cloche_json_get_array (content, "content")), ==, 4);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mcp/content/made", test_made);
  g_test_add_func ("/mcp/content/asked-for", test_asked_for);
  g_test_add_func ("/mcp/content/failed", test_failed);
  g_test_add_func ("/mcp/content/too-much", test_too_much);

  return g_test_run ();
}
