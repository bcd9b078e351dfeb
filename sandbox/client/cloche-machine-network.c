/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-private.h"

#include "cloche-gate-control.h"
#include "cloche-wire-error.h"

typedef struct
{
  ClocheEgressPolicy *policy;
  ClocheGateControl *control;
} Network;

static void
network_free (Network *network)
{
  g_clear_pointer (&network->policy, cloche_egress_policy_unref);
  if (network->control != NULL)
    cloche_gate_control_close (network->control);
  g_clear_object (&network->control);
  g_free (network);
}

static void
policy_set_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_gate_control_set_policy_finish (CLOCHE_GATE_CONTROL (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
gate_opened_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Network *network = g_task_get_task_data (task);
  GError *error = NULL;

  network->control = cloche_gate_control_open_finish (result, &error);
  if (network->control == NULL)
    g_task_return_error (task, error);
  else
    cloche_gate_control_set_policy_async (network->control, network->policy, cancellable,
                                          policy_set_cb, g_steal_pointer (&task));
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  ClocheMachine *self = CLOCHE_MACHINE (source);
  GError *error = NULL;

  if (!cloche_machine_start_finish (self, result, &error))
    g_task_return_error (task, error);
  else if (_cloche_machine_get_gate_path (self) == NULL)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_CLOSED, "The machine stopped at once");
  else
    cloche_gate_control_open_async (_cloche_machine_get_gate_path (self), _cloche_machine_get_token (self),
                                    cancellable, gate_opened_cb, g_steal_pointer (&task));
}

/**
 * cloche_machine_set_network_async:
 * @allow: (nullable): rules as cloche_egress_rule_check() takes them; none = no network
 *
 * Says to the machine's gate what it may reach, past the keeper, until it is said anew or the machine stops.
 *
 * Errors: %CLOCHE_GATE_ERROR_RULE names the rule that is not understood.
 */
void
cloche_machine_set_network_async (ClocheMachine      *self,
                                  const char *const  *allow,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  static const char *const NOTHING[] = { NULL };
  g_autoptr (GTask) task = NULL;
  gboolean is_off = allow == NULL || allow[0] == NULL;
  Network *network;
  GError *error = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_set_network_async);

  network = g_new0 (Network, 1);
  g_task_set_task_data (task, network, (GDestroyNotify) network_free);
  network->policy = cloche_egress_policy_new (is_off ? CLOCHE_EGRESS_MODE_OFF : CLOCHE_EGRESS_MODE_LISTED,
                                              is_off ? NOTHING : allow, &error);
  if (network->policy == NULL)
    g_task_return_error (task, error);
  else
    cloche_machine_start_async (self, cancellable, started_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_set_network_finish (ClocheMachine *self,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
