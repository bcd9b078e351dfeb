/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheWireError:
 * @CLOCHE_WIRE_ERROR_INVALID: answer `invalid`: the request was not understood; our bug, or an older peer
 * @CLOCHE_WIRE_ERROR_NOT_FOUND: answer `not-found`
 * @CLOCHE_WIRE_ERROR_EXISTS: answer `exists`
 * @CLOCHE_WIRE_ERROR_BUSY: answer `busy`, or too many streams are open here; try again when one has ended
 * @CLOCHE_WIRE_ERROR_DENIED: answer `denied`
 * @CLOCHE_WIRE_ERROR_TOO_LARGE: answer `too-large`, or a line or record above its cap; reset the stream
 * @CLOCHE_WIRE_ERROR_NO_SPACE: answer `no-space`
 * @CLOCHE_WIRE_ERROR_FAILED: answer `failed`, or an answer code that nobody knows
 * @CLOCHE_WIRE_ERROR_GONE: answer `gone`: machine or job is no more
 * @CLOCHE_WIRE_ERROR_UNSUPPORTED: answer `unsupported`
 * @CLOCHE_WIRE_ERROR_BROKEN: answer `broken`: base or disk of the machine cannot be used; a new base may help
 * @CLOCHE_WIRE_ERROR_RESET: the stream was reset, by either side; nothing more comes
 * @CLOCHE_WIRE_ERROR_CLOSED: the session is over, or the peer takes no new streams; connect anew
 * @CLOCHE_WIRE_ERROR_PROTOCOL: the peer broke the protocol or a cap; the session ended, do not trust the peer
 *
 * Failures of the wire. The first eleven are the codes of protocol.md. Failures of the operating system keep %G_IO_ERROR.
 */
typedef enum {
  CLOCHE_WIRE_ERROR_INVALID,
  CLOCHE_WIRE_ERROR_NOT_FOUND,
  CLOCHE_WIRE_ERROR_EXISTS,
  CLOCHE_WIRE_ERROR_BUSY,
  CLOCHE_WIRE_ERROR_DENIED,
  CLOCHE_WIRE_ERROR_TOO_LARGE,
  CLOCHE_WIRE_ERROR_NO_SPACE,
  CLOCHE_WIRE_ERROR_FAILED,
  CLOCHE_WIRE_ERROR_GONE,
  CLOCHE_WIRE_ERROR_UNSUPPORTED,
  CLOCHE_WIRE_ERROR_BROKEN,
  CLOCHE_WIRE_ERROR_RESET,
  CLOCHE_WIRE_ERROR_CLOSED,
  CLOCHE_WIRE_ERROR_PROTOCOL,
} ClocheWireError;

#define CLOCHE_WIRE_ERROR (cloche_wire_error_quark ())
GQuark          cloche_wire_error_quark (void);

ClocheWireError cloche_wire_error_from_code (const char   *code);
const char     *cloche_wire_error_get_code  (const GError *error);

G_END_DECLS
