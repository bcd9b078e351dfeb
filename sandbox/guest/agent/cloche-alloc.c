/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *
check (void *memory)
{
  if (memory == NULL)
    abort ();
  return memory;
}

void *
cloche_new (size_t bytes)
{
  return check (calloc (1, bytes == 0 ? 1 : bytes));
}

void *
cloche_resize (void  *memory,
               size_t bytes)
{
  return check (realloc (memory, bytes == 0 ? 1 : bytes));
}

char *
cloche_strdup (const char *text)
{
  return check (strdup (text));
}

char *
cloche_format (const char *format,
               ...)
{
  char *text = NULL;
  va_list arguments;
  int n;

  va_start (arguments, format);
  n = vasprintf (&text, format, arguments);
  va_end (arguments);
  return check (n < 0 ? NULL : text);
}
