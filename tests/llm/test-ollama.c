/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-server.h"
#include "cloche-json.h"
#include "cloche-line-splitter.h"
#include "cloche-llm-error.h"
#include "cloche-ollama.h"
#include "cloche-test-async.h"

#include <string.h>

#define NDJSON "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
#define SAY(text) "{\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":false}\n"
#define CALL(id, code) "{\"message\":{\"content\":\"\",\"tool_calls\":[{\"id\":\"" id "\",\"function\":" \
  "{\"name\":\"run_python\",\"arguments\":{\"code\":\"" code "\"}}}]},\"done\":false}\n"
#define DONE "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":15}\n"

typedef struct
{
  ClocheByteServer *server;
  ClocheLlmHttp *http;
  ClocheProvider *ollama;
  ClocheCompletion *completion;
  GCancellable *cancellable;
  GAsyncResult *result;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autofree char *uri = NULL;

  fixture->server = cloche_byte_server_new ();
  fixture->http = cloche_llm_http_new (NULL);
  fixture->completion = cloche_completion_new ();
  fixture->cancellable = g_cancellable_new ();
  uri = cloche_byte_server_dup_uri (fixture->server, "/");
  fixture->ollama = CLOCHE_PROVIDER (cloche_ollama_new (fixture->http, "local", uri, NULL, NULL));
  g_assert_cmpstr (cloche_provider_get_endpoint (fixture->ollama), ==, "local");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->result);
  g_object_unref (fixture->cancellable);
  cloche_test_drain ();
  g_assert_finalize_object (fixture->completion);
  g_assert_finalize_object (fixture->ollama);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

static void
start_chat (Fixture *fixture)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("local", "qwen3", "qwen3");
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);

  cloche_message_take_part (message, cloche_message_part_new_text ("plot"));
  cloche_chat_request_add_message (request, message);
  cloche_provider_chat_async (fixture->ollama, request, fixture->completion, fixture->cancellable,
                              cloche_test_result_cb, &fixture->result);
}

static gboolean
finish_chat (Fixture *fixture,
             GError **error)
{
  cloche_test_wait (&fixture->result);

  return cloche_provider_chat_finish (fixture->ollama, fixture->result, error);
}

/* What the completion holds: text as it is, thinking in (), calls as <id arguments>. */
static char *
dup_parts (Fixture *fixture)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  GString *out = g_string_new (NULL);

  cloche_completion_fill_message (fixture->completion, message);
  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = cloche_message_get_part (message, i);
    ClocheToolCall *call = cloche_message_part_get_tool_call (part);

    if (call != NULL)
      g_string_append_printf (out, "<%s %s>", cloche_tool_call_get_id (call), cloche_tool_call_get_arguments_text (call));
    else if (cloche_message_part_get_kind (part) == CLOCHE_MESSAGE_PART_THINKING)
      g_string_append_printf (out, "(%s)", cloche_message_part_get_text (part));
    else
      g_string_append (out, cloche_message_part_get_text (part));
  }

  return g_string_free (out, FALSE);
}

static void
assert_parts (Fixture    *fixture,
              const char *expected)
{
  g_autofree char *parts = dup_parts (fixture);

  g_assert_cmpstr (parts, ==, expected);
}

/* One chat that is answered by @body and the end of the connection, in as many writes as @is_split asks for. */
static gboolean
chat_with (Fixture    *fixture,
           const char *headers,
           const char *body,
           gboolean    is_split,
           GError    **error)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_head (script, 200, headers);
  if (is_split)
    cloche_byte_script_send_split (script, body);
  else
    cloche_byte_script_send (script, body);
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, "/api/chat", script);
  start_chat (fixture);

  return finish_chat (fixture, error);
}

static const char WHOLE[] =
  "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"hé \"},\"done\":false}\r\n\n"
  "{\"message\":{\"role\":\"assistant\",\"thinking\":\"☃\"},\"done\":false}\n"
  SAY ("Running ✅ ")
  CALL ("a", "1+1")
  SAY ("and")
  DONE;

static void
test_whole (Fixture      *fixture,
            gconstpointer is_split)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = NULL;
  GBytes *bytes;

  g_assert_true (chat_with (fixture, "Content-Type: application/x-ndjson\r\n", WHOLE, is_split != NULL, &error));
  g_assert_no_error (error);
  assert_parts (fixture, "(hé ☃)Running ✅ <a {\"code\":\"1+1\"}>and");
  g_assert_cmpint (cloche_completion_get_finish (fixture->completion), ==, CLOCHE_FINISH_TOOL_CALLS);
  g_assert_cmpint (cloche_completion_get_usage (fixture->completion)->output_tokens, ==, 15);

  bytes = cloche_byte_server_get_request (fixture->server, 0)->body;
  body = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (body, "model"), ==, "qwen3");
}

