/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-turn.h"

#include "cloche-llm-error.h"
#include "cloche-notice.h"
#include "cloche-request.h"
#include "cloche-tool-batch.h"

/*
 * States of a turn, and what leads from one to the next:
 *
 *   asking    → asking      the model turned out not to take tools, thinking or pictures: once each, nothing was shown yet
 *             → asking      nothing but thinking came, or a call that the server could not read: once
 *             → running     the answer came to its end and has calls
 *             → over        it has none; or it was cut, refused, stopped, or failed
 *   running   → asking      every call has a result
 *             → over        stopped; every call has a result all the same
 *
 * An answer goes to the history as soon as it has ended, however it ended, and its results as soon as all are there. So
 * the history is good after any state: what a crash leaves open is closed by cloche-history.c when the next request is
 * built. Only calls of an answer that came to its end mark are run.
 */

struct _ClocheTurn
{
  GObject parent_instance;

  ClocheProvider *provider;
  ClocheModelInfo *model;       /* a copy of our own once a refusal has taught us something */
  ClocheToolbox *toolbox;
  char *system_text;
  GPtrArray *history;           /* of ClocheMessage; grows */
  gint64 context_tokens;
  ClocheClock *clock;

  ClocheCompletion *completion; /* of the round at hand */
  GPtrArray *runs;              /* of ClocheToolRun, of the round at hand */
  guint n_rounds;
  guint n_repeats;              /* rounds in a row with the calls that last_calls holds */
  char *last_calls;
  gboolean has_asked_again;     /* after an empty or unreadable answer */
  GPtrArray *notices;           /* of ClocheMessagePart, or NULL: to go with the next results */
};

enum {
  ANSWER_STARTED,
  MESSAGE,
  TOOL_CALLED,
  MODEL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheTurn, cloche_turn, G_TYPE_OBJECT)

static void ask (GTask *taken_task);

static void
cloche_turn_dispose (GObject *object)
{
  ClocheTurn *self = CLOCHE_TURN (object);

  g_clear_object (&self->provider);
  g_clear_object (&self->completion);
  g_clear_pointer (&self->runs, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_turn_parent_class)->dispose (object);
}

static void
cloche_turn_finalize (GObject *object)
{
  ClocheTurn *self = CLOCHE_TURN (object);

  g_clear_pointer (&self->model, cloche_model_info_unref);
  g_clear_pointer (&self->toolbox, cloche_toolbox_unref);
  g_clear_pointer (&self->history, g_ptr_array_unref);
  g_clear_pointer (&self->notices, g_ptr_array_unref);
  g_clear_pointer (&self->clock, cloche_clock_unref);
  g_free (self->system_text);
  g_free (self->last_calls);

  G_OBJECT_CLASS (cloche_turn_parent_class)->finalize (object);
}

static void
cloche_turn_class_init (ClocheTurnClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_turn_dispose;
  object_class->finalize = cloche_turn_finalize;

  signals[ANSWER_STARTED] = g_signal_new ("answer-started", CLOCHE_TYPE_TURN, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_COMPLETION);
  signals[MESSAGE] = g_signal_new ("message", CLOCHE_TYPE_TURN, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_MESSAGE);
  signals[TOOL_CALLED] = g_signal_new ("tool-called", CLOCHE_TYPE_TURN, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_TOOL_RUN);
  signals[MODEL_CHANGED] = g_signal_new ("model-changed", CLOCHE_TYPE_TURN, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, CLOCHE_TYPE_MODEL_INFO);
}

static void
cloche_turn_init (ClocheTurn *self)
{
}

/**
 * cloche_turn_new:
 * @history: (element-type ClocheMessage): one branch, oldest first, that ends in the question; the turn adds to it
 * @context_tokens: the same number throughout a conversation; 0 = the provider's own
 */
