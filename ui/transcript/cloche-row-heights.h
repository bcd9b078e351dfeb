/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheRowHeights:
 *
 * How high each row of a long column is, in pixels: measured, or guessed from its neighbours.
 */
typedef struct _ClocheRowHeights ClocheRowHeights;

ClocheRowHeights *cloche_row_heights_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void              cloche_row_heights_free (ClocheRowHeights *self);

guint             cloche_row_heights_get_n_rows (ClocheRowHeights *self);
void              cloche_row_heights_splice     (ClocheRowHeights *self,
                                                 guint             position,
                                                 guint             removed,
                                                 guint             added);

int               cloche_row_heights_get        (ClocheRowHeights *self,
                                                 guint             row);
void              cloche_row_heights_set        (ClocheRowHeights *self,
                                                 guint             row,
                                                 int               height);
gboolean          cloche_row_heights_is_known   (ClocheRowHeights *self,
                                                 guint             row);
void              cloche_row_heights_forget     (ClocheRowHeights *self);

gint64            cloche_row_heights_get_total  (ClocheRowHeights *self);
gint64            cloche_row_heights_get_offset (ClocheRowHeights *self,
                                                 guint             row);
guint             cloche_row_heights_find       (ClocheRowHeights *self,
                                                 gint64            y,
                                                 int              *ret_into);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheRowHeights, cloche_row_heights_free)

G_END_DECLS
