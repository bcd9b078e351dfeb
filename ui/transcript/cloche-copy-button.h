/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Returns: (transfer full): what goes to the clipboard */
typedef char *(*ClocheCopyFunc) (gpointer user_data);

GtkWidget *cloche_copy_button_new (const char     *label,
                                   ClocheCopyFunc  func,
                                   gpointer        user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
