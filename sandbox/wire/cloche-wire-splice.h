/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Carries bytes between @a and @b, both ways at once, until both have ended; then both are closed. The end of one
 * side's input finishes the other side's output (half-close; for a socket a shutdown). A reset or failure of one resets
 * the other: a #ClocheWireStream is reset, a TCP connection gets an RST, a unix socket is closed.
 * Holds at most 64 KiB in each direction. */
void      cloche_wire_splice_async  (GIOStream            *a,
                                     GIOStream            *b,
                                     GCancellable         *cancellable,
                                     GAsyncReadyCallback   callback,
                                     gpointer              user_data);
gboolean  cloche_wire_splice_finish (GAsyncResult         *result,
                                     guint64              *ret_a_to_b_bytes,
                                     guint64              *ret_b_to_a_bytes,
                                     GError              **error);

G_END_DECLS
