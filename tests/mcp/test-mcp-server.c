/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-direct-runner.h"
#include "cloche-fake-tool.h"
#include "cloche-json.h"
#include "cloche-mcp-server.h"
#include "cloche-test-async.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define META "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," \
  "\"io.modelcontextprotocol/clientCapabilities\":{},\"io.modelcontextprotocol/clientInfo\":{\"name\":\"new\"}}"
#define MODERN(id, method, params) \
  "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" META params "}}"
#define LEGACY(id, method, params) \
  "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"method\":\"" method "\",\"params\":{" params "}}"
#define INITIALIZE \
  LEGACY ("0", "initialize", "\"protocolVersion\":\"2025-11-25\",\"capabilities\":{},\"clientInfo\":{\"name\":\"old\"}")

/* A server with a tool that answers at once and one that is held, and a client's ends of its two pipes. */
typedef struct
{
  ClocheFakeTool *quick;
  ClocheFakeTool *held;
  ClocheDirectRunner *runner;
  ClocheMcpServer *server;
  GOutputStream *to;
  GDataInputStream *from;
  GCancellable *cancellable;
  GAsyncResult *result;         /* of serving, once it has ended */
} World;

static void
world_init (World *world)
{
  g_autoptr (ClocheToolbox) toolbox = cloche_toolbox_new ();
  g_autoptr (GInputStream) from = NULL;
  g_autoptr (GInputStream) input = NULL;
  g_autoptr (GOutputStream) output = NULL;
  g_autoptr (GIOStream) stream = NULL;
  int to_server[2], to_client[2];

  memset (world, 0, sizeof *world);
  g_assert_true (g_unix_open_pipe (to_server, FD_CLOEXEC, NULL));
  g_assert_true (g_unix_open_pipe (to_client, FD_CLOEXEC, NULL));
  world->to = g_unix_output_stream_new (to_server[1], TRUE);
  from = g_unix_input_stream_new (to_client[0], TRUE);
  world->from = g_data_input_stream_new (from);
  input = g_unix_input_stream_new (to_server[0], TRUE);
  output = g_unix_output_stream_new (to_client[1], TRUE);
  stream = g_simple_io_stream_new (input, output);

  world->quick = cloche_fake_tool_new ("quick", "a", FALSE);
  world->held = cloche_fake_tool_new ("held", "a", TRUE);
  cloche_toolbox_add (toolbox, CLOCHE_TOOL (world->quick));
  cloche_toolbox_add (toolbox, CLOCHE_TOOL (world->held));
  world->runner = cloche_direct_runner_new (toolbox);
  world->cancellable = g_cancellable_new ();
  world->server = cloche_mcp_server_new (toolbox, CLOCHE_MCP_RUNNER (world->runner), "Be kind.");
  cloche_mcp_server_serve_async (world->server, stream, world->cancellable, cloche_test_result_cb, &world->result);
}

static void
world_clear (World *world)
{
  g_autoptr (GError) error = NULL;

  if (world->to != NULL)
    g_assert_true (g_output_stream_close (world->to, NULL, NULL));
  cloche_test_wait (&world->result);
  g_assert_true (cloche_mcp_server_serve_finish (world->server, world->result, &error));
  g_assert_no_error (error);
  g_clear_object (&world->result);
  g_clear_object (&world->to);
  g_clear_object (&world->from);
  cloche_test_drain ();
  g_assert_finalize_object (world->server);
  g_assert_finalize_object (world->runner);
  g_assert_finalize_object (world->quick);
  g_assert_finalize_object (world->held);
  g_object_unref (world->cancellable);
}

/* Writes while the server reads: a pipe holds 64 KiB only. */
static void
write_bytes (World      *world,
             const char *bytes,
             gsize       length)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  for (gsize done = 0; done < length; done += 4096) {
    g_clear_object (&result);
    g_output_stream_write_all_async (world->to, bytes + done, MIN (4096, length - done), G_PRIORITY_DEFAULT, NULL,
                                     cloche_test_result_cb, &result);
    cloche_test_wait (&result);
    g_assert_true (g_output_stream_write_all_finish (world->to, result, NULL, &error));
    g_assert_no_error (error);
  }
}

static void
say (World      *world,
     const char *line)
{
  write_bytes (world, line, strlen (line));
  write_bytes (world, "\n", 1);
}

