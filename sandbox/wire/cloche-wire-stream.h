/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheWireStream:
 *
 * One stream of a session, as a #GIOStream whose two sides do asynchronous input and output only; the synchronous
 * calls fail with %G_IO_ERROR_NOT_SUPPORTED. Reading hands room back to the peer, not reading stops the peer; a write
 * completes when the peer's window and the session's output cap have room for it.
 *
 * Closing the output stream says that no more will be sent. Closing the input stream throws away what still comes.
 * Closing the stream does both. Dropping the last reference without closing, or cloche_wire_stream_reset(), resets.
 *
 * Errors of both sides: %CLOCHE_WIRE_ERROR_RESET, %CLOCHE_WIRE_ERROR_CLOSED, %CLOCHE_WIRE_ERROR_PROTOCOL,
 * %G_IO_ERROR_CANCELLED, which takes nothing from the stream. What came before the peer's finish or the session's end
 * can be read first; a reset drops it.
 */
#define CLOCHE_TYPE_WIRE_STREAM (cloche_wire_stream_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWireStream, cloche_wire_stream, CLOCHE, WIRE_STREAM, GIOStream)

guint32   cloche_wire_stream_get_id   (ClocheWireStream *self);
gboolean  cloche_wire_stream_is_reset (ClocheWireStream *self);

void      cloche_wire_stream_reset  (ClocheWireStream *self);

/* The same as closing the output stream, which cannot fail or block. */
void      cloche_wire_stream_finish (ClocheWireStream *self);

G_END_DECLS
