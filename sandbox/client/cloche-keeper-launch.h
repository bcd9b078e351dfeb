/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine-host.h"

G_BEGIN_DECLS

/**
 * ClocheKeeperLaunch:
 * @wire_path: address of the keeper's socket
 * @gate_path: address of the gate's socket
 * @token: what to show there
 * @base_path: the folder of the base that the machine starts from
 * @ready_fd: (or -1): if the keeper was started here, it says one line on this pipe when its machine is ready or has failed
 * @is_new_machine: whether the machine's folder was made here
 *
 * Where a machine's keeper is to be reached.
 */
typedef struct
{
  char *wire_path;
  char *gate_path;
  char *token;
  char *base_path;
  int ready_fd;
  gboolean is_new_machine;
} ClocheKeeperLaunch;

ClocheKeeperLaunch *cloche_keeper_launch      (ClocheMachineHost   *host,
                                               const char          *machine_id,
                                               GCancellable        *cancellable,
                                               GError             **error) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_keeper_launch_free (ClocheKeeperLaunch  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheKeeperLaunch, cloche_keeper_launch_free)

G_END_DECLS
