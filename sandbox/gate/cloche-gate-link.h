/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheGateLink:
 *
 * The keeper's end of the socket to the gate: asks for connections and gets them. One per gate. It does no I/O but on
 * that socket and opens no socket of its own, so that it works in a process that may not.
 *
 * Signals: "reset" (GIOStream *connection, int reason): the gate broke off a connection that it had handed out (reason: a
 * ClocheEgressReason); reset the guest's stream. Always emitted before the connection could read its end, and never for
 * an orderly end. "closed": the gate is gone.
 *
 * When the link breaks, every open that is under way fails with %CLOCHE_GATE_ERROR_CLOSED, "reset" is emitted for each
 * connection that was handed out, and then "closed".
 */
#define CLOCHE_TYPE_GATE_LINK (cloche_gate_link_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateLink, cloche_gate_link, CLOCHE, GATE_LINK, GObject)

ClocheGateLink *cloche_gate_link_new         (int                    fd,
                                              GError               **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean        cloche_gate_link_is_closed   (ClocheGateLink        *self);

/* Errors of the finish: CLOCHE_EGRESS_REFUSAL with the reason as its code; CLOCHE_GATE_ERROR_CLOSED. */
void            cloche_gate_link_open_async  (ClocheGateLink        *self,
                                              const char            *name,
                                              guint16                port,
                                              const char            *program,
                                              GCancellable          *cancellable,
                                              GAsyncReadyCallback    callback,
                                              gpointer               user_data);
GIOStream      *cloche_gate_link_open_finish (ClocheGateLink        *self,
                                              GAsyncResult          *result,
                                              GError               **error) G_GNUC_WARN_UNUSED_RESULT;

void            cloche_gate_link_reset       (ClocheGateLink        *self,
                                              GIOStream             *connection);

G_END_DECLS
