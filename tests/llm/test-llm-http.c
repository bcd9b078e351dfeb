/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-byte-server.h"
#include "cloche-llm-error.h"
#include "cloche-llm-http.h"
#include "cloche-test-async.h"

#include <string.h>

int __lsan_is_turned_off (void);

/* Asked by LeakSanitizer, if the test is built with it: gcc 12's tracer crashes ("Tracer caught signal 11") on the threads
 * that TLS and the resolver leave behind. Invalid accesses are still found. */
int
__lsan_is_turned_off (void)
{
  return 1;
}

typedef struct
{
  ClocheByteServer *server;
  ClocheLlmHttp *http;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  fixture->server = cloche_byte_server_new ();
  fixture->http = cloche_llm_http_new (NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  cloche_test_drain ();
  g_assert_finalize_object (fixture->http);
  g_assert_finalize_object (fixture->server);
}

static void
wait_until_hung_up (ClocheByteServer *server,
                    guint             n)
{
  cloche_test_wait_until (cloche_byte_server_get_n_hung_up (server) >= n);
}

static ClocheLlmResponse *
send (ClocheLlmHttp              *http,
      const ClocheLlmHttpRequest *request,
      GCancellable               *cancellable,
      GError                    **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_llm_http_send_async (http, request, cancellable, cloche_test_result_cb, &result);
  cloche_test_wait (&result);

  return cloche_llm_http_send_finish (http, result, error);
}

static ClocheLlmResponse *
get (Fixture *fixture,
     GError **error)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "/x");

  return send (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri }, NULL, error);
}

static GBytes *
read_some (ClocheLlmResponse *response,
           GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_llm_response_read_async (response, cloche_test_result_cb, &result);
  cloche_test_wait (&result);

  return cloche_llm_response_read_finish (response, result, error);
}

static char *
read_text (ClocheLlmResponse *response,
           gsize              max_bytes,
           GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  cloche_llm_response_read_all_async (response, max_bytes, cloche_test_result_cb, &result);
  cloche_test_wait (&result);
  bytes = cloche_llm_response_read_all_finish (response, result, error);

  return bytes != NULL ? g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)) : NULL;
}

static void
test_post (Fixture      *fixture,
           gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "/api/chat");
  g_autoptr (GBytes) body = g_bytes_new_static ("{}", 2);
  const char *const headers[] = { "Authorization", "Bearer k", NULL };
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  const ClocheByteRequest *request;

  cloche_byte_script_head (script, 200, "Content-Type: application/X-NDJSON; charset=utf-8\r\nTransfer-Encoding: chunked\r\n");
  cloche_byte_script_send_split (script, "3\r\none\r\n2\r\n, \r\n");
  cloche_byte_script_chunk (script, "two");
  cloche_byte_script_chunk (script, "");
  cloche_byte_server_add (fixture->server, "/api/chat", script);

  response = send (fixture->http,
                   &(ClocheLlmHttpRequest) { .method = "POST", .uri = uri, .headers = headers, .body = body },
                   NULL, &error);
  g_assert_no_error (error);
  g_assert_true (cloche_llm_response_is_success (response));
  g_assert_cmpuint (cloche_llm_response_get_status (response), ==, 200);
  g_assert_cmpstr (cloche_llm_response_get_content_type (response), ==, "application/X-NDJSON");
  text = read_text (response, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "one, two");

  request = cloche_byte_server_get_request (fixture->server, 0);
  g_assert_cmpstr (request->method, ==, "POST");
  g_assert_nonnull (strstr (request->head, "Authorization: Bearer k\r\n"));
  g_assert_nonnull (strstr (request->head, "Content-Type: application/json\r\n"));
  g_assert_true (g_bytes_equal (request->body, body));
  g_assert_finalize_object (g_steal_pointer (&response));
}

