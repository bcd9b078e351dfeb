/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mcp-server.h"

#include "cloche-json.h"
#include "cloche-line-splitter.h"
#include "cloche-mcp-call.h"
#include "cloche-mcp-message.h"
#include "cloche-mcp-method.h"
#include "cloche-mcp-writer.h"

#include <string.h>

/*
 * reading → (the client's end of the stream, or an error, or our cancellable) → ending → done
 *
 * While reading, requests are answered in the order in which they can be; while more is waiting to be read than the client
 * takes, nothing is read from it. Ending cancels every call, waits until each has ended, and until what was answered before
 * is written, unless nobody reads it.
 */

/* bytes of one read. */
#define READ_BYTES (64 * 1024)

struct _ClocheMcpServer
{
  GObject parent_instance;

  ClocheToolbox *toolbox;
  ClocheMcpRunner *runner;
  char *instructions;

  GIOStream *stream;
  ClocheMcpWriter *writer;
  ClocheLineSplitter *splitter;
  GCancellable *reading;        /* cancelled when ending */
  GCancellable *writing;        /* cancelled when what is left is not wanted */
  GHashTable *calls;            /* key of its id → ClocheMcpCall */
  GTask *task;                  /* while serving */
  GCancellable *outer;          /* the caller's, or NULL */
  gulong outer_id;
  char *client;                 /* of a session that was initialized, else NULL */
  gboolean is_initialized;
  gboolean is_reading;          /* a read is on its way */
  gboolean is_skipping;         /* the rest of a line that is too long */
  gboolean is_ending;
};

/* A request, and what follows from it. */
typedef struct
{
  JsonNode *id;
  const char *method;
  JsonObject *params;
  gboolean is_modern;
} Request;

G_DEFINE_FINAL_TYPE (ClocheMcpServer, cloche_mcp_server, G_TYPE_OBJECT)

static void
cloche_mcp_server_finalize (GObject *object)
{
  ClocheMcpServer *self = CLOCHE_MCP_SERVER (object);

  g_clear_pointer (&self->toolbox, cloche_toolbox_unref);
  g_clear_object (&self->runner);
  g_clear_object (&self->stream);
  g_clear_object (&self->writer);
  g_clear_object (&self->reading);
  g_clear_object (&self->writing);
  g_clear_pointer (&self->splitter, cloche_line_splitter_free);
  g_clear_pointer (&self->calls, g_hash_table_unref);
  g_free (self->client);
  g_free (self->instructions);

  G_OBJECT_CLASS (cloche_mcp_server_parent_class)->finalize (object);
}

static void
cloche_mcp_server_class_init (ClocheMcpServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_mcp_server_finalize;
}

