/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <adwaita.h>

#include "cloche-network.h"

G_BEGIN_DECLS

/**
 * ClocheQuestionBar:
 *
 * What the machine wants to reach, one question at a time; not there without one. It never takes the focus; when it goes
 * while it has it, its parent gets it.
 */
#define CLOCHE_TYPE_QUESTION_BAR (cloche_question_bar_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQuestionBar, cloche_question_bar, CLOCHE, QUESTION_BAR, GtkWidget)

GtkWidget *cloche_question_bar_new         (void) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_question_bar_set_network (ClocheQuestionBar *self,
                                            ClocheNetwork     *network);

G_END_DECLS
