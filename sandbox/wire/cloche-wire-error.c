/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-error.h"

#include <string.h>

G_DEFINE_QUARK (cloche-wire-error-quark, cloche_wire_error)

/* The codes of protocol.md, by ClocheWireError; they are its first values. */
static const char *const CODES[] = {
  [CLOCHE_WIRE_ERROR_INVALID] = "invalid",
  [CLOCHE_WIRE_ERROR_NOT_FOUND] = "not-found",
  [CLOCHE_WIRE_ERROR_EXISTS] = "exists",
  [CLOCHE_WIRE_ERROR_BUSY] = "busy",
  [CLOCHE_WIRE_ERROR_DENIED] = "denied",
  [CLOCHE_WIRE_ERROR_TOO_LARGE] = "too-large",
  [CLOCHE_WIRE_ERROR_NO_SPACE] = "no-space",
  [CLOCHE_WIRE_ERROR_FAILED] = "failed",
  [CLOCHE_WIRE_ERROR_GONE] = "gone",
  [CLOCHE_WIRE_ERROR_UNSUPPORTED] = "unsupported",
  [CLOCHE_WIRE_ERROR_BROKEN] = "broken",
};

/**
 * cloche_wire_error_from_code:
 * @code: (nullable): the "error" of an answer, from the peer
 *
 * Returns %CLOCHE_WIRE_ERROR_FAILED for what protocol.md does not name.
 */
ClocheWireError
cloche_wire_error_from_code (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (CODES); i++)
    if (g_strcmp0 (code, CODES[i]) == 0)
      return i;

  return CLOCHE_WIRE_ERROR_FAILED;
}

/**
 * cloche_wire_error_get_code:
 *
 * The code that tells a peer of @error: the own one of a %CLOCHE_WIRE_ERROR that has one, `gone` if a stream or session
 * below was lost, else `failed`.
 */
const char *
cloche_wire_error_get_code (const GError *error)
{
  if (error->domain != CLOCHE_WIRE_ERROR)
    return CODES[CLOCHE_WIRE_ERROR_FAILED];
  if (error->code < 0 || error->code >= (int) G_N_ELEMENTS (CODES))
    return CODES[CLOCHE_WIRE_ERROR_GONE];

  return CODES[error->code];
}
