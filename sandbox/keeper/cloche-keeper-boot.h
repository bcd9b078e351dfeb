/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-fd.h"
#include "cloche-keeper-guest.h"
#include "cloche-machine-folder.h"
#include "cloche-qemu.h"

G_BEGIN_DECLS

/**
 * ClocheKeeperBoot:
 * @qemu: running
 * @memory: to be kept for as long as @qemu runs
 * @guest: connected, revived
 * @disk_fd: the machine's disk
 * @disk_request: what the guest is yet to be asked: to move onto its own disk
 * @spawned_us: µs from the start to QEMU's being there with the frozen state loaded
 * @greeted_us: µs from the start to the agent's first words
 * @revived_us: µs from the start to the machine's being one of its own
 *
 * A machine that has just come to life.
 */
typedef struct
{
  ClocheQemu *qemu;
  ClocheTemplateMemory *memory;
  ClocheKeeperGuest *guest;
  int disk_fd;
  JsonObject *disk_request;
  gint64 spawned_us;
  gint64 greeted_us;
  gint64 revived_us;
} ClocheKeeperBoot;

void              cloche_keeper_boot_async  (ClocheMachineFolder      *folder,
                                             ClocheBaseFolder         *base,
                                             const ClocheQemuProgram  *program,
                                             const char               *runtime_dir,
                                             GCancellable             *cancellable,
                                             GAsyncReadyCallback       callback,
                                             gpointer                  user_data);
ClocheKeeperBoot *cloche_keeper_boot_finish (ClocheMachineFolder      *folder,
                                             GAsyncResult             *result,
                                             GError                  **error) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_keeper_boot_free   (ClocheKeeperBoot         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheKeeperBoot, cloche_keeper_boot_free)

G_END_DECLS
