/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

/* What the parser builds with; nobody else changes a block. */

ClocheMarkdownBlock     *_cloche_markdown_block_new           (ClocheMarkdownKind   kind,
                                                               gsize                offset,
                                                               guint                indent) G_GNUC_WARN_UNUSED_RESULT;
gsize                    _cloche_markdown_block_get_offset    (ClocheMarkdownBlock *self);
void                     _cloche_markdown_block_move          (ClocheMarkdownBlock *self,
                                                               gsize                by);
void                     _cloche_markdown_block_set_source    (ClocheMarkdownBlock *self,
                                                               const char          *source,
                                                               gsize                length);
void                     _cloche_markdown_block_take_text     (ClocheMarkdownBlock *self,
                                                               char                *text);
void                     _cloche_markdown_block_set_language  (ClocheMarkdownBlock *self,
                                                               const char          *language);
void                     _cloche_markdown_block_set_uri       (ClocheMarkdownBlock *self,
                                                               const char          *uri);
ClocheMarkdownParagraph *_cloche_markdown_block_add_paragraph (ClocheMarkdownBlock *self);
void                     _cloche_markdown_block_add_column    (ClocheMarkdownBlock *self,
                                                               ClocheMarkdownAlign  align);
GPtrArray               *_cloche_markdown_block_add_cell      (ClocheMarkdownBlock *self);

GPtrArray               *_cloche_markdown_runs_new            (void) G_GNUC_WARN_UNUSED_RESULT;
void                     _cloche_markdown_runs_add            (GPtrArray           *runs,
                                                               const char          *text,
                                                               ClocheMarkdownStyle  style,
                                                               const char          *uri);

G_END_DECLS
