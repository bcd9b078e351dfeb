/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-boot.h"

#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-keeper-confine.h"
#include "cloche-keeper-identity.h"
#include "cloche-wire-error.h"

#include <errno.h>
#include <fcntl.h>

/*
 * The steps, in order:
 *
 *   1. everything that needs files of the host is read: what the machine will be told
 *   2. the template's memory                     (holder, or the file itself)
 *   3. QEMU is spawned, jailed, and loads the frozen state; the machine is still stopped
 *   4. this process confines itself: from here on it starts nothing and opens nothing
 *   5. the machine runs; the agent says hello    (the first bytes of the guest's that anybody parses)
 *   6. revive: the machine has its own randomness, clock and names
 *
 * From then on it answers. That it moves onto its own disk, which takes an emulated machine as long as all of the above,
 * is the first thing that the keeper asks of it; see cloche-keeper.c.
 */

/* seconds from the machine's first instruction to its agent's answer: one on an idle computer; a busy one is given time, a
 * guest that hangs an end. */
#define ANSWER_SECONDS 120

typedef struct
{
  ClocheKeeperBoot *boot;
  ClocheBaseFolder *base;
  ClocheQemuProgram *program;
  JsonObject *revive;
  gint64 start_us;
  GCancellable *patience;       /* cancelled when the agent has not answered in time */
  guint deadline_id;
} Steps;

static void
steps_free (Steps *steps)
{
  g_clear_pointer (&steps->boot, cloche_keeper_boot_free);
  g_clear_object (&steps->base);
  g_clear_pointer (&steps->program, cloche_qemu_program_free);
  g_clear_pointer (&steps->revive, json_object_unref);
  g_clear_handle_id (&steps->deadline_id, g_source_remove);
  g_clear_object (&steps->patience);
  g_free (steps);
}

static gboolean
deadline_cb (gpointer user_data)
{
  Steps *steps = user_data;

  steps->deadline_id = 0;
  g_cancellable_cancel (steps->patience);

  return G_SOURCE_REMOVE;
}

/* @what did not come about, for @reason: the guest is not as it was frozen, or too slow. */
static void
return_broken (GTask        *task,
               const char   *what,
               const GError *reason)
{
  Steps *steps = g_task_get_task_data (task);

  if (g_cancellable_is_cancelled (steps->patience))
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_BROKEN, "%s: it said nothing for %d seconds",
                             what, ANSWER_SECONDS);
  else
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_BROKEN, "%s: %s", what, reason->message);
}

static void
revived_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Steps *steps = g_task_get_task_data (task);
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;

  answer = cloche_keeper_guest_request_finish (CLOCHE_KEEPER_GUEST (source), result, NULL, &error);
  if (answer == NULL) {
    return_broken (task, "The machine could not be given its own identity", error);
    return;
  }

  steps->boot->revived_us = g_get_monotonic_time () - steps->start_us;
  g_task_return_pointer (task, g_steal_pointer (&steps->boot), (GDestroyNotify) cloche_keeper_boot_free);
}

static void
greeted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Steps *steps = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!cloche_keeper_guest_connect_finish (CLOCHE_KEEPER_GUEST (source), result, &error)) {
    return_broken (task, "The agent in the machine did not answer", error);
    return;
  }

  steps->boot->greeted_us = g_get_monotonic_time () - steps->start_us;
  json_object_set_int_member (steps->revive, "realtime_us", g_get_real_time ());
  cloche_keeper_guest_request_async (steps->boot->guest, FALSE, steps->revive, steps->patience,
                                     revived_cb, g_steal_pointer (&task));
}

