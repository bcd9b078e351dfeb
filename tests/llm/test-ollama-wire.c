/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-ollama-wire.h"

#include <string.h>

static ClocheModelInfo *
model_new (ClocheCapability tools,
           ClocheCapability vision,
           ClocheCapability thinking)
{
  ClocheModelInfo *model = cloche_model_info_new ("local", "qwen3:latest", "qwen3");

  cloche_model_info_set_tools (model, tools);
  cloche_model_info_set_vision (model, vision);
  cloche_model_info_set_thinking (model, thinking);

  return model;
}

static void
add_text (ClocheChatRequest *request,
          ClocheRole         role,
          const char        *text)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (role, NULL, 0);

  cloche_message_take_part (message, cloche_message_part_new_text (text));
  cloche_chat_request_add_message (request, message);
}

static void
add_question_with_image (ClocheChatRequest *request)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);
  g_autoptr (GBytes) png = g_bytes_new_static ("png!", 4);
  g_autoptr (ClocheContent) image = cloche_content_new_bytes ("image/png", png);
  g_autoptr (ClocheContent) table = cloche_content_new_bytes ("text/csv", png);
  g_autoptr (ClocheContent) absent = cloche_content_new_absent ("image/png", 4);
  g_autoptr (ClocheFile) attached = cloche_file_new ("a.png", "/workspace/a.png", image);
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/ada/private/a.png", 4, 1);
  g_autoptr (ClocheFile) picture = cloche_file_with_origin (attached, origin);  /* Of which nobody is told. */
  g_autoptr (ClocheFile) csv = cloche_file_new ("a.csv", "/workspace/a.csv", table);
  g_autoptr (ClocheFile) gone = cloche_file_new ("b.png", "/workspace/b.png", absent);

  cloche_message_take_part (message, cloche_message_part_new_text ("plot "));
  cloche_message_take_part (message, cloche_message_part_new_file (picture));
  cloche_message_take_part (message, cloche_message_part_new_file (csv));
  cloche_message_take_part (message, cloche_message_part_new_file (gone));
  cloche_message_take_part (message, cloche_message_part_new_text ("this"));
  cloche_chat_request_add_message (request, message);
}

static void
add_call_and_result (ClocheChatRequest *request,
                     const char        *arguments_text)
{
  g_autoptr (ClocheMessage) assistant = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  g_autoptr (ClocheMessage) tool = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, 0);
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("call_x", "run_python", arguments_text);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("call_x", "run_python", CLOCHE_TOOL_OK, "2");
  ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);
  g_autoptr (GBytes) png = g_bytes_new_static ("plot", 4);

  cloche_output_take_content (output, cloche_content_new_bytes ("image/png", png));
  cloche_tool_result_take_output (result, output);

  cloche_message_take_part (assistant, cloche_message_part_new_thinking ("hm"));
  cloche_message_take_part (assistant, cloche_message_part_new_text ("Running it."));
  cloche_message_take_part (assistant, cloche_message_part_new_tool_call (call));
  cloche_message_take_part (tool, cloche_message_part_new_tool_result (result));
  cloche_message_take_part (tool, cloche_message_part_new_notice ("variables-lost", NULL));
  cloche_chat_request_add_message (request, assistant);
  cloche_chat_request_add_message (request, tool);
}

static void
add_tool (ClocheChatRequest *request)
{
  g_autoptr (JsonObject) schema = cloche_json_parse_object ("{\"type\":\"object\",\"properties\":{\"code\":"
                                                            "{\"type\":\"string\"}},\"required\":[\"code\"]}", -1, NULL);
  g_autoptr (ClocheToolSpec) spec = cloche_tool_spec_new ("run_python", "Runs it.", schema);

  cloche_chat_request_add_tool (request, spec);
}

static void
assert_builds (ClocheChatRequest *request,
               const char        *expected)
{
  g_autoptr (JsonObject) body = cloche_ollama_build_chat (request);
  g_autofree char *line = cloche_json_object_to_line (body);

  g_assert_cmpstr (g_strchomp (line), ==, expected);
}

