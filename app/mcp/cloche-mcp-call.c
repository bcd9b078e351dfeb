/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mcp-call.h"

#include "cloche-mcp-content.h"
#include "cloche-mcp-message.h"

#include <string.h>

/* characters of what was printed last, told as progress. */
#define PROGRESS_CHARS 200

struct _ClocheMcpCall
{
  GObject parent_instance;

  JsonNode *id;
  JsonNode *progress_token;     /* NULL: the client wants no progress */
  ClocheToolRun *run;
  GCancellable *cancellable;
  gint64 started_us;            /* monotonic */
  gint64 told_us;               /* monotonic: the last progress, 0 = none */
  guint timer;
  gboolean is_modern;
  gboolean is_cancelled;
};

enum {
  SIGNAL_PROGRESS,
  SIGNAL_DONE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheMcpCall, cloche_mcp_call, G_TYPE_OBJECT)

static void
cloche_mcp_call_finalize (GObject *object)
{
  ClocheMcpCall *self = CLOCHE_MCP_CALL (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->id, json_node_unref);
  g_clear_pointer (&self->progress_token, json_node_unref);
  g_clear_object (&self->run);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (cloche_mcp_call_parent_class)->finalize (object);
}

static void
cloche_mcp_call_class_init (ClocheMcpCallClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_mcp_call_finalize;
  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", CLOCHE_TYPE_MCP_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_DONE] = g_signal_new ("done", CLOCHE_TYPE_MCP_CALL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
}

static void
cloche_mcp_call_init (ClocheMcpCall *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * cloche_mcp_call_new:
 * @progress_token: (nullable): of a client that wants to hear of progress
 */
ClocheMcpCall *
cloche_mcp_call_new (JsonNode      *id,
                     gboolean       is_modern,
                     JsonNode      *progress_token,
                     ClocheToolRun *run)
{
  ClocheMcpCall *self = g_object_new (CLOCHE_TYPE_MCP_CALL, NULL);

  self->id = json_node_copy (id);
  self->is_modern = is_modern;
  self->progress_token = progress_token != NULL ? json_node_copy (progress_token) : NULL;
  self->run = g_object_ref (run);

  return self;
}

JsonNode *
cloche_mcp_call_get_id (ClocheMcpCall *self)
{
  return self->id;
}

gboolean
cloche_mcp_call_is_modern (ClocheMcpCall *self)
{
  return self->is_modern;
}

/* The last line that is not blank; %NULL: there is none. */
static char *
dup_last_line (const char *text)
{
  const char *end = text + strlen (text);
  const char *start;
  g_autofree char *line = NULL;

  while (end > text && g_ascii_isspace (end[-1]))
    end--;
  for (start = end; start > text && start[-1] != '\n'; start--)
    ;
  if (start == end)
    return NULL;

  line = g_strndup (start, (gsize) (end - start));

  return g_utf8_substring (line, 0, MIN (g_utf8_strlen (line, -1), PROGRESS_CHARS));
}

/* @now_us: more than the last time: the protocol wants progress to be strictly increasing */
static void
tell_progress (ClocheMcpCall *self,
               gint64         now_us)
{
  g_autoptr (JsonObject) params = json_object_new ();
  g_autofree char *message = dup_last_line (cloche_tool_run_get_text (self->run));
  g_autofree char *line = NULL;

  json_object_set_member (params, "progressToken", json_node_copy (self->progress_token));
  json_object_set_double_member (params, "progress", (double) (now_us - self->started_us) / G_USEC_PER_SEC);
  if (message != NULL)
    json_object_set_string_member (params, "message", message);
  self->told_us = now_us;
  line = cloche_mcp_format_notification ("notifications/progress", params);
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, line);
}

static gboolean
timer_cb (gpointer user_data)
{
  ClocheMcpCall *self = user_data;
  gint64 now_us = g_get_monotonic_time ();

  if (now_us > self->told_us)
    tell_progress (self, now_us);

  return G_SOURCE_CONTINUE;
}

/* What is printed first is told at once, and what follows with the timer. */
static void
text_added_cb (ClocheMcpCall *self)
{
  gint64 now_us = g_get_monotonic_time ();

  if (self->timer != 0 && self->told_us == 0 && now_us > self->started_us)
    tell_progress (self, now_us);
}

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (ClocheMcpCall) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheToolResult) tool_result = cloche_mcp_runner_run_finish (CLOCHE_MCP_RUNNER (source), result, &error);
  g_autoptr (JsonObject) content = NULL;

  g_clear_handle_id (&self->timer, g_source_remove);
  if (!self->is_cancelled)
    content = tool_result != NULL ? cloche_mcp_content_from_result (tool_result)
                                  : cloche_mcp_content_from_error (error->message);
  g_signal_emit (self, signals[SIGNAL_DONE], 0, content);
}

/**
 * cloche_mcp_call_start:
 * @client: what the other program calls itself
 *
 * To be called once.
 */
void
cloche_mcp_call_start (ClocheMcpCall   *self,
                       ClocheMcpRunner *runner,
                       const char      *client)
{
  g_return_if_fail (CLOCHE_IS_MCP_CALL (self));

  self->started_us = g_get_monotonic_time ();
  if (self->progress_token != NULL) {
    self->timer = g_timeout_add (CLOCHE_MCP_CALL_PROGRESS_MS, timer_cb, self);
    g_signal_connect_object (self->run, "text-added", G_CALLBACK (text_added_cb), self, G_CONNECT_SWAPPED);
  }
  cloche_mcp_runner_run_async (runner, self->run, client, self->cancellable, ran_cb, g_object_ref (self));
}

/**
 * cloche_mcp_call_cancel:
 *
 * Its result is not wanted any more: "done" comes with %NULL.
 */
void
cloche_mcp_call_cancel (ClocheMcpCall *self)
{
  g_return_if_fail (CLOCHE_IS_MCP_CALL (self));

  self->is_cancelled = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_cancellable_cancel (self->cancellable);
}
