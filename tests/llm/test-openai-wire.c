/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"
#include "cloche-llm-error.h"
#include "cloche-openai-wire.h"

#include <string.h>

static void
test_addresses (void)
{
  static const char *const CASES[][2] = {
    { "api.openai.com", "https://api.openai.com/v1" },
    { " https://api.openai.com/v1/ ", "https://api.openai.com/v1" },
    { "https://openrouter.ai/api/v1/chat/completions", "https://openrouter.ai/api/v1" },
    { "localhost:1234", "http://localhost:1234/v1" },
    { "127.0.0.1:8080/", "http://127.0.0.1:8080/v1" },
    { "192.168.1.5:8000", "http://192.168.1.5:8000/v1" },
    { "[::1]:8080", "http://[::1]:8080/v1" },
    { "8.8.8.8", "https://8.8.8.8/v1" },
    { "http://box.local/llm", "http://box.local/llm" },
    { "", NULL }, { "ftp://x", NULL }, { "https://", NULL }, { "https://sk-1:x@host/v1", NULL },
    { "https://host/v1?key=1", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *url = cloche_openai_parse_base_url (CASES[i][0], &error);

    g_assert_cmpstr (url, ==, CASES[i][1]);
    if (url == NULL) {
      g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INVALID_ADDRESS);
      g_assert_null (strstr (error->message, "sk-1"));
    }
  }
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

/* @raw: (nullable): of the same endpoint and the model "m" */
static void
add_calls_and_results (ClocheChatRequest *request,
                       const char        *raw)
{
  static const char *const ARGUMENTS[] = { "{ \"x\": 1 }", "{\"x\":", "\"{\\\"x\\\":2}\"" };
  g_autoptr (ClocheMessage) assistant = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  g_autoptr (ClocheMessage) tool = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, 0);
  g_autoptr (GBytes) png = g_bytes_new_static ("plot", 4);

  cloche_message_take_part (assistant, cloche_message_part_new_thinking ("hm"));
  cloche_message_take_part (assistant, cloche_message_part_new_text ("Run."));
  for (gsize i = 0; i < G_N_ELEMENTS (ARGUMENTS); i++) {
    g_autofree char *id = g_strdup_printf ("call_%" G_GSIZE_FORMAT, i);
    g_autoptr (ClocheToolCall) call = cloche_tool_call_new (id, "f", ARGUMENTS[i]);
    g_autoptr (ClocheToolResult) result = cloche_tool_result_new (id, "f", CLOCHE_TOOL_OK, "2");
    ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);

    cloche_output_take_content (output, cloche_content_new_bytes ("image/png", png));
    if (i == 0)
      cloche_tool_result_take_output (result, cloche_output_ref (output));
    cloche_output_unref (output);
    cloche_message_take_part (assistant, cloche_message_part_new_tool_call (call));
    cloche_message_take_part (tool, cloche_message_part_new_tool_result (result));
  }
  if (raw != NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (raw, strlen (raw));

    cloche_message_take_raw_item (assistant, cloche_raw_item_new ("cloud", "m", bytes));
  }
  cloche_chat_request_add_message (request, assistant);
  cloche_chat_request_add_message (request, tool);
}

static char *
build (ClocheChatRequest *request,
       ClocheOpenaiQuirks quirks)
{
  g_autoptr (GBytes) bytes = cloche_openai_build_chat (request, quirks);
  g_autoptr (JsonNode) valid = cloche_json_parse (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), NULL);

  g_assert_nonnull (valid);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_in (const char *text,
           const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” expected in: %s", part, text);
}

