/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-batch.h"

#include "cloche-tool-text.h"

/*
 * Runs the calls of one answer: those of one lane one after the other, lanes at once. Ends when every run has a result.
 * When it is cancelled it does not wait for any tool: what is not done yet gets a result that says so, and what a tool
 * says later is not listened to.
 */

/* characters of arguments that cannot be read, told back to the model. */
#define QUOTED_ARGUMENTS_CHARS 200

/* characters of what a call had printed before it was cancelled. */
#define CANCELLED_OUTPUT_CHARS 4000

typedef struct
{
  ClocheToolbox *toolbox;
  GPtrArray *runs;              /* of ClocheToolRun */
  GSource *cancelled_source;
} Batch;

/* What a tool's callback gets; outlives the batch if the tool does. */
typedef struct
{
  GTask *task;
  ClocheToolRun *run;
} Step;

static void start_what_can (GTask *task);

static void
clear_cancelled_source (Batch *batch)
{
  if (batch->cancelled_source == NULL)
    return;

  g_source_destroy (batch->cancelled_source);
  g_clear_pointer (&batch->cancelled_source, g_source_unref);
}

static void
batch_free (Batch *batch)
{
  clear_cancelled_source (batch);
  cloche_toolbox_unref (batch->toolbox);
  g_ptr_array_unref (batch->runs);
  g_free (batch);
}

static void
finish_run (ClocheToolRun   *run,
            ClocheToolStatus status,
            const char      *text)
{
  ClocheToolCall *call = cloche_tool_run_get_call (run);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new (cloche_tool_call_get_id (call),
                                                                cloche_tool_call_get_name (call), status, text);

  cloche_tool_run_finish (run, result);
}

static void
finish_cancelled (ClocheToolRun *run)
{
  g_autofree char *printed = cloche_tool_text_cut (cloche_tool_run_get_text (run), CANCELLED_OUTPUT_CHARS, NULL);
  g_autofree char *text = g_strconcat ("exit: cancelled by user", *printed != '\0' ? "\nstdout:\n" : NULL, printed, NULL);

  finish_run (run, CLOCHE_TOOL_CANCELLED, text);
}

/* What the model is told about a call that cannot be run. These words are read by models and not translated. */
static void
refuse (ClocheToolRun *run,
        ClocheToolbox *toolbox,
        ClocheTool    *tool)
{
  ClocheToolCall *call = cloche_tool_run_get_call (run);
  const GError *error = cloche_tool_call_get_arguments_error (call);
  const char *arguments = cloche_tool_call_get_arguments_text (call);
  glong length = g_utf8_strlen (arguments, -1);
  g_autofree char *prefix = g_utf8_substring (arguments, 0, MIN (length, QUOTED_ARGUMENTS_CHARS));
  g_autofree char *text = NULL;

  if (tool == NULL) {
    g_autofree char *names = cloche_toolbox_dup_names (toolbox);

    text = g_strdup_printf ("exit: error\nnote: There is no tool “%s”. The tools are: %s.",
                            cloche_tool_call_get_name (call), names);
  } else {
    text = g_strdup_printf ("exit: error\nnote: %s. Expected is one JSON object. Received: %s%s",
                            error->message, prefix, length > QUOTED_ARGUMENTS_CHARS ? "…" : "");
  }

  finish_run (run, CLOCHE_TOOL_ERROR, text);
}

static void
tool_ended_cb (GObject      *source,
               GAsyncResult *async_result,
               gpointer      user_data)
{
  Step *step = user_data;
  g_autoptr (GTask) task = g_steal_pointer (&step->task);
  g_autoptr (ClocheToolRun) run = g_steal_pointer (&step->run);
  g_autoptr (ClocheToolResult) result = cloche_tool_end (CLOCHE_TOOL (source), async_result);

  g_free (step);
  if (cloche_tool_run_get_state (run) == CLOCHE_TOOL_RUN_DONE)
    return;

  cloche_tool_run_finish (run, result);
  start_what_can (task);
}