static void
cloche_mcp_server_init (ClocheMcpServer *self)
{
  self->splitter = cloche_line_splitter_new (CLOCHE_MCP_SERVER_MAX_LINE_BYTES);
  self->reading = g_cancellable_new ();
  self->writing = g_cancellable_new ();
  self->calls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/**
 * cloche_mcp_server_new:
 * @toolbox: what is offered; asked for nothing but its specs
 * @instructions: what a model should know of it
 */
ClocheMcpServer *
cloche_mcp_server_new (ClocheToolbox   *toolbox,
                       ClocheMcpRunner *runner,
                       const char      *instructions)
{
  ClocheMcpServer *self;

  g_return_val_if_fail (CLOCHE_IS_MCP_RUNNER (runner), NULL);

  self = g_object_new (CLOCHE_TYPE_MCP_SERVER, NULL);
  self->toolbox = cloche_toolbox_ref (toolbox);
  self->runner = g_object_ref (runner);
  self->instructions = g_strdup (instructions);

  return self;
}

static void
finish_if_over (ClocheMcpServer *self)
{
  g_autoptr (GTask) task = NULL;

  if (!self->is_ending || self->is_reading || self->task == NULL || g_hash_table_size (self->calls) > 0 ||
      cloche_mcp_writer_get_pending (self->writer) > 0)
    return;

  task = g_steal_pointer (&self->task);
  g_signal_handlers_disconnect_by_data (self->writer, self);
  g_cancellable_disconnect (self->outer, self->outer_id);
  g_clear_object (&self->outer);
  g_task_return_boolean (task, TRUE);
}

static void
end (ClocheMcpServer *self)
{
  g_autoptr (GList) calls = NULL;

  if (self->is_ending)
    return;

  self->is_ending = TRUE;
  g_cancellable_cancel (self->reading);
  calls = g_hash_table_get_values (self->calls);
  for (GList *l = calls; l != NULL; l = l->next)
    cloche_mcp_call_cancel (l->data);
}

static void
write_error (ClocheMcpServer *self,
             JsonNode        *id,
             const GError    *error,
             JsonObject      *data)
{
  cloche_mcp_writer_take_line (self->writer, cloche_mcp_format_error (id, error->code, error->message, data));
}

static void
call_progress_cb (ClocheMcpServer *self,
                  const char      *line)
{
  /* Who does not read has no use for it. */
  if (cloche_mcp_writer_get_pending (self->writer) == 0)
    cloche_mcp_writer_take_line (self->writer, g_strdup (line));
}

static void
call_done_cb (ClocheMcpCall   *call,
              JsonObject      *content,
              ClocheMcpServer *self)
{
  g_autofree char *key = cloche_mcp_key_for_id (cloche_mcp_call_get_id (call));

  if (content != NULL) {
    if (cloche_mcp_call_is_modern (call))
      cloche_mcp_method_stamp (content);
    cloche_mcp_writer_take_line (self->writer, cloche_mcp_format_result (cloche_mcp_call_get_id (call), content));
  }
  g_hash_table_remove (self->calls, key);
  finish_if_over (self);
}

static void
call_tool (ClocheMcpServer *self,
           const Request   *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheToolRun) run = cloche_mcp_method_make_run (self->toolbox, request->params, &error);
  const char *client = request->is_modern ? cloche_mcp_method_get_modern_client (request->params) : self->client;
  ClocheMcpCall *call;

  if (run != NULL && g_hash_table_size (self->calls) >= CLOCHE_MCP_SERVER_MAX_CALLS)
    g_set_error (&error, CLOCHE_MCP_ERROR, CLOCHE_MCP_TOO_MANY_CALLS, "More than %d calls at once. Wait for an answer first.",
                 CLOCHE_MCP_SERVER_MAX_CALLS);
  if (error != NULL) {
    write_error (self, request->id, error, NULL);
    return;
  }

  call = cloche_mcp_call_new (request->id, request->is_modern, cloche_mcp_method_get_progress_token (request->params), run);
  g_signal_connect_object (call, "progress", G_CALLBACK (call_progress_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (call, "done", G_CALLBACK (call_done_cb), self, 0);
  g_hash_table_insert (self->calls, cloche_mcp_key_for_id (request->id), call);
  cloche_mcp_call_start (call, self->runner, client != NULL ? client : "");
}

static JsonObject *
initialize (ClocheMcpServer *self,
            const Request   *request,
            GError         **error)
{
  JsonObject *result = cloche_mcp_method_initialize (request->params, self->instructions, error);

  if (result == NULL)
    return NULL;

  self->is_initialized = TRUE;
  g_free (self->client);
  self->client = g_strdup (cloche_json_get_string (cloche_json_get_object (request->params, "clientInfo"), "name"));

  return result;
}

/* NULL without @error: the answer comes later. */
static JsonObject *
answer_legacy (ClocheMcpServer *self,
               const Request   *request,
               GError         **error)
{
  if (g_str_equal (request->method, "initialize"))
    return initialize (self, request, error);
  if (g_str_equal (request->method, "ping"))
    return json_object_new ();

  if (!self->is_initialized)
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS,
                 "Send \"initialize\" first, or say in params._meta which revision of the protocol this is.");
  else if (g_str_equal (request->method, "tools/list"))
    return cloche_mcp_method_list_tools (self->toolbox, request->params, error);
  else if (g_str_equal (request->method, "tools/call"))
    call_tool (self, request);
  else
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_METHOD_NOT_FOUND, "Method not found");

  return NULL;
}

