/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

void cloche_prose_tags_add         (GtkTextBuffer *buffer);
void cloche_prose_tags_set_colors  (GtkTextBuffer *buffer,
                                    const GdkRGBA *text);

void cloche_prose_tags_apply_run       (GtkTextBuffer                 *buffer,
                                        const ClocheMarkdownRun       *run,
                                        const GtkTextIter             *start,
                                        const GtkTextIter             *end);
void cloche_prose_tags_apply_paragraph (GtkTextBuffer                 *buffer,
                                        const ClocheMarkdownParagraph *previous,
                                        const ClocheMarkdownParagraph *paragraph,
                                        const GtkTextIter             *start,
                                        const GtkTextIter             *end);

G_END_DECLS