static void
test_whole_request (void)
{
  g_autoptr (ClocheModelInfo) model = model_new (CLOCHE_CAPABILITY_YES, CLOCHE_CAPABILITY_YES, CLOCHE_CAPABILITY_YES);
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);

  add_text (request, CLOCHE_ROLE_SYSTEM, "Be brief.");
  add_question_with_image (request);
  add_call_and_result (request, "{\"code\":\"1+1\"}");
  add_tool (request);
  cloche_chat_request_set_thinking (request, CLOCHE_THINKING_ON);
  cloche_chat_request_set_context_tokens (request, 16384);

  assert_builds (request,
                 "{\"model\":\"qwen3:latest\",\"stream\":true,\"think\":true,\"options\":{\"num_ctx\":16384},"
                 "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"run_python\",\"description\":\"Runs it.\","
                 "\"parameters\":{\"type\":\"object\",\"required\":[\"code\"],"
                 "\"properties\":{\"code\":{\"type\":\"string\"}}}}}],"
                 "\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
                 "{\"role\":\"user\",\"content\":\"plot this\",\"images\":[\"cG5nIQ==\"]},"
                 "{\"role\":\"assistant\",\"content\":\"Running it.\",\"thinking\":\"hm\",\"tool_calls\":"
                 "[{\"id\":\"call_x\",\"function\":{\"index\":0,\"name\":\"run_python\",\"arguments\":{\"code\":\"1+1\"}}}]},"
                 "{\"role\":\"tool\",\"content\":\"2\",\"tool_name\":\"run_python\",\"tool_call_id\":\"call_x\"},"
                 "{\"role\":\"user\",\"content\":\"[The images that the tool results name, in order.]\","
                 "\"images\":[\"cGxvdA==\"]}]}");
}

/* Without the capability nothing is sent that would be answered with 400. */
static void
test_incapable_model (void)
{
  g_autoptr (ClocheModelInfo) model = model_new (CLOCHE_CAPABILITY_NO, CLOCHE_CAPABILITY_NO, CLOCHE_CAPABILITY_NO);
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);

  add_question_with_image (request);
  add_call_and_result (request, "not json");
  add_tool (request);
  cloche_chat_request_set_thinking (request, CLOCHE_THINKING_ON);

  assert_builds (request,
                 "{\"model\":\"qwen3:latest\",\"stream\":true,"
                 "\"messages\":[{\"role\":\"user\",\"content\":\"plot this\"},"
                 "{\"role\":\"assistant\",\"content\":\"Running it.\",\"tool_calls\":"
                 "[{\"id\":\"call_x\",\"function\":{\"index\":0,\"name\":\"run_python\",\"arguments\":{}}}]},"
                 "{\"role\":\"tool\",\"content\":\"2\",\"tool_name\":\"run_python\",\"tool_call_id\":\"call_x\"}]}");
}

/* Tools are tried where the server does not tell; thinking is not, since it is on by itself where there is any. Old
 * thinking is not sent again. */
static void
test_unknown_model (void)
{
  g_autoptr (ClocheModelInfo) model = model_new (CLOCHE_CAPABILITY_UNKNOWN, CLOCHE_CAPABILITY_UNKNOWN,
                                                 CLOCHE_CAPABILITY_UNKNOWN);
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (JsonObject) body = NULL;

  add_call_and_result (request, "{}");
  add_text (request, CLOCHE_ROLE_USER, "again");
  add_tool (request);
  cloche_chat_request_set_thinking (request, CLOCHE_THINKING_OFF);

  body = cloche_ollama_build_chat (request);
  g_assert_nonnull (cloche_json_get_array (body, "tools"));
  g_assert_null (cloche_json_get_node (body, "think"));
  g_assert_null (cloche_json_get_node (body, "options"));
  g_assert_null (cloche_json_get_node (cloche_json_array_get_object (cloche_json_get_array (body, "messages"), 0),
                                       "thinking"));
}

static void
test_old_thinking (void)
{
  g_autoptr (ClocheModelInfo) model = model_new (CLOCHE_CAPABILITY_YES, CLOCHE_CAPABILITY_NO, CLOCHE_CAPABILITY_YES);
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (JsonObject) body = NULL;
  JsonArray *messages;

  add_text (request, CLOCHE_ROLE_USER, "first");
  add_call_and_result (request, "{}");
  add_text (request, CLOCHE_ROLE_USER, "second");
  add_call_and_result (request, "{}");

  body = cloche_ollama_build_chat (request);
  messages = cloche_json_get_array (body, "messages");
  g_assert_null (cloche_json_get_string (cloche_json_array_get_object (messages, 1), "thinking"));
  g_assert_cmpstr (cloche_json_get_string (cloche_json_array_get_object (messages, 4), "thinking"), ==, "hm");
}