/* libsoup reports an error for a body that is shorter than its length, and none for a cut chunked one. */
static void
test_cut_body (Fixture      *fixture,
               gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  cloche_byte_script_send (script, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, NULL, script);

  response = get (fixture, &error);
  g_assert_no_error (error);
  g_assert_null (read_text (response, 100, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
}

static void
test_reset (Fixture      *fixture,
            gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "Transfer-Encoding: chunked\r\n");
  cloche_byte_script_chunk (script, "half");
  cloche_byte_script_wait (script, "read");
  cloche_byte_script_reset (script);
  cloche_byte_server_add (fixture->server, NULL, script);

  response = get (fixture, &error);
  g_assert_no_error (error);
  bytes = read_some (response, &error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "half", 4);
  cloche_byte_server_fire (fixture->server, "read");
  g_assert_null (read_some (response, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);
}

static void
test_refused (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  guint port = g_socket_listener_add_any_inet_port (listener, NULL, NULL);
  g_autofree char *uri = g_strdup_printf ("http://localhost:%u/", port);
  g_autoptr (GError) error = NULL;

  g_socket_listener_close (listener);
  g_assert_null (send (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri }, NULL, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REFUSED);
}

static void
test_bad_address (Fixture      *fixture,
                  gconstpointer data)
{
  static const char *const URIS[] = { "", "nonsense", "http://", "file:///etc/passwd" };

  for (gsize i = 0; i < G_N_ELEMENTS (URIS); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (send (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = URIS[i] }, NULL, &error));
    g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INVALID_ADDRESS);
  }
}

static void
test_redirect (Fixture      *fixture,
               gconstpointer data)
{
  static const unsigned STATUSES[] = { 301, 302, 303, 307, 308 };

  for (gsize i = 0; i < G_N_ELEMENTS (STATUSES); i++) {
    ClocheByteScript *script = cloche_byte_script_new ();
    g_autoptr (ClocheLlmResponse) response = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (GError) made = NULL;

    cloche_byte_script_head (script, STATUSES[i], "Location: http://127.0.0.1:1/stolen\r\nContent-Length: 0\r\n");
    cloche_byte_server_add (fixture->server, NULL, script);
    response = get (fixture, &error);
    g_assert_no_error (error);
    g_assert_cmpuint (cloche_llm_response_get_status (response), ==, STATUSES[i]);
    made = cloche_llm_response_make_error (response);
    g_assert_error (made, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REDIRECTED);
    g_assert_nonnull (strstr (made->message, "http://127.0.0.1:1/stolen"));
  }
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, G_N_ELEMENTS (STATUSES));
}

static void
test_error_body (Fixture      *fixture,
                 gconstpointer data)
{
  static const struct
  {
    unsigned status;
    ClocheLlmError code;
  } CASES[] = {
    { 400, CLOCHE_LLM_ERROR_REJECTED }, { 401, CLOCHE_LLM_ERROR_UNAUTHORIZED }, { 403, CLOCHE_LLM_ERROR_FORBIDDEN },
    { 404, CLOCHE_LLM_ERROR_NOT_FOUND }, { 413, CLOCHE_LLM_ERROR_TOO_LARGE }, { 429, CLOCHE_LLM_ERROR_RATE_LIMITED },
    { 500, CLOCHE_LLM_ERROR_SERVER }, { 503, CLOCHE_LLM_ERROR_SERVER },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    ClocheByteScript *script = cloche_byte_script_new ();
    g_autoptr (ClocheLlmResponse) response = NULL;
    g_autoptr (GError) error = NULL;
    g_autoptr (GError) made = NULL;

    cloche_byte_script_answer (script, CASES[i].status, "text/html", i == 0 ? "" : "<b>no\033[2J</b>\n");
    cloche_byte_server_add (fixture->server, NULL, script);
    response = get (fixture, &error);
    g_assert_no_error (error);
    g_assert_false (cloche_llm_response_is_success (response));
    made = cloche_llm_response_make_error (response);
    g_assert_error (made, CLOCHE_LLM_ERROR, (int) CASES[i].code);
    g_assert_cmpint (strstr (made->message, "<b>no\ufffd[2J</b>") != NULL, ==, i != 0);
  }
}

/* 10 MB and more as an error's body: the first 64 KiB are read, and the connection is left. */
static void
test_endless_error_body (Fixture      *fixture,
                         gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *block = g_strnfill (100000, 'x');
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) made = NULL;

  cloche_byte_script_head (script, 502, "Content-Type: text/html\r\n");
  cloche_byte_script_send_for_ever (script, block);
  cloche_byte_server_add (fixture->server, NULL, script);

  response = get (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (cloche_llm_response_get_error_body (response)), ==,
                    CLOCHE_LLM_HTTP_ERROR_BODY_MAX_BYTES);
  made = cloche_llm_response_make_error (response);
  g_assert_cmpuint (strlen (made->message), <, CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES + 100);
  wait_until_hung_up (fixture->server, 1);
}

static void
test_too_large (Fixture      *fixture,
                gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "");
  cloche_byte_script_send_for_ever (script, "0123456789");
  cloche_byte_server_add (fixture->server, NULL, script);

  response = get (fixture, &error);
  g_assert_no_error (error);
  g_assert_null (read_text (response, 1000, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE);
  wait_until_hung_up (fixture->server, 1);
}

