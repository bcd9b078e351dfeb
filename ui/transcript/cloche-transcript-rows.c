/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-transcript-private.h"

/* Which rows of the transcript have widgets: see cloche-transcript.c for the whole. */

/* rows: made before anything is shown. */
#define FIRST_ROWS 20

/* µs: how long one slice of background work may take. */
#define SLICE_US 8000

int
_cloche_transcript_get_page (ClocheTranscript *self)
{
  return gtk_widget_get_height (GTK_WIDGET (self));
}

guint
_cloche_transcript_get_n_rows (ClocheTranscript *self)
{
  return cloche_row_heights_get_n_rows (self->heights);
}

gboolean
_cloche_transcript_has_widget (ClocheTranscript *self,
                               guint             row)
{
  return row >= self->first && row < self->first + self->widgets->len;
}

/* A row never gets less than it needs: what does not fit is clipped. */
int
_cloche_transcript_measure_row (ClocheTranscript *self,
                                GtkWidget        *widget)
{
  int min_width;
  int height;

  gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &min_width, NULL, NULL, NULL);
  gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, MAX (self->width, min_width), NULL, &height, NULL, NULL);

  return height;
}

/* Makes the row right above or right below those that have widgets. */
static void
realize_row (ClocheTranscript *self,
             guint             row)
{
  g_autoptr (GObject) item = g_list_model_get_item (self->model, row);
  GtkWidget *widget = self->row_func (item, self->row_data);
  gboolean is_above = self->widgets->len > 0 && row < self->first;

  g_assert (self->widgets->len == 0 || row + 1 == self->first || row == self->first + self->widgets->len);

  if (is_above)
    gtk_widget_insert_after (widget, GTK_WIDGET (self), NULL);
  else
    gtk_widget_set_parent (widget, GTK_WIDGET (self));
  g_ptr_array_insert (self->widgets, is_above ? 0 : -1, widget);
  if (is_above || self->widgets->len == 1)
    self->first = row;

  if (self->selection.is_active)
    _cloche_transcript_show_selection (self, row);
  if (self->width > 0)
    cloche_row_heights_set (self->heights, row, _cloche_transcript_measure_row (self, widget));
}

/* Takes the widgets of @n rows away, @index counted from the first that has one. */
void
_cloche_transcript_drop_widgets (ClocheTranscript *self,
                                 guint             index,
                                 guint             n)
{
  for (guint i = index; i < index + n; i++)
    gtk_widget_unparent (self->widgets->pdata[i]);
  if (n > 0)
    g_ptr_array_remove_range (self->widgets, index, n);
  if (index == 0)
    self->first += n;
}

/* Drops what is furthest from the view. */
static void
trim (ClocheTranscript *self)
{
  guint eye = self->sticks ? _cloche_transcript_get_n_rows (self) - 1 : self->anchor;

  while (self->widgets->len > CLOCHE_TRANSCRIPT_ROWS_MAX) {
    guint above = eye - MIN (eye, self->first);
    guint last = self->first + self->widgets->len - 1;
    guint below = MAX (last, eye) - eye;

    if (above >= below)
      _cloche_transcript_drop_widgets (self, 0, 1);
    else
      _cloche_transcript_drop_widgets (self, self->widgets->len - 1, 1);
  }
}

static gboolean
extend_cb (gpointer user_data)
{
  ClocheTranscript *self = user_data;
  gint64 deadline = g_get_monotonic_time () + SLICE_US;

  while (self->widgets->len < CLOCHE_TRANSCRIPT_ROWS_MAX && g_get_monotonic_time () < deadline) {
    guint end = self->first + self->widgets->len;

    if (self->first > 0)
      realize_row (self, self->first - 1);
    else if (end < _cloche_transcript_get_n_rows (self))
      realize_row (self, end);
    else
      break;
  }

  if (self->widgets->len < MIN (CLOCHE_TRANSCRIPT_ROWS_MAX, _cloche_transcript_get_n_rows (self)))
    return G_SOURCE_CONTINUE;
  self->extend_id = 0;

  return G_SOURCE_REMOVE;
}

void
_cloche_transcript_schedule_extend (ClocheTranscript *self)
{
  if (self->extend_id == 0 && self->width > 0 &&
      self->widgets->len < MIN (CLOCHE_TRANSCRIPT_ROWS_MAX, _cloche_transcript_get_n_rows (self)))
    self->extend_id = g_idle_add_full (G_PRIORITY_LOW, extend_cb, self, NULL);
}

/* Makes the rows that the view needs, and a page around it. */
void
_cloche_transcript_cover (ClocheTranscript *self)
{
  guint n_rows = _cloche_transcript_get_n_rows (self);
  guint eye = self->sticks ? n_rows - 1 : self->anchor;
  int page = _cloche_transcript_get_page (self);
  gint64 below;
  gint64 above;
  guint n;

  if (n_rows == 0 || self->row_func == NULL)
    return;

  if (self->widgets->len > 0 && (eye + 1 < self->first || eye > self->first + self->widgets->len))
    _cloche_transcript_drop_widgets (self, 0, self->widgets->len);
  if (!_cloche_transcript_has_widget (self, eye))
    realize_row (self, eye);

  below = self->sticks ? page : cloche_row_heights_get (self->heights, eye) - self->anchor_into;
  for (guint row = eye + 1; row < n_rows && below < 2 * page; row++) {
    if (!_cloche_transcript_has_widget (self, row))
      realize_row (self, row);
    below += cloche_row_heights_get (self->heights, row);
  }

  above = self->sticks ? cloche_row_heights_get (self->heights, eye) - page : self->anchor_into;
  n = self->sticks && self->width == 0 ? FIRST_ROWS : 1;
  for (guint row = eye; row > 0 && (above < page || n < FIRST_ROWS); row--, n++) {
    if (!_cloche_transcript_has_widget (self, row - 1))
      realize_row (self, row - 1);
    above += cloche_row_heights_get (self->heights, row - 1);
  }

  trim (self);
  _cloche_transcript_schedule_extend (self);
}

static gboolean
cover_cb (gpointer user_data)
{
  ClocheTranscript *self = user_data;

  self->cover_id = 0;
  _cloche_transcript_cover (self);

  return G_SOURCE_REMOVE;
}

/* Before the next frame is drawn, but not in the middle of an allocation. */
void
_cloche_transcript_schedule_cover (ClocheTranscript *self)
{
  if (self->cover_id == 0)
    self->cover_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, cover_cb, self, NULL);
}

/* Keeps widgets in one piece: of those before and behind the change, the side with the eye stays. */
void
_cloche_transcript_splice_widgets (ClocheTranscript *self,
                                   guint             position,
                                   guint             removed,
                                   guint             added)
{
  guint end = self->first + self->widgets->len;
  guint gone = position + removed;

  if (position >= end)
    return;

  if (gone <= self->first) {
    self->first += added - removed;
  } else if (position <= self->first || (!self->sticks && self->anchor >= gone) ||
             (self->sticks && gone < end)) {
    _cloche_transcript_drop_widgets (self, 0, MIN (gone, end) - self->first);
    self->first += added - removed;
  } else {
    _cloche_transcript_drop_widgets (self, position - self->first, end - position);
  }
}