static void
test_request (void)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("cloud", "m", "m");
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (JsonObject) schema = cloche_json_parse_object ("{\"type\":\"object\","
                                                            "\"properties\":{\"x\":{\"oneOf\":[{\"$ref\":"
                                                            "\"#/$defs/n\"}]}},"
                                                            "\"$defs\":{\"n\":{\"type\":\"number\"}}}", -1, NULL);
  g_autoptr (ClocheToolSpec) tool = cloche_tool_spec_new ("f", "Does.", schema);
  g_autofree char *body = NULL;

  add_text (request, CLOCHE_ROLE_SYSTEM, "Be brief.");
  add_text (request, CLOCHE_ROLE_USER, "Go");
  add_calls_and_results (request, NULL);
  cloche_chat_request_add_tool (request, tool);
  body = build (request, 0);
  g_assert_cmpstr (body, ==,
                   "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                   "\"tools\":[{\"type\":\"function\","
                   "\"function\":{\"name\":\"f\",\"description\":\"Does.\",\"parameters\":{\"type\":\"object\","
                   "\"properties\":"
                   "{\"x\":{\"anyOf\":[{\"type\":\"number\"}]}}}}}],\"messages\":["
                   "{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"Go\"},"
                   "{\"role\":\"assistant\",\"content\":\"Run.\",\"tool_calls\":["
                   "{\"id\":\"call_0\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{ "
                   "\\\"x\\\": 1 }\"}},"
                   "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
                   "{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"f\","
                   "\"arguments\":\"{\\\"x\\\":2}\"}}]},"
                   "{\"role\":\"tool\",\"content\":\"2\",\"tool_call_id\":\"call_0\"},"
                   "{\"role\":\"tool\",\"content\":\"2\",\"tool_call_id\":\"call_1\"},"
                   "{\"role\":\"tool\",\"content\":\"2\",\"tool_call_id\":\"call_2\"},"
                   "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"[The images that the tool "
                   "results name, in order.]\"},"
                   "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,cGxvdA==\"}}]}]}");
}

/* What a model is known not to take is left out. */
static void
test_unable (void)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("cloud", "m", "m");
  g_autoptr (ClocheChatRequest) request = NULL;
  g_autoptr (JsonObject) schema = json_object_new ();
  g_autoptr (ClocheToolSpec) tool = cloche_tool_spec_new ("f", "Does.", schema);
  g_autofree char *body = NULL;

  cloche_model_info_set_tools (model, CLOCHE_CAPABILITY_NO);
  cloche_model_info_set_vision (model, CLOCHE_CAPABILITY_NO);
  request = cloche_chat_request_new (model);
  cloche_chat_request_add_tool (request, tool);
  add_calls_and_results (request, NULL);
  body = build (request, CLOCHE_OPENAI_NO_STREAM_OPTIONS);
  g_assert_null (strstr (body, "\"tools\""));
  g_assert_null (strstr (body, "image_url"));
  g_assert_null (strstr (body, "stream_options"));
}

/* A raw item goes out byte for byte, odd spaces and numbers included; to another model it does not go at all. */
static void
test_raw_item (void)
{
  static const char RAW[] = "{\"role\" : \"assistant\", \"n\": 1.0e2, \"reasoning_content\":\"\\u00e9\"}";
  g_autoptr (ClocheModelInfo) same = cloche_model_info_new ("cloud", "m", "m");
  g_autoptr (ClocheModelInfo) other = cloche_model_info_new ("cloud", "n", "n");
  g_autoptr (ClocheChatRequest) to_same = cloche_chat_request_new (same);
  g_autoptr (ClocheChatRequest) to_other = cloche_chat_request_new (other);
  g_autofree char *same_body = NULL;
  g_autofree char *other_body = NULL;

  add_calls_and_results (to_same, RAW);
  add_calls_and_results (to_other, RAW);
  same_body = build (to_same, 0);
  assert_in (same_body, RAW);
  g_assert_null (strstr (same_body, "Run."));
  other_body = build (to_other, 0);
  assert_in (other_body, "Run.");
  g_assert_null (strstr (other_body, "reasoning_content"));
}

