/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-forge.h"

#include "cloche-base-draft.h"
#include "cloche-base-error.h"
#include "cloche-disk.h"
#include "cloche-fd.h"
#include "cloche-forge-guest.h"
#include "cloche-forge-memory.h"
#include "cloche-host-customs.h"
#include "cloche-image-error.h"
#include "cloche-json.h"
#include "cloche-qemu.h"
#include "cloche-string.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/*
 * From an image to a base, one step's callback starting the next:
 *
 *   link the image's files into a draft, make the empty disk and a throw-away one
 *   → QEMU boots; the agent greets on both ports
 *   → furnish: it is told what all machines of this computer have in common
 *   → warm: services start and load what a conversation should not wait for
 *   → settle: caches are dropped
 *   → hang up, and wait until the guest has opened both ports again: it then stands in the write of its greeting, which is
 *     where every fork of it goes on
 *   → stop and save the state (the memory is in its file already), end QEMU
 *   → punch the pages of zeros → publish
 *
 * The root that the template runs on is thrown away with the machine, and so is its disk, which only has to be there.
 */

#define FORGE_DISK_NAME "disk-forge.raw"

/* seconds: an emulated machine boots in 10 on an idle computer; a busy one is given time, a hanging one an end. */
#define BOOT_SECONDS 180
/* seconds: emulated, Python and its libraries take 60, and a browser as long again. */
#define WARM_SECONDS 900
/* seconds: dropping caches and closing ports. */
#define SETTLE_SECONDS 120

struct _ClocheForge
{
  GObject parent_instance;

  /* Owned */
  ClocheImageFolder *image;
  char *bases_path;
  ClocheQemuProgram *program;
  ClocheMachineShape *shape;
  ClocheBaseDraft *draft;
  ClocheQemu *qemu;
  ClocheForgeGuest *guest;
  ClocheHostCustoms *customs;   /* of this run */
  GTask *task;                  /* of the run; NULL before and after */
  GCancellable *stage;          /* cancelled by the caller's or by the deadline */
  gulong cancelled_id;
  guint deadline_id;
  gboolean is_late;
  GSource *hang_up_source;      /* set while we wait for the guest after hanging up; watches @stage */
  guint n_ports_open;           /* that the guest has opened since then */
};

enum {
  SIGNAL_PROGRESS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheForge, cloche_forge, G_TYPE_OBJECT)

static void
tell (ClocheForge    *self,
      ClocheImageStep step,
      double          done)
{
  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, (int) step, done);
}

/* 1. Ends */

static void
clear_deadline (ClocheForge *self)
{
  g_clear_handle_id (&self->deadline_id, g_source_remove);
}

static gboolean
deadline_cb (gpointer user_data)
{
  ClocheForge *self = user_data;

  self->deadline_id = 0;
  self->is_late = TRUE;
  g_cancellable_cancel (self->stage);

  return G_SOURCE_REMOVE;
}

static void
set_deadline (ClocheForge *self,
              guint        seconds)
{
  clear_deadline (self);
  self->deadline_id = g_timeout_add_seconds (seconds, deadline_cb, self);
}

/* What is left of a run: nothing but its result. */
static GTask *
end_run (ClocheForge *self)
{
  GTask *task = g_steal_pointer (&self->task);

  clear_deadline (self);
  if (self->cancelled_id != 0)
    /* Not g_cancellable_disconnect(): we may be inside of that very handler, for which it would wait. */
    g_signal_handler_disconnect (g_task_get_cancellable (task), self->cancelled_id);
  self->cancelled_id = 0;
  if (self->hang_up_source != NULL)
    g_source_destroy (self->hang_up_source);
  g_clear_pointer (&self->hang_up_source, g_source_unref);
  g_clear_object (&self->guest);
  g_clear_pointer (&self->customs, cloche_host_customs_free);
  g_clear_object (&self->qemu);
  g_clear_object (&self->draft);

  return task;
}

static void
fail (ClocheForge *self,
      GError      *error)
{
  g_autoptr (GTask) task = end_run (self);

  g_task_return_error (task, error);
}