ClocheTurn *
cloche_turn_new (ClocheProvider  *provider,
                 ClocheModelInfo *model,
                 ClocheToolbox   *toolbox,
                 const char      *system_text,
                 GPtrArray       *history,
                 gint64           context_tokens,
                 ClocheClock     *clock)
{
  ClocheTurn *self;

  g_return_val_if_fail (CLOCHE_IS_PROVIDER (provider), NULL);
  g_return_val_if_fail (history != NULL && history->len > 0, NULL);

  self = g_object_new (CLOCHE_TYPE_TURN, NULL);
  self->provider = g_object_ref (provider);
  self->model = cloche_model_info_ref (model);
  self->toolbox = cloche_toolbox_ref (toolbox);
  self->system_text = g_strdup (system_text);
  self->history = g_ptr_array_ref (history);
  self->context_tokens = context_tokens;
  self->clock = cloche_clock_ref (clock);

  return self;
}

/**
 * cloche_turn_set_notices:
 * @notices: (element-type ClocheMessagePart): shared; what the caller adds while tools run goes into the message with their
 *   results, for model and store, and is then taken out
 */
void
cloche_turn_set_notices (ClocheTurn *self,
                         GPtrArray  *notices)
{
  g_return_if_fail (CLOCHE_IS_TURN (self));

  g_clear_pointer (&self->notices, g_ptr_array_unref);
  self->notices = g_ptr_array_ref (notices);
}

static ClocheMessage *
message_new (ClocheTurn *self,
             ClocheRole  role)
{
  ClocheMessage *parent = g_ptr_array_index (self->history, self->history->len - 1);

  return cloche_message_new (role, cloche_message_get_id (parent), cloche_clock_get_real_us (self->clock));
}

static void
take_message (ClocheTurn    *self,
              ClocheMessage *message)
{
  g_ptr_array_add (self->history, message);
  g_signal_emit (self, signals[MESSAGE], 0, message);
}

static void
end (GTask        *task,
     ClocheTurnEnd how)
{
  g_task_return_int (task, (gssize) how);
}

/* TRUE if @error taught something about the model that makes another request worth while. */
static gboolean
learn (ClocheTurn   *self,
       const GError *error)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_copy (self->model);

  if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED) &&
      cloche_model_info_get_tools (model) != CLOCHE_CAPABILITY_NO)
    cloche_model_info_set_tools (model, CLOCHE_CAPABILITY_NO);
  else if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED) &&
           cloche_model_info_get_thinking (model) != CLOCHE_CAPABILITY_NO)
    cloche_model_info_set_thinking (model, CLOCHE_CAPABILITY_NO);
  else if (g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED) &&
           cloche_model_info_get_vision (model) != CLOCHE_CAPABILITY_NO)
    cloche_model_info_set_vision (model, CLOCHE_CAPABILITY_NO);
  else
    return FALSE;

  cloche_model_info_unref (self->model);
  self->model = g_steal_pointer (&model);
  g_signal_emit (self, signals[MODEL_CHANGED], 0, self->model);

  return TRUE;
}

static gboolean
is_untouched (ClocheTurn *self)
{
  return !cloche_completion_has_text (self->completion) && cloche_completion_get_n_calls (self->completion) == 0;
}

/* Whether asking once more, in silence, may bring what this answer did not. */
static gboolean
is_worth_another_try (ClocheTurn   *self,
                      const GError *error)
{
  if (!is_untouched (self))
    return FALSE;
  if (error != NULL && learn (self, error))
    return TRUE;
  if (self->has_asked_again ||
      (error != NULL && !g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_BAD_TOOL_CALL)))
    return FALSE;
  if (error == NULL && cloche_completion_get_finish (self->completion) != CLOCHE_FINISH_STOP)
    return FALSE;

  self->has_asked_again = TRUE;
  return TRUE;
}

static void
keep_answer (ClocheTurn   *self,
             const GError *error)
{
  ClocheMessage *message = message_new (self, CLOCHE_ROLE_ASSISTANT);

  cloche_completion_fill_message (self->completion, message);
  cloche_message_set_model (message, cloche_provider_get_endpoint (self->provider),
                            cloche_model_info_get_id (self->model));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    cloche_message_set_status (message, CLOCHE_MESSAGE_INTERRUPTED);
  } else if (error != NULL) {
    g_autofree char *code = cloche_notice_dup_code_of_error (error);

    cloche_message_set_error (message, code, error->message);
    cloche_message_set_status (message, g_error_matches (error, CLOCHE_LLM_ERROR, CLOCHE_LLM_ERROR_INTERRUPTED)
                               ? CLOCHE_MESSAGE_INTERRUPTED : CLOCHE_MESSAGE_FAILED);
  }

  take_message (self, message);
}

