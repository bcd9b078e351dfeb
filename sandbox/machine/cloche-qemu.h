/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-base-folder.h"
#include "cloche-jail-args.h"
#include "cloche-machine-shape.h"
#include "cloche-qemu-program.h"
#include "cloche-template-memory.h"

G_BEGIN_DECLS

/**
 * ClocheQemuMode:
 * @CLOCHE_QEMU_MODE_FORGE: boot a machine whose RAM is written to the draft's template.ram
 * @CLOCHE_QEMU_MODE_FORK: load the template's state onto a private view of its RAM; stopped until cloche_qemu_cont_async()
 */
typedef enum {
  CLOCHE_QEMU_MODE_FORGE,
  CLOCHE_QEMU_MODE_FORK,
} ClocheQemuMode;

/**
 * ClocheQemuSpec:
 *
 * What to run. Descriptors are owned by the spec. Made by cloche_qemu_spec_new_fork() or _new_forge().
 */
typedef struct _ClocheQemuSpec ClocheQemuSpec;

ClocheQemuSpec *cloche_qemu_spec_new_fork  (const ClocheQemuProgram  *program,
                                            ClocheBaseFolder         *base,
                                            ClocheTemplateMemory     *memory,
                                            int                       disk_fd,
                                            GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheQemuSpec *cloche_qemu_spec_new_forge (const ClocheQemuProgram  *program,
                                            const ClocheMachineShape *shape,
                                            int                       draft_dir_fd,
                                            int                       disk_fd,
                                            GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void            cloche_qemu_spec_free      (ClocheQemuSpec *self);

void            cloche_qemu_spec_set_jail_form  (ClocheQemuSpec *self,
                                                 ClocheJailForm  form);
void            cloche_qemu_spec_set_kernel_arguments (ClocheQemuSpec *self,
                                                       const char     *arguments);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheQemuSpec, cloche_qemu_spec_free)

/**
 * ClocheQemu:
 *
 * One jailed QEMU process. It dies with the process that made it. Use it on the main thread only: QEMU is killed when
 * the thread that started it ends.
 *
 * Signals: "exited" (GError *error, NULL if it was asked to quit).
 */
#define CLOCHE_TYPE_QEMU (cloche_qemu_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQemu, cloche_qemu, CLOCHE, QEMU, GObject)

ClocheQemu     *cloche_qemu_new (ClocheQemuSpec *take_spec) G_GNUC_WARN_UNUSED_RESULT;

gboolean        cloche_qemu_is_running    (ClocheQemu *self);
GPid            cloche_qemu_get_pid       (ClocheQemu *self);
ClocheJailForm  cloche_qemu_get_jail_form (ClocheQemu *self);
guint64         cloche_qemu_read_memory   (ClocheQemu *self);
char           *cloche_qemu_dup_log       (ClocheQemu *self) G_GNUC_WARN_UNUSED_RESULT;

/* Agent ports: of the host's end of org.cloche.control and org.cloche.bulk. */
GIOStream      *cloche_qemu_dup_control_stream (ClocheQemu *self) G_GNUC_WARN_UNUSED_RESULT;
GIOStream      *cloche_qemu_dup_bulk_stream    (ClocheQemu *self) G_GNUC_WARN_UNUSED_RESULT;

void            cloche_qemu_start_async   (ClocheQemu           *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean        cloche_qemu_start_finish  (ClocheQemu    *self,
                                           GAsyncResult  *result,
                                           GError       **error);

void            cloche_qemu_cont_async    (ClocheQemu           *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean        cloche_qemu_cont_finish   (ClocheQemu    *self,
                                           GAsyncResult  *result,
                                           GError       **error);

void            cloche_qemu_stop_async    (ClocheQemu           *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean        cloche_qemu_stop_finish   (ClocheQemu    *self,
                                           GAsyncResult  *result,
                                           GError       **error);

void            cloche_qemu_save_template_async  (ClocheQemu           *self,
                                                  int                   state_fd,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        cloche_qemu_save_template_finish (ClocheQemu    *self,
                                                  GAsyncResult  *result,
                                                  GError       **error);

void            cloche_qemu_quit_async    (ClocheQemu           *self,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean        cloche_qemu_quit_finish   (ClocheQemu    *self,
                                           GAsyncResult  *result,
                                           GError       **error);

void            cloche_qemu_kill (ClocheQemu *self);

G_END_DECLS