static JsonObject *
answer_modern (ClocheMcpServer *self,
               const Request   *request,
               GError         **error)
{
  JsonObject *result = NULL;

  if (!cloche_mcp_method_check_modern (request->params, error))
    return NULL;

  if (g_str_equal (request->method, "server/discover"))
    result = cloche_mcp_method_discover (self->instructions);
  else if (g_str_equal (request->method, "tools/list"))
    result = cloche_mcp_method_list_tools (self->toolbox, request->params, error);
  else if (g_str_equal (request->method, "tools/call"))
    call_tool (self, request);
  else
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_METHOD_NOT_FOUND, "Method not found");

  if (result != NULL) {
    cloche_mcp_method_stamp (result);
    cloche_mcp_method_stamp_cacheable (result);
  }

  return result;
}

static void
answer (ClocheMcpServer *self,
        const Request   *request)
{
  g_autofree char *key = cloche_mcp_key_for_id (request->id);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (JsonObject) data = NULL;

  if (g_hash_table_contains (self->calls, key))
    g_set_error (&error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_REQUEST, "A request with this id is still on its way.");
  else if (request->is_modern)
    result = answer_modern (self, request, &error);
  else
    result = answer_legacy (self, request, &error);

  if (g_error_matches (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_UNSUPPORTED_VERSION))
    data = cloche_mcp_method_make_versions_data (request->params);
  if (error != NULL)
    write_error (self, request->id, error, data);
  else if (result != NULL)
    cloche_mcp_writer_take_line (self->writer, cloche_mcp_format_result (request->id, result));
}

static void
take_notification (ClocheMcpServer *self,
                   const char      *method,
                   JsonObject      *params)
{
  JsonNode *id = cloche_json_get_node (params, "requestId");
  g_autofree char *key = NULL;
  ClocheMcpCall *call;

  if (!g_str_equal (method, "notifications/cancelled") || !cloche_mcp_is_id (id))
    return;

  key = cloche_mcp_key_for_id (id);
  call = g_hash_table_lookup (self->calls, key);
  if (call != NULL)             /* Else it was too late. */
    cloche_mcp_call_cancel (call);
}

static void
take_line (ClocheMcpServer *self,
           const char      *line,
           gsize            length)
{
  g_autoptr (ClocheMcpMessage) message = NULL;
  Request request;

  if (length == 0)
    return;

  message = cloche_mcp_message_parse (line, length);
  request.id = cloche_mcp_message_get_id (message);
  request.method = cloche_mcp_message_get_method (message);
  request.params = cloche_mcp_message_get_params (message);
  switch (cloche_mcp_message_get_kind (message)) {
  case CLOCHE_MCP_REQUEST:
    request.is_modern = cloche_mcp_method_is_modern (request.method, request.params);
    answer (self, &request);
    break;
  case CLOCHE_MCP_NOTIFICATION:
    take_notification (self, request.method, request.params);
    break;
  case CLOCHE_MCP_INVALID:
    cloche_mcp_writer_take_line (self->writer, cloche_mcp_format_error (request.id,
                                                                        cloche_mcp_message_get_error_code (message),
                                                                        cloche_mcp_message_get_error_text (message), NULL));
    break;
  case CLOCHE_MCP_RESPONSE:
  default:
    break;                      /* We ask nothing. */
  }
}

static void
take_lines (ClocheMcpServer *self)
{
  const char *line;
  gsize length;

  while ((line = cloche_line_splitter_pop (self->splitter, &length)) != NULL)
    take_line (self, line, length);
}

