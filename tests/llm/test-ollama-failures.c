/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "ollama-fixture.h"

static void
test_eof_without_done (OllamaFixture *fixture,
                       gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  /* Chunked and without the last chunk: libsoup gives no error here. */
  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("half") CALL ("a", "1"));
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  ollama_start_chat (fixture);
  g_assert_false (ollama_finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  ollama_assert_parts (fixture, "half<a {\"code\":\"1\"}>");
}

static void
test_nothing_at_all (OllamaFixture *fixture,
                     gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ollama_chat_with (fixture, "", "", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
}

static void
test_cut_last_line (OllamaFixture *fixture,
                    gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ollama_chat_with (fixture, "", SAY ("x") "{\"done\":tr", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  ollama_assert_parts (fixture, "x");
}

static void
test_error_in_stream (OllamaFixture *fixture,
                      gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ollama_chat_with (fixture, "", SAY ("half") "{\"error\":\"out of\\u0000 memory\"}\n", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER);
  g_assert_cmpstr (error->message, ==, "out of\ufffd memory");
  ollama_assert_parts (fixture, "half");
}

static void
test_plain_json_error (OllamaFixture *fixture,
                       gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (ollama_chat_with (fixture, "Content-Type: application/json\r\n",
                                    "{\n \"error\": \"model 'x' not found\"\n}", FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_MODEL_NOT_FOUND);
}

static void
test_not_json (OllamaFixture *fixture,
               gconstpointer  data)
{
  static const char *const BODIES[] = {
    "<html>\nSign in\n", "[1]\n", "{\"a\":1} {\"b\":2}\n", "{'a':1}\n", "{\"a\":010}\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (BODIES); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (ollama_chat_with (fixture, "Content-Type: text/html\r\n", BODIES[i], FALSE, &error));
    g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
    g_clear_object (&fixture->result);
  }
}

static void
test_deep (OllamaFixture *fixture,
           gconstpointer  data)
{
  g_autofree char *brackets = g_strnfill (100000, '[');
  g_autofree char *line = g_strconcat ("{\"message\":", brackets, "\n", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (ollama_chat_with (fixture, "", line, FALSE, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_endless_line (OllamaFixture *fixture,
                   gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *block = g_strnfill (1024 * 1024, 'x');
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "");
  cloche_byte_script_send (script, "{\"message\":\"");
  cloche_byte_script_send_for_ever (script, block);
  cloche_byte_server_add (fixture->server, NULL, script);
  ollama_start_chat (fixture);
  g_assert_false (ollama_finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
}

static void
test_endless_answer (OllamaFixture *fixture,
                     gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *words = g_strnfill (200000, 'x');
  g_autofree char *line = g_strdup_printf ("{\"message\":{\"content\":\"%s\"}}\n", words);
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "");
  cloche_byte_script_send_for_ever (script, line);
  cloche_byte_server_add (fixture->server, NULL, script);
  ollama_start_chat (fixture);
  g_assert_false (ollama_finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
  cloche_test_wait_until (cloche_byte_server_get_n_hung_up (fixture->server) == 1);
}

static void
test_reset (OllamaFixture *fixture,
            gconstpointer  data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, NDJSON);
  cloche_byte_script_chunk (script, SAY ("half"));
  cloche_byte_script_wait (script, "shown");
  cloche_byte_script_reset (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  ollama_start_chat (fixture);
  cloche_test_wait_until (cloche_completion_has_text (fixture->completion));
  cloche_byte_server_fire (fixture->server, "shown");
  g_assert_false (ollama_finish_chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  ollama_assert_parts (fixture, "half");
}

static void
test_http_errors (OllamaFixture *fixture,
                  gconstpointer  data)
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
    ollama_start_chat (fixture);
    g_assert_false (ollama_finish_chat (fixture, &error));
    g_assert_error (error, CLOCHE_LLM_ERROR, (int) CASES[i].code);
    g_clear_object (&fixture->result);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  OLLAMA_ADD ("case-09-eof-without-done", test_eof_without_done, NULL);
  OLLAMA_ADD ("case-09-nothing-at-all", test_nothing_at_all, NULL);
  OLLAMA_ADD ("case-11-cut-last-line", test_cut_last_line, NULL);
  OLLAMA_ADD ("case-28-error-in-stream", test_error_in_stream, NULL);
  OLLAMA_ADD ("case-29-plain-json-error", test_plain_json_error, NULL);
  OLLAMA_ADD ("case-54-not-json", test_not_json, NULL);
  OLLAMA_ADD ("case-53-deep", test_deep, NULL);
  OLLAMA_ADD ("case-43-endless-line", test_endless_line, NULL);
  OLLAMA_ADD ("case-43-endless-answer", test_endless_answer, NULL);
  OLLAMA_ADD ("case-40-reset", test_reset, NULL);
  OLLAMA_ADD ("case-30-31-34-46-http-errors", test_http_errors, NULL);

  return g_test_run ();
}
