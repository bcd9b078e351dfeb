/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* rows: those that have widgets at most; each costs memory and, when the width changes, time. */
#define CLOCHE_TRANSCRIPT_ROWS_MAX 200

/**
 * ClocheTranscript:
 *
 * A scrollable column of uneven rows, of which only those near the eye have widgets. What is being read stays where it is
 * when rows above change; the end stays in sight only if it was in sight.
 */
#define CLOCHE_TYPE_TRANSCRIPT (cloche_transcript_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTranscript, cloche_transcript, CLOCHE, TRANSCRIPT, GtkWidget)

/**
 * ClocheTranscriptRowFunc:
 * @item: (transfer none): an item of the model
 *
 * Returns: (transfer floating): a widget that shows @item and follows its changes by itself
 */
typedef GtkWidget *(*ClocheTranscriptRowFunc) (gpointer item,
                                               gpointer user_data);

/**
 * ClocheTranscriptTextFunc:
 * @item: (transfer none): an item of the model
 *
 * Returns: (transfer full): its Markdown, for copying; called for rows without a widget, too
 */
typedef char *(*ClocheTranscriptTextFunc) (gpointer item);

GtkWidget  *cloche_transcript_new          (void) G_GNUC_WARN_UNUSED_RESULT;

void        cloche_transcript_set_row_func (ClocheTranscript        *self,
                                            ClocheTranscriptRowFunc  func,
                                            gpointer                 user_data,
                                            GDestroyNotify           destroy);

void        cloche_transcript_set_text_func (ClocheTranscript         *self,
                                             ClocheTranscriptTextFunc  func);

GListModel *cloche_transcript_get_model    (ClocheTranscript *self);
void        cloche_transcript_set_model    (ClocheTranscript *self,
                                            GListModel       *model);

gboolean    cloche_transcript_is_at_end      (ClocheTranscript *self);
void        cloche_transcript_scroll_to_end  (ClocheTranscript *self);
guint       cloche_transcript_get_n_realized (ClocheTranscript *self);
GtkWidget  *cloche_transcript_get_row_widget (ClocheTranscript *self,
                                              guint             position);

void        cloche_transcript_select_all            (ClocheTranscript *self);
char       *cloche_transcript_dup_selected_markdown (ClocheTranscript *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
