/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-host.h"

#include "cloche-accelerator.h"

struct _ClocheMachineHost
{
  GObject parent_instance;

  /* Owned */
  ClochePaths *paths;
  ClocheBaseStore *bases;
  ClocheQemuProgram *program;
  char *reason;                 /* why the accelerator is what it is: plain facts */

  ClocheAccelerator accelerator;
  guint rest_ms;                /* 0 = as keepers have it by themselves */
  guint expire_ms;
};

G_DEFINE_FINAL_TYPE (ClocheMachineHost, cloche_machine_host, G_TYPE_OBJECT)

static void
accelerator_probed_cb (GObject      *source,
                       GAsyncResult *result,
                       gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineHost *self = g_task_get_source_object (task);
  g_autofree char *reason = NULL;
  GError *error = NULL;

  if (!cloche_accelerator_probe_finish (result, &self->accelerator, &reason, &error)) {
    g_clear_pointer (&self->program, cloche_qemu_program_free);
    g_task_return_error (task, error);
    return;
  }

  g_free (self->reason);
  self->reason = g_steal_pointer (&reason);
  g_task_return_boolean (task, TRUE);
}

static void
program_found_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineHost *self = g_task_get_source_object (task);
  g_autofree char *cache_path = NULL;
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  g_clear_pointer (&self->program, cloche_qemu_program_free);
  self->program = cloche_qemu_program_find_finish (result, &error);
  if (self->program == NULL) {
    g_task_return_error (task, error);
    return;
  }

  cache_path = g_build_filename (cloche_paths_get_cache_dir (self->paths), "accelerator.json", NULL);
  cloche_accelerator_probe_async (self->program, cache_path, cancellable,
                                  accelerator_probed_cb, g_steal_pointer (&task));
}

static void
cloche_machine_host_finalize (GObject *object)
{
  ClocheMachineHost *self = CLOCHE_MACHINE_HOST (object);

  g_clear_object (&self->paths);
  g_clear_object (&self->bases);
  g_clear_pointer (&self->program, cloche_qemu_program_free);
  g_clear_pointer (&self->reason, g_free);

  G_OBJECT_CLASS (cloche_machine_host_parent_class)->finalize (object);
}

static void
cloche_machine_host_class_init (ClocheMachineHostClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_machine_host_finalize;
}

static void
cloche_machine_host_init (ClocheMachineHost *self)
{
}

ClocheMachineHost *
cloche_machine_host_new (ClochePaths *paths)
{
  ClocheMachineHost *self;

  g_return_val_if_fail (CLOCHE_IS_PATHS (paths), NULL);

  self = g_object_new (CLOCHE_TYPE_MACHINE_HOST, NULL);
  self->paths = g_object_ref (paths);
  self->bases = cloche_base_store_new (cloche_paths_get_data_dir (paths));

  return self;
}

/**
 * cloche_machine_host_prepare_async:
 *
 * Finds QEMU and the accelerator; at once if that was done before. The first time on a computer it takes as long as a
 * probe boot, some seconds at most.
 *
 * Errors: %CLOCHE_MACHINE_ERROR_NO_QEMU.
 */
void
cloche_machine_host_prepare_async (ClocheMachineHost  *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_MACHINE_HOST (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_host_prepare_async);

  if (self->program != NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  cloche_qemu_program_find_async (NULL, cloche_paths_get_cache_dir (self->paths), cancellable,
                                  program_found_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_host_prepare_finish (ClocheMachineHost *self,
                                    GAsyncResult      *result,
                                    GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

ClochePaths *
cloche_machine_host_get_paths (ClocheMachineHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (self), NULL);

  return self->paths;
}

/**
 * cloche_machine_host_get_program:
 *
 * Returns: (nullable): this computer's QEMU, %NULL until it has been found
 */
const ClocheQemuProgram *
cloche_machine_host_get_program (ClocheMachineHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (self), NULL);

  return self->program;
}

ClocheAccelerator
cloche_machine_host_get_accelerator (ClocheMachineHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (self), CLOCHE_ACCELERATOR_TCG);

  return self->accelerator;
}

/**
 * cloche_machine_host_get_reason:
 *
 * Returns: (nullable): why the accelerator is what it is, as plain facts for a details view
 */
const char *
cloche_machine_host_get_reason (ClocheMachineHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (self), NULL);

  return self->reason;
}

ClocheBaseStore *
cloche_machine_host_get_bases (ClocheMachineHost *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (self), NULL);

  return self->bases;
}

/**
 * cloche_machine_host_set_patience:
 * @rest_ms: ms without anything to do before a machine rests
 * @expire_ms: ms in that state and without a client before it ends
 *
 * For machines that are started from now on, instead of 5 seconds and 10 minutes.
 */
void
cloche_machine_host_set_patience (ClocheMachineHost *self,
                                  guint              rest_ms,
                                  guint              expire_ms)
{
  g_return_if_fail (CLOCHE_IS_MACHINE_HOST (self));
  g_return_if_fail (rest_ms > 0 && expire_ms > 0);

  self->rest_ms = rest_ms;
  self->expire_ms = expire_ms;
}

/**
 * cloche_machine_host_get_patience:
 *
 * Returns: whether any was set
 */
gboolean
cloche_machine_host_get_patience (ClocheMachineHost *self,
                                  guint             *ret_rest_ms,
                                  guint             *ret_expire_ms)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_HOST (self), FALSE);

  if (self->rest_ms == 0)
    return FALSE;

  *ret_rest_ms = self->rest_ms;
  *ret_expire_ms = self->expire_ms;
  return TRUE;
}
