/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-private.h"

#include "cloche-machine-folder.h"

#include <glib/gstdio.h>

/* The sockets go with the machine; whoever is still connected keeps their connection until they notice. */
static void
delete_sockets (ClochePaths *paths,
                const char  *id)
{
  static const char *const SOCKETS[] = { "wire.sock", "gate.sock" };
  g_autofree char *dir = g_build_filename (cloche_paths_get_runtime_dir (paths), id, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (SOCKETS); i++) {
    g_autofree char *path = g_build_filename (dir, SOCKETS[i], NULL);

    (void) g_unlink (path);     /* Not there if it never ran. */
  }
  (void) g_rmdir (dir);
}

static void
delete_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  ClocheMachine *self = source_object;
  ClochePaths *paths = cloche_machine_host_get_paths (cloche_machine_get_host (self));
  g_autofree char *machines_dir = cloche_paths_dup_machines_dir (paths);
  g_autoptr (ClocheMachineFolder) folder = NULL;
  gboolean waits = GPOINTER_TO_INT (task_data);
  GError *error = NULL;

  folder = cloche_machine_folder_open (machines_dir, cloche_machine_get_id (self), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
    g_clear_error (&error);     /* It was never made. */
  } else if (folder != NULL && cloche_machine_folder_delete (folder, waits, &error)) {
    delete_sockets (paths, cloche_machine_get_id (self));
  }

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* @waits: whether to wait until its keeper has ended. */
static void
delete_folder (GTask              *task,
               gboolean            waits,
               GAsyncReadyCallback callback)
{
  g_autoptr (GTask) step = g_task_new (g_task_get_source_object (task), NULL, callback, g_object_ref (task));

  g_task_set_source_tag (step, delete_folder);
  g_task_set_task_data (step, GINT_TO_POINTER (waits), NULL);
  g_task_run_in_thread (step, delete_thread);
}

static void
deleted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  /* A machine that does not answer any more is waited for all the same: its lock ends with its keeper. */
  (void) cloche_machine_stop_finish (CLOCHE_MACHINE (source), result, NULL);
  delete_folder (task, TRUE, deleted_cb);
}

static void
joined_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (cloche_machine_start_finish (CLOCHE_MACHINE (source), result, &error)) {
    cloche_machine_stop_async (CLOCHE_MACHINE (source), TRUE, cancellable, stopped_cb, g_steal_pointer (&task));
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, error);
  } else {
    /* What ran was one that did not come up; it is ending. */
    g_error_free (error);
    delete_folder (task, TRUE, deleted_cb);
  }
}

/* It runs although we are not connected: for another program, or since an earlier run of this one. It has to be told. */
static void
deleted_asleep_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_boolean (task, TRUE);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
    g_error_free (error);
    cloche_machine_start_async (CLOCHE_MACHINE (source), cancellable, joined_cb, g_steal_pointer (&task));
  } else {
    g_task_return_error (task, error);
  }
}

/**
 * cloche_machine_delete_async:
 *
 * Stops the machine, whatever it is doing, and deletes it with all that is on its disk.
 */
void
cloche_machine_delete_async (ClocheMachine      *self,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_delete_async);
  if (cloche_machine_get_state (self) == CLOCHE_MACHINE_STATE_ASLEEP)
    delete_folder (task, FALSE, deleted_asleep_cb);
  else
    cloche_machine_stop_async (self, TRUE, cancellable, stopped_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_delete_finish (ClocheMachine *self,
                              GAsyncResult  *result,
                              GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
