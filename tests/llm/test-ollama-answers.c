/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "ollama-fixture.h"

#include "cloche-json.h"

static const char WHOLE[] =
  "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"hé \"},\"done\":false}\r\n\n"
  "{\"message\":{\"role\":\"assistant\",\"thinking\":\"☃\"},\"done\":false}\n"
  SAY ("Running ✅ ")
  CALL ("a", "1+1")
  SAY ("and")
  DONE;

static void
test_whole (OllamaFixture *fixture,
            gconstpointer  is_split)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) body = NULL;
  GBytes *bytes;

  g_assert_true (ollama_chat_with (fixture, "Content-Type: application/x-ndjson\r\n", WHOLE, is_split != NULL, &error));
  g_assert_no_error (error);
  ollama_assert_parts (fixture, "(hé ☃)Running ✅ <a {\"code\":\"1+1\"}>and");
  g_assert_cmpint (cloche_completion_get_finish (fixture->completion), ==, CLOCHE_FINISH_TOOL_CALLS);
  g_assert_cmpint (cloche_completion_get_usage (fixture->completion)->output_tokens, ==, 15);

  bytes = cloche_byte_server_get_request (fixture->server, 0)->body;
  body = cloche_json_parse_object (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_json_get_string (body, "model"), ==, "qwen3");
}

static void
test_byte_order_mark (OllamaFixture *fixture,
                      gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ollama_chat_with (fixture, "", "\xef\xbb\xbf" SAY ("x") DONE, FALSE, &error));
  ollama_assert_parts (fixture, "x");
}

static void
test_after_done (OllamaFixture *fixture,
                 gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("x") DONE SAY ("ignored") "garbage\n");
  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  ollama_start_chat (fixture);
  g_assert_true (ollama_finish_chat (fixture, &error));
  ollama_assert_parts (fixture, "x");
  cloche_test_wait_until (cloche_byte_server_get_n_hung_up (fixture->server) == 1);
}

static void
test_no_last_newline (OllamaFixture *fixture,
                      gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ollama_chat_with (fixture, "", SAY ("x") "{\"done\":true}", FALSE, &error));
  ollama_assert_parts (fixture, "x");
}

static void
test_calls_in_several_lines (OllamaFixture *fixture,
                             gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ollama_chat_with (fixture, "",
                                   CALL ("a", "1") CALL ("b", "2")
                                   "{\"message\":{\"tool_calls\":["
                                   "{\"id\":\"a\",\"function\":{\"name\":\"run_python\",\"arguments\":{\"code\":\"1\"}}},"
                                   "{\"id\":\"c\",\"function\":{\"name\":\"run_python\",\"arguments\":{\"code\":\"3\"}}}]},"
                                   "\"done\":true,\"done_reason\":\"stop\"}\n", FALSE, &error));
  ollama_assert_parts (fixture, "<a {\"code\":\"1\"}><b {\"code\":\"2\"}><c {\"code\":\"3\"}>");
}

/* A whole answer as one object over several lines, although a stream was asked for. */
static void
test_plain_json (OllamaFixture *fixture,
                 gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ollama_chat_with (fixture, "Content-Type: application/json; charset=utf-8\r\n",
                                   "{\n \"message\": {\"content\": \"whole\"},\n\n \"done\": true\n}\n", FALSE, &error));
  g_assert_no_error (error);
  ollama_assert_parts (fixture, "whole");
}

static void
test_bad_text (OllamaFixture *fixture,
               gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ollama_chat_with (fixture, "", "{\"message\":{\"content\":\"a\xff" "b\\ud800c\\u0000d\"}}\n" DONE,
                                   FALSE, &error));
  ollama_assert_parts (fixture, "a\ufffdb\ufffdc\ufffdd");
}

static void
test_numbers (OllamaFixture *fixture,
              gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (ollama_chat_with (fixture, "", "{\"done\":true,\"eval_count\":9223372036854775808,\"load_duration\":1.5}\n",
                                   FALSE, &error));
  g_assert_cmpint (cloche_completion_get_usage (fixture->completion)->output_tokens, ==, CLOCHE_USAGE_UNKNOWN);
  g_clear_object (&fixture->result);
  g_assert_false (ollama_chat_with (fixture, "", "{\"done\":true,\"eval_count\":1e400}\n", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_stop (OllamaFixture *fixture,
           gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("half"));
  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  ollama_start_chat (fixture);
  cloche_test_wait_until (cloche_completion_has_text (fixture->completion));
  g_cancellable_cancel (fixture->cancellable);
  g_assert_false (ollama_finish_chat (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  ollama_assert_parts (fixture, "half");
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
test_stop_in_signal (OllamaFixture *fixture,
                     gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_signal_connect (fixture->completion, "text-added", G_CALLBACK (stop_cb), fixture->cancellable);
  g_assert_false (ollama_chat_with (fixture, "", SAY ("x") DONE, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  OLLAMA_ADD ("case-03-04-05-24-whole", test_whole, NULL);
  OLLAMA_ADD ("case-01-02-one-byte-per-write", test_whole, GINT_TO_POINTER (TRUE));
  OLLAMA_ADD ("case-07-byte-order-mark", test_byte_order_mark, NULL);
  OLLAMA_ADD ("case-10-after-done", test_after_done, NULL);
  OLLAMA_ADD ("case-11-no-last-newline", test_no_last_newline, NULL);
  OLLAMA_ADD ("case-23-calls-in-several-lines", test_calls_in_several_lines, NULL);
  OLLAMA_ADD ("case-29-plain-json", test_plain_json, NULL);
  OLLAMA_ADD ("case-50-51-bad-text", test_bad_text, NULL);
  OLLAMA_ADD ("case-52-numbers", test_numbers, NULL);
  OLLAMA_ADD ("case-56-stop", test_stop, NULL);
  OLLAMA_ADD ("case-56-stop-in-signal", test_stop_in_signal, NULL);

  return g_test_run ();
}