static void
test_byte_order_mark (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (chat_with (fixture, "", "\xef\xbb\xbf" SAY ("x") DONE, FALSE, &error));
  assert_parts (fixture, "x");
}

static void
test_eof_without_done (Fixture      *fixture,
                       gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  /* Chunked and without the last chunk: libsoup gives no error here. */
  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("half") CALL ("a", "1"));
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  start_chat (fixture);
  g_assert_false (finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  assert_parts (fixture, "half<a {\"code\":\"1\"}>");
}

static void
test_nothing_at_all (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (chat_with (fixture, "", "", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
}

static void
test_after_done (Fixture      *fixture,
                 gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("x") DONE SAY ("ignored") "garbage\n");
  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  start_chat (fixture);
  g_assert_true (finish_chat (fixture, &error));
  assert_parts (fixture, "x");
  cloche_test_wait_until (cloche_byte_server_get_n_hung_up (fixture->server) == 1);
}

static void
test_no_last_newline (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (chat_with (fixture, "", SAY ("x") "{\"done\":true}", FALSE, &error));
  assert_parts (fixture, "x");
}

static void
test_cut_last_line (Fixture      *fixture,
                    gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (chat_with (fixture, "", SAY ("x") "{\"done\":tr", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  assert_parts (fixture, "x");
}

static void
test_calls_in_several_lines (Fixture      *fixture,
                             gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (chat_with (fixture, "",
                            CALL ("a", "1") CALL ("b", "2")
                            "{\"message\":{\"tool_calls\":["
                            "{\"id\":\"a\",\"function\":{\"name\":\"run_python\",\"arguments\":{\"code\":\"1\"}}},"
                            "{\"id\":\"c\",\"function\":{\"name\":\"run_python\",\"arguments\":{\"code\":\"3\"}}}]},"
                            "\"done\":true,\"done_reason\":\"stop\"}\n", FALSE, &error));
  assert_parts (fixture, "<a {\"code\":\"1\"}><b {\"code\":\"2\"}><c {\"code\":\"3\"}>");
}

static void
test_error_in_stream (Fixture      *fixture,
                      gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (chat_with (fixture, "", SAY ("half") "{\"error\":\"out of\\u0000 memory\"}\n", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER);
  g_assert_cmpstr (error->message, ==, "out of\ufffd memory");
  assert_parts (fixture, "half");
}

/* A whole answer as one object over several lines, although a stream was asked for. */
static void
test_plain_json (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (chat_with (fixture, "Content-Type: application/json; charset=utf-8\r\n",
                            "{\n \"message\": {\"content\": \"whole\"},\n\n \"done\": true\n}\n", FALSE, &error));
  g_assert_no_error (error);
  assert_parts (fixture, "whole");
}

static void
test_plain_json_error (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (chat_with (fixture, "Content-Type: application/json\r\n",
                             "{\n \"error\": \"model 'x' not found\"\n}", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_MODEL_NOT_FOUND);
}

static void
test_not_json (Fixture      *fixture,
               gconstpointer data)
{
  static const char *const BODIES[] = {
    "<html>\nSign in\n", "[1]\n", "{\"a\":1} {\"b\":2}\n", "{'a':1}\n", "{\"a\":010}\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (BODIES); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (chat_with (fixture, "Content-Type: text/html\r\n", BODIES[i], FALSE, &error));
    g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
    g_clear_object (&fixture->result);
  }
}

static void
test_deep (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree char *brackets = g_strnfill (100000, '[');
  g_autofree char *line = g_strconcat ("{\"message\":", brackets, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (chat_with (fixture, "", line, FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_bad_text (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (chat_with (fixture, "", "{\"message\":{\"content\":\"a\xff" "b\\ud800c\\u0000d\"}}\n" DONE, FALSE, &error));
  assert_parts (fixture, "a\ufffdb\ufffdc\ufffdd");
}

static void
test_numbers (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (chat_with (fixture, "", "{\"done\":true,\"eval_count\":9223372036854775808,\"load_duration\":1.5}\n",
                            FALSE, &error));
  g_assert_cmpint (cloche_completion_get_usage (fixture->completion)->output_tokens, ==, CLOCHE_USAGE_UNKNOWN);
  g_clear_object (&fixture->result);
  g_assert_false (chat_with (fixture, "", "{\"done\":true,\"eval_count\":1e400}\n", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_endless_line (Fixture      *fixture,
                   gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *block = g_strnfill (1024 * 1024, 'x');
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "");
  cloche_byte_script_send (script, "{\"message\":\"");
  cloche_byte_script_send_for_ever (script, block);
  cloche_byte_server_add (fixture->server, NULL, script);
  start_chat (fixture);
  g_assert_false (finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
}

static void
test_endless_answer (Fixture      *fixture,
                     gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *words = g_strnfill (200000, 'x');
  g_autofree char *line = g_strdup_printf ("{\"message\":{\"content\":\"%s\"}}\n", words);
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "");
  cloche_byte_script_send_for_ever (script, line);
  cloche_byte_server_add (fixture->server, NULL, script);
  start_chat (fixture);
  g_assert_false (finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
  cloche_test_wait_until (cloche_byte_server_get_n_hung_up (fixture->server) == 1);
}

static void
test_reset (Fixture      *fixture,
            gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("half"));
  cloche_byte_script_wait (script, "shown");
  cloche_byte_script_reset (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  start_chat (fixture);
  cloche_test_wait_until (cloche_completion_has_text (fixture->completion));
  cloche_byte_server_fire (fixture->server, "shown");
  g_assert_false (finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  assert_parts (fixture, "half");
}

static void
test_http_errors (Fixture      *fixture,
                  gconstpointer data)
{
  static const struct
  {
    unsigned status;
    const char *body;
    ClocheLlmError code;
  } CASES[] = {
    { 400, "{\"error\":\"qwen3 does not support tools\"}", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
    { 404, "{\"error\":\"model 'qwen3' not found\"}", CLOCHE_LLM_ERROR_MODEL_NOT_FOUND },
    { 502, "<html>", CLOCHE_LLM_ERROR_SERVER },
    { 301, "", CLOCHE_LLM_ERROR_REDIRECTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    ClocheByteScript *script = cloche_byte_script_new ();
    g_autoptr (GError) error = NULL;

    cloche_byte_script_answer (script, CASES[i].status, "application/json", CASES[i].body);
    cloche_byte_server_add (fixture->server, NULL, script);
    start_chat (fixture);
    g_assert_false (finish_chat (fixture, &error));
    g_assert_error (error, CLOCHE_LLM_ERROR, (int) CASES[i].code);
    g_clear_object (&fixture->result);
  }
}

static void
test_stop (Fixture      *fixture,
           gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("half"));
  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  start_chat (fixture);
  cloche_test_wait_until (cloche_completion_has_text (fixture->completion));
  g_cancellable_cancel (fixture->cancellable);
  g_assert_false (finish_chat (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_parts (fixture, "half");
  cloche_test_wait_until (cloche_byte_server_get_n_hung_up (fixture->server) == 1);
}

/* Pressed from within a signal of the completion, where the window is most likely to do it. */
static void
stop_cb (ClocheCompletion *completion,
         const char       *text,
         GCancellable     *cancellable)
{
  g_cancellable_cancel (cancellable);
}

static void
test_stop_in_signal (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->completion, "text-added", G_CALLBACK (stop_cb), fixture->cancellable);
  g_assert_false (chat_with (fixture, "", SAY ("x") DONE, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
add_answer (Fixture    *fixture,
            const char *path,
            const char *body)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_answer (script, 200, "application/json", body);
  cloche_byte_server_add (fixture->server, path, script);
}

/* A server whose list has no capabilities is asked for each model; one that cannot be described stays in the list. */
static void
test_list (Fixture      *fixture,
           gconstpointer data)
{
  ClocheByteScript *gone = cloche_byte_script_new ();
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;

  add_answer (fixture, "/api/tags", "{\"models\":[{\"name\":\"a\"},{\"name\":\"b\",\"capabilities\":[\"completion\"]},"
              "{\"name\":\"c\",\"size\":5}]}");
  cloche_byte_script_answer (gone, 404, "application/json", "{\"error\":\"model 'a' not found\"}");
  cloche_byte_server_add (fixture->server, "/api/show", gone);
  add_answer (fixture, "/api/show", "{\"capabilities\":[\"completion\",\"tools\"],\"model_info\":{\"x.context_length\":8192}}");

  cloche_provider_list_models_async (fixture->ollama, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  models = cloche_provider_list_models_finish (fixture->ollama, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 3);
  g_assert_cmpint (cloche_model_info_get_tools (g_ptr_array_index (models, 0)), ==, CLOCHE_CAPABILITY_UNKNOWN);
  g_assert_cmpint (cloche_model_info_get_tools (g_ptr_array_index (models, 1)), ==, CLOCHE_CAPABILITY_NO);
  g_assert_cmpint (cloche_model_info_get_tools (g_ptr_array_index (models, 2)), ==, CLOCHE_CAPABILITY_YES);
  g_assert_cmpint (cloche_model_info_get_context_length (g_ptr_array_index (models, 2)), ==, 8192);
  g_assert_cmpuint (cloche_model_info_get_size_bytes (g_ptr_array_index (models, 2)), ==, 5);
}

static void
test_describe_and_version (Fixture      *fixture,
                           gconstpointer data)
{
  g_autoptr (ClocheModelInfo) info = NULL;
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;

  add_answer (fixture, "/api/show", "{\"capabilities\":[\"completion\",\"vision\"]}");
  cloche_provider_describe_model_async (fixture->ollama, "llava", NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  info = cloche_provider_describe_model_finish (fixture->ollama, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_model_info_get_id (info), ==, "llava");
  g_assert_cmpint (cloche_model_info_get_vision (info), ==, CLOCHE_CAPABILITY_YES);
  g_clear_object (&fixture->result);

  add_answer (fixture, "/api/version", "{\"version\":\"0.5.1\"}");
  cloche_ollama_get_version_async (CLOCHE_OLLAMA (fixture->ollama), NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  version = cloche_ollama_get_version_finish (CLOCHE_OLLAMA (fixture->ollama), fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (version, ==, "0.5.1");
}

static void
test_cut_list (Fixture      *fixture,
               gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "Transfer-Encoding: chunked\r\n");
  cloche_byte_script_chunk (script, "{\"models\":[");
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  cloche_provider_list_models_async (fixture->ollama, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  g_assert_null (cloche_provider_list_models_finish (fixture->ollama, fixture->result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_key (Fixture      *fixture,
          gconstpointer data)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "");
  g_autoptr (ClocheOllama) keyed = cloche_ollama_new (fixture->http, "cloud", uri, "s3cret", NULL);
  g_autoptr (GError) error = NULL;
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_answer (script, 401, "application/json", "{\"error\":\"unauthorized\"}");
  cloche_byte_server_add (fixture->server, "/api/version", script);
  cloche_ollama_get_version_async (keyed, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  g_assert_null (cloche_ollama_get_version_finish (keyed, fixture->result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED);
  g_assert_null (strstr (error->message, "s3cret"));
  g_assert_nonnull (strstr (cloche_byte_server_get_request (fixture->server, 0)->head, "Authorization: Bearer s3cret\r\n"));
}

static void
test_not_running (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *address = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (ClocheOllama) ollama = cloche_ollama_new (fixture->http, "local", address, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_socket_listener_close (listener);
  cloche_provider_list_models_async (CLOCHE_PROVIDER (ollama), NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  g_assert_null (cloche_provider_list_models_finish (CLOCHE_PROVIDER (ollama), fixture->result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REFUSED);
}

#define ADD(name, function, data) \
  g_test_add ("/llm/ollama/" name, Fixture, data, set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("case-03-04-05-24-whole", test_whole, NULL);
  ADD ("case-01-02-one-byte-per-write", test_whole, GINT_TO_POINTER (TRUE));
  ADD ("case-07-byte-order-mark", test_byte_order_mark, NULL);
  ADD ("case-09-eof-without-done", test_eof_without_done, NULL);
  ADD ("case-09-nothing-at-all", test_nothing_at_all, NULL);
  ADD ("case-10-after-done", test_after_done, NULL);
  ADD ("case-11-no-last-newline", test_no_last_newline, NULL);
  ADD ("case-11-cut-last-line", test_cut_last_line, NULL);
  ADD ("case-23-calls-in-several-lines", test_calls_in_several_lines, NULL);
  ADD ("case-28-error-in-stream", test_error_in_stream, NULL);
  ADD ("case-29-plain-json", test_plain_json, NULL);
  ADD ("case-29-plain-json-error", test_plain_json_error, NULL);
  ADD ("case-54-not-json", test_not_json, NULL);
  ADD ("case-53-deep", test_deep, NULL);
  ADD ("case-50-51-bad-text", test_bad_text, NULL);
  ADD ("case-52-numbers", test_numbers, NULL);
  ADD ("case-43-endless-line", test_endless_line, NULL);
  ADD ("case-43-endless-answer", test_endless_answer, NULL);
  ADD ("case-40-reset", test_reset, NULL);
  ADD ("case-30-31-34-46-http-errors", test_http_errors, NULL);
  ADD ("case-56-stop", test_stop, NULL);
  ADD ("case-56-stop-in-signal", test_stop_in_signal, NULL);
  ADD ("list", test_list, NULL);
  ADD ("describe-and-version", test_describe_and_version, NULL);
  ADD ("case-41-cut-list", test_cut_list, NULL);
  ADD ("case-33-key", test_key, NULL);
  ADD ("case-39-not-running", test_not_running, NULL);

  return g_test_run ();
}
