/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-tool.h"

struct _ClocheFakeTool
{
  ClocheTool parent_instance;

  ClocheToolSpec *spec;
  char *lane;
  gboolean is_held;             /* waits for let_go(), whatever its cancellable says */
  GPtrArray *pending;           /* of GTask */
  guint n_begun;
};

G_DEFINE_FINAL_TYPE (ClocheFakeTool, cloche_fake_tool, CLOCHE_TYPE_TOOL)

static ClocheToolSpec *
cloche_fake_tool_get_spec (ClocheTool *tool)
{
  return CLOCHE_FAKE_TOOL (tool)->spec;
}

static const char *
cloche_fake_tool_get_lane (ClocheTool *tool)
{
  return CLOCHE_FAKE_TOOL (tool)->lane;
}

static void
answer (GTask *task)
{
  ClocheToolCall *call = cloche_tool_run_get_call (g_task_get_task_data (task));
  g_autofree char *text = g_strdup_printf ("exit: ok\nresult: %s", cloche_tool_call_get_arguments_text (call));

  g_task_return_pointer (task, cloche_tool_result_new (cloche_tool_call_get_id (call), cloche_tool_call_get_name (call),
                                                       CLOCHE_TOOL_OK, text),
                         (GDestroyNotify) cloche_tool_result_unref);
}

static void
cloche_fake_tool_run_async (ClocheTool         *tool,
                            ClocheToolRun      *run,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  ClocheFakeTool *self = CLOCHE_FAKE_TOOL (tool);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, g_object_ref (run), g_object_unref);
  self->n_begun++;
  cloche_tool_run_add_text (run, FALSE, "working\n");
  if (self->is_held)
    g_ptr_array_add (self->pending, g_steal_pointer (&task));
  else
    answer (task);
}

static ClocheToolResult *
cloche_fake_tool_run_finish (ClocheTool   *tool,
                             GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
cloche_fake_tool_finalize (GObject *object)
{
  ClocheFakeTool *self = CLOCHE_FAKE_TOOL (object);

  cloche_tool_spec_unref (self->spec);
  g_ptr_array_unref (self->pending);
  g_free (self->lane);

  G_OBJECT_CLASS (cloche_fake_tool_parent_class)->finalize (object);
}

static void
cloche_fake_tool_class_init (ClocheFakeToolClass *klass)
{
  ClocheToolClass *tool_class = CLOCHE_TOOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_fake_tool_finalize;
  tool_class->get_spec = cloche_fake_tool_get_spec;
  tool_class->get_lane = cloche_fake_tool_get_lane;
  tool_class->run_async = cloche_fake_tool_run_async;
  tool_class->run_finish = cloche_fake_tool_run_finish;
}

static void
cloche_fake_tool_init (ClocheFakeTool *self)
{
  self->pending = g_ptr_array_new_with_free_func (g_object_unref);
}

ClocheFakeTool *
cloche_fake_tool_new (const char *name,
                      const char *lane,
                      gboolean    is_held)
{
  ClocheFakeTool *self = g_object_new (CLOCHE_TYPE_FAKE_TOOL, NULL);
  g_autoptr (JsonObject) schema = json_object_new ();

  json_object_set_string_member (schema, "type", "object");
  self->spec = cloche_tool_spec_new (name, "Does nothing.", schema);
  self->lane = g_strdup (lane);
  self->is_held = is_held;

  return self;
}

guint
cloche_fake_tool_get_n_begun (ClocheFakeTool *self)
{
  return self->n_begun;
}

guint
cloche_fake_tool_get_n_pending (ClocheFakeTool *self)
{
  return self->pending->len;
}

/* Lets everything end that it has begun. */
void
cloche_fake_tool_let_go (ClocheFakeTool *self)
{
  g_autoptr (GPtrArray) pending = g_steal_pointer (&self->pending);

  self->pending = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < pending->len; i++)
    answer (g_ptr_array_index (pending, i));
}
