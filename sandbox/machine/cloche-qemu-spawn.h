/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-qemu-spec.h"

G_BEGIN_DECLS

/* Our ends of the sockets that a QEMU was born with. */
typedef enum {
  CLOCHE_QEMU_CHANNEL_QMP,
  CLOCHE_QEMU_CHANNEL_CONTROL,
  CLOCHE_QEMU_CHANNEL_BULK,
  CLOCHE_QEMU_CHANNEL_CONSOLE,
  CLOCHE_QEMU_N_CHANNELS,
} ClocheQemuChannel;

/**
 * ClocheQemuSpawn:
 * @process: bubblewrap, or QEMU itself where there is no bubblewrap
 * @channels: connected sockets
 * @form: of the jail
 * @has_landlock: whether the jail has Landlock in it
 * @info_fd: in the full form, where bubblewrap says QEMU's process id before it lets it begin; else -1
 *
 * A jailed QEMU that has just been started.
 */
typedef struct
{
  GSubprocess *process;
  GSocket *channels[CLOCHE_QEMU_N_CHANNELS];
  ClocheJailForm form;
  gboolean has_landlock;
  int info_fd;
} ClocheQemuSpawn;

ClocheQemuSpawn *cloche_qemu_spawn_new  (ClocheQemuSpec   *spec,
                                         ClocheJailForm    form,
                                         GError          **error) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_qemu_spawn_free (ClocheQemuSpawn  *self);

GPid             cloche_qemu_spawn_find_pid (ClocheQemuSpawn *self);
void             cloche_qemu_spawn_kill     (ClocheQemuSpawn *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheQemuSpawn, cloche_qemu_spawn_free)

G_END_DECLS