static void
test_host (void)
{
  static const struct
  {
    const char *host;
    const char *url;            /* NULL: refused */
  } CASES[] = {
    { NULL, "http://127.0.0.1:11434" },
    { "", "http://127.0.0.1:11434" },
    { "  ", "http://127.0.0.1:11434" },
    { "localhost", "http://localhost:11434" },
    { "192.168.1.5:8080", "http://192.168.1.5:8080" },
    { ":8080", "http://127.0.0.1:8080" },
    { "0.0.0.0", "http://127.0.0.1:11434" },
    { "0.0.0.0:9", "http://127.0.0.1:9" },
    { "[::1]:9", "http://[::1]:9" },
    { "[::]:9", "http://[::1]:9" },
    { "http://gpu.example:11434/", "http://gpu.example:11434" },
    { "http://gpu.example", "http://gpu.example" },
    { "https://example.org/ollama/", "https://example.org/ollama" },
    { "https://ollama.com", "https://ollama.com" },
    { " http://a:1 ", "http://a:1" },
    { "ftp://a", NULL },
    { "http://", NULL },
    { "a:b:c", NULL },
    { "a:99999", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *url = cloche_ollama_parse_host (CASES[i].host, &error);

    g_assert_cmpstr (url, ==, CASES[i].url);
    if (CASES[i].url == NULL)
      g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INVALID_ADDRESS);
    else
      g_assert_no_error (error);
  }
}

static gboolean
read_line (ClocheCompletion *completion,
           const char       *text,
           gboolean         *ret_is_done,
           GError          **error)
{
  g_autoptr (JsonObject) line = cloche_json_parse_object (text, -1, error);

  g_assert_nonnull (line);
  return cloche_ollama_read_chat (line, completion, ret_is_done, error);
}

static void
test_finish (void)
{
  static const struct
  {
    const char *line;
    ClocheFinish finish;
  } CASES[] = {
    { "{\"done\":true,\"done_reason\":\"stop\"}", CLOCHE_FINISH_STOP },
    { "{\"done\":true}", CLOCHE_FINISH_STOP },
    { "{\"done\":true,\"done_reason\":\"load\"}", CLOCHE_FINISH_STOP },
    { "{\"done\":true,\"done_reason\":\"length\"}", CLOCHE_FINISH_LENGTH },
    { "{\"done\":true,\"done_reason\":\"stop\",\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"t\"}}]}}",
      CLOCHE_FINISH_TOOL_CALLS },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
    gboolean is_done = FALSE;

    g_assert_true (read_line (completion, CASES[i].line, &is_done, NULL));
    g_assert_true (is_done);
    g_assert_cmpint (cloche_completion_get_finish (completion), ==, CASES[i].finish);
  }
}

static void
test_usage (void)
{
  g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
  gboolean is_done = FALSE;
  const ClocheUsage *usage = cloche_completion_get_usage (completion);

  g_assert_true (read_line (completion, "{\"done\":true,\"prompt_eval_count\":169,\"eval_count\":null,\"load_duration\":-5,"
                            "\"prompt_eval_duration\":24573166,\"eval_duration\":\"soon\"}", &is_done, NULL));
  g_assert_cmpint (usage->input_tokens, ==, 169);
  g_assert_cmpint (usage->output_tokens, ==, CLOCHE_USAGE_UNKNOWN);
  g_assert_cmpint (usage->load_us, ==, CLOCHE_USAGE_UNKNOWN);
  g_assert_cmpint (usage->input_us, ==, 24573);
  g_assert_cmpint (usage->output_us, ==, CLOCHE_USAGE_UNKNOWN);
}

/* Empty deltas, fields of other types and unknown ones change nothing. */
static void
test_nothing (void)
{
  static const char *const LINES[] = {
    "{}", "{\"message\":{}}", "{\"message\":null}", "{\"message\":\"x\"}", "{\"message\":{\"content\":null}}",
    "{\"message\":{\"content\":\"\",\"thinking\":\"\"}}", "{\"message\":{\"content\":5,\"tool_calls\":\"x\"}}",
    "{\"message\":{\"tool_calls\":[]}}", "{\"message\":{\"tool_calls\":[null,1,{},{\"function\":{\"name\":\"\"}}]}}",
    "{\"error\":null}", "{\"remote_host\":\"x\",\"done\":\"true\"}",
  };
  g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (LINES); i++) {
    gboolean is_done = FALSE;

    g_assert_true (read_line (completion, LINES[i], &is_done, NULL));
    g_assert_false (is_done);
  }
  cloche_completion_fill_message (completion, message);
  g_assert_cmpuint (cloche_message_get_n_parts (message), ==, 0);
}

