/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-store.h"
#include "cloche-paths.h"
#include "cloche-qemu-program.h"

G_BEGIN_DECLS

/**
 * ClocheMachineHost:
 *
 * What this computer offers to machines: its QEMU, the accelerator that really works, and the newest base that fits
 * both. Found once, asked often; made at the start of a program and handed to every #ClocheMachine.
 */
#define CLOCHE_TYPE_MACHINE_HOST (cloche_machine_host_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMachineHost, cloche_machine_host, CLOCHE, MACHINE_HOST, GObject)

ClocheMachineHost       *cloche_machine_host_new (ClochePaths *paths) G_GNUC_WARN_UNUSED_RESULT;

void                     cloche_machine_host_prepare_async  (ClocheMachineHost    *self,
                                                             GCancellable         *cancellable,
                                                             GAsyncReadyCallback   callback,
                                                             gpointer              user_data);
gboolean                 cloche_machine_host_prepare_finish (ClocheMachineHost    *self,
                                                             GAsyncResult         *result,
                                                             GError              **error);

ClochePaths             *cloche_machine_host_get_paths       (ClocheMachineHost *self);
const ClocheQemuProgram *cloche_machine_host_get_program     (ClocheMachineHost *self);
ClocheAccelerator        cloche_machine_host_get_accelerator (ClocheMachineHost *self);
const char              *cloche_machine_host_get_reason      (ClocheMachineHost *self);
ClocheBaseStore         *cloche_machine_host_get_bases       (ClocheMachineHost *self);

void                     cloche_machine_host_set_patience     (ClocheMachineHost   *self,
                                                               guint                rest_ms,
                                                               guint                expire_ms);
gboolean                 cloche_machine_host_get_patience     (ClocheMachineHost   *self,
                                                               guint               *ret_rest_ms,
                                                               guint               *ret_expire_ms);

G_END_DECLS