static void
refuse_long_line (ClocheMcpServer *self)
{
  g_autofree char *text = g_strdup_printf ("A message may have %d bytes at most.", CLOCHE_MCP_SERVER_MAX_LINE_BYTES);

  cloche_mcp_writer_take_line (self->writer, cloche_mcp_format_error (NULL, CLOCHE_MCP_INVALID_REQUEST, text, NULL));
  cloche_line_splitter_free (self->splitter);
  self->splitter = cloche_line_splitter_new (CLOCHE_MCP_SERVER_MAX_LINE_BYTES);
  self->is_skipping = TRUE;
}

static void
take_bytes (ClocheMcpServer *self,
            const char      *bytes,
            gsize            length)
{
  if (!self->is_skipping && !cloche_line_splitter_push (self->splitter, bytes, length, NULL))
    refuse_long_line (self);
  if (self->is_skipping) {
    const char *end_of_line = memchr (bytes, '\n', length);

    if (end_of_line == NULL)
      return;
    self->is_skipping = FALSE;
    length -= (gsize) (end_of_line + 1 - bytes);
    /* Of a fresh splitter, so it cannot be too much. */
    (void) cloche_line_splitter_push (self->splitter, end_of_line + 1, length, NULL);
  }

  take_lines (self);
}

static void read_more (ClocheMcpServer *self);

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (ClocheMcpServer) self = user_data;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, NULL);
  const char *last;
  gsize length;

  self->is_reading = FALSE;
  if (bytes != NULL && g_bytes_get_size (bytes) > 0) {
    take_bytes (self, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    read_more (self);
    finish_if_over (self);
    return;
  }

  if (bytes != NULL && !self->is_skipping && (last = cloche_line_splitter_pop_last (self->splitter, &length)) != NULL)
    take_line (self, last, length);
  end (self);
  finish_if_over (self);
}

static void
read_more (ClocheMcpServer *self)
{
  if (self->is_reading || self->is_ending ||
      cloche_mcp_writer_get_pending (self->writer) > CLOCHE_MCP_SERVER_MAX_PENDING_BYTES)
    return;

  self->is_reading = TRUE;
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (self->stream), READ_BYTES, G_PRIORITY_DEFAULT,
                                   self->reading, read_cb, g_object_ref (self));
}

static void
progressed_cb (ClocheMcpServer *self)
{
  if (cloche_mcp_writer_has_failed (self->writer))
    end (self);
  read_more (self);
  finish_if_over (self);
}

/* The caller's cancellable: what is not written yet is not wanted either. */
static gboolean
cancelled_cb (gpointer user_data)
{
  g_autoptr (ClocheMcpServer) self = g_object_ref (user_data);

  end (self);
  g_cancellable_cancel (self->writing);
  finish_if_over (self);

  return G_SOURCE_REMOVE;
}

static void
outer_cancelled_cb (GCancellable    *outer,
                    ClocheMcpServer *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, cancelled_cb, g_object_ref (self), g_object_unref);
}

/**
 * cloche_mcp_server_serve_async:
 * @cancellable: (nullable): ends it as if the client were gone
 *
 * To be called once.
 */
void
cloche_mcp_server_serve_async (ClocheMcpServer    *self,
                               GIOStream          *stream,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_MCP_SERVER (self));
  g_return_if_fail (self->stream == NULL);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, cloche_mcp_server_serve_async);
  g_task_set_check_cancellable (self->task, FALSE);     /* It ends in order in any case. */
  self->stream = g_object_ref (stream);
  self->writer = cloche_mcp_writer_new (g_io_stream_get_output_stream (stream), self->writing);
  g_signal_connect_swapped (self->writer, "progressed", G_CALLBACK (progressed_cb), self);
  read_more (self);
  if (cancellable != NULL) {
    self->outer = g_object_ref (cancellable);
    self->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb), self, NULL);
  }
}

/**
 * cloche_mcp_server_serve_finish:
 *
 * Returns: %TRUE: the client is gone, whether it said so or not
 */
gboolean
cloche_mcp_server_serve_finish (ClocheMcpServer *self,
                                GAsyncResult    *result,
                                GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
