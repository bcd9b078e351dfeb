/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheBaseError:
 * @CLOCHE_BASE_ERROR_INVALID: the bytes or text are not what they should be; tell whoever sent them
 * @CLOCHE_BASE_ERROR_TOO_LARGE: a cap of cloche-limits.h was reached; end the exchange
 * @CLOCHE_BASE_ERROR_TOO_DEEP: JSON nests deeper than %CLOCHE_LIMIT_JSON_DEPTH; treat as invalid
 *
 * Failures of the base library. Failures of the operating system keep their %G_IO_ERROR code.
 */
typedef enum {
  CLOCHE_BASE_ERROR_INVALID,
  CLOCHE_BASE_ERROR_TOO_LARGE,
  CLOCHE_BASE_ERROR_TOO_DEEP,
} ClocheBaseError;

#define CLOCHE_BASE_ERROR (cloche_base_error_quark ())
GQuark cloche_base_error_quark (void);

void   cloche_set_errno_error  (GError    **error,
                                int         errsv,
                                const char *format,
                                ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
