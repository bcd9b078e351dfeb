/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Pure functions for the bindings of .ui files. */

gboolean cloche_closure_not       (GObject    *object,
                                   gboolean    value);
gboolean cloche_closure_has_text  (GObject    *object,
                                   const char *text);

G_END_DECLS