static void
test_arguments (void)
{
  static const struct
  {
    const char *arguments;
    const char *text;
    gboolean is_object;
  } CASES[] = {
    { "{\"code\":\"1+1\"}", "{\"code\":\"1+1\"}", TRUE },
    { "{}", "{}", TRUE },
    { "null", "{}", TRUE },
    { "\"\"", "", TRUE },
    { "\"{\\\"code\\\":1}\"", "{\"code\":1}", TRUE },
    { "\"{\\\"code\\\":\"", "{\"code\":", FALSE },
    { "[1]", "[1]", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
    g_autofree char *line = g_strdup_printf ("{\"message\":{\"tool_calls\":[{\"id\":7,\"function\":{\"name\":\"t\","
                                             "\"arguments\":%s}}]}}", CASES[i].arguments);
    gboolean is_done = FALSE;
    ClocheToolCall *call;
    g_autofree char *text = NULL;

    g_assert_true (read_line (completion, line, &is_done, NULL));
    call = cloche_completion_get_call (completion, 0);
    text = g_strchomp (g_strdup (cloche_tool_call_get_arguments_text (call)));
    g_assert_cmpstr (text, ==, CASES[i].text);
    g_assert_cmpint (cloche_tool_call_get_arguments (call) != NULL, ==, CASES[i].is_object);
    g_assert_cmpuint (strlen (cloche_tool_call_get_id (call)), >, 0);
  }
}

static void
test_errors (void)
{
  static const struct
  {
    unsigned status;
    const char *body;
    ClocheLlmError code;
  } CASES[] = {
    { 400, "{\"error\":\"registry.ollama.ai/library/gemma:2b does not support tools\"}", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
    { 400, "{\"error\":\"\\\"m\\\" does not support thinking\"}", CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED },
    { 400, "{\"error\":\"this model is missing data required for image input\"}", CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
    { 404, "{\"error\":\"model 'x' not found\"}", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
    { 404, "{\"error\":\"model \\\"x\\\" not found, try pulling it first\"}", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
    { 404, "404 page not found", CLOCHE_LLM_ERROR_NOT_FOUND },
    { 400, "{\"error\":\"the request exceeds the available context size\"}", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { 500, "{\"error\":\"no user query found in messages\"}", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { 401, "{\"error\":\"unauthorized\",\"signin_url\":\"https://x\"}", CLOCHE_LLM_ERROR_UNAUTHORIZED },
    { 403, "", CLOCHE_LLM_ERROR_FORBIDDEN },
    { 429, "{\"error\":\"slow down\"}", CLOCHE_LLM_ERROR_RATE_LIMITED },
    { 503, "{\"error\":\"server busy, please try again.  maximum pending requests exceeded\"}", CLOCHE_LLM_ERROR_SERVER },
    { 502, "<html><b>Bad gateway</b></html>", CLOCHE_LLM_ERROR_SERVER },
    { 400, "{\"error\":{\"message\":\"object\",\"code\":429}}", CLOCHE_LLM_ERROR_REJECTED },
    { 400, "{\"error\":7}", CLOCHE_LLM_ERROR_REJECTED },
    { 0, "{\"error\":\"llama-server returned invalid tool call arguments for \\\"x\\\": eof\"}", CLOCHE_LLM_ERROR_BAD_TOOL_CALL },
    { 0, "{\"error\":\"an error was encountered while running the model\"}", CLOCHE_LLM_ERROR_SERVER },
    { 0, "{\"error\":{\"code\":1}}", CLOCHE_LLM_ERROR_SERVER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = cloche_ollama_read_error (CASES[i].status, CASES[i].body, strlen (CASES[i].body));
    g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
    g_autoptr (GError) in_stream = NULL;
    gboolean is_done = FALSE;

    g_assert_error (error, CLOCHE_LLM_ERROR, (int) CASES[i].code);
    if (CASES[i].status != 0)
      continue;
    g_assert_false (read_line (completion, CASES[i].body, &is_done, &in_stream));
    g_assert_error (in_stream, CLOCHE_LLM_ERROR, (int) CASES[i].code);
  }
}

static void
test_tags (void)
{
  g_autoptr (JsonObject) answer = cloche_json_parse_object (
    "{\"models\":[{\"name\":\"zephyr:7b\",\"model\":\"zephyr:7b\",\"size\":-1},"
    "{\"name\":\"llama3.2:latest\",\"model\":\"llama3.2:latest\",\"size\":2019393189,\"digest\":\"a80c\","
    "\"details\":{\"parameter_size\":\"3.2B\",\"quantization_level\":\"Q4_K_M\",\"context_length\":131072},"
    "\"capabilities\":[\"completion\",\"tools\"]},"
    "{\"name\":\"nomic\",\"capabilities\":[\"embedding\"]},7,{},{\"name\":\"\"}]}", -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) models = cloche_ollama_read_tags (answer, "local", &error);
  ClocheModelInfo *llama, *nomic, *zephyr;

  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 3);
  llama = g_ptr_array_index (models, 0);
  nomic = g_ptr_array_index (models, 1);
  zephyr = g_ptr_array_index (models, 2);
  g_assert_cmpstr (cloche_model_info_get_id (llama), ==, "llama3.2:latest");
  g_assert_cmpstr (cloche_model_info_get_name (llama), ==, "llama3.2");
  g_assert_cmpstr (cloche_model_info_get_endpoint (llama), ==, "local");
  g_assert_cmpstr (cloche_model_info_get_digest (llama), ==, "a80c");
  g_assert_cmpstr (cloche_model_info_get_detail (llama), ==, "3.2B Q4_K_M");
  g_assert_cmpuint (cloche_model_info_get_size_bytes (llama), ==, 2019393189);
  g_assert_cmpint (cloche_model_info_get_context_length (llama), ==, 131072);
  g_assert_cmpint (cloche_model_info_get_tools (llama), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_vision (llama), ==, CLOCHE_CAPABILITY_NO);
  g_assert_cmpint (cloche_model_info_get_problem (llama), ==, CLOCHE_MODEL_PROBLEM_NONE);
  g_assert_cmpint (cloche_model_info_get_problem (nomic), ==, CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT);
  g_assert_cmpint (cloche_model_info_get_tools (zephyr), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpuint (cloche_model_info_get_size_bytes (zephyr), ==, 0);
}

static void
test_no_tags (void)
{
  g_autoptr (JsonObject) none = cloche_json_parse_object ("{\"models\":null}", -1, NULL);
  g_autoptr (JsonObject) other = cloche_json_parse_object ("{\"data\":[]}", -1, NULL);
  g_autoptr (GPtrArray) models = cloche_ollama_read_tags (none, "local", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (models->len, ==, 0);
  g_assert_null (cloche_ollama_read_tags (other, "local", &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_show (void)
{
  g_autoptr (JsonObject) answer = cloche_json_parse_object (
    "{\"details\":{\"parameter_size\":\"8B\"},\"capabilities\":[\"completion\",\"vision\",\"thinking\"],"
    "\"model_info\":{\"clip.context_length\":77,\"general.architecture\":\"qwen3\",\"qwen3.context_length\":40960}}",
    -1, NULL);
  g_autoptr (JsonObject) bare = cloche_json_parse_object ("{\"model_info\":{\"llama.context_length\":8192}}", -1, NULL);
  g_autoptr (ClocheModelInfo) info = cloche_ollama_read_show (answer, "local", "qwen3");
  g_autoptr (ClocheModelInfo) old = cloche_ollama_read_show (bare, "local", "old");

  g_assert_cmpint (cloche_model_info_get_context_length (info), ==, 40960);
  g_assert_cmpint (cloche_model_info_get_tools (info), ==, CLOCHE_CAPABILITY_NO);
  g_assert_cmpint (cloche_model_info_get_vision (info), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_thinking (info), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_context_length (old), ==, 8192);
  g_assert_cmpint (cloche_model_info_get_tools (old), ==, CLOCHE_CAPABILITY_UNKNOWN);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/llm/ollama-wire/whole-request", test_whole_request);
  g_test_add_func ("/llm/ollama-wire/incapable-model", test_incapable_model);
  g_test_add_func ("/llm/ollama-wire/unknown-model", test_unknown_model);
  g_test_add_func ("/llm/ollama-wire/old-thinking", test_old_thinking);
  g_test_add_func ("/llm/ollama-wire/host", test_host);
  g_test_add_func ("/llm/ollama-wire/finish", test_finish);
  g_test_add_func ("/llm/ollama-wire/case-58-usage", test_usage);
  g_test_add_func ("/llm/ollama-wire/case-12-13-nothing", test_nothing);
  g_test_add_func ("/llm/ollama-wire/case-14-15-16-20-arguments", test_arguments);
  g_test_add_func ("/llm/ollama-wire/case-28-31-32-33-34-errors", test_errors);
  g_test_add_func ("/llm/ollama-wire/tags", test_tags);
  g_test_add_func ("/llm/ollama-wire/no-tags", test_no_tags);
  g_test_add_func ("/llm/ollama-wire/show", test_show);

  return g_test_run ();
}
