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
 * @allow: (nullable): what it may reach of the network; nothing if there is none
 */
gboolean
cloche_cli_machine_start (ClocheCli         *cli,
                          ClocheMachine     *machine,
                          const char *const *allow)
{
  ClocheCliWait wait = { NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  cloche_machine_set_network_async (machine, allow, cli->cancellable, cloche_cli_wait_cb, &wait);
  result = cloche_cli_wait (&wait);
  (void) cloche_machine_set_network_finish (machine, result, &error);

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
