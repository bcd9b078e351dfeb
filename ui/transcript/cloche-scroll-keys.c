/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-scroll-keys.h"

typedef struct
{
  GtkOrientation orientation;
  double (*get_length)(GtkAdjustment *adjustment);        /* NULL: as far as it goes */
} Way;

static const Way *
find_way (GtkMovementStep step)
{
  static const Way ROW = { GTK_ORIENTATION_VERTICAL, gtk_adjustment_get_step_increment };
  static const Way PAGE = { GTK_ORIENTATION_VERTICAL, gtk_adjustment_get_page_increment };
  static const Way ENDS = { GTK_ORIENTATION_VERTICAL, NULL };
  static const Way COLUMN = { GTK_ORIENTATION_HORIZONTAL, gtk_adjustment_get_step_increment };
  static const Way WIDTH = { GTK_ORIENTATION_HORIZONTAL, gtk_adjustment_get_page_increment };
  static const Way SIDES = { GTK_ORIENTATION_HORIZONTAL, NULL };

  switch (step) {
  case GTK_MOVEMENT_DISPLAY_LINES:
  case GTK_MOVEMENT_PARAGRAPHS:
    return &ROW;
  case GTK_MOVEMENT_PAGES:
    return &PAGE;
  case GTK_MOVEMENT_BUFFER_ENDS:
    return &ENDS;
  case GTK_MOVEMENT_LOGICAL_POSITIONS:
  case GTK_MOVEMENT_VISUAL_POSITIONS:
  case GTK_MOVEMENT_WORDS:
    return &COLUMN;
  case GTK_MOVEMENT_HORIZONTAL_PAGES:
    return &WIDTH;
  case GTK_MOVEMENT_DISPLAY_LINE_ENDS:
    return &SIDES;
  case GTK_MOVEMENT_PARAGRAPH_ENDS:
  default:
    return NULL;
  }
}

/**
 * cloche_scroll_keys_move:
 * @step: what a key would move a cursor by
 *
 * Text that is only read has no cursor, so keys scroll: the innermost of the scrolled windows around @widget that has
 * something left in that direction.
 *
 * Returns: whether one had
 */
gboolean
cloche_scroll_keys_move (GtkWidget      *widget,
                         GtkMovementStep step,
                         int             count)
{
  const Way *way = find_way (step);
  GtkWidget *scrolled = way != NULL ? gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW) : NULL;

  while (scrolled != NULL) {
    GtkScrolledWindow *window = GTK_SCROLLED_WINDOW (scrolled);
    GtkAdjustment *adjustment = way->orientation == GTK_ORIENTATION_VERTICAL
                                ? gtk_scrolled_window_get_vadjustment (window)
                                : gtk_scrolled_window_get_hadjustment (window);
    double value = gtk_adjustment_get_value (adjustment);
    double length = way->get_length != NULL ? way->get_length (adjustment) : gtk_adjustment_get_upper (adjustment);

    gtk_adjustment_set_value (adjustment, value + count * length);
    if (gtk_adjustment_get_value (adjustment) != value)
      return TRUE;
    scrolled = gtk_widget_get_ancestor (gtk_widget_get_parent (scrolled), GTK_TYPE_SCROLLED_WINDOW);
  }

  return FALSE;
}
