/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-keeper-guest.h"
#include "cloche-keeper-op.h"

G_BEGIN_DECLS

/* Carries one operation between a client and the agent from its request to its end. Everything the agent says is parsed
 * and written anew: a client never sees a byte that is not what protocol.md promises. The result says whether the
 * operation ran to its end; the client has been told in either case. */
void      cloche_keeper_relay_async  (ClocheKeeperGuest    *guest,
                                      ClocheWireStream     *client,
                                      JsonObject           *request,
                                      const ClocheKeeperOp *op,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
gboolean  cloche_keeper_relay_finish (ClocheKeeperGuest    *guest,
                                      GAsyncResult         *result,
                                      GError              **error);

G_END_DECLS
