/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

/**
 * ClocheMarkdownDocument:
 *
 * A Markdown text that may still grow, as a #GListModel of #ClocheMarkdownBlock. When text is added only the open
 * tail is parsed again, and only blocks that differ are replaced.
 */
#define CLOCHE_TYPE_MARKDOWN_DOCUMENT (cloche_markdown_document_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMarkdownDocument, cloche_markdown_document, CLOCHE, MARKDOWN_DOCUMENT, GObject)

ClocheMarkdownDocument *cloche_markdown_document_new      (void) G_GNUC_WARN_UNUSED_RESULT;

const char             *cloche_markdown_document_get_text (ClocheMarkdownDocument *self);
void                    cloche_markdown_document_set_text (ClocheMarkdownDocument *self,
                                                           const char             *text,
                                                           gboolean                is_complete);
gboolean                cloche_markdown_document_is_busy  (ClocheMarkdownDocument *self);

G_END_DECLS
