/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "cloche-wire-stream.h"

G_BEGIN_DECLS

/**
 * ClocheKeeperGuest:
 *
 * The agent in the guest, as the keeper speaks to it: a session on each of the two ports. What it says is a claim.
 *
 * Signals: "stream-opened" (ClocheWireStream *stream): the agent wants something (egress); "lost" (GError *error): a port
 * broke or the agent broke the protocol; nothing more can be had from it.
 */
#define CLOCHE_TYPE_KEEPER_GUEST (cloche_keeper_guest_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeperGuest, cloche_keeper_guest, CLOCHE, KEEPER_GUEST, GObject)

ClocheKeeperGuest *cloche_keeper_guest_new (GIOStream *control,
                                            GIOStream *bulk) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_keeper_guest_connect_async  (ClocheKeeperGuest    *self,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
gboolean           cloche_keeper_guest_connect_finish (ClocheKeeperGuest    *self,
                                                       GAsyncResult         *result,
                                                       GError              **error);

void               cloche_keeper_guest_request_async  (ClocheKeeperGuest    *self,
                                                       gboolean              on_bulk,
                                                       JsonObject           *request,
                                                       GCancellable         *cancellable,
                                                       GAsyncReadyCallback   callback,
                                                       gpointer              user_data);
JsonObject        *cloche_keeper_guest_request_finish (ClocheKeeperGuest    *self,
                                                       GAsyncResult         *result,
                                                       ClocheWireStream    **ret_stream,
                                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_keeper_guest_close (ClocheKeeperGuest *self);

G_END_DECLS
