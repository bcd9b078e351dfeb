/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-chat-private.h"

#include "cloche-app-error.h"
#include "cloche-machine-tools.h"
#include "cloche-notice.h"
#include "cloche-prompt.h"
#include "cloche-request.h"
#include "cloche-turn.h"

#include <glib/gi18n.h>

/* What is about to be said. */
typedef struct
{
  char *text;
  GPtrArray *files;             /* of ClocheFile, or NULL */
} Question;

static void
question_free (Question *question)
{
  g_free (question->text);
  g_clear_pointer (&question->files, g_ptr_array_unref);
  g_free (question);
}

/* The runs of a turn keep what the store keeps: without the bytes of files, which may be 64 MB for each call. */
static void
let_go_of_bytes (ClocheChat    *self,
                 ClocheMessage *stored)
{
  ClocheAttachedFiles *attached = cloche_workspace_files_get_attached (self->files);

  for (guint i = 0; i < self->runs->len; i++) {
    ClocheToolRun *run = g_ptr_array_index (self->runs, i);
    ClocheToolResult *result = cloche_message_find_result (stored,
                                                           cloche_tool_call_get_id (cloche_tool_run_get_call (run)));
    ClocheToolResult *before = cloche_tool_run_get_result (run);

    if (result == NULL)
      continue;
    for (guint j = 0; j < cloche_tool_result_get_n_files (result); j++)
      cloche_attached_files_replace (attached, cloche_tool_result_get_file (before, j),
                                     cloche_tool_result_get_file (result, j));
    cloche_tool_run_replace_result (run, result);
  }
}

static void
message_saved_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (ClocheChat) self = CLOCHE_CHAT (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMessage) stored = cloche_store_save_message_finish (CLOCHE_STORE (source), result, &error);

  if (stored == NULL)
    cloche_chat_items_add_notice (self->items, CLOCHE_NOTICE_NOT_SAVED, error->message);
  else if (cloche_message_get_role (stored) == CLOCHE_ROLE_TOOL)
    let_go_of_bytes (self, stored);
}

/*
 * cloche_chat_save:
 * @message: the newest of the history; what goes wrong is a notice in the list
 */
void
cloche_chat_save (ClocheChat    *self,
                  ClocheMessage *message)
{
  cloche_store_save_message_async (self->store, cloche_conversation_get_id (self->conversation), message, NULL,
                                   message_saved_cb, g_object_ref (self));
}

static void
answer_started_cb (ClocheTurn       *turn,
                   ClocheCompletion *completion,
                   ClocheChat       *self)
{
  cloche_chat_items_begin_answer (self->items, completion);
}

static void
tool_called_cb (ClocheTurn    *turn,
                ClocheToolRun *run,
                ClocheChat    *self)
{
  g_ptr_array_add (self->runs, g_object_ref (run));
  cloche_chat_items_add_run (self->items, run);
}

static void
message_cb (ClocheTurn    *turn,
            ClocheMessage *message,
            ClocheChat    *self)
{
  if (cloche_message_get_role (message) == CLOCHE_ROLE_ASSISTANT)
    cloche_chat_items_end_answer (self->items, message);
  cloche_chat_save (self, message);
}

static void
model_changed_cb (ClocheTurn      *turn,
                  ClocheModelInfo *model,
                  ClocheChat      *self)
{
  cloche_chat_take_model (self, model);
}

static void
turn_ended_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = g_task_get_source_object (task);
  ClocheTurnEnd end = cloche_turn_run_finish (CLOCHE_TURN (source), result);
  const char *notice = cloche_turn_end_to_notice (end);

  if (notice != NULL)
    cloche_chat_items_add_notice (self->items, notice, NULL);
  cloche_chat_release (self);
  cloche_chat_take_stop (self, NULL);

  if (end == CLOCHE_TURN_ANSWERED) {
    g_task_return_boolean (task, TRUE);
  } else if (end == CLOCHE_TURN_STOPPED) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "%s", cloche_notice_get_words (notice));
  } else {
    ClocheMessage *last = g_ptr_array_index (self->history, self->history->len - 1);

    if (notice == NULL)
      notice = cloche_message_get_error_code (last);
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_FAILED, "%s", cloche_notice_get_words (notice));
  }
}

