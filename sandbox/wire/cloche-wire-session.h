/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-wire-error.h"
#include "cloche-wire-stream.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheWireRole:
 * @CLOCHE_WIRE_ROLE_CLIENT: protocol.md's "yamux client": opens odd streams
 * @CLOCHE_WIRE_ROLE_SERVER: the other side
 */
typedef enum {
  CLOCHE_WIRE_ROLE_CLIENT,
  CLOCHE_WIRE_ROLE_SERVER,
} ClocheWireRole;

/**
 * ClocheWireSession:
 *
 * A yamux session over any #GIOStream, on the main context that was the thread's default when it was made. Hello lines
 * are exchanged before, with cloche_wire_read_hello_async().
 *
 * It reads and writes by itself and keeps itself alive until it is over: after cloche_wire_session_close(), the
 * transport's end or failure, or a breach by the peer. Then it closes the transport.
 *
 * Signals:
 *
 * - `stream-opened (ClocheWireStream *stream)`: the peer opened @stream. Who wants it takes a reference; if nobody does,
 *   it is reset.
 * - `closed (GError *error)`: once; @error is %NULL after a close of ours or an end of the transport between streams.
 *   All streams have failed by then with %CLOCHE_WIRE_ERROR_CLOSED or the same error.
 * - `drained ()`: everything that was to be sent has been handed to the transport.
 */
#define CLOCHE_TYPE_WIRE_SESSION (cloche_wire_session_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWireSession, cloche_wire_session, CLOCHE, WIRE_SESSION, GObject)

ClocheWireSession *cloche_wire_session_new (GIOStream      *transport,
                                            ClocheWireRole  role) G_GNUC_WARN_UNUSED_RESULT;

gboolean           cloche_wire_session_is_over       (ClocheWireSession *self);
guint              cloche_wire_session_get_n_streams (ClocheWireSession *self);

ClocheWireStream  *cloche_wire_session_open_stream (ClocheWireSession  *self,
                                                    GError            **error) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_wire_session_ping_async  (ClocheWireSession    *self,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
gint64             cloche_wire_session_ping_finish (ClocheWireSession    *self,
                                                    GAsyncResult         *result,
                                                    GError              **error);

void               cloche_wire_session_go_away (ClocheWireSession *self);
void               cloche_wire_session_close   (ClocheWireSession *self);

G_END_DECLS
