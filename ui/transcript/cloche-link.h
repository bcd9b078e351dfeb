/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

gboolean  cloche_link_is_allowed (const char *uri);
char     *cloche_link_describe   (const char *uri) G_GNUC_WARN_UNUSED_RESULT;
void      cloche_link_open       (GtkWidget  *widget,
                                  const char *uri);

G_END_DECLS
