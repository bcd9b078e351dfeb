/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * The tools that the protocol's conformance suite calls, on standard input and output, by our server. What they return is what
 * tools of ours can return; the suite wants their names and that it is of the right kind.
 */
#include "cloche-direct-runner.h"
#include "cloche-file-tool.h"
#include "cloche-json.h"
#include "cloche-mcp-call.h"
#include "cloche-mcp-server.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <signal.h>
#include <unistd.h>

typedef struct
{
  const char *name;
  const char *text;
  const char *schema;           /* NULL: of no arguments */
  gboolean is_error;
  gboolean has_picture;
  gboolean has_file;
  gboolean takes_time;          /* enough for three notices of progress */
} Kind;

#define NO_ARGUMENTS "{\"type\":\"object\"}"

/* As the suite's scenario json-schema-2020-12 has it. */
#define SCHEMA_2020_12                                                                                                  \
  "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"$defs\":{\"address\":{"            \
  "\"$anchor\":\"addressDef\",\"type\":\"object\",\"properties\":{\"street\":{\"type\":\"string\"},\"city\":{"            \
  "\"type\":\"string\"}}}},\"properties\":{\"name\":{\"type\":\"string\"},\"address\":{\"$ref\":\"#/$defs/address\"},"    \
  "\"contactMethod\":{\"type\":\"string\",\"enum\":[\"phone\",\"email\"]},\"phone\":{\"type\":\"string\"},\"email\":{"    \
  "\"type\":\"string\"}},\"allOf\":[{\"anyOf\":[{\"required\":[\"phone\"]},{\"required\":[\"email\"]}]}],\"if\":{"        \
  "\"properties\":{\"contactMethod\":{\"const\":\"phone\"}},\"required\":[\"contactMethod\"]},\"then\":{\"required\":["   \
  "\"phone\"]},\"else\":{\"required\":[\"email\"]},\"additionalProperties\":false}"

static const Kind KINDS[] = {
  { .name = "test_simple_text", .text = "This is a simple text response for testing." },
  { .name = "test_image_content", .text = "images: one", .has_picture = TRUE },
  { .name = "test_embedded_resource", .text = "files: one", .has_file = TRUE },
  { .name = "test_multiple_content_types", .text = "Multiple content types test:", .has_picture = TRUE, .has_file = TRUE },
  { .name = "test_error_handling", .text = "This tool intentionally returns an error for testing", .is_error = TRUE },
  { .name = "test_tool_with_progress", .text = "done", .takes_time = TRUE },
  { .name = "json_schema_2020_12_tool", .text = "done", .schema = SCHEMA_2020_12 },
};

#define CLOCHE_TYPE_FIXTURE_TOOL (cloche_fixture_tool_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFixtureTool, cloche_fixture_tool, CLOCHE, FIXTURE_TOOL, ClocheTool)

struct _ClocheFixtureTool
{
  ClocheTool parent_instance;

  const Kind *kind;
  ClocheToolSpec *spec;
};

G_DEFINE_FINAL_TYPE (ClocheFixtureTool, cloche_fixture_tool, CLOCHE_TYPE_TOOL)

static ClocheToolSpec *
cloche_fixture_tool_get_spec (ClocheTool *tool)
{
  return CLOCHE_FIXTURE_TOOL (tool)->spec;
}

static const char *
cloche_fixture_tool_get_lane (ClocheTool *tool)
{
  return "";
}

static ClocheContent *
content_new (const char *mime_type,
             const char *base64)
{
  gsize length;
  guchar *data = g_base64_decode (base64, &length);
  g_autoptr (GBytes) bytes = g_bytes_new_take (data, length);

  return cloche_content_new_bytes (mime_type, bytes);
}