/* Before the head and between two reads the server may be silent; only our own timers count. On a busy computer the first
 * one may run out before the connection is even made: each request has an answer of its own, whether it comes or not. */
static void
test_timers (Fixture      *fixture,
             gconstpointer data)
{
  g_autofree char *silent_uri = cloche_byte_server_dup_uri (fixture->server, "/silent");
  g_autofree char *stalling_uri = cloche_byte_server_dup_uri (fixture->server, "/stalling");
  ClocheLlmHttpRequest request = { .method = "GET", .uri = silent_uri, .first_byte_ms = 30 };
  ClocheByteScript *silent = cloche_byte_script_new ();
  ClocheByteScript *stalling = cloche_byte_script_new ();
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GError) error = NULL;

  cloche_byte_script_wait (silent, "never");
  cloche_byte_server_add (fixture->server, "/silent", silent);
  g_assert_null (send (fixture->http, &request, NULL, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TIMEOUT);
  g_clear_error (&error);

  request.uri = stalling_uri;
  request.first_byte_ms = 0;
  request.idle_ms = 30;
  cloche_byte_script_head (stalling, 200, "Content-Length: 10\r\n");
  cloche_byte_script_wait (stalling, "never");
  cloche_byte_server_add (fixture->server, "/stalling", stalling);
  response = send (fixture->http, &request, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (read_some (response, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TIMEOUT);
  wait_until_hung_up (fixture->server, cloche_byte_server_get_n_requests (fixture->server));
}

static void
test_stop_before_head (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "/x");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  cloche_llm_http_send_async (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri },
                              cancellable, cloche_test_result_cb, &result);
  cloche_test_wait_until (cloche_byte_server_get_n_requests (fixture->server) == 1);

  g_cancellable_cancel (cancellable);
  cloche_test_wait (&result);
  g_assert_null (cloche_llm_http_send_finish (fixture->http, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until_hung_up (fixture->server, 1);
}

static void
test_stop_in_body (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "/x");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "Transfer-Encoding: chunked\r\n");
  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  response = send (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri }, cancellable, &error);
  g_assert_no_error (error);

  cloche_llm_response_read_async (response, cloche_test_result_cb, &result);
  g_cancellable_cancel (cancellable);
  cloche_test_wait (&result);
  g_assert_null (cloche_llm_response_read_finish (response, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  wait_until_hung_up (fixture->server, 1);
}

/* Nobody reads at the moment: closing alone has to end the connection, without draining what the server still sends. */
static void
test_close_between_reads (Fixture      *fixture,
                          gconstpointer data)
{
  g_autoptr (ClocheLlmResponse) response = NULL;
  g_autoptr (GBytes) bytes = NULL;
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_head (script, 200, "Transfer-Encoding: chunked\r\n");
  cloche_byte_script_chunk (script, "x");
  cloche_byte_script_wait (script, "never");
  cloche_byte_server_add (fixture->server, NULL, script);
  response = get (fixture, &error);
  g_assert_no_error (error);
  bytes = read_some (response, &error);
  g_assert_no_error (error);

  cloche_llm_response_close (response);
  cloche_llm_response_close (response);
  wait_until_hung_up (fixture->server, 1);
}

static void
test_cancelled_before (Fixture      *fixture,
                       gconstpointer data)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "/x");
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (send (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri }, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* 3 chats, a pull and a list of models at once to one host: libsoup's own limit is two. */
static void
test_many_at_once (Fixture      *fixture,
                   gconstpointer data)
{
  g_autofree char *uri = cloche_byte_server_dup_uri (fixture->server, "/x");
  g_autoptr (GPtrArray) responses = g_ptr_array_new_with_free_func (g_object_unref);

  for (int i = 0; i < 12; i++) {
    ClocheByteScript *script = cloche_byte_script_new ();
    g_autoptr (GError) error = NULL;
    ClocheLlmResponse *response;

    cloche_byte_script_head (script, 200, "Content-Length: 4\r\n");
    cloche_byte_script_wait (script, "all");
    cloche_byte_script_send (script, "done");
    cloche_byte_server_add (fixture->server, NULL, script);
    response = get (fixture, &error);
    g_assert_no_error (error);
    g_ptr_array_add (responses, response);
  }

  g_assert_cmpuint (cloche_byte_server_get_n_connected (fixture->server), ==, 12);
  cloche_byte_server_fire (fixture->server, "all");
  for (guint i = 0; i < responses->len; i++) {
    g_autofree char *text = read_text (g_ptr_array_index (responses, i), 100, NULL);

    g_assert_cmpstr (text, ==, "done");
  }
}

static void
test_proxy (Fixture      *fixture,
            gconstpointer data)
{
  g_autofree char *proxy_uri = cloche_byte_server_dup_uri (fixture->server, "");
  g_autoptr (GProxyResolver) resolver = g_simple_proxy_resolver_new (proxy_uri, NULL);
  g_autoptr (ClocheLlmHttp) http = cloche_llm_http_new (resolver);
  g_autoptr (ClocheByteServer) target = cloche_byte_server_new ();
  static const char *const LOCAL[] = { "127.0.0.1", "localhost" };
  g_autoptr (ClocheLlmResponse) outside = NULL;
  g_autoptr (GError) error = NULL;
  ClocheByteScript *script;

  for (gsize i = 0; i < G_N_ELEMENTS (LOCAL); i++) {
    g_autofree char *uri = g_strdup_printf ("http://%s:%u/y", LOCAL[i], cloche_byte_server_get_port (target));
    g_autoptr (ClocheLlmResponse) response = NULL;

    script = cloche_byte_script_new ();
    cloche_byte_script_answer (script, 200, "text/plain", "direct");
    cloche_byte_server_add (target, "/y", script);
    response = send (http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri }, NULL, &error);
    g_assert_no_error (error);
  }
  g_assert_cmpuint (cloche_byte_server_get_n_requests (fixture->server), ==, 0);

  script = cloche_byte_script_new ();
  cloche_byte_script_answer (script, 200, "text/plain", "by proxy");
  cloche_byte_server_add (fixture->server, NULL, script);
  outside = send (http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = "http://model.invalid/z" }, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_byte_server_get_request (fixture->server, 0)->target, ==, "http://model.invalid/z");
}

