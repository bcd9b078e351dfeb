/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-start-failure.h"

#include "cloche-base-folder.h"
#include "cloche-machine-error.h"
#include "cloche-wire-error.h"

/*
 * A base is a gigabyte, so that only the sizes of its files are looked at when a machine starts. What is wrong inside shows
 * as a state that QEMU refuses, or as a guest that crashes or says nothing. Then, when there is nothing to be late for, all
 * of it is compared with its manifest.
 */

static gboolean
may_be_damage (const GError *failure)
{
  if (failure->domain == CLOCHE_WIRE_ERROR)
    return TRUE;

  return g_error_matches (failure, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED) ||
         g_error_matches (failure, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_MIGRATION) ||
         g_error_matches (failure, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_PROTOCOL) ||
         g_error_matches (failure, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_QMP);
}

static void
verified_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *damage = NULL;

  if (!cloche_base_folder_verify_finish (CLOCHE_BASE_FOLDER (source), result, &damage))
    g_task_return_error (task, damage);
  else
    g_task_return_error (task, g_error_copy (g_task_get_task_data (task)));
}

void
cloche_start_failure_explain_async (const char         *base_path,
                                    const GError       *failure,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autoptr (ClocheBaseFolder) base = NULL;
  GError *damage = NULL;

  g_task_set_source_tag (task, cloche_start_failure_explain_async);
  g_task_set_task_data (task, g_error_copy (failure), (GDestroyNotify) g_error_free);
  if (may_be_damage (failure))
    base = cloche_base_folder_open (base_path, &damage);

  if (base != NULL)
    cloche_base_folder_verify_async (base, cancellable, NULL, NULL, verified_cb, g_steal_pointer (&task));
  else
    g_task_return_error (task, damage != NULL ? damage : g_error_copy (failure));
}

GError *
cloche_start_failure_explain_finish (GAsyncResult *result)
{
  GError *error = NULL;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  (void) g_task_propagate_boolean (G_TASK (result), &error);

  return error;
}
