/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat-private.h"

#include "cloche-app-error.h"
#include "cloche-history.h"
#include "cloche-machine-tools.h"
#include "cloche-tool-batch.h"

#include <glib/gi18n.h>

/*
 * A call that no model of ours has made: another program's does, which keeps its conversation to itself. Here it leaves what
 * a turn leaves of its calls, so that the person sees what was run, and can go on from there.
 */

typedef struct
{
  ClocheToolRun *run;
  GCancellable *outer;          /* the caller's, or NULL */
  gulong outer_id;
} Call;

static void
call_free (Call *call)
{
  g_cancellable_disconnect (call->outer, call->outer_id);
  g_clear_object (&call->outer);
  g_object_unref (call->run);
  g_free (call);
}

static void
outer_cancelled_cb (GCancellable *outer,
                    GCancellable *stop)
{
  g_cancellable_cancel (stop);
}

/* Adds a message to the history and the store. Returns: (transfer none) */
static ClocheMessage *
take_message (ClocheChat        *self,
              ClocheRole         role,
              ClocheMessagePart *part)
{
  ClocheMessage *message = cloche_chat_begin_message (self, role);

  cloche_message_take_part (message, part);
  g_ptr_array_add (self->history, message);
  cloche_chat_save (self, message);

  return message;
}

/* The caller does not see the conversation, so what happened meanwhile is told with the result, as it is to a model. */
static ClocheToolResult *
add_notices (ClocheToolResult *result,
             ClocheMessage    *message)
{
  g_autofree char *notices = cloche_history_dup_notices (message);
  g_autofree char *text = g_strconcat (cloche_tool_result_get_text (result), notices, NULL);
  ClocheToolResult *noted;

  if (*notices == '\0')
    return cloche_tool_result_ref (result);

  noted = cloche_tool_result_new (cloche_tool_result_get_call_id (result), cloche_tool_result_get_tool_name (result),
                                  cloche_tool_result_get_status (result), text);
  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++)
    cloche_tool_result_take_output (noted, cloche_output_ref (cloche_tool_result_get_output (result, i)));
  for (guint i = 0; i < cloche_tool_result_get_n_files (result); i++)
    cloche_tool_result_take_file (noted, cloche_file_ref (cloche_tool_result_get_file (result, i)));

  return noted;
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (ClocheToolResult) tool_result = NULL;
  ClocheMessage *message;

  (void) cloche_tool_batch_run_finish (result);         /* It has no other end than this one. */
  /* Before it is saved: then the run lets go of the bytes of its files. */
  tool_result = cloche_tool_result_ref (cloche_tool_run_get_result (call->run));
  message = take_message (self, CLOCHE_ROLE_TOOL, cloche_message_part_new_tool_result (tool_result));
  cloche_chat_release (self);
  cloche_chat_take_stop (self, NULL);
  g_task_return_pointer (task, add_notices (tool_result, message), (GDestroyNotify) cloche_tool_result_unref);
}

static void
claimed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = CLOCHE_CHAT (source);
  Call *call = g_task_get_task_data (task);
  GError *error = NULL;
  g_autofree char *network = NULL;
  g_autoptr (ClocheToolbox) toolbox = NULL;

  if (!cloche_chat_claim_finish (self, result, &error)) {
    cloche_chat_take_stop (self, NULL);
    g_task_return_error (task, error);
    return;
  }

  network = cloche_machine_tools_describe_network (self->conversation, self->is_asking);
  toolbox = cloche_machine_tools_new_for_program (self->sandbox, self->files, network);
  g_ptr_array_set_size (self->runs, 0);
  g_ptr_array_add (self->runs, g_object_ref (call->run));
  cloche_chat_items_add_run (self->items, call->run);
  (void) take_message (self, CLOCHE_ROLE_ASSISTANT, cloche_message_part_new_tool_call (cloche_tool_run_get_call (call->run)));
  cloche_tool_batch_run_async (toolbox, self->runs, self->stop, ended_cb, g_steal_pointer (&task));
}

/**
 * cloche_chat_call_async:
 * @run: waiting; its tool is one of cloche_machine_tools_new_for_program()
 * @cancellable: (nullable): ends it, with a result that says so
 *
 * Runs one call of another program and keeps it in the conversation.
 */
void
cloche_chat_call_async (ClocheChat         *self,
                        ClocheToolRun      *run,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  Call *call;

  g_return_if_fail (CLOCHE_IS_CHAT (self));
  g_return_if_fail (CLOCHE_IS_TOOL_RUN (run));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_chat_call_async);
  g_task_set_check_cancellable (task, FALSE);           /* There is a result in any case. */
  if (self->stop != NULL) {
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_BUSY, _ ("An answer is still on its way."));
    return;
  }

  call = g_new0 (Call, 1);
  call->run = g_object_ref (run);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  if (cancellable != NULL) {
    call->outer = g_object_ref (cancellable);
    call->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb), g_object_ref (stop),
                                            g_object_unref);
  }
  cloche_chat_take_stop (self, stop);
  cloche_chat_claim_async (self, claimed_cb, g_steal_pointer (&task));
}

/**
 * cloche_chat_call_finish:
 *
 * Returns: (transfer full): how it ended, with the bytes of its files
 *
 * Errors: %CLOCHE_APP_ERROR_BUSY; %CLOCHE_APP_ERROR_IN_USE; those of the store. It was not run then.
 */
ClocheToolResult *
cloche_chat_call_finish (ClocheChat   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
