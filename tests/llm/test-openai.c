/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-server.h"
#include "cloche-llm-error.h"
#include "cloche-openai.h"
#include "cloche-test-async.h"

#include <string.h>

#define KEY "sk-topsecret"
#define SSE "Content-Type: text/event-stream; charset=utf-8\r\n"
#define EVENT(json) "data: " json "\n\n"
#define SAY(text) EVENT ("{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"},\"finish_reason\":null}]}")
#define CALL EVENT ("{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\"," \
                    "\"arguments\":\"{}\"}}]}}]}")
#define FINISH EVENT ("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")
#define USAGE EVENT ("{\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":15}}")
#define DONE EVENT ("[DONE]")
#define CHAT "/v1/chat/completions"

typedef struct
{
  ClocheByteServer *server;
  ClocheLlmHttp *http;
  ClocheProvider *openai;
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
  fixture->openai = CLOCHE_PROVIDER (cloche_openai_new (fixture->http, "cloud", uri, " " KEY "\n", NULL));
  g_assert_cmpstr (cloche_provider_get_endpoint (fixture->openai), ==, "cloud");
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_object (&fixture->result);
  g_object_unref (fixture->cancellable);
  cloche_test_drain ();
  g_assert_finalize_object (fixture->completion);
  g_assert_finalize_object (fixture->openai);
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

static void
answer (Fixture    *fixture,
        const char *headers,
        const char *body,
        gboolean    is_split)
{
  ClocheByteScript *script = cloche_byte_script_new ();

  cloche_byte_script_head (script, 200, headers);
  if (is_split)
    cloche_byte_script_send_split (script, body);
  else
    cloche_byte_script_send (script, body);
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, CHAT, script);
}

/* @headers: more of them, each with its line end */
static void
refuse (Fixture    *fixture,
        unsigned    status,
        const char *headers,
        const char *body)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *all = g_strdup_printf ("%sContent-Length: %" G_GSIZE_FORMAT "\r\n", headers, strlen (body));

  cloche_byte_script_head (script, status, all);
  cloche_byte_script_send (script, body);
  cloche_byte_server_add (fixture->server, CHAT, script);
}

static void
start (Fixture *fixture)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("cloud", "m", "m");
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);

  cloche_message_take_part (message, cloche_message_part_new_text ("plot"));
  cloche_chat_request_add_message (request, message);
  cloche_provider_chat_async (fixture->openai, request, fixture->completion, fixture->cancellable,
                              cloche_test_result_cb, &fixture->result);
}

static gboolean
chat (Fixture *fixture,
      GError **error)
{
  start (fixture);
  cloche_test_wait (&fixture->result);

  return cloche_provider_chat_finish (fixture->openai, fixture->result, error);
}

static void
assert_answer (Fixture    *fixture,
               const char *text,
               guint       n_calls)
{
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_ASSISTANT, NULL, 0);
  g_autofree char *words = NULL;

  cloche_completion_fill_message (fixture->completion, message);
  words = cloche_message_dup_text (message);
  g_assert_cmpstr (words, ==, text);
  g_assert_cmpuint (cloche_completion_get_n_calls (fixture->completion), ==, n_calls);
}

static void
test_whole (Fixture      *fixture,
            gconstpointer is_split)
{
  g_autoptr (GError) error = NULL;
  const ClocheByteRequest *request;

  answer (fixture, SSE, ": PROCESSING\n\n" SAY ("hé ") "\r\n" SAY ("☃") CALL FINISH USAGE DONE SAY ("more"),
          is_split != NULL);
  g_assert_true (chat (fixture, &error));
  g_assert_no_error (error);
  assert_answer (fixture, "hé ☃", 1);
  g_assert_cmpint (cloche_completion_get_finish (fixture->completion), ==, CLOCHE_FINISH_TOOL_CALLS);
  g_assert_cmpint (cloche_completion_get_usage (fixture->completion)->output_tokens, ==, 15);

  request = cloche_byte_server_get_request (fixture->server, 0);
  g_assert_nonnull (strstr (request->head, "Authorization: Bearer " KEY "\r\n"));
  g_assert_nonnull (g_strstr_len (g_bytes_get_data (request->body, NULL), (gssize) g_bytes_get_size (request->body),
                                  "\"include_usage\":true"));
}

/* Answers that have come to their end, whatever is missing. */
static void
test_ends (Fixture      *fixture,
           gconstpointer body)
{
  g_autoptr (GError) error = NULL;

  answer (fixture, SSE, body, FALSE);
  g_assert_true (chat (fixture, &error));
  g_assert_no_error (error);
  assert_answer (fixture, "a", 0);
}