static char *
hear (World *world)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *line;

  g_data_input_stream_read_line_async (world->from, G_PRIORITY_DEFAULT, NULL, cloche_test_result_cb, &result);
  cloche_test_wait (&result);
  line = g_data_input_stream_read_line_finish (world->from, result, NULL, &error);
  g_assert_no_error (error);

  return line;
}

static JsonObject *
hear_object (World *world)
{
  g_autofree char *line = hear (world);
  g_autoptr (GError) error = NULL;
  JsonObject *object = cloche_json_parse_object (line, -1, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (object, "jsonrpc"), ==, "2.0");

  return object;
}

static void
expect_line (World      *world,
             const char *expected)
{
  g_autofree char *line = hear (world);

  g_assert_cmpstr (line, ==, expected);
}

/* @id: as JSON, or NULL: it has none */
static void
expect_error (World      *world,
              const char *id,
              int         code)
{
  g_autoptr (JsonObject) answer = hear_object (world);
  JsonNode *node = cloche_json_get_node (answer, "id");
  g_autofree char *text = node != NULL ? cloche_json_to_line (node) : NULL;
  JsonObject *error = cloche_json_get_object (answer, "error");

  g_assert_cmpstr (text, ==, id);
  g_assert_cmpint (cloche_json_get_int (error, "code", 0), ==, code);
  g_assert_nonnull (cloche_json_get_string (error, "message"));
  g_assert_null (cloche_json_get_node (answer, "result"));
}

#define QUICK_RESULT "\"content\":[{\"type\":\"text\",\"text\":\"exit: ok\\nresult: {\\\"a\\\":1}\"}],\"isError\":false"

static void
test_legacy (void)
{
  World world;
  g_autoptr (JsonObject) hello = NULL;
  g_autoptr (JsonObject) list = NULL;
  JsonArray *tools;

  world_init (&world);
  say (&world, LEGACY ("\"p\"", "ping", ""));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":\"p\",\"result\":{}}");
  say (&world, LEGACY ("1", "tools/list", ""));
  expect_error (&world, "1", -32602);
  say (&world, INITIALIZE);
  hello = hear_object (&world);
  g_assert_cmpstr (cloche_json_get_string (cloche_json_get_object (hello, "result"), "protocolVersion"), ==, "2025-11-25");
  g_assert_cmpstr (cloche_json_get_string (cloche_json_get_object (hello, "result"), "instructions"), ==, "Be kind.");
  say (&world, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
  say (&world, LEGACY ("2", "tools/list", ""));
  list = hear_object (&world);
  tools = cloche_json_get_array (cloche_json_get_object (list, "result"), "tools");
  g_assert_cmpuint (json_array_get_length (tools), ==, 2);
  g_assert_cmpstr (cloche_json_get_string (cloche_json_array_get_object (tools, 0), "name"), ==, "quick");
  g_assert_cmpstr (cloche_json_get_string (cloche_json_get_object (cloche_json_array_get_object (tools, 0), "inputSchema"),
                                           "type"), ==, "object");
  say (&world, LEGACY ("9223372036854775807", "tools/call", "\"name\":\"quick\",\"arguments\":{\"a\":1}"));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":9223372036854775807,\"result\":{" QUICK_RESULT "}}");
  g_assert_cmpstr (cloche_direct_runner_get_client (world.runner), ==, "old");
  say (&world, LEGACY ("4", "resources/list", ""));
  expect_error (&world, "4", -32601);
  world_clear (&world);
}

