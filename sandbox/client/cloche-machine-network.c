/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-network-private.h"

#include "cloche-gate-control.h"
#include "cloche-json.h"

/*
 * DETACHED ──attach──▶ open → policy, if there is one → follow → ask, if this client can be ──▶ ATTACHED
 * ATTACHED ──the connection is lost: the gate drops who does not read──▶ LOST ──attach──▶ ATTACHED
 * LOST ──nobody listens: the gate has ended under its machine──▶ ENDED ──attach──▶ ATTACHED
 * any ──detach──▶ DETACHED
 *
 * In LOST the gate does not hear of a policy: nobody is told that it holds. It goes there with the next attach, which is
 * tried at once, and again before the machine's next operation. One that the gate has heard of is left at home then, since
 * another client may have set a newer one.
 *
 * In ENDED nothing gets out: the keeper has no network, and no other gate can take the place of its own. What runs in the
 * machine goes on. Only the machine's next start brings another one, and is told of the policy.
 */

/* times that the gate is called before it counts as one that takes no more clients. One that is being killed may still seem to
 * listen when its connections have ended, for less time than one call takes. */
#define MAX_CALLS 4

struct _ClocheMachineNetwork
{
  GObject parent_instance;

  /* Owned */
  ClocheEgressPolicy *policy;   /* what held last, whoever set it; NULL: none was set here */
  ClocheGateControl *control;   /* NULL while detached */

  char *gate_path;              /* NULL while the machine sleeps */
  char *token;

  guint n_calls;                /* of a gate, without an answer */
  guint n_setting;              /* policies that the gate was told of and has not answered */
  gboolean is_asking;
  gboolean is_lost;
  gboolean has_ended;           /* the gate, while the machine runs */
  gboolean is_untold;           /* the gate has not agreed to @policy yet */
};

enum {
  SIGNAL_ATTACHED,
  SIGNAL_DETACHED,
  SIGNAL_ENDED,
  SIGNAL_ATTEMPT,
  SIGNAL_REFUSED,
  SIGNAL_POLICY,
  SIGNAL_QUESTION,
  SIGNAL_CLEARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheMachineNetwork, cloche_machine_network, G_TYPE_OBJECT)

static void
attempt_cb (ClocheMachineNetwork *self,
            GBytes               *row)
{
  g_signal_emit (self, signals[SIGNAL_ATTEMPT], 0, row);
}

static void
refused_cb (ClocheMachineNetwork *self,
            JsonObject           *event)
{
  g_signal_emit (self, signals[SIGNAL_REFUSED], 0, event);
}

static void
take_policy (ClocheMachineNetwork *self,
             ClocheEgressPolicy   *policy)
{
  cloche_egress_policy_ref (policy);
  g_clear_pointer (&self->policy, cloche_egress_policy_unref);
  self->policy = policy;
}

/* NULL: there is none in it, which a gate of ours does not say. */
static ClocheEgressPolicy *
policy_from_event (JsonObject *event)
{
  JsonArray *allow = cloche_json_get_array (event, "allow");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) rules = NULL;
  ClocheEgressMode mode;

  for (guint i = 0; allow != NULL && i < json_array_get_length (allow); i++)
    if (cloche_json_array_get_string (allow, i) != NULL)
      g_strv_builder_add (builder, cloche_json_array_get_string (allow, i));
  rules = g_strv_builder_end (builder);
  if (!cloche_egress_mode_from_string (cloche_json_get_string (event, "mode"), &mode))
    return NULL;

  return cloche_egress_policy_new (mode, (const char *const *) rules, NULL);
}

/* What another client has set holds at the next start as well. While an answer is waited for, what the gate tells is older
 * than what was set here. */
static void
policy_cb (ClocheMachineNetwork *self,
           JsonObject           *event)
{
  g_autoptr (ClocheEgressPolicy) policy = NULL;

  if (self->n_setting > 0)
    return;

  policy = policy_from_event (event);
  if (policy != NULL && self->policy != NULL)
    take_policy (self, policy);
  g_signal_emit (self, signals[SIGNAL_POLICY], 0, event);
}

static void
question_cb (ClocheMachineNetwork *self,
             JsonObject           *event)
{
  g_signal_emit (self, signals[SIGNAL_QUESTION], 0, event);
}

static void
cleared_cb (ClocheMachineNetwork *self,
            gint64                id)
{
  g_signal_emit (self, signals[SIGNAL_CLEARED], 0, id);
}

