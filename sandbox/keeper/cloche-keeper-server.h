/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-wire-stream.h"

G_BEGIN_DECLS

/* clients at once: windows, terminals and MCP servers on one conversation; far more is a mistake or an attack. */
#define CLOCHE_KEEPER_MAX_CLIENTS 32

/**
 * ClocheKeeperServer:
 *
 * Accepts clients on wire.sock: checks the token, makes their sessions.
 *
 * Signals: "stream-opened" (ClocheWireStream *stream): a client wants something; "clients-changed".
 */
#define CLOCHE_TYPE_KEEPER_SERVER (cloche_keeper_server_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeperServer, cloche_keeper_server, CLOCHE, KEEPER_SERVER, GObject)

ClocheKeeperServer *cloche_keeper_server_new   (int          listen_fd,
                                                const char  *token,
                                                GError     **error) G_GNUC_WARN_UNUSED_RESULT;

guint               cloche_keeper_server_get_n_clients (ClocheKeeperServer *self);
void                cloche_keeper_server_close         (ClocheKeeperServer *self);

G_END_DECLS
