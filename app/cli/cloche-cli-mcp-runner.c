/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-mcp-runner.h"

#include "cloche-string.h"

#include <glib/gi18n.h>

/* characters of what a client calls itself. */
#define CLIENT_CHARS 60

struct _ClocheCliMcpRunner
{
  GObject parent_instance;

  ClocheContext *context;
  char **hosts;                 /* what the machine may reach, or NULL */
  ClocheChat *chat;             /* NULL before the first call */
  GQueue waiting;               /* of GTask */
  GTask *current;               /* borrowed; NULL: none */
};

typedef struct
{
  ClocheToolRun *run;
  char *client;
} Call;

static void runner_iface_init (ClocheMcpRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheCliMcpRunner, cloche_cli_mcp_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_MCP_RUNNER, runner_iface_init))

static void
call_free (Call *call)
{
  g_object_unref (call->run);
  g_free (call->client);
  g_free (call);
}

static void
cloche_cli_mcp_runner_finalize (GObject *object)
{
  ClocheCliMcpRunner *self = CLOCHE_CLI_MCP_RUNNER (object);

  g_clear_object (&self->chat);
  g_clear_object (&self->context);
  g_strfreev (self->hosts);

  G_OBJECT_CLASS (cloche_cli_mcp_runner_parent_class)->finalize (object);
}

static void
cloche_cli_mcp_runner_class_init (ClocheCliMcpRunnerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_cli_mcp_runner_finalize;
}

static void
cloche_cli_mcp_runner_init (ClocheCliMcpRunner *self)
{
  g_queue_init (&self->waiting);
}

static void start_next (ClocheCliMcpRunner *self);

/* @taken_error: NULL with @result */
static void
finish (GTask            *task,
        ClocheToolResult *result,
        GError           *taken_error)
{
  g_autoptr (ClocheCliMcpRunner) self = g_object_ref (g_task_get_source_object (task));

  self->current = NULL;
  if (result != NULL)
    g_task_return_pointer (task, result, (GDestroyNotify) cloche_tool_result_unref);
  else
    g_task_return_error (task, taken_error);
  start_next (self);
}

static void
called_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  ClocheToolResult *tool_result = cloche_chat_call_finish (CLOCHE_CHAT (source), result, &error);

  finish (task, tool_result, error);
}

static void
call (GTask *taken_task)
{
  ClocheCliMcpRunner *self = g_task_get_source_object (taken_task);
  Call *call = g_task_get_task_data (taken_task);

  cloche_chat_call_async (self->chat, call->run, g_task_get_cancellable (taken_task), called_cb, taken_task);
}

static void
created_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheCliMcpRunner *self = g_task_get_source_object (task);
  GError *error = NULL;
  g_autoptr (ClocheConversation) conversation = cloche_workspace_create_finish (CLOCHE_WORKSPACE (source), result, &error);

  if (conversation == NULL) {
    g_prefix_error (&error, "%s ", _ ("The conversation could not be begun."));
    finish (task, NULL, error);
    return;
  }

  self->chat = cloche_context_open_chat (self->context, conversation);
  /* They have been checked by whoever gave them to us. */
  (void) cloche_network_allow (cloche_context_get_network (self->context, self->chat), (const char *const *) self->hosts, NULL);
  call (g_steal_pointer (&task));
}

static char *
make_title (const char *client)
{
  g_autofree char *start = g_utf8_substring (client, 0, MIN (g_utf8_strlen (client, -1), CLIENT_CHARS));
  g_autofree char *printable = cloche_text_make_printable (start, -1);

  /* Translators: the title of a conversation whose calls another program makes; the placeholder is that program's name. */
  return *printable != '\0' ? g_strdup_printf (_ ("MCP: %s"), printable) : g_strdup ("MCP");
}

/* The person may have deleted it in the window, and its machine will go with it: then another one begins. */
static gboolean
is_chat_there (ClocheCliMcpRunner *self)
{
  GListModel *rows = G_LIST_MODEL (cloche_context_get_workspace (self->context));
  const char *id = self->chat != NULL ? cloche_conversation_get_id (cloche_chat_get_conversation (self->chat)) : NULL;

  for (guint i = 0; id != NULL && i < g_list_model_get_n_items (rows); i++) {
    g_autoptr (ClocheConversationRow) row = g_list_model_get_item (rows, i);

    if (g_str_equal (cloche_conversation_get_id (cloche_conversation_row_get_conversation (row)), id))
      return TRUE;
  }

  return FALSE;
}

static void
start_next (ClocheCliMcpRunner *self)
{
  g_autofree char *title = NULL;
  GTask *task;

  if (self->current != NULL || (task = g_queue_pop_head (&self->waiting)) == NULL)
    return;

  self->current = task;
  if (g_task_return_error_if_cancelled (task)) {
    self->current = NULL;
    g_object_unref (task);
    start_next (self);
    return;
  }
  if (is_chat_there (self)) {
    call (task);
    return;
  }

  if (self->chat != NULL)
    cloche_machine_stop_async (cloche_context_get_machine (self->context, self->chat), TRUE, NULL, NULL, NULL);
  g_clear_object (&self->chat);
  title = make_title (((Call *) g_task_get_task_data (task))->client);
  cloche_workspace_create_async (cloche_context_get_workspace (self->context), title, NULL, created_cb, task);
}

static void
cloche_cli_mcp_runner_run_async (ClocheMcpRunner    *runner,
                                 ClocheToolRun      *run,
                                 const char         *client,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  ClocheCliMcpRunner *self = CLOCHE_CLI_MCP_RUNNER (runner);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);

  g_task_set_source_tag (task, cloche_cli_mcp_runner_run_async);
  g_task_set_check_cancellable (task, FALSE);           /* What has run has a result. */
  call->run = g_object_ref (run);
  call->client = g_strdup (client);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  g_queue_push_tail (&self->waiting, task);
  start_next (self);
}

static ClocheToolResult *
cloche_cli_mcp_runner_run_finish (ClocheMcpRunner *runner,
                                  GAsyncResult    *result,
                                  GError         **error)
{
  g_return_val_if_fail (g_task_is_valid (result, runner), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
runner_iface_init (ClocheMcpRunnerInterface *iface)
{
  iface->run_async = cloche_cli_mcp_runner_run_async;
  iface->run_finish = cloche_cli_mcp_runner_run_finish;
}

/**
 * cloche_cli_mcp_runner_new:
 * @context: is open
 * @hosts: (nullable): what the machine may reach; rules that have been checked
 */
ClocheCliMcpRunner *
cloche_cli_mcp_runner_new (ClocheContext     *context,
                           const char *const *hosts)
{
  ClocheCliMcpRunner *self = g_object_new (CLOCHE_TYPE_CLI_MCP_RUNNER, NULL);

  self->context = g_object_ref (context);
  self->hosts = g_strdupv ((char **) hosts);

  return self;
}

/**
 * cloche_cli_mcp_runner_get_chat:
 *
 * Returns: (nullable): the conversation, once anything was called
 */
ClocheChat *
cloche_cli_mcp_runner_get_chat (ClocheCliMcpRunner *self)
{
  return self->chat;
}
