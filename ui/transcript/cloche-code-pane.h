/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-code-view.h"

G_BEGIN_DECLS

/**
 * ClocheCodePane:
 *
 * Code at its full height, of which the view inside has no more to do than what is in or near the view.
 */
#define CLOCHE_TYPE_CODE_PANE (cloche_code_pane_get_type ())
G_DECLARE_FINAL_TYPE (ClocheCodePane, cloche_code_pane, CLOCHE, CODE_PANE, GtkWidget)

GtkWidget *cloche_code_pane_new (ClocheCodeView *view) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