/* A version that we do not know is answered with the newest that we do. */
static void
test_legacy_versions (void)
{
  static const char *const CASES[][2] = {
    { "2025-06-18", "2025-06-18" }, { "2025-03-26", "2025-03-26" }, { "2024-11-05", "2025-11-25" },
    { "2026-07-28", "2025-11-25" }, { "", "2025-11-25" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    World world;
    g_autofree char *line = g_strdup_printf (LEGACY ("0", "initialize", "\"protocolVersion\":\"%s\""), CASES[i][0]);
    g_autoptr (JsonObject) hello = NULL;

    world_init (&world);
    say (&world, line);
    hello = hear_object (&world);
    g_assert_cmpstr (cloche_json_get_string (cloche_json_get_object (hello, "result"), "protocolVersion"), ==, CASES[i][1]);
    world_clear (&world);
  }
}

static void
test_modern (void)
{
  World world;
  g_autoptr (JsonObject) discovery = NULL;
  g_autoptr (JsonObject) list = NULL;
  g_autoptr (JsonObject) called = NULL;
  JsonObject *result;

  world_init (&world);
  say (&world, MODERN ("1", "server/discover", ""));
  discovery = hear_object (&world);
  result = cloche_json_get_object (discovery, "result");
  g_assert_cmpstr (cloche_json_array_get_string (cloche_json_get_array (result, "supportedVersions"), 0), ==, "2026-07-28");
  g_assert_cmpstr (cloche_json_get_string (result, "resultType"), ==, "complete");
  g_assert_cmpint (cloche_json_get_int (result, "ttlMs", -1), >=, 0);
  say (&world, MODERN ("2", "tools/list", ""));
  list = hear_object (&world);
  result = cloche_json_get_object (list, "result");
  g_assert_cmpstr (cloche_json_get_string (result, "cacheScope"), ==, "private");
  g_assert_cmpuint (json_array_get_length (cloche_json_get_array (result, "tools")), ==, 2);
  say (&world, MODERN ("\"3\"", "tools/call", ",\"name\":\"quick\""));
  called = hear_object (&world);
  result = cloche_json_get_object (called, "result");
  g_assert_cmpstr (cloche_json_get_string (result, "resultType"), ==, "complete");
  g_assert_cmpstr (cloche_json_get_string (cloche_json_get_object (cloche_json_get_object (result, "_meta"),
                                                                   "io.modelcontextprotocol/serverInfo"), "name"), ==, "cloche");
  g_assert_null (cloche_json_get_node (result, "ttlMs"));
  g_assert_cmpstr (cloche_direct_runner_get_client (world.runner), ==, "new");

  say (&world, MODERN ("4", "initialize", ""));
  expect_error (&world, "4", -32601);
  say (&world, MODERN ("5", "ping", ""));
  expect_error (&world, "5", -32601);
  say (&world, LEGACY ("6", "server/discover", ""));
  expect_error (&world, "6", -32602);
  say (&world, LEGACY ("7", "tools/list", "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}"));
  expect_error (&world, "7", -32602);
  say (&world, LEGACY ("8", "tools/list", "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":7}"));
  expect_error (&world, "8", -32602);
  say (&world, LEGACY ("9", "tools/list", "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"1999-01-01\"}"));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":9,\"error\":{\"code\":-32022,\"message\":\"Unsupported protocol version\","
               "\"data\":{\"supported\":[\"2026-07-28\"],\"requested\":\"1999-01-01\"}}}");
  world_clear (&world);
}

/* Both in one connection: what a request says of itself counts. */
static void
test_both_eras (void)
{
  World world;
  g_autoptr (JsonObject) hello = NULL;
  g_autoptr (JsonObject) called = NULL;

  world_init (&world);
  say (&world, INITIALIZE);
  hello = hear_object (&world);
  say (&world, MODERN ("1", "tools/call", ",\"name\":\"quick\",\"arguments\":{\"a\":1}"));
  called = hear_object (&world);
  g_assert_nonnull (cloche_json_get_string (cloche_json_get_object (called, "result"), "resultType"));
  say (&world, LEGACY ("2", "tools/call", "\"name\":\"quick\",\"arguments\":{\"a\":1}"));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{" QUICK_RESULT "}}");
  world_clear (&world);
}