/* While the guest runs: what it wrote to its console says more than how the talk with it broke. */
static void
fail_guest (ClocheForge *self,
            GError      *error)
{
  g_autofree char *log = cloche_qemu_dup_log (self->qemu);
  g_autoptr (GError) cause = error;

  if (g_cancellable_is_cancelled (g_task_get_cancellable (self->task))) {
    fail (self, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Forging was cancelled"));
    return;
  }

  if (self->is_late)
    fail (self, g_error_new (CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_GUEST_SILENT, "%s", log));
  else
    fail (self, g_error_new (CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_GUEST_FAILED, "%s\n%s", cause->message, log));
}

/* 2. After the guest */

static void
published_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  GError *error = NULL;
  ClocheBaseFolder *base = cloche_base_draft_publish_finish (CLOCHE_BASE_DRAFT (source), result, &error);

  if (base == NULL) {
    fail (self, error);
    return;
  }

  {
    g_autoptr (GTask) task = end_run (self);

    g_task_return_pointer (task, base, g_object_unref);
  }
}

static void
punched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  g_autoptr (JsonObject) description = NULL;
  GError *error = NULL;

  if (!cloche_forge_memory_punch_finish (result, &error)) {
    fail (self, error);
    return;
  }

  description = cloche_image_folder_describe (self->image);
  cloche_host_customs_note (self->customs, description);
  tell (self, CLOCHE_IMAGE_STEP_PUBLISH, -1);
  cloche_base_draft_publish_async (self->draft, self->shape, description, g_get_real_time (), self->stage, NULL, NULL,
                                   published_cb, g_object_ref (self));
}

static void
quitted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  GError *error = NULL;

  if (!cloche_qemu_quit_finish (CLOCHE_QEMU (source), result, &error)) {
    fail (self, error);
    return;
  }

  g_clear_object (&self->qemu);
  cloche_forge_memory_punch_async (cloche_base_draft_peek_fd (self->draft), CLOCHE_BASE_FILE_RAM, self->stage,
                                   punched_cb, g_object_ref (self));
}

static void
saved_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  GError *error = NULL;

  if (!cloche_qemu_save_template_finish (CLOCHE_QEMU (source), result, &error)) {
    fail_guest (self, error);
    return;
  }

  clear_deadline (self);
  cloche_qemu_quit_async (self->qemu, self->stage, quitted_cb, g_object_ref (self));
}

/* 3. With the guest */

static void
save (ClocheForge *self)
{
  cloche_autofd int fd = -1;
  GError *error = NULL;

  g_source_destroy (self->hang_up_source);
  g_clear_pointer (&self->hang_up_source, g_source_unref);
  fd = cloche_open_beneath (cloche_base_draft_peek_fd (self->draft), CLOCHE_BASE_FILE_STATE,
                            O_WRONLY | O_CREAT | O_EXCL, 0600, &error);
  if (fd < 0) {
    fail (self, error);
    return;
  }

  cloche_qemu_save_template_async (self->qemu, fd, self->stage, saved_cb, g_object_ref (self));
}

/* The guest has closed its end of a port and opened it again: nobody else's opening comes after we hung up. */
static void
port_opened_cb (ClocheQemu *qemu,
                const char *name,
                gpointer    user_data)
{
  ClocheForge *self = user_data;

  if (self->hang_up_source != NULL && ++self->n_ports_open == 2)
    save (self);
}

/* Nobody reads the ports any more, so an end of the machine is seen here only. */
static void
exited_cb (ClocheQemu   *qemu,
           const GError *error,
           gpointer      user_data)
{
  ClocheForge *self = user_data;

  if (self->hang_up_source == NULL)
    return;

  if (error != NULL)
    fail_guest (self, g_error_copy (error));
  else
    fail_guest (self, g_error_new (CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_GUEST_FAILED, "It switched itself off"));
}

