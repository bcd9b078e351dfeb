/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-context.h"

G_BEGIN_DECLS

/**
 * ClocheQuestionNotifier:
 *
 * Has the desktop tell of a question while nobody looks at the window: it stands for half a minute only. The notification
 * goes when the question does, or when somebody comes.
 */
#define CLOCHE_TYPE_QUESTION_NOTIFIER (cloche_question_notifier_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQuestionNotifier, cloche_question_notifier, CLOCHE, QUESTION_NOTIFIER, GObject)

ClocheQuestionNotifier *cloche_question_notifier_new (GtkApplication *application,
                                                      ClocheContext  *context) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