static void
test_quirks (void)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("cloud", "m", "m");
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autofree char *body = NULL;
  g_autofree char *other = NULL;
  g_autofree char *id = NULL;
  g_autofree char *answer = NULL;
  const char *start;

  add_calls_and_results (request, NULL);
  g_assert_cmpint (cloche_openai_guess_quirks ("https://api.mistral.ai/v1"), ==, CLOCHE_OPENAI_SHORT_IDS);
  g_assert_cmpint (cloche_openai_guess_quirks ("https://example.org/api.mistral.ai"), ==, 0);

  /* Nine letters or digits, the same for call and result; no question directly after a result. */
  body = build (request, CLOCHE_OPENAI_SHORT_IDS);
  start = strstr (body, "\"id\":\"") + strlen ("\"id\":\"");
  id = g_strndup (start, strcspn (start, "\""));
  g_assert_cmpuint (strlen (id), ==, 9);
  g_assert_cmpuint (strspn (id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS), ==, 9);
  answer = g_strdup_printf ("\"content\":\"2\",\"tool_call_id\":\"%s\"", id);
  assert_in (body, answer);
  assert_in (body, "{\"role\":\"assistant\",\"content\":\"[The results are in.]\"},{\"role\":\"user\"");

  other = build (request, CLOCHE_OPENAI_NO_REASONING | CLOCHE_OPENAI_EMPTY_REASONING);
  assert_in (other, "\"reasoning_effort\":\"none\"");
  assert_in (other, "\"reasoning_content\":\"\"");
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
    { 401, "{\"error\":{\"message\":\"model not found for this key\",\"code\":\"invalid_api_key\"}}",
      CLOCHE_LLM_ERROR_UNAUTHORIZED },
    { 402, "{\"error\":{\"message\":\"Insufficient credits\",\"code\":402}}", CLOCHE_LLM_ERROR_NO_CREDIT },
    { 403, "", CLOCHE_LLM_ERROR_FORBIDDEN },
    { 404, "<html>nothing</html>", CLOCHE_LLM_ERROR_NOT_FOUND },
    { 404, "{\"error\":{\"message\":\"The model `x` does not exist\",\"code\":\"model_not_found\"}}",
      CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
    { 404, "{\"error\":{\"message\":\"No endpoints found that support tool use.\",\"code\":404}}",
      CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
    { 404, "{\"error\":{\"message\":\"No endpoints found that support image input\"}}",
      CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED },
    { 429, "{\"error\":{\"message\":\"Slow\",\"code\":\"rate_limit_exceeded\"}}", CLOCHE_LLM_ERROR_RATE_LIMITED },
    { 429, "{\"error\":{\"message\":\"You exceeded your quota\",\"code\":\"insufficient_quota\"}}",
      CLOCHE_LLM_ERROR_NO_CREDIT },
    { 400, "{\"error\":{\"message\":\"x\",\"code\":\"context_length_exceeded\"}}", CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { 400, "{\"error\":{\"code\":400,\"message\":\"the request exceeds the available context size\","
      "\"type\":\"exceed_context_size_error\"}}",
      CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED },
    { 400, "{\"object\":\"error\",\"message\":\"\\\"auto\\\" tool choice requires --enable-auto-tool-choice\","
      "\"code\":400}",
      CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
    { 400, "{\"error\":{\"code\":\"tool_use_failed\",\"failed_generation\":\"<function=\"}}",
      CLOCHE_LLM_ERROR_BAD_TOOL_CALL },
    { 400, "[{\"error\":{\"code\":400,\"message\":\"odd\"}}]", CLOCHE_LLM_ERROR_REJECTED },
    { 422, "{\"detail\":[{\"type\":\"extra_forbidden\"}]}", CLOCHE_LLM_ERROR_REJECTED },
    { 500, "{\"error\":{\"message\":\"tools param requires --jinja flag\"}}", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
    { 503, "{\"error\":\"Loading model\"}", CLOCHE_LLM_ERROR_SERVER },
    { 502, "\xff\x1b[2J", CLOCHE_LLM_ERROR_SERVER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = cloche_openai_read_error (CASES[i].status, CASES[i].body, strlen (CASES[i].body));

    g_assert_error (error, CLOCHE_LLM_ERROR, (int) CASES[i].code);
    g_assert_null (strchr (error->message, '\x1b'));
  }
}

static void
test_learning (void)
{
  static const struct
  {
    const char *words;
    ClocheOpenaiQuirks quirks;
  } CASES[] = {
    { "Unknown field: stream_options", CLOCHE_OPENAI_NO_STREAM_OPTIONS },
    { "The reasoning_content in the thinking mode must be passed back to the API", CLOCHE_OPENAI_EMPTY_REASONING },
    { "Function tools with reasoning_effort are not supported for gpt-5.6 in /v1/chat/completions. To use "
      "function tools, use "
      "/v1/responses or set reasoning_effort to 'none'.", CLOCHE_OPENAI_NO_REASONING },
    { "Something else", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = cloche_openai_read_error (400, CASES[i].words, strlen (CASES[i].words));

    g_assert_cmpint (cloche_openai_learn_quirks (error), ==, CASES[i].quirks);
  }
}

static void
test_models (void)
{
  static const char ANSWER[] =
    "{\"data\":[{\"id\":\"z\"},{\"id\":\"open\",\"context_length\":200000,\"supported_parameters\":[\"tools\","
    "\"reasoning\"],"
    "\"architecture\":{\"input_modalities\":[\"text\",\"image\"],\"output_modalities\":[\"text\"]}},"
    "{\"id\":\"mist\",\"capabilities\":{\"completion_chat\":false,\"function_calling\":false,\"vision\":true}},"
    "{\"id\":\"llama\",\"meta\":{\"n_ctx_train\":131072,\"n_ctx\":4096}},{\"id\":\"\"},7]}";
  g_autoptr (JsonNode) answer = cloche_json_parse (ANSWER, -1, NULL);
  g_autoptr (JsonNode) bare = cloche_json_parse ("[{\"id\":\"a\"}]", -1, NULL);
  g_autoptr (JsonNode) refusal = cloche_json_parse ("{\"error\":{\"code\":401,\"message\":\"no\"}}", -1, NULL);
  g_autoptr (JsonNode) other = cloche_json_parse ("{\"models\":[]}", -1, NULL);
  g_autoptr (GPtrArray) models = cloche_openai_read_models (answer, "cloud", NULL);
  g_autoptr (GPtrArray) few = cloche_openai_read_models (bare, "cloud", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (few->len, ==, 1);
  g_assert_cmpuint (models->len, ==, 4);
  g_assert_cmpstr (cloche_model_info_get_id (models->pdata[0]), ==, "llama");
  g_assert_cmpint (cloche_model_info_get_context_length (models->pdata[0]), ==, 4096);
  g_assert_cmpint (cloche_model_info_get_tools (models->pdata[0]), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpint (cloche_model_info_get_tools (models->pdata[1]), ==, CLOCHE_CAPABILITY_NO);
  g_assert_cmpint (cloche_model_info_get_vision (models->pdata[1]), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_problem (models->pdata[1]), ==, CLOCHE_MODEL_PROBLEM_NOT_FOR_CHAT);
  g_assert_cmpint (cloche_model_info_get_tools (models->pdata[2]), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_thinking (models->pdata[2]), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_vision (models->pdata[2]), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_context_length (models->pdata[2]), ==, 200000);
  g_assert_cmpint (cloche_model_info_get_problem (models->pdata[2]), ==, CLOCHE_MODEL_PROBLEM_NONE);

  g_assert_null (cloche_openai_read_models (refusal, "cloud", &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED);
  g_clear_error (&error);
  g_assert_null (cloche_openai_read_models (other, "cloud", &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/llm/openai-wire/addresses", test_addresses);
  g_test_add_func ("/llm/openai-wire/request", test_request);
  g_test_add_func ("/llm/openai-wire/unable", test_unable);
  g_test_add_func ("/llm/openai-wire/raw-item", test_raw_item);
  g_test_add_func ("/llm/openai-wire/quirks", test_quirks);
  g_test_add_func ("/llm/openai-wire/errors", test_errors);
  g_test_add_func ("/llm/openai-wire/learning", test_learning);
  g_test_add_func ("/llm/openai-wire/models", test_models);

  return g_test_run ();
}
