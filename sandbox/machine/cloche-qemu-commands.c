/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* What is asked of a machine that is alive, over its monitor; cloche-qemu.c brings it to life and sees it end. */
#include "cloche-qemu-private.h"

#include "cloche-machine-error.h"
#include "cloche-qmp-sequence.h"

/* bytes a second: as fast as the disk is; the machine stands still meanwhile. */
#define NO_BANDWIDTH_LIMIT "{\"max-bandwidth\":1099511627776}"

static void
sequence_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (cloche_qmp_sequence_run_finish (result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static GTask *
new_task (ClocheQemu         *self,
          gpointer            source_tag,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  if (_cloche_qemu_get_qmp (self) == NULL) {
    g_task_return_new_error (task, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_EXITED, "QEMU is not running");
    return NULL;
  }

  return g_steal_pointer (&task);
}

static void
run_command (ClocheQemu         *self,
             const char         *command,
             gpointer            source_tag,
             GCancellable       *cancellable,
             GAsyncReadyCallback callback,
             gpointer            user_data)
{
  GTask *task = new_task (self, source_tag, cancellable, callback, user_data);
  ClocheQmpSequence *sequence;

  if (task == NULL)
    return;

  sequence = cloche_qmp_sequence_new (_cloche_qemu_get_qmp (self));
  cloche_qmp_sequence_add (sequence, command, NULL);
  cloche_qmp_sequence_run_async (sequence, cancellable, sequence_cb, task);
}

/**
 * cloche_qemu_cont_async:
 *
 * Lets the machine run.
 */
void
cloche_qemu_cont_async (ClocheQemu         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_QEMU (self));

  run_command (self, "cont", cloche_qemu_cont_async, cancellable, callback, user_data);
}

gboolean
cloche_qemu_cont_finish (ClocheQemu   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_qemu_stop_async:
 *
 * Makes the machine stand still.
 */
void
cloche_qemu_stop_async (ClocheQemu         *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_QEMU (self));

  run_command (self, "stop", cloche_qemu_stop_async, cancellable, callback, user_data);
}

gboolean
cloche_qemu_stop_finish (ClocheQemu   *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_qemu_save_template_async:
 * @state_fd: an empty file, open for writing; duplicated
 *
 * Freezes the machine for good: stops it and writes its devices' state; its RAM is in its file already. Then quit it.
 */
void
cloche_qemu_save_template_async (ClocheQemu         *self,
                                 int                 state_fd,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  ClocheQmpSequence *sequence;
  GTask *task;

  g_return_if_fail (CLOCHE_IS_QEMU (self));
  g_return_if_fail (state_fd >= 0);

  task = new_task (self, cloche_qemu_save_template_async, cancellable, callback, user_data);
  if (task == NULL)
    return;

  sequence = cloche_qmp_sequence_new (_cloche_qemu_get_qmp (self));
  cloche_qmp_sequence_add (sequence, "stop", NULL);
  cloche_qmp_sequence_add (sequence, "migrate-set-capabilities", CLOCHE_QEMU_CAPABILITIES);
  cloche_qmp_sequence_add (sequence, "migrate-set-parameters", NO_BANDWIDTH_LIMIT);
  cloche_qmp_sequence_add_fd (sequence, "state", state_fd);
  cloche_qmp_sequence_add (sequence, "migrate", "{\"uri\":\"fd:state\"}");
  cloche_qmp_sequence_await_migration (sequence);
  cloche_qmp_sequence_run_async (sequence, cancellable, sequence_cb, task);
}

gboolean
cloche_qemu_save_template_finish (ClocheQemu   *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
