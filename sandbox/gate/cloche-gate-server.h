/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-gate-service.h"

G_BEGIN_DECLS

/**
 * ClocheGateServer:
 *
 * Serves the clients on gate.sock: see cloche-gate-lines.h for what they say.
 */
#define CLOCHE_TYPE_GATE_SERVER (cloche_gate_server_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateServer, cloche_gate_server, CLOCHE, GATE_SERVER, GObject)

ClocheGateServer *cloche_gate_server_new (int                 fd,
                                          const char         *token,
                                          ClocheGateService  *service,
                                          GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