static void
test_hostile (void)
{
  static const struct
  {
    const char *line;
    const char *id;
    int code;
  } CASES[] = {
    { "nonsense", NULL, -32700 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1", NULL, -32700 },
    { "\xff\xfe", NULL, -32700 },
    { "5", NULL, -32600 },
    { "[" MODERN ("1", "tools/list", "") "]", NULL, -32600 },
    { "[]", NULL, -32600 },
    { "{}", NULL, -32600 },
    { "{\"id\":1,\"method\":\"ping\"}", "1", -32600 },
    { "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", "1", -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1}", "1", -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", "1", -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", NULL, -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", NULL, -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":9223372036854775808,\"method\":\"ping\"}", NULL, -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}", NULL, -32600 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", "1", -32602 },
    { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":null}", "1", -32602 },
    { LEGACY ("1", "initialize", ""), "1", -32602 },
    { LEGACY ("1", "initialize", "\"protocolVersion\":5"), "1", -32602 },
    { MODERN ("1", "tools/list", ",\"cursor\":\"x\""), "1", -32602 },
    { MODERN ("1", "tools/call", ""), "1", -32602 },
    { MODERN ("1", "tools/call", ",\"name\":5"), "1", -32602 },
    { MODERN ("1", "tools/call", ",\"name\":\"QUICK\""), "1", -32602 },
    { MODERN ("1", "tools/call", ",\"name\":\"quick\",\"arguments\":[]"), "1", -32602 },
    { MODERN ("1", "tools/call", ",\"name\":\"quick\",\"arguments\":\"{}\""), "1", -32602 },
    { MODERN ("1", "no/such", ""), "1", -32601 },
    { MODERN ("1", "", ""), "1", -32601 },
  };
  World world;
  g_autofree char *nested = g_strnfill (100000, '[');

  world_init (&world);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_test_message ("case %" G_GSIZE_FORMAT, i);
    say (&world, CASES[i].line);
    expect_error (&world, CASES[i].id, CASES[i].code);
  }
  say (&world, nested);
  expect_error (&world, NULL, -32700);
  /* None of these is answered. */
  say (&world, "");
  say (&world, "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}");
  say (&world, "{\"jsonrpc\":\"2.0\",\"error\":{}}");
  say (&world, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"}");
  say (&world, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":99}}");
  say (&world, "{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{\"name\":\"quick\"}}");
  say (&world, LEGACY ("1", "ping", ""));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.quick), ==, 0);
  world_clear (&world);
}

/* A line without an end costs no more memory than one of the greatest length, and the next one is read again. */
static void
test_long_line (void)
{
  World world;
  g_autofree char *block = g_strnfill (1024 * 1024, 'x');

  world_init (&world);
  for (guint i = 0; i < 2 * CLOCHE_MCP_SERVER_MAX_LINE_BYTES / (1024 * 1024); i++)
    write_bytes (&world, block, 1024 * 1024);
  say (&world, "");
  expect_error (&world, NULL, -32600);
  say (&world, LEGACY ("1", "ping", ""));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  world_clear (&world);
}

/* The end of the stream ends the last line, too. */
static void
test_no_last_end (void)
{
  static const char LINE[] = LEGACY ("1", "ping", "");
  World world;

  world_init (&world);
  write_bytes (&world, LINE, strlen (LINE));
  g_assert_true (g_output_stream_close (world.to, NULL, NULL));
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}");
  world_clear (&world);
}