static void
run_turn (ClocheChat *self,
          GTask      *task)
{
  g_autofree char *network = cloche_machine_tools_describe_network (self->conversation, self->is_asking);
  gint64 context_tokens = cloche_request_choose_tokens (self->model);
  g_autoptr (ClocheToolbox) toolbox = cloche_machine_tools_new (self->sandbox, self->files, network, context_tokens);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (cloche_clock_get_real_us (self->clock) / G_USEC_PER_SEC);
  g_autofree char *system_text = cloche_prompt_build (now,
                                                      cloche_model_info_get_tools (self->model) != CLOCHE_CAPABILITY_NO,
                                                      network);
  g_autoptr (ClocheTurn) turn = cloche_turn_new (self->provider, self->model, toolbox, system_text, self->history,
                                                 context_tokens, self->clock);

  g_ptr_array_set_size (self->runs, 0);
  cloche_turn_set_notices (turn, self->notices);
  g_signal_connect_object (turn, "answer-started", G_CALLBACK (answer_started_cb), self, 0);
  g_signal_connect_object (turn, "tool-called", G_CALLBACK (tool_called_cb), self, 0);
  g_signal_connect_object (turn, "message", G_CALLBACK (message_cb), self, 0);
  g_signal_connect_object (turn, "model-changed", G_CALLBACK (model_changed_cb), self, 0);
  cloche_turn_run_async (turn, self->stop, turn_ended_cb, g_object_ref (task));
}

/*
 * cloche_chat_begin_message:
 *
 * A message that follows the newest of the history, which it is not in yet. What the assistant says has no notices: they are
 * for its next question or results.
 */
ClocheMessage *
cloche_chat_begin_message (ClocheChat *self,
                           ClocheRole  role)
{
  ClocheMessage *last = self->history->len > 0 ? g_ptr_array_index (self->history, self->history->len - 1) : NULL;
  ClocheMessage *message = cloche_message_new (role, last != NULL ? cloche_message_get_id (last) : NULL,
                                               cloche_clock_get_real_us (self->clock));

  if (role == CLOCHE_ROLE_ASSISTANT)
    return message;

  for (guint i = 0; i < self->notices->len; i++)
    cloche_message_take_part (message, cloche_message_part_ref (g_ptr_array_index (self->notices, i)));
  g_ptr_array_set_size (self->notices, 0);

  return message;
}

static ClocheMessage *
question_new (ClocheChat *self,
              const char *text,
              GPtrArray  *files)
{
  ClocheMessage *message = cloche_chat_begin_message (self, CLOCHE_ROLE_USER);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  if (*valid != '\0')
    cloche_message_take_part (message, cloche_message_part_new_text (valid));
  for (guint i = 0; files != NULL && i < files->len; i++)
    cloche_message_take_part (message, cloche_message_part_new_file (g_ptr_array_index (files, i)));

  return message;
}

static void
claimed_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheChat *self = CLOCHE_CHAT (source);
  Question *asked = g_task_get_task_data (task);
  GError *error = NULL;
  ClocheMessage *question;

  if (!cloche_chat_claim_finish (self, result, &error)) {
    cloche_chat_take_stop (self, NULL);
    g_task_return_error (task, error);
    return;
  }

  question = question_new (self, asked->text, asked->files);
  g_ptr_array_add (self->history, question);
  cloche_attached_files_add_message (cloche_workspace_files_get_attached (self->files), question);
  cloche_chat_items_add_question (self->items, question);
  cloche_chat_save (self, question);
  run_turn (self, task);
}

/**
 * cloche_chat_send_async:
 * @text: what the person says; may be empty if there are files
 * @files: (nullable) (element-type ClocheFile): from cloche_chat_attach_finish()
 */
void
cloche_chat_send_async (ClocheChat         *self,
                        const char         *text,
                        GPtrArray          *files,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GCancellable) stop = g_cancellable_new ();
  Question *question;

  g_return_if_fail (CLOCHE_IS_CHAT (self));
  g_return_if_fail (text != NULL);

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, cloche_chat_send_async);
  if (self->stop != NULL) {
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_BUSY, _ ("An answer is still on its way."));
    return;
  }
  if (self->model == NULL) {
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_NO_MODEL, _ ("Choose a model first."));
    return;
  }

  question = g_new0 (Question, 1);
  question->text = g_strdup (text);
  question->files = files != NULL ? g_ptr_array_ref (files) : NULL;
  g_task_set_task_data (task, question, (GDestroyNotify) question_free);
  cloche_chat_take_stop (self, stop);
  cloche_chat_claim_async (self, claimed_cb, g_steal_pointer (&task));
}

/**
 * cloche_chat_send_finish:
 *
 * Returns: whether there is an answer. If not, the list says why, and so does @error, in a sentence.
 *
 * Errors: %CLOCHE_APP_ERROR, of which all but %CLOCHE_APP_ERROR_FAILED mean that nothing was said; %G_IO_ERROR_CANCELLED if
 *   it was stopped; those of the store if what others have said could not be read: nothing was said then.
 */
gboolean
cloche_chat_send_finish (ClocheChat   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_chat_stop:
 *
 * Ends the turn at hand, if there is one, at any moment of it.
 */
void
cloche_chat_stop (ClocheChat *self)
{
  g_return_if_fail (CLOCHE_IS_CHAT (self));

  g_cancellable_cancel (self->stop);
}
