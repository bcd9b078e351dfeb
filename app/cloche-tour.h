/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-provider.h"

G_BEGIN_DECLS

#define CLOCHE_TOUR_ENDPOINT "tour"

/**
 * ClocheTourStop:
 * @CLOCHE_TOUR_TABLE: read, describe, plot
 * @CLOCHE_TOUR_PICTURE: resize, turn grey
 * @CLOCHE_TOUR_VIDEO: cut, take a poster frame
 * @CLOCHE_TOUR_PAGE: serve a page in the machine, open it, click, take a screenshot
 */
typedef enum {
  CLOCHE_TOUR_TABLE,
  CLOCHE_TOUR_PICTURE,
  CLOCHE_TOUR_VIDEO,
  CLOCHE_TOUR_PAGE,
} ClocheTourStop;

#define CLOCHE_TOUR_N_STOPS 4

/**
 * ClocheTour:
 *
 * The guided tour: a fixed set of rules that answers as a model does, with real tool calls through the same engine. It is
 * no AI and says so.
 */
#define CLOCHE_TYPE_TOUR (cloche_tour_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTour, cloche_tour, CLOCHE, TOUR, GObject)

ClocheProvider  *cloche_tour_new             (void) G_GNUC_WARN_UNUSED_RESULT;
ClocheModelInfo *cloche_tour_make_model_info (void) G_GNUC_WARN_UNUSED_RESULT;

const char      *cloche_tour_get_question    (ClocheTourStop stop);
char            *cloche_tour_dup_sample_path (ClocheTourStop stop) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
