/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-text-selection.h"

/*
 * A tag, and not the buffer's own selection: that one belongs to whoever holds the primary selection, so that there can be
 * only one of them.
 */
#define TAG "selected"

/* Of the accent colour behind selected text, as in GTK's own. */
#define OPACITY 0.3

static GtkTextTag *
get_tag (GtkTextView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (view);
  GtkTextTagTable *table = gtk_text_buffer_get_tag_table (buffer);
  GtkTextTag *tag = gtk_text_tag_table_lookup (table, TAG);
  GdkRGBA color;

  if (tag == NULL)
    tag = gtk_text_buffer_create_tag (buffer, TAG, NULL);
  /* A language's colours may have come since. */
  gtk_text_tag_set_priority (tag, gtk_text_tag_table_get_size (table) - 1);

  if (gtk_style_context_lookup_color (gtk_widget_get_style_context (GTK_WIDGET (view)), "accent_bg_color", &color)) {
    color.alpha = OPACITY;
    g_object_set (tag, "background-rgba", &color, NULL);
  }

  return tag;
}

int
cloche_text_selection_get_length (GtkTextView *view)
{
  g_return_val_if_fail (GTK_IS_TEXT_VIEW (view), 0);

  return gtk_text_buffer_get_char_count (gtk_text_view_get_buffer (view));
}

/**
 * cloche_text_selection_find:
 * @x: pixels from the view's corner, like @y; may lie outside
 *
 * Returns: the nearest position
 */
int
cloche_text_selection_find (GtkTextView *view,
                            double       x,
                            double       y)
{
  GtkTextIter iter;
  int buffer_x;
  int buffer_y;
  int trailing;
  int line_y;
  int line_height;

  g_return_val_if_fail (GTK_IS_TEXT_VIEW (view), 0);

  /* The view may have only a part of the text on itself. */
  gtk_text_view_window_to_buffer_coords (view, GTK_TEXT_WINDOW_WIDGET, x, y, &buffer_x, &buffer_y);
  if (buffer_y < 0)
    return 0;
  gtk_text_buffer_get_end_iter (gtk_text_view_get_buffer (view), &iter);
  gtk_text_view_get_line_yrange (view, &iter, &line_y, &line_height);
  if (buffer_y >= line_y + line_height)
    return cloche_text_selection_get_length (view);

  gtk_text_view_get_iter_at_position (view, &iter, &trailing, buffer_x, buffer_y);

  return gtk_text_iter_get_offset (&iter) + trailing;
}

void
cloche_text_selection_select (GtkTextView *view,
                              int          start,
                              int          end)
{
  GtkTextBuffer *buffer;
  GtkTextTag *tag;
  GtkTextIter from;
  GtkTextIter to;

  g_return_if_fail (GTK_IS_TEXT_VIEW (view));

  buffer = gtk_text_view_get_buffer (view);
  tag = get_tag (view);
  gtk_text_buffer_get_bounds (buffer, &from, &to);
  gtk_text_buffer_remove_tag (buffer, tag, &from, &to);
  if (start >= end)
    return;

  gtk_text_buffer_get_iter_at_offset (buffer, &from, start);
  gtk_text_buffer_get_iter_at_offset (buffer, &to, end);
  gtk_text_buffer_apply_tag (buffer, tag, &from, &to);
}
