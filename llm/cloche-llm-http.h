/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* bytes: what is read of the body of an HTTP error. It is one sentence in JSON; the rest of a proxy's HTML page, or of
 * 10 MB of anything, helps nobody. */
#define CLOCHE_LLM_HTTP_ERROR_BODY_MAX_BYTES (64 * 1024)

/* bytes: what is shown of a body that is not understood. */
#define CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES 2048

/* bytes: a whole answer, such as a list of models. A server with 1,000 models stays below 1 MiB. */
#define CLOCHE_LLM_HTTP_FETCH_MAX_BYTES (16 * 1024 * 1024)

/**
 * ClocheLlmHttpRequest:
 * @method: "GET", "POST", …
 * @uri: absolute http or https
 * @headers: (nullable): name, value, name, value, …, %NULL
 * @body: (nullable): JSON
 * @first_byte_ms: how long the response may take to begin, 0 = for ever
 * @idle_ms: how long the body may pause, 0 = for ever
 *
 * Read before cloche_llm_http_send_async() returns; nothing in it is kept.
 */
typedef struct {
  const char *method;
  const char *uri;
  const char *const *headers;
  GBytes *body;
  guint first_byte_ms;
  guint idle_ms;
} ClocheLlmHttpRequest;

/**
 * ClocheLlmHttp:
 *
 * HTTP as model servers need it. Shared by all endpoints.
 */
#define CLOCHE_TYPE_LLM_HTTP (cloche_llm_http_get_type ())
G_DECLARE_FINAL_TYPE (ClocheLlmHttp, cloche_llm_http, CLOCHE, LLM_HTTP, GObject)

/**
 * ClocheLlmResponse:
 *
 * One answer whose body is still coming. The cancellable of the request covers reading, too. Dropping or closing it
 * closes the connection at once, which is how a model server is told to stop generating.
 */
#define CLOCHE_TYPE_LLM_RESPONSE (cloche_llm_response_get_type ())
G_DECLARE_FINAL_TYPE (ClocheLlmResponse, cloche_llm_response, CLOCHE, LLM_RESPONSE, GObject)

ClocheLlmHttp     *cloche_llm_http_new (GProxyResolver *proxy_resolver) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_llm_http_send_async  (ClocheLlmHttp               *self,
                                                const ClocheLlmHttpRequest  *request,
                                                GCancellable                *cancellable,
                                                GAsyncReadyCallback          callback,
                                                gpointer                     user_data);
ClocheLlmResponse *cloche_llm_http_send_finish (ClocheLlmHttp               *self,
                                                GAsyncResult                *result,
                                                GError                     **error) G_GNUC_WARN_UNUSED_RESULT;

unsigned           cloche_llm_response_get_status       (ClocheLlmResponse *self);
gboolean           cloche_llm_response_is_success       (ClocheLlmResponse *self);
const char        *cloche_llm_response_get_content_type (ClocheLlmResponse *self);
const char        *cloche_llm_response_get_header       (ClocheLlmResponse *self,
                                                         const char        *name);
GBytes            *cloche_llm_response_get_error_body   (ClocheLlmResponse *self);
GError            *cloche_llm_response_make_error       (ClocheLlmResponse *self) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_llm_response_read_async      (ClocheLlmResponse    *self,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
GBytes            *cloche_llm_response_read_finish     (ClocheLlmResponse    *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_llm_response_read_all_async  (ClocheLlmResponse    *self,
                                                        gsize                 max_bytes,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
GBytes            *cloche_llm_response_read_all_finish (ClocheLlmResponse    *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_llm_response_close (ClocheLlmResponse *self);

G_END_DECLS
