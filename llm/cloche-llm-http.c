/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-llm-http.h"

#include "cloche-idle-guard.h"
#include "cloche-llm-error.h"
#include "cloche-string.h"

#include <libsoup/soup.h>

/*
 * The one place that knows what libsoup 3.2 does not do as a client of model servers needs it; each point is a test.
 *
 * - Its socket timeout of 60 s kills a model that loads for two minutes: it is 0 and ClocheIdleGuard keeps our timers.
 * - Two connections per host would let a third conversation wait for the first: see MAX_CONNECTIONS_PER_HOST.
 * - It follows 301 to 303 on a POST as a GET to any host, with an x-api-key header still on: nothing is ever followed.
 * - With http_proxy set it sends loopback to the proxy, too: loopback has a session of its own that knows no proxy.
 * - A chunked body without its last chunk looks like an end, and no error tells: every wire must see its own end mark
 *   ("done", "[DONE]", …), and a whole body must parse. A body shorter than its Content-Length does give an error.
 */

/* connections: several conversations, a pull and a list of models at once, all to one host. */
#define MAX_CONNECTIONS_PER_HOST 64
#define MAX_CONNECTIONS 256

/* bytes: one read. */
#define READ_BYTES (64 * 1024)

/* ms: an error is told in one go; a server that stalls in the middle of it does not get to hold up the telling. */
#define ERROR_BODY_IDLE_MS 5000

struct _ClocheLlmHttp
{
  GObject parent_instance;

  SoupSession *direct;          /* loopback */
  SoupSession *proxied;         /* everything else, as the desktop's settings say */
};

struct _ClocheLlmResponse
{
  GObject parent_instance;

  ClocheLlmHttp *http;
  SoupMessage *message;
  GInputStream *stream;         /* NULL once closed or read to its end */
  ClocheIdleGuard *guard;
  GBytes *error_body;           /* of an answer that is no success, capped; else NULL */
  guint idle_ms;
};

G_DEFINE_FINAL_TYPE (ClocheLlmHttp, cloche_llm_http, G_TYPE_OBJECT)
G_DEFINE_FINAL_TYPE (ClocheLlmResponse, cloche_llm_response, G_TYPE_OBJECT)

/* Our own timer cancels like the caller does; only the guard can tell them apart. */
static GError *
make_error (ClocheIdleGuard *guard,
            const GError    *error)
{
  if (cloche_idle_guard_has_expired (guard) && g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_new_literal (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TIMEOUT, "The server fell silent");

  return cloche_llm_error_new_for_transport (error);
}

static void
cloche_llm_response_dispose (GObject *object)
{
  ClocheLlmResponse *self = CLOCHE_LLM_RESPONSE (object);

  cloche_llm_response_close (self);
  g_clear_object (&self->message);
  g_clear_object (&self->http);
  g_clear_pointer (&self->guard, cloche_idle_guard_free);
  g_clear_pointer (&self->error_body, g_bytes_unref);

  G_OBJECT_CLASS (cloche_llm_response_parent_class)->dispose (object);
}

static void
cloche_llm_response_class_init (ClocheLlmResponseClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_llm_response_dispose;
}

static void
cloche_llm_response_init (ClocheLlmResponse *self)
{
}

unsigned
cloche_llm_response_get_status (ClocheLlmResponse *self)
{
  g_return_val_if_fail (CLOCHE_IS_LLM_RESPONSE (self), 0);

  return soup_message_get_status (self->message);
}

/**
 * cloche_llm_response_is_success:
 *
 * Whether the status is 2xx. If not, the body has been read already: see cloche_llm_response_get_error_body().
 */
gboolean
cloche_llm_response_is_success (ClocheLlmResponse *self)
{
  g_return_val_if_fail (CLOCHE_IS_LLM_RESPONSE (self), FALSE);

  return SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (self->message));
}

/**
 * cloche_llm_response_get_content_type:
 *
 * Returns: (nullable): the media type without parameters, in lower case
 */
const char *
cloche_llm_response_get_content_type (ClocheLlmResponse *self)
{
  g_return_val_if_fail (CLOCHE_IS_LLM_RESPONSE (self), NULL);

  return soup_message_headers_get_content_type (soup_message_get_response_headers (self->message), NULL);
}