static void
keep_results (ClocheTurn *self)
{
  ClocheMessage *message = message_new (self, CLOCHE_ROLE_TOOL);

  for (guint i = 0; self->notices != NULL && i < self->notices->len; i++)
    cloche_message_take_part (message, cloche_message_part_ref (g_ptr_array_index (self->notices, i)));
  if (self->notices != NULL)
    g_ptr_array_set_size (self->notices, 0);
  for (guint i = 0; i < self->runs->len; i++)
    cloche_message_take_part (message, cloche_message_part_new_tool_result (
                                cloche_tool_run_get_result (g_ptr_array_index (self->runs, i))));
  take_message (self, message);
}

/* Ends calls that are not to be run. */
static void
keep_refusals (ClocheTurn      *self,
               ClocheToolStatus status,
               const char      *text)
{
  if (self->runs->len == 0)
    return;

  for (guint i = 0; i < self->runs->len; i++) {
    ClocheToolRun *run = g_ptr_array_index (self->runs, i);
    ClocheToolCall *call = cloche_tool_run_get_call (run);
    g_autoptr (ClocheToolResult) result = cloche_tool_result_new (cloche_tool_call_get_id (call),
                                                                  cloche_tool_call_get_name (call), status, text);

    cloche_tool_run_finish (run, result);
  }
  keep_results (self);
}

static void
batch_ended_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheTurn *self = g_task_get_source_object (task);

  (void) cloche_tool_batch_run_finish (result);         /* It has no other end than this one. */
  keep_results (self);

  if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    end (task, CLOCHE_TURN_STOPPED);
  else if (self->n_rounds >= CLOCHE_TURN_MAX_ROUNDS)
    end (task, CLOCHE_TURN_TOO_MANY_ROUNDS);
  else
    ask (g_steal_pointer (&task));
}

/* TRUE if the model has called the same things too often. */
static gboolean
counts_as_stuck (ClocheTurn *self)
{
  g_autoptr (GString) calls = g_string_new (NULL);

  for (guint i = 0; i < cloche_completion_get_n_calls (self->completion); i++) {
    ClocheToolCall *call = cloche_completion_get_call (self->completion, i);

    g_string_append_printf (calls, "%s\n%s\n", cloche_tool_call_get_name (call),
                            cloche_tool_call_get_arguments_text (call));
  }

  if (g_strcmp0 (calls->str, self->last_calls) == 0) {
    self->n_repeats++;
  } else {
    g_free (self->last_calls);
    self->last_calls = g_strdup (calls->str);
    self->n_repeats = 1;
  }

  return self->n_repeats >= CLOCHE_TURN_MAX_REPEATS;
}

/* The answer is in the history; where to from here? */
static void
go_on (GTask        *taken_task,
       const GError *error)
{
  g_autoptr (GTask) task = taken_task;
  ClocheTurn *self = g_task_get_source_object (task);
  ClocheFinish finish = cloche_completion_get_finish (self->completion);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    keep_refusals (self, CLOCHE_TOOL_CANCELLED, "exit: cancelled by user");
    end (task, CLOCHE_TURN_STOPPED);
  } else if (error != NULL) {
    keep_refusals (self, CLOCHE_TOOL_ERROR, "exit: not run\nnote: The answer broke off.");
    end (task, CLOCHE_TURN_FAILED);
  } else if (finish == CLOCHE_FINISH_LENGTH) {
    keep_refusals (self, CLOCHE_TOOL_ERROR, "exit: not run\nnote: The answer was cut at the limit of its length.");
    end (task, CLOCHE_TURN_CUT);
  } else if (finish == CLOCHE_FINISH_REFUSED) {
    keep_refusals (self, CLOCHE_TOOL_ERROR, "exit: not run\nnote: The answer was refused.");
    end (task, CLOCHE_TURN_REFUSED);
  } else if (cloche_completion_get_n_calls (self->completion) == 0) {
    end (task, cloche_completion_has_text (self->completion) ? CLOCHE_TURN_ANSWERED : CLOCHE_TURN_EMPTY);
  } else if (counts_as_stuck (self)) {
    keep_refusals (self, CLOCHE_TOOL_ERROR, "exit: not run\nnote: The same call was made again and again.");
    end (task, CLOCHE_TURN_REPEATED);
  } else {
    cloche_tool_batch_run_async (self->toolbox, self->runs, g_task_get_cancellable (task),
                                 batch_ended_cb, g_object_ref (task));
  }
}