static gboolean
hang_up_cancelled_cb (GCancellable *cancellable,
                      gpointer      user_data)
{
  fail_guest (user_data, g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The guest did not take the hanging up"));

  return G_SOURCE_REMOVE;
}

static void
settled_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  GError *error = NULL;

  if (!cloche_forge_guest_ask_finish (CLOCHE_FORGE_GUEST (source), result, &error)) {
    fail_guest (self, error);
    return;
  }

  self->hang_up_source = g_cancellable_source_new (self->stage);
  g_source_set_callback (self->hang_up_source, G_SOURCE_FUNC (hang_up_cancelled_cb), g_object_ref (self), g_object_unref);
  g_source_attach (self->hang_up_source, NULL);
  cloche_forge_guest_hang_up (self->guest);
  g_clear_object (&self->guest);
}

static void
warmed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  g_autoptr (JsonObject) request = json_object_new ();
  GError *error = NULL;

  if (!cloche_forge_guest_warm_finish (CLOCHE_FORGE_GUEST (source), result, &error)) {
    fail_guest (self, error);
    return;
  }

  tell (self, CLOCHE_IMAGE_STEP_FREEZE, -1);
  set_deadline (self, SETTLE_SECONDS);
  json_object_set_string_member (request, "op", "settle");
  cloche_forge_guest_ask_async (self->guest, request, self->stage, settled_cb, g_object_ref (self));
}

static void
warm_step_cb (guint    n,
              guint    of,
              gpointer user_data)
{
  /* Of a single one nobody knows how far it is. */
  tell (user_data, CLOCHE_IMAGE_STEP_WARM, n <= of && of > 1 ? (double) (n - 1) / of : -1);
}

static void
furnished_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  GError *error = NULL;

  if (!cloche_forge_guest_ask_finish (CLOCHE_FORGE_GUEST (source), result, &error)) {
    fail_guest (self, error);
    return;
  }

  tell (self, CLOCHE_IMAGE_STEP_WARM, -1);
  set_deadline (self, WARM_SECONDS);
  cloche_forge_guest_warm_async (self->guest, warm_step_cb, self, self->stage, warmed_cb, g_object_ref (self));
}

static void
greeted_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  g_autoptr (JsonObject) request = json_object_new ();
  GError *error = NULL;

  if (!cloche_forge_guest_greet_finish (CLOCHE_FORGE_GUEST (source), result, &error)) {
    fail_guest (self, error);
    return;
  }

  json_object_set_string_member (request, "op", "furnish");
  cloche_host_customs_tell (self->customs, request, NULL);
  cloche_forge_guest_ask_async (self->guest, request, self->stage, furnished_cb, g_object_ref (self));
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  g_autoptr (GIOStream) control = NULL;
  g_autoptr (GIOStream) bulk = NULL;
  GError *error = NULL;

  if (!cloche_qemu_start_finish (CLOCHE_QEMU (source), result, &error)) {
    fail (self, error);
    return;
  }

  control = cloche_qemu_dup_control_stream (self->qemu);
  bulk = cloche_qemu_dup_bulk_stream (self->qemu);
  self->guest = cloche_forge_guest_new (control, bulk);
  cloche_forge_guest_greet_async (self->guest, self->stage, greeted_cb, g_object_ref (self));
}

/* 4. Before the guest */

static void
start_qemu (ClocheForge *self)
{
  int draft_fd = cloche_base_draft_peek_fd (self->draft);
  GError *error = NULL;
  g_autoptr (ClocheQemuSpec) spec = cloche_qemu_spec_new_forge (self->program, self->shape, draft_fd, FORGE_DISK_NAME, &error);

  if (spec == NULL) {
    fail (self, error);
    return;
  }

  (void) unlinkat (draft_fd, FORGE_DISK_NAME, 0);       /* The spec has it open; a draft that stays is removed whole. */
  cloche_qemu_spec_set_kernel_arguments (spec, self->shape->kernel_arguments);
  self->qemu = cloche_qemu_new (spec);
  g_signal_connect_object (self->qemu, "port-opened", G_CALLBACK (port_opened_cb), self, 0);
  g_signal_connect_object (self->qemu, "exited", G_CALLBACK (exited_cb), self, 0);
  set_deadline (self, BOOT_SECONDS);
  cloche_qemu_start_async (self->qemu, self->stage, started_cb, g_object_ref (self));
}

static void
prepared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    start_qemu (self);
  else
    fail (self, error);
}

