/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-gate-lines.h"
#include "cloche-gate-service.h"

G_BEGIN_DECLS

/**
 * ClocheGateSession:
 *
 * One client on gate.sock.
 *
 * Signals: "closed": it is over; drop the session.
 */
#define CLOCHE_TYPE_GATE_SESSION (cloche_gate_session_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateSession, cloche_gate_session, CLOCHE, GATE_SESSION, GObject)

ClocheGateSession *cloche_gate_session_new (ClocheGateLines   *lines,
                                            const char        *token,
                                            ClocheGateService *service) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
