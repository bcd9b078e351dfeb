/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * ClocheMarkdownKind:
 * @CLOCHE_MARKDOWN_PROSE: a run of paragraphs, headings, lists and quotes
 * @CLOCHE_MARKDOWN_CODE: a code block, or text that was not parsed because parsing it would take too long
 * @CLOCHE_MARKDOWN_TABLE: a table, whose first row is its header
 * @CLOCHE_MARKDOWN_RULE: a horizontal line
 * @CLOCHE_MARKDOWN_IMAGE: a reference to an image; never to be loaded from the network
 */
typedef enum {
  CLOCHE_MARKDOWN_PROSE,
  CLOCHE_MARKDOWN_CODE,
  CLOCHE_MARKDOWN_TABLE,
  CLOCHE_MARKDOWN_RULE,
  CLOCHE_MARKDOWN_IMAGE,
} ClocheMarkdownKind;

/**
 * ClocheMarkdownStyle:
 *
 * How a piece of text is set. Styles combine.
 */
typedef enum {
  CLOCHE_MARKDOWN_BOLD   = 1 << 0,
  CLOCHE_MARKDOWN_ITALIC = 1 << 1,
  CLOCHE_MARKDOWN_MONO   = 1 << 2,
  CLOCHE_MARKDOWN_STRIKE = 1 << 3,
} ClocheMarkdownStyle;

typedef enum {
  CLOCHE_MARKDOWN_ALIGN_NONE,
  CLOCHE_MARKDOWN_ALIGN_START,
  CLOCHE_MARKDOWN_ALIGN_CENTER,
  CLOCHE_MARKDOWN_ALIGN_END,
} ClocheMarkdownAlign;

/**
 * ClocheMarkdownRun:
 * @text: valid UTF-8, never %NULL; may hold newlines
 * @style: of all of @text
 * @uri: (nullable): where a link leads; hostile, any scheme, follow only http and https and only on a click
 *
 * Text of one style. Read only.
 */
typedef struct
{
  char               *text;
  char               *uri;
  ClocheMarkdownStyle style;
} ClocheMarkdownRun;

/**
 * ClocheMarkdownParagraph:
 * @runs: (element-type ClocheMarkdownRun): its text in pieces; may be empty
 * @marker: (nullable): what stands before a list item, "•" or "3."
 * @heading: 1 to 6, 0 if it is no heading
 * @list_depth: how many lists it is in
 * @quote_depth: how many quotes it is in
 * @is_tight: whether it stands close to its neighbours, as items of a short list do
 * @start: bytes into the block's source at which its lines start
 * @end: bytes into the block's source at which its lines end, without the newline
 *
 * One paragraph, heading or list item. Read only.
 */
typedef struct
{
  GPtrArray *runs;
  char      *marker;
  guint      heading;
  guint      list_depth;
  guint      quote_depth;
  gboolean   is_tight;
  gsize      start;
  gsize      end;
} ClocheMarkdownParagraph;

/**
 * ClocheMarkdownBlock:
 *
 * One part of a Markdown text that one widget shows. Immutable once its parser has handed it over, so that threads may share it.
 */
#define CLOCHE_TYPE_MARKDOWN_BLOCK (cloche_markdown_block_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMarkdownBlock, cloche_markdown_block, CLOCHE, MARKDOWN_BLOCK, GObject)

ClocheMarkdownKind   cloche_markdown_block_get_kind       (ClocheMarkdownBlock *self);
const char          *cloche_markdown_block_get_source     (ClocheMarkdownBlock *self);
guint                cloche_markdown_block_get_indent     (ClocheMarkdownBlock *self);
gboolean             cloche_markdown_block_equal          (ClocheMarkdownBlock *self,
                                                           ClocheMarkdownBlock *other);

GPtrArray           *cloche_markdown_block_get_paragraphs (ClocheMarkdownBlock *self);
char                *cloche_markdown_block_dup_markdown   (ClocheMarkdownBlock *self,
                                                           guint                start,
                                                           guint                end) G_GNUC_WARN_UNUSED_RESULT;

const char          *cloche_markdown_block_get_text       (ClocheMarkdownBlock *self);
const char          *cloche_markdown_block_get_language   (ClocheMarkdownBlock *self);
const char          *cloche_markdown_block_get_uri        (ClocheMarkdownBlock *self);

guint                cloche_markdown_block_get_n_columns  (ClocheMarkdownBlock *self);
guint                cloche_markdown_block_get_n_rows     (ClocheMarkdownBlock *self);
ClocheMarkdownAlign  cloche_markdown_block_get_align      (ClocheMarkdownBlock *self,
                                                           guint                column);
GPtrArray           *cloche_markdown_block_get_cell       (ClocheMarkdownBlock *self,
                                                           guint                row,
                                                           guint                column);

gboolean             cloche_markdown_paragraph_equal      (const ClocheMarkdownParagraph *a,
                                                           const ClocheMarkdownParagraph *b);
char                *cloche_markdown_runs_dup_text        (GPtrArray *runs) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
