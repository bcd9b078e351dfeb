/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-row-heights.h"

/*
 * A plain array: adding up 10,000 heights takes some 10 µs, which a frame can spare, and no tree has to be kept right.
 */

/* pixels: a guess while no row has been measured. */
#define GUESS 80

#define UNKNOWN (-1)

typedef struct
{
  int height;         /* pixels, or UNKNOWN */
  gboolean is_known;  /* whether it was measured at the present width; if not, it is its own best guess */
} Row;

struct _ClocheRowHeights
{
  GArray *rows;       /* of Row */
  gint64 sum;         /* pixels: of all rows that have a height */
  guint n_with_height;
};

static Row *
get_row (ClocheRowHeights *self,
         guint             row)
{
  return &g_array_index (self->rows, Row, row);
}

static int
get_guess (ClocheRowHeights *self)
{
  return self->n_with_height > 0 ? self->sum / self->n_with_height : GUESS;
}

static void
set_height (ClocheRowHeights *self,
            Row              *row,
            int               height)
{
  if (row->height != UNKNOWN) {
    self->sum -= row->height;
    self->n_with_height--;
  }
  if (height != UNKNOWN) {
    self->sum += height;
    self->n_with_height++;
  }
  row->height = height;
}

ClocheRowHeights *
cloche_row_heights_new (void)
{
  ClocheRowHeights *self = g_new0 (ClocheRowHeights, 1);

  self->rows = g_array_new (FALSE, FALSE, sizeof (Row));

  return self;
}

void
cloche_row_heights_free (ClocheRowHeights *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->rows);
  g_free (self);
}

guint
cloche_row_heights_get_n_rows (ClocheRowHeights *self)
{
  return self->rows->len;
}

/**
 * cloche_row_heights_splice:
 *
 * Takes @removed rows out at @position and puts @added ones of unknown height in.
 */
void
cloche_row_heights_splice (ClocheRowHeights *self,
                           guint             position,
                           guint             removed,
                           guint             added)
{
  g_autofree Row *fresh = g_new (Row, added);

  g_return_if_fail (position + removed <= self->rows->len);

  for (guint i = position; i < position + removed; i++)
    set_height (self, get_row (self, i), UNKNOWN);
  g_array_remove_range (self->rows, position, removed);

  for (guint i = 0; i < added; i++)
    fresh[i] = (Row) { UNKNOWN, FALSE };
  if (added > 0)
    g_array_insert_vals (self->rows, position, fresh, added);
}

/**
 * cloche_row_heights_get:
 *
 * Returns: pixels; the average of all known rows if this one was never measured
 */
int
cloche_row_heights_get (ClocheRowHeights *self,
                        guint             row)
{
  g_return_val_if_fail (row < self->rows->len, 0);

  return get_row (self, row)->height != UNKNOWN ? get_row (self, row)->height : get_guess (self);
}

void
cloche_row_heights_set (ClocheRowHeights *self,
                        guint             row,
                        int               height)
{
  g_return_if_fail (row < self->rows->len);
  g_return_if_fail (height >= 0);

  set_height (self, get_row (self, row), height);
  get_row (self, row)->is_known = TRUE;
}

gboolean
cloche_row_heights_is_known (ClocheRowHeights *self,
                             guint             row)
{
  g_return_val_if_fail (row < self->rows->len, FALSE);

  return get_row (self, row)->is_known;
}

/**
 * cloche_row_heights_forget:
 *
 * The width has changed: every height is only a guess now.
 */
void
cloche_row_heights_forget (ClocheRowHeights *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    get_row (self, i)->is_known = FALSE;
}

gint64
cloche_row_heights_get_total (ClocheRowHeights *self)
{
  return self->sum + (gint64) (self->rows->len - self->n_with_height) * get_guess (self);
}

/**
 * cloche_row_heights_get_offset:
 *
 * Returns: pixels from the top of the first row to the top of @row
 */
gint64
cloche_row_heights_get_offset (ClocheRowHeights *self,
                               guint             row)
{
  gint64 offset = 0;
  int guess = get_guess (self);

  g_return_val_if_fail (row <= self->rows->len, 0);

  for (guint i = 0; i < row; i++)
    offset += get_row (self, i)->height != UNKNOWN ? get_row (self, i)->height : guess;

  return offset;
}

/**
 * cloche_row_heights_find:
 * @y: pixels from the top of the first row
 * @ret_into: (out): pixels from the top of the row that was found
 *
 * Returns: the row at @y; the first one above, the last one below the column
 */
guint
cloche_row_heights_find (ClocheRowHeights *self,
                         gint64            y,
                         int              *ret_into)
{
  gint64 rest = MAX (y, 0);

  for (guint i = 0; i < self->rows->len; i++) {
    int height = cloche_row_heights_get (self, i);

    if (rest < height || i + 1 == self->rows->len) {
      *ret_into = MIN (rest, height);
      return i;
    }
    rest -= height;
  }
  *ret_into = 0;

  return 0;
}