static void
test_large_head (Fixture      *fixture,
                 gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autofree char *block = g_strnfill (10000, 'x');
  g_autoptr (GError) error = NULL;

  cloche_byte_script_send (script, "HTTP/1.1 200 OK\r\nX-Long: ");
  cloche_byte_script_send_for_ever (script, block);
  cloche_byte_server_add (fixture->server, NULL, script);
  g_assert_null (get (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED);      /* libsoup: partial input */
  g_assert_cmpstr (error->message, ==, "Header too big");
  wait_until_hung_up (fixture->server, 1);
}

static void
test_not_http (Fixture      *fixture,
               gconstpointer data)
{
  ClocheByteScript *script = cloche_byte_script_new ();
  g_autoptr (GError) error = NULL;

  cloche_byte_script_send (script, "SSH-2.0-OpenSSH\r\n\r\n");
  cloche_byte_script_close (script);
  cloche_byte_server_add (fixture->server, NULL, script);
  g_assert_null (get (fixture, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_PROTOCOL);
}

static void
test_tls_to_plain_port (Fixture      *fixture,
                        gconstpointer data)
{
  g_autofree char *uri = g_strdup_printf ("https://127.0.0.1:%u/", cloche_byte_server_get_port (fixture->server));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_byte_server_greet (fixture->server, "HTTP/1.1 400 Bad Request\r\n\r\n");
  cloche_llm_http_send_async (fixture->http, &(ClocheLlmHttpRequest) { .method = "GET", .uri = uri },
                              NULL, cloche_test_result_cb, &result);
  cloche_test_wait (&result);
  g_assert_null (cloche_llm_http_send_finish (fixture->http, result, &error));
  g_assert_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TLS);
}

#define ADD(name, function) \
  g_test_add ("/llm/http/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("post", test_post);
  ADD ("case-41-cut-body", test_cut_body);
  ADD ("case-40-reset", test_reset);
  ADD ("case-39-refused", test_refused);
  ADD ("bad-address", test_bad_address);
  ADD ("case-46-redirect", test_redirect);
  ADD ("case-33-37-38-error-body", test_error_body);
  ADD ("case-30-endless-error-body", test_endless_error_body);
  ADD ("too-large", test_too_large);
  ADD ("case-42-timers", test_timers);
  ADD ("case-56-stop-before-head", test_stop_before_head);
  ADD ("case-56-stop-in-body", test_stop_in_body);
  ADD ("case-56-close-between-reads", test_close_between_reads);
  ADD ("cancelled-before", test_cancelled_before);
  ADD ("case-59-many-at-once", test_many_at_once);
  ADD ("case-47-proxy", test_proxy);
  ADD ("case-44-large-head", test_large_head);
  ADD ("not-http", test_not_http);
  ADD ("case-48-tls-to-plain-port", test_tls_to_plain_port);

  return g_test_run ();
}
