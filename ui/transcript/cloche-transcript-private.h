/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-row-heights.h"
#include "cloche-transcript.h"

G_BEGIN_DECLS

/* Where a selection over several widgets begins or ends: see ClocheSelectable. */
typedef struct
{
  guint row;
  int start;
  int end;
} ClocheTranscriptPlace;

typedef struct
{
  ClocheTranscriptPlace anchor;  /* where it was begun */
  ClocheTranscriptPlace head;    /* where the mouse is or was */
  gboolean is_active;
  GtkWidget *scope;              /* weak: the widget that selects by itself while the mouse is in it */
  double x;                      /* pixels from the corner of the view: where the mouse is */
  double y;
  guint tick_id;                 /* while it is being made with the mouse */
  GtkWidget *menu;               /* or NULL before it was asked for */
  GdkContentProvider *primary;   /* what we gave as the primary selection, while it is that */
} ClocheTranscriptSelection;

struct _ClocheTranscript
{
  GtkWidget parent_instance;

  GListModel *model;
  ClocheTranscriptRowFunc row_func;
  gpointer row_data;
  GDestroyNotify row_destroy;
  ClocheTranscriptTextFunc text_func;

  ClocheRowHeights *heights;
  GPtrArray *widgets;          /* of GtkWidget, borrowed from the widget tree */
  guint first;                 /* row of the first of @widgets */
  int width;                   /* pixels at which heights were measured; 0 before the first allocation */

  guint anchor;                /* row at the top of the view */
  int anchor_into;             /* pixels of it that are above the view */
  gboolean sticks;             /* whether the end is to stay in sight */

  GtkAdjustment *adjustments[2];
  GtkScrollablePolicy policies[2];
  gboolean is_configuring;     /* whether it is us who change the adjustment */
  guint cover_id;
  guint extend_id;

  ClocheTranscriptSelection selection;
};

int      _cloche_transcript_get_page        (ClocheTranscript *self);
guint    _cloche_transcript_get_n_rows      (ClocheTranscript *self);
gboolean _cloche_transcript_has_widget      (ClocheTranscript *self,
                                             guint             row);
int      _cloche_transcript_measure_row     (ClocheTranscript *self,
                                             GtkWidget        *widget);

/* Makes what the view and a page around it need: now, or before the next frame; the rest while there is time. */
void     _cloche_transcript_cover           (ClocheTranscript *self);
void     _cloche_transcript_schedule_cover  (ClocheTranscript *self);
void     _cloche_transcript_schedule_extend (ClocheTranscript *self);

void     _cloche_transcript_drop_widgets    (ClocheTranscript *self,
                                             guint             index,
                                             guint             n);
void     _cloche_transcript_splice_widgets  (ClocheTranscript *self,
                                             guint             position,
                                             guint             removed,
                                             guint             added);

void     _cloche_transcript_add_selection_actions (GtkWidgetClass   *widget_class);
void     _cloche_transcript_init_selection        (ClocheTranscript *self);
void     _cloche_transcript_dispose_selection     (ClocheTranscript *self);
void     _cloche_transcript_clear_selection       (ClocheTranscript *self);
void     _cloche_transcript_show_selection        (ClocheTranscript *self,
                                                   guint             row);
void     _cloche_transcript_splice_selection      (ClocheTranscript *self,
                                                   guint             position);

G_END_DECLS
