/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-console.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

/* bytes: one line; longer ones are cut. */
#define LINE_BYTES 512

void
cloche_console_say (const char *format,
                    ...)
{
  char line[LINE_BYTES] = "cloche-agent: ";
  const size_t start = sizeof "cloche-agent: " - 1;
  va_list arguments;
  int n;

  va_start (arguments, format);
  n = vsnprintf (line + start, sizeof line - start - 1, format, arguments);
  va_end (arguments);
  if (n < 0)
    return;
  if ((size_t) n > sizeof line - start - 2)
    n = (int) (sizeof line - start - 2);
  line[start + (size_t) n] = '\n';
  /* Nobody may be reading: a lost line is not worth a failure. */
  if (write (STDERR_FILENO, line, start + (size_t) n + 1) < 0)
    return;
}