static void
test_progress_and_cancel (void)
{
  World world;
  g_autoptr (JsonObject) hello = NULL;
  double last = -1;

  world_init (&world);
  say (&world, INITIALIZE);
  hello = hear_object (&world);
  say (&world, LEGACY ("1", "tools/call", "\"name\":\"held\",\"_meta\":{\"progressToken\":\"t\"}"));
  say (&world, LEGACY ("\"1\"", "tools/call", "\"name\":\"held\",\"_meta\":{\"progressToken\":{}}"));
  for (guint i = 0; i < 2; i++) {
    g_autoptr (JsonObject) notification = hear_object (&world);
    JsonObject *params = cloche_json_get_object (notification, "params");

    g_assert_cmpstr (cloche_json_get_string (notification, "method"), ==, "notifications/progress");
    g_assert_cmpstr (cloche_json_get_string (params, "progressToken"), ==, "t");
    g_assert_cmpstr (cloche_json_get_string (params, "message"), ==, "working");
    g_assert_cmpfloat (cloche_json_get_double (params, "progress", -1), >, last);
    last = cloche_json_get_double (params, "progress", -1);
  }

  /* Its id is taken; the other one is another. */
  say (&world, LEGACY ("1", "tools/call", "\"name\":\"quick\""));
  do {
    g_autofree char *line = hear (&world);

    if (strstr (line, "notifications/progress") != NULL)
      continue;
    g_assert_nonnull (strstr (line, "-32600"));
    break;
  } while (TRUE);

  say (&world, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");
  say (&world, LEGACY ("2", "tools/call", "\"name\":\"quick\",\"arguments\":{\"a\":1}"));
  do {
    g_autofree char *line = hear (&world);

    if (strstr (line, "notifications/progress") != NULL)
      continue;
    g_assert_cmpstr (line, ==, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{" QUICK_RESULT "}}");
    break;
  } while (TRUE);
  cloche_fake_tool_let_go (world.held);
  expect_line (&world, "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"exit: ok\\n"
               "result: {}\"}],\"isError\":false}}");
  world_clear (&world);
}

static void
test_too_many_calls (void)
{
  World world;
  g_autofree char *id = g_strdup_printf ("%d", CLOCHE_MCP_SERVER_MAX_CALLS);

  world_init (&world);
  for (guint i = 0; i <= CLOCHE_MCP_SERVER_MAX_CALLS; i++) {
    g_autofree char *line = g_strdup_printf (MODERN ("%u", "tools/call", ",\"name\":\"held\""), i);

    say (&world, line);
  }
  expect_error (&world, id, -32000);
  g_assert_cmpuint (cloche_fake_tool_get_n_pending (world.held), ==, CLOCHE_MCP_SERVER_MAX_CALLS);
  cloche_fake_tool_let_go (world.held);
  for (guint i = 0; i < CLOCHE_MCP_SERVER_MAX_CALLS; i++) {
    g_autofree char *line = hear (&world);

    g_assert_nonnull (strstr (line, "exit: ok"));
  }
  world_clear (&world);
}

/* Serving ends when the client is gone and what it asked for has ended, and not before. */
static void
test_gone_in_a_call (void)
{
  World world;

  world_init (&world);
  say (&world, MODERN ("1", "tools/call", ",\"name\":\"held\""));
  cloche_test_wait_until (cloche_fake_tool_get_n_pending (world.held) == 1);
  g_assert_true (g_output_stream_close (world.to, NULL, NULL));
  g_clear_object (&world.to);
  g_clear_object (&world.from);
  cloche_test_drain ();
  g_assert_null (world.result);
  cloche_fake_tool_let_go (world.held);
  cloche_test_wait (&world.result);
  g_assert_cmpuint (cloche_direct_runner_get_n_ended (world.runner), ==, 1);
  world_clear (&world);
}

/* A client that only reads no more is gone as soon as something is written to it. */
static void
test_nobody_reads (void)
{
  World world;

  world_init (&world);
  g_clear_object (&world.from);
  say (&world, LEGACY ("1", "ping", ""));
  cloche_test_wait (&world.result);
  world_clear (&world);
}

/* A client that asks and asks and never reads is not read from any more; our own end comes all the same. */
static void
test_flood (void)
{
  World world;
  g_autofree char *line = g_strconcat (LEGACY ("1", "tools/list", ""), "\n", NULL);
  g_autoptr (GString) block = g_string_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  gsize written = 0;

  world_init (&world);
  while (block->len + strlen (line) <= 4096)            /* What a pipe takes without blocking. */
    g_string_append (block, line);
  for (;;) {
    g_autoptr (GAsyncResult) result = NULL;

    g_output_stream_write_all_async (world.to, block->str, block->len, G_PRIORITY_DEFAULT, cancellable,
                                     cloche_test_result_cb, &result);
    while (result == NULL && g_main_context_iteration (NULL, FALSE))
      ;
    if (result == NULL) {       /* Nothing happens any more: both pipes and what may be pending are full. */
      g_cancellable_cancel (cancellable);
      cloche_test_wait (&result);
      break;
    }
    g_assert_true (g_output_stream_write_all_finish (world.to, result, NULL, NULL));
    written += block->len;
    g_assert_cmpuint (written, <, CLOCHE_MCP_SERVER_MAX_PENDING_BYTES);
  }
  g_cancellable_cancel (world.cancellable);
  cloche_test_wait (&world.result);
  world_clear (&world);
}

int
main (int    argc,
      char **argv)
{
  (void) signal (SIGPIPE, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/mcp/server/legacy", test_legacy);
  g_test_add_func ("/mcp/server/legacy-versions", test_legacy_versions);
  g_test_add_func ("/mcp/server/modern", test_modern);
  g_test_add_func ("/mcp/server/both-eras", test_both_eras);
  g_test_add_func ("/mcp/server/hostile", test_hostile);
  g_test_add_func ("/mcp/server/long-line", test_long_line);
  g_test_add_func ("/mcp/server/no-last-end", test_no_last_end);
  g_test_add_func ("/mcp/server/progress-and-cancel", test_progress_and_cancel);
  g_test_add_func ("/mcp/server/too-many-calls", test_too_many_calls);
  g_test_add_func ("/mcp/server/gone-in-a-call", test_gone_in_a_call);
  g_test_add_func ("/mcp/server/nobody-reads", test_nobody_reads);
  g_test_add_func ("/mcp/server/flood", test_flood);

  return g_test_run ();
}
