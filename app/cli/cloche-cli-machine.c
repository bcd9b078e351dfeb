/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-machine.h"

#include "cloche-machine-text.h"

/**
 * cloche_cli_machine_fail:
 *
 * Tells a failure that has to do with a machine. Returns the exit code.
 */
int
cloche_cli_machine_fail (const GError *error)
{
  g_autofree char *text = cloche_machine_text_for_error (error);

  return cloche_cli_fail (error, text);
}

static gboolean
check (const GError *error)
{
  if (error != NULL)
    (void) cloche_cli_machine_fail (error);     /* The caller has a code of its own. */

  return error == NULL;
}

/**
 * cloche_cli_machine_start:
 * @allow: (nullable): what it may reach of the network; about everything else a person is asked, if there is one who can be
 */
gboolean
cloche_cli_machine_start (ClocheCli         *cli,
                          ClocheMachine     *machine,
                          const char *const *allow)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) set = NULL;
  g_autoptr (GAsyncResult) started = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheEgressPolicy) policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_ASK, allow, &error);

  if (policy == NULL)
    return check (error);

  cloche_machine_network_set_policy_async (cloche_machine_get_network (machine), policy, cli->cancellable,
                                           cloche_cli_wait_cb, &wait);
  set = cloche_cli_wait (&wait);
  if (!cloche_machine_network_set_policy_finish (cloche_machine_get_network (machine), set, &error))
    return check (error);

  cloche_machine_start_async (machine, cli->cancellable, cloche_cli_wait_cb, &wait);
  started = cloche_cli_wait (&wait);
  (void) cloche_machine_start_finish (machine, started, &error);

  return check (error);
}

gboolean
cloche_cli_machine_stop (ClocheCli     *cli,
                         ClocheMachine *machine,
                         gboolean       force)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_stop_async (machine, force, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  (void) cloche_machine_stop_finish (machine, result, &error);
  while (error == NULL && cloche_machine_get_state (machine) != CLOCHE_MACHINE_STATE_ASLEEP)
    g_main_context_iteration (NULL, TRUE);

  return check (error);
}

/* Not cancelled by the person's Ctrl+C, which is often why it is called. */
gboolean
cloche_cli_machine_delete (ClocheCli     *cli,
                           ClocheMachine *machine)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_delete_async (machine, NULL, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  (void) cloche_machine_delete_finish (machine, result, &error);

  return check (error);
}

/**
 * cloche_cli_machine_run:
 * @request: exec, code or attach
 */
ClocheJob *
cloche_cli_machine_run (ClocheCli     *cli,
                        ClocheMachine *machine,
                        JsonObject    *request)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheJob *job;

  cloche_machine_run_async (machine, request, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  job = cloche_machine_run_finish (machine, result, &error);
  (void) check (error);

  return job;
}
