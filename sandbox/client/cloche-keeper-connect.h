/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-keeper-launch.h"
#include "cloche-wire-session.h"

G_BEGIN_DECLS

/**
 * ClocheKeeperConnection:
 * @session: to the keeper
 * @launch: where it is reached
 * @was_started: whether it was started just now, by us
 */
typedef struct
{
  ClocheWireSession *session;
  ClocheKeeperLaunch *launch;
  gboolean was_started;
} ClocheKeeperConnection;

/* Finds or starts the keeper of a machine and connects to it. If it was started here, the machine is ready when this
 * ends; else requests wait at the keeper. Errors: what the keeper or the launch says, %CLOCHE_WIRE_ERROR. */
void                    cloche_keeper_connect_async   (ClocheMachineHost       *host,
                                                       const char              *machine_id,
                                                       GCancellable            *cancellable,
                                                       GAsyncReadyCallback      callback,
                                                       gpointer                 user_data);
ClocheKeeperConnection *cloche_keeper_connect_finish  (ClocheMachineHost       *host,
                                                       GAsyncResult            *result,
                                                       GError                 **error) G_GNUC_WARN_UNUSED_RESULT;
void                    cloche_keeper_connection_free (ClocheKeeperConnection  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheKeeperConnection, cloche_keeper_connection_free)

G_END_DECLS
