/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * ClocheTextHeight:
 *
 * How high and how wide the text of a #GtkTextView is, before it is drawn and at any width.
 *
 * The view itself reports the lines that it has laid out so far, at the width of its last allocation; the rest becomes
 * known in idle time, so that a row would first be too low and then jump. A second view of the same buffer, which is
 * nowhere in the window, is given a screen on which all lines are. (Doing that to the view itself from its measure() asks
 * for a resize in the midst of one, after which GTK loses some.)
 */
typedef struct _ClocheTextHeight ClocheTextHeight;

ClocheTextHeight *cloche_text_height_new  (GtkTextView      *view) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_text_height_free (ClocheTextHeight *self);

int               cloche_text_height_get_height (ClocheTextHeight *self,
                                                 int               width);
int               cloche_text_height_get_width  (ClocheTextHeight *self);

G_END_DECLS
