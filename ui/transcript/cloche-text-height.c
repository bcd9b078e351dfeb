/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-text-height.h"

/* pixels: more than any text needs, so that all of its lines count as being on the screen. */
#define ENDLESS (1 << 20)

/**
 * cloche_text_height_prepare:
 * @view_class: GtkTextView's own class, or that of the subclass whose measure() is meant
 * @width: pixels
 *
 * To be called by a subclass' measure() before it chains up, so that GtkTextView knows how high its text is at @width.
 * By itself it reports the height of those lines that it has laid out so far, at the width of its last allocation, and the
 * rest becomes known in idle time: a row would first be too low and then jump. Laying text out is what its allocation
 * does for lines on the screen, so it is given a screen on which all are. Measured with 4.8.3: 10 ms for 10 KB of prose.
 */
void
cloche_text_height_prepare (GtkTextView    *view,
                            GtkWidgetClass *view_class,
                            int             width)
{
  GtkTextIter start;
  GdkRectangle location;

  /* Makes the layout, which otherwise comes to be with the first allocation. */
  gtk_text_buffer_get_start_iter (gtk_text_view_get_buffer (view), &start);
  gtk_text_view_get_iter_location (view, &start, &location);

  view_class->size_allocate (GTK_WIDGET (view), width, ENDLESS, -1);
}