/**
 * cloche_llm_response_get_header:
 *
 * Returns: (nullable): the value as sent
 */
const char *
cloche_llm_response_get_header (ClocheLlmResponse *self,
                                const char        *name)
{
  g_return_val_if_fail (CLOCHE_IS_LLM_RESPONSE (self), NULL);

  return soup_message_headers_get_one (soup_message_get_response_headers (self->message), name);
}

/**
 * cloche_llm_response_get_error_body:
 *
 * Returns: (nullable): the first %CLOCHE_LLM_HTTP_ERROR_BODY_MAX_BYTES of the body of an answer that is no success
 */
GBytes *
cloche_llm_response_get_error_body (ClocheLlmResponse *self)
{
  g_return_val_if_fail (CLOCHE_IS_LLM_RESPONSE (self), NULL);

  return self->error_body;
}

static char *
dup_error_text (ClocheLlmResponse *self)
{
  gsize length;
  const char *bytes = g_bytes_get_data (self->error_body, &length);
  g_autofree char *text = NULL;

  if (length == 0)
    return NULL;

  text = cloche_text_make_printable (bytes, (gssize) MIN (length, CLOCHE_LLM_HTTP_ERROR_TEXT_MAX_BYTES));
  return g_strdup (g_strstrip (text));
}

/**
 * cloche_llm_response_make_error:
 *
 * Makes the error for an answer that is no success out of its status and what its body says as plain text.
 */
GError *
cloche_llm_response_make_error (ClocheLlmResponse *self)
{
  g_autofree char *text = NULL;
  unsigned status;

  g_return_val_if_fail (CLOCHE_IS_LLM_RESPONSE (self), NULL);
  g_return_val_if_fail (self->error_body != NULL, NULL);

  status = soup_message_get_status (self->message);
  if (SOUP_STATUS_IS_REDIRECTION (status)) {
    const char *location = soup_message_headers_get_one (soup_message_get_response_headers (self->message),
                                                         "Location");
    g_autofree char *shown = cloche_text_make_printable (location != NULL ? location : "?", -1);

    return g_error_new (CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_REDIRECTED,
                        "HTTP %u: the server points to %.512s", status, shown);
  }

  text = dup_error_text (self);
  return cloche_llm_error_new_for_status (status, text);
}

/**
 * cloche_llm_response_close:
 *
 * Closes the connection without reading what is left, at once. Harmless when it is closed already.
 */
void
cloche_llm_response_close (ClocheLlmResponse *self)
{
  g_return_if_fail (CLOCHE_IS_LLM_RESPONSE (self));

  if (self->stream == NULL)
    return;

  g_cancellable_cancel (cloche_idle_guard_get_cancellable (self->guard));
  g_clear_object (&self->stream);
}

static void
bytes_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheLlmResponse *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);

  cloche_idle_guard_stop (self->guard);
  if (bytes == NULL) {
    cloche_llm_response_close (self);
    g_task_return_error (task, make_error (self->guard, error));
    return;
  }

  if (g_bytes_get_size (bytes) == 0)
    g_clear_object (&self->stream);
  g_task_return_pointer (task, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
}

/**
 * cloche_llm_response_read_async:
 *
 * Reads what there is of the body, at least one byte.
 */
void
cloche_llm_response_read_async (ClocheLlmResponse  *self,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  GCancellable *cancellable;

  g_return_if_fail (CLOCHE_IS_LLM_RESPONSE (self));

  cancellable = cloche_idle_guard_get_cancellable (self->guard);
  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, cloche_llm_response_read_async);

  if (self->stream == NULL) {
    g_task_return_pointer (task, g_bytes_new (NULL, 0), (GDestroyNotify) g_bytes_unref);
    return;
  }

  cloche_idle_guard_start (self->guard, self->idle_ms);
  g_input_stream_read_bytes_async (self->stream, READ_BYTES, G_PRIORITY_DEFAULT, cancellable,
                                   bytes_read_cb, g_steal_pointer (&task));
}

/**
 * cloche_llm_response_read_finish:
 *
 * Returns: (transfer full): bytes, or none at the end of the body, which for a chunked body may also be where it was
 *   cut: the caller must know the end by its own protocol.
 */