static void
answer (GTask *task)
{
  ClocheFixtureTool *self = g_task_get_source_object (task);
  /* The one tool of ours whose files are handed out. */
  ClocheToolResult *result = cloche_tool_result_new ("1", CLOCHE_FILE_TOOL_READ_NAME,
                                                     self->kind->is_error ? CLOCHE_TOOL_ERROR : CLOCHE_TOOL_OK,
                                                     self->kind->text);

  if (self->kind->has_picture) {
    ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);

    cloche_output_take_content (output, content_new ("image/png", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8"
                                                     "z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="));
    cloche_tool_result_take_output (result, output);
  }
  if (self->kind->has_file) {
    g_autoptr (ClocheContent) content = content_new ("application/pdf", "JVBERi0=");

    cloche_tool_result_take_file (result, cloche_file_new ("a.pdf", "/workspace/a.pdf", content));
  }
  g_task_return_pointer (task, result, (GDestroyNotify) cloche_tool_result_unref);
}

static gboolean
time_is_over_cb (gpointer user_data)
{
  g_autoptr (GTask) task = user_data;

  answer (task);

  return G_SOURCE_REMOVE;
}

static void
cloche_fixture_tool_run_async (ClocheTool         *tool,
                               ClocheToolRun      *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (tool, NULL, callback, user_data);

  if (CLOCHE_FIXTURE_TOOL (tool)->kind->takes_time)
    g_timeout_add (CLOCHE_MCP_CALL_PROGRESS_MS * 7 / 2, time_is_over_cb, g_steal_pointer (&task));
  else
    answer (task);
}

static ClocheToolResult *
cloche_fixture_tool_run_finish (ClocheTool   *tool,
                                GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
cloche_fixture_tool_finalize (GObject *object)
{
  cloche_tool_spec_unref (CLOCHE_FIXTURE_TOOL (object)->spec);

  G_OBJECT_CLASS (cloche_fixture_tool_parent_class)->finalize (object);
}

static void
cloche_fixture_tool_class_init (ClocheFixtureToolClass *klass)
{
  ClocheToolClass *tool_class = CLOCHE_TOOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_fixture_tool_finalize;
  tool_class->get_spec = cloche_fixture_tool_get_spec;
  tool_class->get_lane = cloche_fixture_tool_get_lane;
  tool_class->run_async = cloche_fixture_tool_run_async;
  tool_class->run_finish = cloche_fixture_tool_run_finish;
}

static void
cloche_fixture_tool_init (ClocheFixtureTool *self)
{
}

static ClocheTool *
tool_new (const Kind *kind)
{
  ClocheFixtureTool *self = g_object_new (CLOCHE_TYPE_FIXTURE_TOOL, NULL);
  g_autoptr (JsonObject) schema = cloche_json_parse_object (kind->schema != NULL ? kind->schema : NO_ARGUMENTS, -1, NULL);

  self->kind = kind;
  self->spec = cloche_tool_spec_new (kind->name, kind->name, schema);

  return CLOCHE_TOOL (self);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  (void) cloche_mcp_server_serve_finish (CLOCHE_MCP_SERVER (source), result, NULL);
  g_main_loop_quit (user_data);
}

int
main (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (ClocheToolbox) toolbox = cloche_toolbox_new ();
  g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (STDOUT_FILENO, FALSE);
  g_autoptr (GIOStream) stream = g_simple_io_stream_new (input, output);
  g_autoptr (ClocheDirectRunner) runner = NULL;
  g_autoptr (ClocheMcpServer) server = NULL;

  (void) signal (SIGPIPE, SIG_IGN);
  for (gsize i = 0; i < G_N_ELEMENTS (KINDS); i++) {
    g_autoptr (ClocheTool) tool = tool_new (&KINDS[i]);

    cloche_toolbox_add (toolbox, tool);
  }
  runner = cloche_direct_runner_new (toolbox);
  server = cloche_mcp_server_new (toolbox, CLOCHE_MCP_RUNNER (runner), "For tests.");
  cloche_mcp_server_serve_async (server, stream, NULL, ended_cb, loop);
  g_main_loop_run (loop);

  return 0;
}