static void
running_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Steps *steps = g_task_get_task_data (task);
  GError *error = NULL;

  if (!cloche_qemu_cont_finish (CLOCHE_QEMU (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  steps->patience = g_cancellable_new ();
  steps->deadline_id = g_timeout_add_seconds (ANSWER_SECONDS, deadline_cb, steps);
  cloche_keeper_guest_connect_async (steps->boot->guest, steps->patience,
                                     greeted_cb, g_steal_pointer (&task));
}

static gboolean
confine (ClocheQemu *qemu,
         GError    **error)
{
  const GPid may_kill[] = { cloche_qemu_get_pid (qemu), cloche_qemu_get_jail_pid (qemu) };

  return cloche_keeper_confine (may_kill, G_N_ELEMENTS (may_kill), error);
}

static void
spawned_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Steps *steps = g_task_get_task_data (task);
  ClocheKeeperBoot *boot = steps->boot;
  g_autoptr (GIOStream) control = NULL;
  g_autoptr (GIOStream) bulk = NULL;
  GError *error = NULL;

  if (!cloche_qemu_start_finish (boot->qemu, result, &error) || !confine (boot->qemu, &error)) {
    g_task_return_error (task, error);
    return;
  }

  boot->spawned_us = g_get_monotonic_time () - steps->start_us;
  control = cloche_qemu_dup_control_stream (boot->qemu);
  bulk = cloche_qemu_dup_bulk_stream (boot->qemu);
  boot->guest = cloche_keeper_guest_new (control, bulk);
  cloche_qemu_cont_async (boot->qemu, cancellable, running_cb, g_steal_pointer (&task));
}

static void
memory_opened_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Steps *steps = g_task_get_task_data (task);
  ClocheMachineFolder *folder = g_task_get_source_object (task);
  g_autoptr (ClocheQemuSpec) spec = NULL;
  GError *error = NULL;

  steps->boot->memory = cloche_template_memory_open_finish (result, &error);
  if (steps->boot->memory == NULL) {
    g_task_return_error (task, error);
    return;
  }

  steps->boot->disk_fd = openat (cloche_machine_folder_peek_fd (folder), "disk.raw", O_RDWR | O_NOFOLLOW | O_CLOEXEC);
  if (steps->boot->disk_fd < 0) {
    cloche_set_errno_error (&error, errno, "Could not open the machine’s disk");
    g_task_return_error (task, error);
    return;
  }

  spec = cloche_qemu_spec_new_fork (steps->program, steps->base, steps->boot->memory, steps->boot->disk_fd, &error);
  if (spec == NULL) {
    g_task_return_error (task, error);
    return;
  }

  steps->boot->qemu = cloche_qemu_new (spec);
  cloche_qemu_start_async (steps->boot->qemu, cancellable, spawned_cb, g_steal_pointer (&task));
}

/**
 * cloche_keeper_boot_async:
 * @runtime_dir: where the holder of the template's memory is found
 *
 * Brings a machine to life. On the main thread only: QEMU dies with the thread that spawned it. Confines this process
 * on the way.
 *
 * Errors: %CLOCHE_MACHINE_ERROR, %CLOCHE_WIRE_ERROR, %G_IO_ERROR.
 */
void
cloche_keeper_boot_async (ClocheMachineFolder     *folder,
                          ClocheBaseFolder        *base,
                          const ClocheQemuProgram *program,
                          const char              *runtime_dir,
                          GCancellable            *cancellable,
                          GAsyncReadyCallback      callback,
                          gpointer                 user_data)
{
  g_autoptr (GTask) task = g_task_new (folder, cancellable, callback, user_data);
  Steps *steps = g_new0 (Steps, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, cloche_keeper_boot_async);
  g_task_set_task_data (task, steps, (GDestroyNotify) steps_free);

  steps->start_us = g_get_monotonic_time ();
  steps->boot = g_new0 (ClocheKeeperBoot, 1);
  steps->boot->disk_fd = -1;
  steps->base = g_object_ref (base);
  steps->boot->disk_request = cloche_keeper_identity_new_disk (base);
  steps->program = cloche_qemu_program_copy (program);
  steps->revive = cloche_keeper_identity_new_revive (cloche_machine_folder_get_id (folder),
                                                     cloche_machine_folder_get_token (folder), &error);
  if (steps->revive == NULL) {
    g_task_return_error (task, error);
    return;
  }

  cloche_template_memory_open_async (base, program, runtime_dir, cancellable,
                                     memory_opened_cb, g_steal_pointer (&task));
}

ClocheKeeperBoot *
cloche_keeper_boot_finish (ClocheMachineFolder *folder,
                           GAsyncResult        *result,
                           GError             **error)
{
  g_return_val_if_fail (g_task_is_valid (result, folder), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
cloche_keeper_boot_free (ClocheKeeperBoot *self)
{
  if (self == NULL)
    return;

  g_clear_object (&self->guest);
  g_clear_object (&self->qemu);
  g_clear_object (&self->memory);
  g_clear_pointer (&self->disk_request, json_object_unref);
  cloche_clear_fd (&self->disk_fd);
  g_free (self);
}