static void
prepare_in_thread (GTask        *task,
                   gpointer      source,
                   gpointer      task_data,
                   GCancellable *cancellable)
{
  ClocheForge *self = source;
  int draft_fd = cloche_base_draft_peek_fd (self->draft);
  GError *error = NULL;
  cloche_autofd int disk = cloche_open_beneath (draft_fd, FORGE_DISK_NAME, O_RDWR | O_CREAT | O_EXCL, 0600, &error);

  self->customs = cloche_host_customs_load ();
  if (disk >= 0 && ftruncate (disk, CLOCHE_DISK_BYTES) < 0)
    cloche_set_errno_error (&error, errno, "Could not make a disk");
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL && error == NULL; i++)
    (void) cloche_image_folder_link_into (self->image, CLOCHE_IMAGE_FILES[i], draft_fd, &error);        /* Sets the error. */

  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
disk_made_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheForge) self = user_data;
  g_autoptr (GTask) task = NULL;
  GError *error = NULL;

  if (!cloche_disk_make_empty_finish (result, &error)) {
    fail (self, error);
    return;
  }

  task = g_task_new (self, self->stage, prepared_cb, g_object_ref (self));
  g_task_set_source_tag (task, prepare_in_thread);
  g_task_run_in_thread (task, prepare_in_thread);
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

/**
 * cloche_forge_run_async:
 *
 * Makes the base; one to three minutes without KVM. Cancelled or failed, it leaves nothing.
 */
void
cloche_forge_run_async (ClocheForge        *self,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  GError *error = NULL;

  g_return_if_fail (CLOCHE_IS_FORGE (self));
  g_return_if_fail (self->task == NULL);

  self->task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (self->task, cloche_forge_run_async);
  self->stage = g_cancellable_new ();
  if (cancellable != NULL)
    self->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (self->stage),
                                                g_object_unref);

  self->draft = cloche_base_draft_new (self->bases_path, &error);
  if (self->draft == NULL) {
    fail (self, error);
    return;
  }

  tell (self, CLOCHE_IMAGE_STEP_BOOT, -1);
  cloche_disk_make_empty_async (cloche_base_draft_peek_fd (self->draft), CLOCHE_BASE_FILE_DISK, CLOCHE_DISK_BYTES,
                                self->stage, disk_made_cb, g_object_ref (self));
}

/**
 * cloche_forge_run_finish:
 *
 * Errors: %CLOCHE_IMAGE_ERROR_GUEST_SILENT with the console's last lines, %CLOCHE_IMAGE_ERROR_GUEST_FAILED,
 * %CLOCHE_MACHINE_ERROR, %G_IO_ERROR.
 */
ClocheBaseFolder *
cloche_forge_run_finish (ClocheForge  *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_forge_dispose (GObject *object)
{
  ClocheForge *self = CLOCHE_FORGE (object);

  /* A run holds a reference, so none is going on. */
  g_clear_object (&self->image);
  g_clear_object (&self->stage);
  g_clear_pointer (&self->bases_path, g_free);
  g_clear_pointer (&self->program, cloche_qemu_program_free);
  g_clear_pointer (&self->shape, cloche_machine_shape_free);

  G_OBJECT_CLASS (cloche_forge_parent_class)->dispose (object);
}

static void
cloche_forge_class_init (ClocheForgeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_forge_dispose;

  signals[SIGNAL_PROGRESS] = g_signal_new ("progress", CLOCHE_TYPE_FORGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                           G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_DOUBLE);
}

static void
cloche_forge_init (ClocheForge *self)
{
}

/**
 * cloche_forge_new:
 * @bases_path: the folder of the bases
 * @program: the host's QEMU
 * @shape: of the machines that will be forked
 */
ClocheForge *
cloche_forge_new (ClocheImageFolder        *image,
                  const char               *bases_path,
                  const ClocheQemuProgram  *program,
                  const ClocheMachineShape *shape)
{
  ClocheForge *self = g_object_new (CLOCHE_TYPE_FORGE, NULL);

  self->image = g_object_ref (image);
  self->bases_path = g_strdup (bases_path);
  self->program = cloche_qemu_program_copy (program);
  self->shape = cloche_machine_shape_copy (shape);

  return self;
}