GBytes *
cloche_llm_response_read_finish (ClocheLlmResponse *self,
                                 GAsyncResult      *result,
                                 GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  GByteArray *bytes;
  gsize max_bytes;
} ReadAll;

static void
read_all_free (ReadAll *data)
{
  g_byte_array_unref (data->bytes);
  g_free (data);
}

static void
some_of_all_read_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  ClocheLlmResponse *self = CLOCHE_LLM_RESPONSE (source);
  g_autoptr (GTask) task = G_TASK (user_data);
  ReadAll *data = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cloche_llm_response_read_finish (self, result, &error);
  gsize room = data->max_bytes - data->bytes->len;

  if (bytes == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  if (g_bytes_get_size (bytes) == 0) {
    g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&data->bytes)),
                           (GDestroyNotify) g_bytes_unref);
    data->bytes = g_byte_array_new ();
    return;
  }

  if (g_bytes_get_size (bytes) > room) {
    cloche_llm_response_close (self);
    g_task_return_new_error (task, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOO_LARGE,
                             "The answer is larger than %" G_GSIZE_FORMAT " bytes", data->max_bytes);
    return;
  }

  g_byte_array_append (data->bytes, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  cloche_llm_response_read_async (self, some_of_all_read_cb, g_steal_pointer (&task));
}

/**
 * cloche_llm_response_read_all_async:
 * @max_bytes: a longer body is %CLOCHE_LLM_ERROR_TOO_LARGE
 *
 * Reads the body to its end.
 */
void
cloche_llm_response_read_all_async (ClocheLlmResponse  *self,
                                    gsize               max_bytes,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);
  ReadAll *data = g_new0 (ReadAll, 1);

  g_task_set_source_tag (task, cloche_llm_response_read_all_async);
  data->bytes = g_byte_array_new ();
  data->max_bytes = max_bytes;
  g_task_set_task_data (task, data, (GDestroyNotify) read_all_free);

  cloche_llm_response_read_async (self, some_of_all_read_cb, g_steal_pointer (&task));
}

GBytes *
cloche_llm_response_read_all_finish (ClocheLlmResponse *self,
                                     GAsyncResult      *result,
                                     GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_llm_http_dispose (GObject *object)
{
  ClocheLlmHttp *self = CLOCHE_LLM_HTTP (object);

  g_clear_object (&self->direct);
  g_clear_object (&self->proxied);

  G_OBJECT_CLASS (cloche_llm_http_parent_class)->dispose (object);
}

static void
cloche_llm_http_class_init (ClocheLlmHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_llm_http_dispose;
}

static void
cloche_llm_http_init (ClocheLlmHttp *self)
{
}

static SoupSession *
session_new (GProxyResolver *proxy_resolver)
{
  return soup_session_new_with_options ("timeout", 0,
                                        "idle-timeout", 60,     /* s: a connection without a request */
                                        "max-conns", MAX_CONNECTIONS,
                                        "max-conns-per-host", MAX_CONNECTIONS_PER_HOST,
                                        "proxy-resolver", proxy_resolver,
                                        NULL);
}

/**
 * cloche_llm_http_new:
 * @proxy_resolver: (nullable): for all but loopback; %NULL = the desktop's
 */
ClocheLlmHttp *
cloche_llm_http_new (GProxyResolver *proxy_resolver)
{
  ClocheLlmHttp *self = g_object_new (CLOCHE_TYPE_LLM_HTTP, NULL);

  self->direct = session_new (NULL);
  self->proxied = session_new (proxy_resolver != NULL ? proxy_resolver : g_proxy_resolver_get_default ());

  return self;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (host == NULL)
    return FALSE;
  if (g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost"))
    return TRUE;

  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

static SoupSession *
session_for (ClocheLlmHttp *self,
             SoupMessage   *message)
{
  return is_loopback (g_uri_get_host (soup_message_get_uri (message))) ? self->direct : self->proxied;
}

static SoupMessage *
message_new (const ClocheLlmHttpRequest *request,
             GError                    **error)
{
  g_autoptr (GUri) uri = g_uri_parse (request->uri, SOUP_HTTP_URI_FLAGS, NULL);
  SoupMessage *message;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (g_uri_get_scheme (uri), "http") && !g_str_equal (g_uri_get_scheme (uri), "https"))) {
    g_set_error (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INVALID_ADDRESS,
                 "“%s” is no address of a server", request->uri);
    return NULL;
  }

  message = soup_message_new_from_uri (request->method, uri);
  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  for (gsize i = 0; request->headers != NULL && request->headers[i] != NULL; i += 2)
    soup_message_headers_replace (soup_message_get_request_headers (message),
                                  request->headers[i], request->headers[i + 1]);
  if (request->body != NULL)
    soup_message_set_request_body_from_bytes (message, "application/json", request->body);

  return message;
}

static void
append_error_body (ClocheLlmResponse *response,
                   GBytes            *bytes)
{
  GByteArray *all = g_bytes_unref_to_array (g_steal_pointer (&response->error_body));
  gsize take = MIN (g_bytes_get_size (bytes), CLOCHE_LLM_HTTP_ERROR_BODY_MAX_BYTES - all->len);

  g_byte_array_append (all, g_bytes_get_data (bytes, NULL), (guint) take);
  response->error_body = g_byte_array_free_to_bytes (all);
}

/* The body of an error is wanted for its words only: as much as came before its end, the cap, a stall or a cut. */
static void
error_body_read_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheLlmResponse *response = g_task_get_task_data (task);
  g_autoptr (GBytes) bytes = cloche_llm_response_read_finish (response, result, NULL);
  gsize have = g_bytes_get_size (response->error_body);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (bytes == NULL || g_bytes_get_size (bytes) == 0 || have >= CLOCHE_LLM_HTTP_ERROR_BODY_MAX_BYTES) {
    cloche_llm_response_close (response);
    g_task_return_pointer (task, g_object_ref (response), g_object_unref);
    return;
  }

  append_error_body (response, bytes);
  cloche_llm_response_read_async (response, error_body_read_cb, g_steal_pointer (&task));
}

