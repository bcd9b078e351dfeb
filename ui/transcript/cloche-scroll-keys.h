/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

gboolean cloche_scroll_keys_move (GtkWidget       *widget,
                                  GtkMovementStep  step,
                                  int              count);

G_END_DECLS
