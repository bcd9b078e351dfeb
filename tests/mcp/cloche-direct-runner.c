/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-direct-runner.h"

struct _ClocheDirectRunner
{
  GObject parent_instance;

  ClocheToolbox *toolbox;
  char *client;
  guint n_ended;
};

static void runner_iface_init (ClocheMcpRunnerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheDirectRunner, cloche_direct_runner, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_MCP_RUNNER, runner_iface_init))

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheDirectRunner *self = g_task_get_source_object (task);

  self->n_ended++;
  g_task_return_pointer (task, cloche_tool_end (CLOCHE_TOOL (source), result), (GDestroyNotify) cloche_tool_result_unref);
}

static void
cloche_direct_runner_run_async (ClocheMcpRunner    *runner,
                                ClocheToolRun      *run,
                                const char         *client,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  ClocheDirectRunner *self = CLOCHE_DIRECT_RUNNER (runner);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  ClocheTool *tool = cloche_toolbox_find (self->toolbox, cloche_tool_call_get_name (cloche_tool_run_get_call (run)));

  g_assert_nonnull (tool);
  g_assert_nonnull (cloche_tool_call_get_arguments (cloche_tool_run_get_call (run)));
  g_task_set_check_cancellable (task, FALSE);
  g_free (self->client);
  self->client = g_strdup (client);
  cloche_tool_run_start (run);
  cloche_tool_begin (tool, run, cancellable, ended_cb, task);
}

static ClocheToolResult *
cloche_direct_runner_run_finish (ClocheMcpRunner *runner,
                                 GAsyncResult    *result,
                                 GError         **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
runner_iface_init (ClocheMcpRunnerInterface *iface)
{
  iface->run_async = cloche_direct_runner_run_async;
  iface->run_finish = cloche_direct_runner_run_finish;
}

static void
cloche_direct_runner_finalize (GObject *object)
{
  ClocheDirectRunner *self = CLOCHE_DIRECT_RUNNER (object);

  cloche_toolbox_unref (self->toolbox);
  g_free (self->client);

  G_OBJECT_CLASS (cloche_direct_runner_parent_class)->finalize (object);
}

static void
cloche_direct_runner_class_init (ClocheDirectRunnerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_direct_runner_finalize;
}

static void
cloche_direct_runner_init (ClocheDirectRunner *self)
{
}

ClocheDirectRunner *
cloche_direct_runner_new (ClocheToolbox *toolbox)
{
  ClocheDirectRunner *self = g_object_new (CLOCHE_TYPE_DIRECT_RUNNER, NULL);

  self->toolbox = cloche_toolbox_ref (toolbox);

  return self;
}

const char *
cloche_direct_runner_get_client (ClocheDirectRunner *self)
{
  return self->client;
}

guint
cloche_direct_runner_get_n_ended (ClocheDirectRunner *self)
{
  return self->n_ended;
}