static void
attached_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineNetwork *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (!cloche_gate_control_request_finish (CLOCHE_GATE_CONTROL (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  self->is_lost = FALSE;
  self->has_ended = FALSE;
  self->n_calls = 0;
  g_signal_emit (self, signals[SIGNAL_ATTACHED], 0);
  g_task_return_boolean (task, TRUE);
}

static void
followed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineNetwork *self = g_task_get_source_object (task);
  ClocheGateControl *control = CLOCHE_GATE_CONTROL (source);
  GError *error = NULL;

  if (!cloche_gate_control_follow_finish (control, result, &error))
    g_task_return_error (task, error);
  else if (self->is_asking)
    cloche_gate_control_ask_async (control, NULL, attached_cb, g_steal_pointer (&task));
  else
    cloche_gate_control_sync_async (control, NULL, attached_cb, g_steal_pointer (&task));
}

static void
first_policy_set_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineNetwork *self = g_task_get_source_object (task);
  ClocheGateControl *control = CLOCHE_GATE_CONTROL (source);
  GError *error = NULL;

  if (!cloche_gate_control_set_policy_finish (control, result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  self->is_untold &= self->n_setting > 0;
  cloche_gate_control_follow_async (control, NULL, followed_cb, g_steal_pointer (&task));
}

static void
let_go (ClocheMachineNetwork *self)
{
  g_autoptr (ClocheGateControl) control = g_steal_pointer (&self->control);

  if (control == NULL)
    return;

  g_signal_handlers_disconnect_by_data (control, self);
  cloche_gate_control_close (control);
  g_signal_emit (self, signals[SIGNAL_DETACHED], 0);
}

static void open_gate (GTask *task);

static void
lost_cb (ClocheMachineNetwork *self)
{
  self->is_lost = TRUE;
  let_go (self);
  if (self->gate_path != NULL)
    open_gate (g_task_new (self, NULL, NULL, NULL));
}

static GError *
ended_error_new (void)
{
  return g_error_new_literal (CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_ENDED, "The gate has ended");
}

static gboolean
is_worth_another_call (ClocheMachineNetwork *self,
                       const GError         *error)
{
  return self->gate_path != NULL && ++self->n_calls < MAX_CALLS &&
         (error->domain == G_IO_ERROR || g_error_matches (error, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED));
}

/* A gate listens before its machine is there, and until it ends. Takes @task. */
static void
take_open_error (GTask  *task,
                 GError *taken_error)
{
  g_autoptr (GTask) owned = task;
  g_autoptr (GError) error = taken_error;
  ClocheMachineNetwork *self = g_task_get_source_object (task);
  gboolean was_ended = self->has_ended;

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED) && is_worth_another_call (self, error)) {
    open_gate (g_steal_pointer (&owned));
    return;
  }
  self->n_calls = 0;
  if (self->gate_path == NULL || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  self->has_ended = TRUE;
  if (!was_ended)
    g_signal_emit (self, signals[SIGNAL_ENDED], 0);
  g_task_return_error (task, ended_error_new ());
}

static void
gate_opened_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineNetwork *self = g_task_get_source_object (task);
  GError *error = NULL;
  ClocheGateControl *control = cloche_gate_control_open_finish (result, &error);

  if (control == NULL) {
    take_open_error (g_steal_pointer (&task), error);
    return;
  }
  if (self->gate_path == NULL) {
    g_object_unref (control);
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED, "The machine has stopped");
    return;
  }

  let_go (self);
  self->control = control;
  g_signal_connect_object (control, "attempt", G_CALLBACK (attempt_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "policy", G_CALLBACK (policy_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "question", G_CALLBACK (question_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "cleared", G_CALLBACK (cleared_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (control, "closed", G_CALLBACK (lost_cb), self, G_CONNECT_SWAPPED);
  if (self->policy != NULL && (self->is_untold || !self->is_lost))
    cloche_gate_control_set_policy_async (control, self->policy, NULL, first_policy_set_cb, g_steal_pointer (&task));
  else
    cloche_gate_control_follow_async (control, NULL, followed_cb, g_steal_pointer (&task));
}

/* Takes @task. */
static void
open_gate (GTask *task)
{
  ClocheMachineNetwork *self = g_task_get_source_object (task);

  cloche_gate_control_open_async (self->gate_path, self->token, NULL, gate_opened_cb, task);
}

static void
cloche_machine_network_dispose (GObject *object)
{
  ClocheMachineNetwork *self = CLOCHE_MACHINE_NETWORK (object);

  if (self->control != NULL)
    g_signal_handlers_disconnect_by_data (self->control, self);
  if (self->control != NULL)
    cloche_gate_control_close (self->control);
  g_clear_object (&self->control);
  g_clear_pointer (&self->policy, cloche_egress_policy_unref);
  g_clear_pointer (&self->gate_path, g_free);
  g_clear_pointer (&self->token, g_free);

  G_OBJECT_CLASS (cloche_machine_network_parent_class)->dispose (object);
}

static void
cloche_machine_network_class_init (ClocheMachineNetworkClass *klass)
{
  static const char *const EVENTS[] = {
    [SIGNAL_REFUSED] = "refused", [SIGNAL_POLICY] = "policy", [SIGNAL_QUESTION] = "question",
  };

  G_OBJECT_CLASS (klass)->dispose = cloche_machine_network_dispose;

  signals[SIGNAL_ATTACHED] = g_signal_new ("attached", CLOCHE_TYPE_MACHINE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);
  signals[SIGNAL_DETACHED] = g_signal_new ("detached", CLOCHE_TYPE_MACHINE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", CLOCHE_TYPE_MACHINE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 0);
  signals[SIGNAL_ATTEMPT] = g_signal_new ("attempt", CLOCHE_TYPE_MACHINE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_BYTES);
  for (int i = SIGNAL_REFUSED; i <= SIGNAL_QUESTION; i++)
    signals[i] = g_signal_new (EVENTS[i], CLOCHE_TYPE_MACHINE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[SIGNAL_CLEARED] = g_signal_new ("cleared", CLOCHE_TYPE_MACHINE_NETWORK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_INT64);
}

static void
cloche_machine_network_init (ClocheMachineNetwork *self)
{
}

ClocheMachineNetwork *
_cloche_machine_network_new (void)
{
  return g_object_new (CLOCHE_TYPE_MACHINE_NETWORK, NULL);
}

void
_cloche_machine_network_attach_async (ClocheMachineNetwork *self,
                                      const char           *gate_path,
                                      const char           *token,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data)
{
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, _cloche_machine_network_attach_async);
  g_free (self->gate_path);
  self->gate_path = g_strdup (gate_path);
  g_free (self->token);
  self->token = g_strdup (token);
  open_gate (task);
}

gboolean
_cloche_machine_network_attach_finish (ClocheMachineNetwork *self,
                                       GAsyncResult         *result,
                                       GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
_cloche_machine_network_detach (ClocheMachineNetwork *self)
{
  g_clear_pointer (&self->gate_path, g_free);
  g_clear_pointer (&self->token, g_free);
  self->is_lost = FALSE;
  self->has_ended = FALSE;
  let_go (self);
}

/**
 * cloche_machine_network_set_asking:
 * @is_asking: whether there is a person behind this client who can answer
 */
void
cloche_machine_network_set_asking (ClocheMachineNetwork *self,
                                   gboolean              is_asking)
{
  g_return_if_fail (CLOCHE_IS_MACHINE_NETWORK (self));

  self->is_asking = is_asking;
}

gboolean
cloche_machine_network_is_attached (ClocheMachineNetwork *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_NETWORK (self), FALSE);

  return self->control != NULL && !self->is_lost;
}

/**
 * cloche_machine_network_has_ended:
 *
 * Whether the gate has ended under the machine, so that nothing gets out of it until it starts again.
 */
gboolean
cloche_machine_network_has_ended (ClocheMachineNetwork *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_NETWORK (self), FALSE);

  return self->has_ended;
}

static void
policy_set_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineNetwork *self = g_task_get_source_object (task);
  GError *error = NULL;

  self->n_setting--;
  if (!cloche_gate_control_set_policy_finish (CLOCHE_GATE_CONTROL (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  self->is_untold &= self->n_setting > 0;
  g_task_return_boolean (task, TRUE);
}

/**
 * cloche_machine_network_set_policy_async:
 *
 * Of a machine that sleeps this ends at once. When it has ended, what @policy forbids has been broken off.
 *
 * Errors: %CLOCHE_GATE_ERROR_CLOSED: the gate could not be told; it is when it is reached again, and at the next start.
 *   %CLOCHE_GATE_ERROR_ENDED: it is at the next start; until then nothing gets out.
 */
void
cloche_machine_network_set_policy_async (ClocheMachineNetwork *self,
                                         ClocheEgressPolicy   *policy,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE_NETWORK (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_network_set_policy_async);
  take_policy (self, policy);
  self->is_untold = TRUE;
  if (self->has_ended) {
    g_task_return_error (task, ended_error_new ());
    return;
  }
  if (self->is_lost) {
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_CLOSED, "The gate is not reached");
    return;
  }
  if (self->control == NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  self->n_setting++;
  cloche_gate_control_set_policy_async (self->control, policy, cancellable, policy_set_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_network_set_policy_finish (ClocheMachineNetwork *self,
                                          GAsyncResult         *result,
                                          GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
requested_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_gate_control_request_finish (CLOCHE_GATE_CONTROL (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
cloche_machine_network_answer_async (ClocheMachineNetwork *self,
                                     gint64                question,
                                     gboolean              is_yes,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE_NETWORK (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_network_answer_async);
  if (self->control == NULL)
    g_task_return_new_error (task, CLOCHE_GATE_ERROR, CLOCHE_GATE_ERROR_GONE, "The machine has stopped");
  else
    cloche_gate_control_answer_async (self->control, question, is_yes, cancellable, requested_cb, g_steal_pointer (&task));
}

void
cloche_machine_network_sync_async (ClocheMachineNetwork *self,
                                   GCancellable         *cancellable,
                                   GAsyncReadyCallback   callback,
                                   gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE_NETWORK (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_network_sync_async);
  if (self->control == NULL)
    g_task_return_boolean (task, TRUE);
  else
    cloche_gate_control_sync_async (self->control, cancellable, requested_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_network_request_finish (ClocheMachineNetwork *self,
                                       GAsyncResult         *result,
                                       GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
