/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void cloche_text_height_prepare (GtkTextView    *view,
                                 GtkWidgetClass *view_class,
                                 int             width);

G_END_DECLS