static void
test_reset_after_finish (Fixture      *fixture,
                         gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, SSE "Content-Length: 5000\r\n");
  cloche_byte_script_send (script, SAY ("a") FINISH);
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, CHAT, script);
  g_assert_true (chat (fixture, &error));
  assert_answer (fixture, "a", 0);
}

/* A server that stops in mid-word, in each of its ways: the words stay, no call is there to be run. */
static void
test_cut (Fixture      *fixture,
          gconstpointer how)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  if (g_str_equal (how, "chunked")) {
    cloche_byte_script_head (script, 200, SSE "Transfer-Encoding: chunked\r\n");
    cloche_byte_script_chunk (script, SAY ("half") CALL "data: {\"choi");
    cloche_byte_script_close (script);
  } else {
    cloche_byte_script_head (script, 200, SSE);
    cloche_byte_script_send (script, SAY ("half") CALL "data: {\"choi");
    cloche_byte_script_close (script);
  }
  cloche_byte_server_add (fixture->server, CHAT, script);
  g_assert_false (chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
  assert_answer (fixture, "half", 0);
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 1);
}

typedef struct
{
  const char *headers;
  const char *body;
  ClocheLlmError code;
} Failure;

static const Failure FAILURES[] = {
  { SSE, SAY ("half") EVENT ("{\"error\":{\"code\":502,\"message\":\"down " KEY "\"}}"), CLOCHE_LLM_ERROR_SERVER },
  { SSE, SAY ("half") "event: error\ndata: {\"message\":\"down\"}\n\n", CLOCHE_LLM_ERROR_SERVER },
  { SSE, SAY ("half") "event: error\ndata: down\n\n", CLOCHE_LLM_ERROR_SERVER },
  { SSE, SAY ("half") EVENT ("not json"), CLOCHE_LLM_ERROR_PROTOCOL },
  { "Content-Type: application/json\r\n", "{\"error\":\"down\"}", CLOCHE_LLM_ERROR_SERVER },
  { "Content-Type: application/json\r\n", "{\"id\":1}", CLOCHE_LLM_ERROR_PROTOCOL },
  { "Content-Type: application/json\r\n", "{\"choices\":[{\"mess", CLOCHE_LLM_ERROR_INTERRUPTED },
  { "Content-Type: text/html\r\n", "<html>", CLOCHE_LLM_ERROR_PROTOCOL },
};

static void
test_failure (Fixture      *fixture,
              gconstpointer data)
{
  const Failure *failure = data;
  g_autoptr (GError) error = NULL;

  answer (fixture, failure->headers, failure->body, FALSE);
  g_assert_false (chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, (int) failure->code);
  g_assert_null (strstr (error->message, KEY));
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 1);
  assert_answer (fixture, strstr (failure->body, "half") != NULL ? "half" : "", 0);
}

static void
test_no_stream (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  answer (fixture, "Content-Type: application/json\r\n",
          "{\n \"choices\": [{\"message\": {\"content\": \"a\"}}],\n \"usage\": {\"completion_tokens\": 15}\n}", FALSE);
  g_assert_true (chat (fixture, &error));
  assert_answer (fixture, "a", 0);
  g_assert_cmpint (cloche_completion_get_usage (fixture->completion)->output_tokens, ==, 15);
}

static void
test_asked_again (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  refuse (fixture, 429, "retry-after-ms: 0\r\n", "{\"error\":{\"message\":\"slow\"}}");
  refuse (fixture, 503, "retry-after-ms: 1\r\n", "Loading");
  answer (fixture, SSE, SAY ("a") DONE, FALSE);
  g_assert_true (chat (fixture, &error));
  g_assert_no_error (error);
  assert_answer (fixture, "a", 0);
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 3);
}

typedef struct
{
  unsigned status;
  const char *headers;
  const char *body;
  ClocheLlmError code;
} Refusal;

static const Refusal REFUSALS[] = {
  { 401, "", "{\"error\":{\"message\":\"Incorrect API key provided: " KEY "\"}}", CLOCHE_LLM_ERROR_UNAUTHORIZED },
  { 429, "retry-after-ms: 0\r\n", "{\"error\":{\"code\":\"insufficient_quota\"}}", CLOCHE_LLM_ERROR_NO_CREDIT },
  { 429, "Retry-After: 86400\r\n", "", CLOCHE_LLM_ERROR_RATE_LIMITED },
  { 503, "x-should-retry: false\r\n", "", CLOCHE_LLM_ERROR_SERVER },
  { 402, "", "", CLOCHE_LLM_ERROR_NO_CREDIT },
  { 404, "", "nothing here", CLOCHE_LLM_ERROR_NOT_FOUND },
  { 500, "retry-after-ms: 0\r\n", "{\"error\":\"tools param requires --jinja flag\"}", CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED },
  { 302, "Location: https://elsewhere.invalid/\r\n", "", CLOCHE_LLM_ERROR_REDIRECTED },
};