static void
answered_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheTurn *self = g_task_get_source_object (task);
  g_autoptr (GError) error = NULL;

  cloche_provider_chat_finish (CLOCHE_PROVIDER (source), result, &error);
  if (is_worth_another_try (self, error)) {
    ask (g_steal_pointer (&task));
    return;
  }

  keep_answer (self, error);
  go_on (g_steal_pointer (&task), error);
}

static void
call_added_cb (ClocheCompletion *completion,
               ClocheToolCall   *call,
               ClocheTurn       *self)
{
  ClocheToolRun *run = cloche_tool_run_new (call);

  g_ptr_array_add (self->runs, run);
  g_signal_emit (self, signals[TOOL_CALLED], 0, run);
}

static void
ask (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  ClocheTurn *self = g_task_get_source_object (task);
  g_autoptr (ClocheChatRequest) request = cloche_request_build (self->model, self->system_text, self->toolbox,
                                                                self->history, self->context_tokens);

  self->n_rounds++;
  g_clear_object (&self->completion);
  self->completion = cloche_completion_new ();
  g_clear_pointer (&self->runs, g_ptr_array_unref);
  self->runs = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_object (self->completion, "tool-call-added", G_CALLBACK (call_added_cb), self, 0);
  g_signal_emit (self, signals[ANSWER_STARTED], 0, self->completion);
  cloche_provider_chat_async (self->provider, request, self->completion, g_task_get_cancellable (task),
                              answered_cb, g_object_ref (task));
}

/**
 * cloche_turn_run_async:
 * @cancellable: (nullable): the stop button; works at every moment
 *
 * Runs the turn to its end, once.
 */
void
cloche_turn_run_async (ClocheTurn         *self,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_TURN (self));
  g_return_if_fail (self->n_rounds == 0);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_turn_run_async);
  g_task_set_check_cancellable (task, FALSE);           /* Being stopped is an end like others. */
  ask (task);
}

/**
 * cloche_turn_run_finish:
 *
 * How it ended. If it failed, the history's last answer says why.
 */
ClocheTurnEnd
cloche_turn_run_finish (ClocheTurn   *self,
                        GAsyncResult *result)
{
  g_return_val_if_fail (g_task_is_valid (result, self), CLOCHE_TURN_FAILED);

  return (ClocheTurnEnd) g_task_propagate_int (G_TASK (result), NULL);
}

/**
 * cloche_turn_end_to_notice:
 *
 * Returns: (nullable): the code of the notice that ends a turn; %NULL where the answer or its error says it all
 */
const char *
cloche_turn_end_to_notice (ClocheTurnEnd end)
{
  static const char *const NOTICES[] = {
    [CLOCHE_TURN_STOPPED] = "stopped",
    [CLOCHE_TURN_CUT] = "cut",
    [CLOCHE_TURN_REFUSED] = "refused",
    [CLOCHE_TURN_TOO_MANY_ROUNDS] = "too-many-rounds",
    [CLOCHE_TURN_REPEATED] = "repeated",
    [CLOCHE_TURN_EMPTY] = "empty",
  };

  return (gsize) end < G_N_ELEMENTS (NOTICES) ? NOTICES[end] : NULL;
}
