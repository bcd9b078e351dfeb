/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * ClocheMarkdownView:
 *
 * Markdown as a column of widgets, which may grow while it is being read.
 */
#define CLOCHE_TYPE_MARKDOWN_VIEW (cloche_markdown_view_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMarkdownView, cloche_markdown_view, CLOCHE, MARKDOWN_VIEW, GtkBox)

GtkWidget *cloche_markdown_view_new      (void) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_markdown_view_set_text (ClocheMarkdownView *self,
                                          const char         *text,
                                          gboolean            is_complete);

G_END_DECLS
