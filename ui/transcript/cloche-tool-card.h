/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"
#include "cloche-tool-run.h"

G_BEGIN_DECLS

/**
 * ClocheToolCard:
 *
 * What a model had run: its code, what it printed while it ran, how it ended, what it showed and which files it made.
 */
#define CLOCHE_TYPE_TOOL_CARD (cloche_tool_card_get_type ())
G_DECLARE_FINAL_TYPE (ClocheToolCard, cloche_tool_card, CLOCHE, TOOL_CARD, GtkBox)

GtkWidget *cloche_tool_card_new         (ClocheToolRun  *run,
                                         ClocheFiles    *files) G_GNUC_WARN_UNUSED_RESULT;

gboolean   cloche_tool_card_is_expanded  (ClocheToolCard *self);
void       cloche_tool_card_set_expanded (ClocheToolCard *self,
                                          gboolean        is_expanded);

G_END_DECLS
