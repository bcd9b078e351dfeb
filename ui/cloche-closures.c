/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-closures.h"

gboolean
cloche_closure_not (GObject *object,
                    gboolean value)
{
  return !value;
}

gboolean
cloche_closure_has_text (GObject    *object,
                         const char *text)
{
  return text != NULL && *text != '\0';
}
