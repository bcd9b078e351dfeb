/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-keeper-guest.h"
#include "cloche-qemu.h"

G_BEGIN_DECLS

/**
 * ClocheKeeperRoom:
 *
 * The host's disk below a machine's. QEMU stops a machine whose write found no room, rather than telling it of an error:
 * nothing is lost, and it goes on as if nothing had been when there is room again, which this waits for.
 *
 * Signal: "changed".
 */
#define CLOCHE_TYPE_KEEPER_ROOM (cloche_keeper_room_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeperRoom, cloche_keeper_room, CLOCHE, KEEPER_ROOM, GObject)

ClocheKeeperRoom *cloche_keeper_room_new     (ClocheQemu        *qemu,
                                              ClocheKeeperGuest *guest,
                                              int                disk_fd) G_GNUC_WARN_UNUSED_RESULT;

gboolean          cloche_keeper_room_is_full (ClocheKeeperRoom *self);

G_END_DECLS