static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (GError) error = NULL;

  refuse (fixture, refusal->status, refusal->headers, refusal->body);
  g_assert_false (chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, (int) refusal->code);
  g_assert_null (strstr (error->message, KEY));
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 1);
}

static void
test_gives_up (Fixture      *fixture,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 4; i++)
    refuse (fixture, 503, "retry-after-ms: 0\r\n", "busy");
  g_assert_false (chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_SERVER);
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 4);
}

static void
test_stop_before_next_try (Fixture      *fixture,
                           gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  refuse (fixture, 503, "Retry-After: 60\r\n", "");
  start (fixture);
  cloche_test_wait_until (cloche_byte_server_get_n_requests (fixture->server) == 1);
  g_cancellable_cancel (fixture->cancellable);
  cloche_test_wait (&fixture->result);
  g_assert_false (cloche_provider_chat_finish (fixture->openai, fixture->result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* A refusal that says how to ask instead is learnt once for the model, and does not go round in circles. */
static void
test_learns (Fixture      *fixture,
             gconstpointer data)
{
  const ClocheByteRequest *second;
  g_autoptr (GError) error = NULL;

  refuse (fixture, 400, "", "{\"error\":{\"message\":\"Unknown field: stream_options\"}}");
  refuse (fixture, 400, "", "{\"error\":{\"message\":\"Unknown field: stream_options\"}}");
  g_assert_false (chat (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REJECTED);
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 2);
  second = cloche_byte_server_get_request (fixture->server, 1);
  g_assert_null (g_strstr_len (g_bytes_get_data (second->body, NULL), (gssize) g_bytes_get_size (second->body),
                               "stream_options"));
}

static void
test_models (Fixture      *fixture,
             gconstpointer data)
{
  ClocheByteScript *list = cloche_byte_script_new ();
  g_autoptr (GPtrArray) models = NULL;
  g_autoptr (GError) error = NULL;

  cloche_byte_script_answer (list, 200, "application/json", "{\"data\":[{\"id\":\"b\"},{\"id\":\"a\"}]}");
  cloche_byte_server_add (fixture->server, "/v1/models", list);
  cloche_provider_list_models_async (fixture->openai, NULL, cloche_test_result_cb, &fixture->result);
  cloche_test_wait (&fixture->result);
  models = cloche_provider_list_models_finish (fixture->openai, fixture->result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (models->len, ==, 2);
  g_assert_cmpstr (cloche_model_info_get_id (models->pdata[0]), ==, "a");
}

static void
test_bad_key (void)
{
  g_autoptr (ClocheLlmHttp) http = cloche_llm_http_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (cloche_openai_new (http, "cloud", "https://x/v1", "sk-a\r\nX-Evil: 1", &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_UNAUTHORIZED);
  g_assert_null (strstr (error->message, "sk-a"));
}

#define ADD(name, data, func) g_test_add ("/llm/openai/" name, Fixture, data, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("whole", NULL, test_whole);
  ADD ("whole-byte-by-byte", "", test_whole);
  ADD ("ends/without-done", SAY ("a") FINISH USAGE, test_ends);
  ADD ("ends/without-finish", SAY ("a") DONE, test_ends);
  ADD ("ends/without-blank-line", SAY ("a") "data: [DONE]", test_ends);
  ADD ("ends/reset-after-finish", NULL, test_reset_after_finish);
  ADD ("cut/chunked", "chunked", test_cut);
  ADD ("cut/closed", "closed", test_cut);
  for (gsize i = 0; i < G_N_ELEMENTS (FAILURES); i++) {
    g_autofree char *path = g_strdup_printf ("/llm/openai/failure/%" G_GSIZE_FORMAT, i);

    g_test_add (path, Fixture, &FAILURES[i], set_up, test_failure, tear_down);
  }
  ADD ("no-stream", NULL, test_no_stream);
  ADD ("asked-again", NULL, test_asked_again);
  for (gsize i = 0; i < G_N_ELEMENTS (REFUSALS); i++) {
    g_autofree char *path = g_strdup_printf ("/llm/openai/refused/%u-%" G_GSIZE_FORMAT, REFUSALS[i].status, i);

    g_test_add (path, Fixture, &REFUSALS[i], set_up, test_refused, tear_down);
  }
  ADD ("gives-up", NULL, test_gives_up);
  ADD ("stop-before-next-try", NULL, test_stop_before_next_try);
  ADD ("learns", NULL, test_learns);
  ADD ("models", NULL, test_models);
  g_test_add_func ("/llm/openai/bad-key", test_bad_key);

  return g_test_run ();
}
