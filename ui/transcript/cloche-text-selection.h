/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A text view's part of a selection that goes over several widgets. Positions are characters of its buffer. */

int  cloche_text_selection_get_length (GtkTextView *view);
int  cloche_text_selection_find       (GtkTextView *view,
                                       double       x,
                                       double       y);
void cloche_text_selection_select     (GtkTextView *view,
                                       int          start,
                                       int          end);

G_END_DECLS
