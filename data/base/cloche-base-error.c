/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"

#include <gio/gio.h>

G_DEFINE_QUARK (cloche-base-error-quark, cloche_base_error)

/**
 * cloche_set_errno_error:
 * @errsv: a positive errno value
 * @format: what failed and on what, without a final full stop
 *
 * Sets a %G_IO_ERROR made from @errsv; its message is "FORMAT: strerror".
 */
void
cloche_set_errno_error (GError    **error,
                        int         errsv,
                        const char *format,
                        ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errsv),
               "%s: %s", what, g_strerror (errsv));
}
