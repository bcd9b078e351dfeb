/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void cloche_frame_flush_request (GtkWidget *widget,
                                 void     (*func) (GtkWidget *widget));

G_END_DECLS
