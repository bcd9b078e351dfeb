/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-private.h"

#include "cloche-job-private.h"
#include "cloche-json.h"

void
cloche_machine_request_async (ClocheMachine      *self,
                              JsonObject         *request,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  _cloche_machine_open_async (self, request, cancellable, callback, user_data);
}

JsonObject *
cloche_machine_request_finish (ClocheMachine *self,
                               GAsyncResult  *result,
                               GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE (self), NULL);

  return _cloche_machine_open_finish (self, result, NULL, error);
}

void
cloche_machine_run_async (ClocheMachine      *self,
                          JsonObject         *request,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  _cloche_machine_open_async (self, request, cancellable, callback, user_data);
}

/**
 * cloche_machine_run_finish:
 *
 * Returns: (transfer full): the job; call cloche_job_listen() once its signals are connected
 */
ClocheJob *
cloche_machine_run_finish (ClocheMachine *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_autoptr (ClocheWireStream) stream = NULL;
  g_autoptr (JsonObject) answer = _cloche_machine_open_finish (self, result, &stream, error);

  return answer != NULL ? _cloche_job_new (cloche_json_get_int (answer, "job", 0), stream) : NULL;
}
