/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

/**
 * ClocheProse:
 *
 * A run of paragraphs, headings, lists and quotes. What is copied out of it is Markdown.
 */
#define CLOCHE_TYPE_PROSE (cloche_prose_get_type ())
G_DECLARE_FINAL_TYPE (ClocheProse, cloche_prose, CLOCHE, PROSE, GtkTextView)

GtkWidget           *cloche_prose_new                    (ClocheMarkdownBlock *block) G_GNUC_WARN_UNUSED_RESULT;

ClocheMarkdownBlock *cloche_prose_get_block              (ClocheProse         *self);
void                 cloche_prose_set_block              (ClocheProse         *self,
                                                          ClocheMarkdownBlock *block);

char                *cloche_prose_dup_selected_markdown  (ClocheProse         *self) G_GNUC_WARN_UNUSED_RESULT;
const char          *cloche_prose_get_focused_uri        (ClocheProse         *self);
const char          *cloche_prose_get_uri_at             (ClocheProse         *self,
                                                          int                  offset);

G_END_DECLS