static gboolean
is_lane_busy (Batch      *batch,
              guint       before,
              const char *lane)
{
  for (guint i = 0; i < before; i++) {
    ClocheToolRun *run = g_ptr_array_index (batch->runs, i);
    ClocheTool *tool = cloche_toolbox_find (batch->toolbox, cloche_tool_call_get_name (cloche_tool_run_get_call (run)));

    if (cloche_tool_run_get_state (run) != CLOCHE_TOOL_RUN_DONE &&
        tool != NULL && g_str_equal (cloche_tool_get_lane (tool), lane))
      return TRUE;
  }

  return FALSE;
}

static void
consider (GTask *task,
          guint  index)
{
  Batch *batch = g_task_get_task_data (task);
  ClocheToolRun *run = g_ptr_array_index (batch->runs, index);
  ClocheToolCall *call = cloche_tool_run_get_call (run);
  ClocheTool *tool;
  Step *step;

  if (cloche_tool_run_get_state (run) != CLOCHE_TOOL_RUN_WAITING)
    return;

  tool = cloche_toolbox_find (batch->toolbox, cloche_tool_call_get_name (call));
  if (tool == NULL || cloche_tool_call_get_arguments (call) == NULL) {
    refuse (run, batch->toolbox, tool);
    return;
  }
  if (is_lane_busy (batch, index, cloche_tool_get_lane (tool)))
    return;

  step = g_new0 (Step, 1);
  step->task = g_object_ref (task);
  step->run = g_object_ref (run);
  cloche_tool_run_start (run);
  cloche_tool_begin (tool, run, g_task_get_cancellable (task), tool_ended_cb, step);
}

static gboolean
are_all_done (Batch *batch)
{
  for (guint i = 0; i < batch->runs->len; i++)
    if (cloche_tool_run_get_state (g_ptr_array_index (batch->runs, i)) != CLOCHE_TOOL_RUN_DONE)
      return FALSE;

  return TRUE;
}

static void
start_what_can (GTask *task)
{
  Batch *batch = g_task_get_task_data (task);

  for (guint i = 0; i < batch->runs->len; i++)
    consider (task, i);

  if (!are_all_done (batch))
    return;
  clear_cancelled_source (batch);
  g_task_return_boolean (task, TRUE);
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_autoptr (GTask) task = g_object_ref (G_TASK (user_data));
  Batch *batch = g_task_get_task_data (task);

  clear_cancelled_source (batch);
  for (guint i = 0; i < batch->runs->len; i++) {
    ClocheToolRun *run = g_ptr_array_index (batch->runs, i);

    if (cloche_tool_run_get_state (run) != CLOCHE_TOOL_RUN_DONE)
      finish_cancelled (run);
  }
  g_task_return_boolean (task, TRUE);

  return G_SOURCE_REMOVE;
}

/**
 * cloche_tool_batch_run_async:
 * @runs: (element-type ClocheToolRun): all waiting; each has a result when this ends, whatever happens
 * @cancellable: gives every run that is not done the result that it was cancelled
 */
void
cloche_tool_batch_run_async (ClocheToolbox      *toolbox,
                             GPtrArray          *runs,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Batch *batch = g_new0 (Batch, 1);

  g_task_set_source_tag (task, cloche_tool_batch_run_async);
  g_task_set_check_cancellable (task, FALSE);
  batch->toolbox = cloche_toolbox_ref (toolbox);
  batch->runs = g_ptr_array_ref (runs);
  g_task_set_task_data (task, batch, (GDestroyNotify) batch_free);

  batch->cancelled_source = g_cancellable_source_new (cancellable);
  g_source_set_callback (batch->cancelled_source, G_SOURCE_FUNC (cancelled_cb), g_object_ref (task), g_object_unref);
  g_source_set_priority (batch->cancelled_source, G_PRIORITY_HIGH);
  g_source_attach (batch->cancelled_source, g_main_context_get_thread_default ());

  start_what_can (task);
}

/**
 * cloche_tool_batch_run_finish:
 *
 * Returns: whether every run has a result, which it has
 */
gboolean
cloche_tool_batch_run_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
