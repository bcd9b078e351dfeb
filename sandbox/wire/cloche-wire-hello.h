/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* bytes: the longest hello of protocol.md is "CLOCHE 1 client TOKEN". */
#define CLOCHE_WIRE_MAX_HELLO_BYTES 64

/* Reads one line of printable ASCII from a transport that no session has yet, and not one byte more. Returns it without
 * its end. %CLOCHE_WIRE_ERROR_PROTOCOL if it is none or longer than %CLOCHE_WIRE_MAX_HELLO_BYTES,
 * %CLOCHE_WIRE_ERROR_CLOSED if the transport ends first. */
void   cloche_wire_read_hello_async  (GInputStream         *input,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data);
char  *cloche_wire_read_hello_finish (GInputStream         *input,
                                      GAsyncResult         *result,
                                      GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