static void
message_sent_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheLlmResponse *response = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  response->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  cloche_idle_guard_stop (response->guard);
  if (response->stream == NULL) {
    g_task_return_error (task, make_error (response->guard, error));
    return;
  }

  if (cloche_llm_response_is_success (response)) {
    g_task_return_pointer (task, g_object_ref (response), g_object_unref);
    return;
  }

  response->error_body = g_bytes_new (NULL, 0);
  response->idle_ms = ERROR_BODY_IDLE_MS;
  cloche_llm_response_read_async (response, error_body_read_cb, g_steal_pointer (&task));
}

/**
 * cloche_llm_http_send_async:
 * @cancellable: (nullable): covers reading the body, too
 *
 * Sends @request; finishes when the response's head is there, whatever its status, and if that is no success, when
 * the words of its body are there as well.
 *
 * Errors: %CLOCHE_LLM_ERROR, %G_IO_ERROR_CANCELLED.
 */
void
cloche_llm_http_send_async (ClocheLlmHttp              *self,
                            const ClocheLlmHttpRequest *request,
                            GCancellable               *cancellable,
                            GAsyncReadyCallback         callback,
                            gpointer                    user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  ClocheLlmResponse *response;

  g_return_if_fail (CLOCHE_IS_LLM_HTTP (self));
  g_return_if_fail (request != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_llm_http_send_async);

  message = message_new (request, &error);
  if (message == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  response = g_object_new (CLOCHE_TYPE_LLM_RESPONSE, NULL);
  g_task_set_task_data (task, response, g_object_unref);
  response->http = g_object_ref (self);
  response->message = g_object_ref (message);
  response->guard = cloche_idle_guard_new (cancellable);
  response->idle_ms = request->idle_ms;

  cloche_idle_guard_start (response->guard, request->first_byte_ms);
  soup_session_send_async (session_for (self, message), message, G_PRIORITY_DEFAULT,
                           cloche_idle_guard_get_cancellable (response->guard),
                           message_sent_cb, g_steal_pointer (&task));
}

ClocheLlmResponse *
cloche_llm_http_send_finish (ClocheLlmHttp *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
