/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-flatten-private.h"

#include "cloche-markdown-block-private.h"
#include "cloche-markdown-guard.h"
#include "cloche-markdown-inline-private.h"

#include <string.h>

#include <cmark-gfm-core-extensions.h>

/*
 * Turns cmark's tree into a flat list: neighbouring prose is one block, everything else is one of its own, wherever it
 * stood. A list or quote with code, a table or a picture in it starts a block and ends one, so that the last block's
 * offset is always where the last open thing starts.
 */

/* bytes of Markdown: a prose block that is longer ends with its paragraph. Keeps parsing the tail and laying out one
 * widget cheap, however long an answer gets. */
#define PROSE_BYTES_MAX (8 * 1024)

typedef struct
{
  const char *text;
  GArray *lines;              /* of gsize: where each line starts, and one more for the end */
  GPtrArray *blocks;
  ClocheMarkdownBlock *prose; /* borrowed: the block that takes paragraphs, or NULL */
  gsize prose_start;          /* bytes: where its source starts */
  gsize prose_end;            /* bytes: where its source ends so far */
  gsize offset;               /* bytes: where the thing at the top starts */
} Flatten;

/* What is around a node. */
typedef struct
{
  guint quotes;
  guint lists;
  gboolean is_tight;
  char *marker;               /* for the next paragraph; owned */
} Context;

static void flatten_node (Flatten    *self,
                          Context    *context,
                          cmark_node *node);

static gsize
get_line (Flatten *self,
          int      line)
{
  return g_array_index (self->lines, gsize, CLAMP (line, 0, (int) self->lines->len - 1));
}

static void
get_range (Flatten    *self,
           cmark_node *node,
           gsize      *ret_start,
           gsize      *ret_end)
{
  gsize start = get_line (self, cmark_node_get_start_line (node) - 1);
  gsize end = get_line (self, cmark_node_get_end_line (node));

  end = MAX (start, end);
  while (end > start && g_ascii_isspace (self->text[end - 1]))
    end--;
  *ret_start = start;
  *ret_end = end;
}

static void
end_prose (Flatten *self)
{
  if (self->prose != NULL)
    _cloche_markdown_block_set_source (self->prose, self->text + self->prose_start,
                                       self->prose_end - self->prose_start);
  self->prose = NULL;
}

static ClocheMarkdownBlock *
add_block (Flatten           *self,
           const Context     *context,
           cmark_node        *node,
           ClocheMarkdownKind kind)
{
  ClocheMarkdownBlock *block;
  gsize start;
  gsize end;

  end_prose (self);
  block = _cloche_markdown_block_new (kind, self->offset, context->quotes + context->lists);
  get_range (self, node, &start, &end);
  _cloche_markdown_block_set_source (block, self->text + start, end - start);
  g_ptr_array_add (self->blocks, block);

  return block;
}

static ClocheMarkdownParagraph *
add_paragraph (Flatten    *self,
               Context    *context,
               cmark_node *node)
{
  ClocheMarkdownParagraph *paragraph;
  gsize start;
  gsize end;

  get_range (self, node, &start, &end);
  if (self->prose == NULL) {
    self->prose = _cloche_markdown_block_new (CLOCHE_MARKDOWN_PROSE, self->offset, 0);
    g_ptr_array_add (self->blocks, self->prose);
    self->prose_start = self->prose_end = start;
  }

  paragraph = _cloche_markdown_block_add_paragraph (self->prose);
  paragraph->quote_depth = context->quotes;
  paragraph->list_depth = context->lists;
  paragraph->is_tight = context->is_tight;
  paragraph->marker = g_steal_pointer (&context->marker);

  /* cmark may place the lines of a paragraph that a table was cut from wrongly; never let ranges overlap. */
  start = MAX (start, self->prose_end);
  end = MAX (end, start);
  paragraph->start = start - self->prose_start;
  paragraph->end = end - self->prose_start;
  self->prose_end = end;

  return paragraph;
}

static void
flatten_paragraph (Flatten    *self,
                   Context    *context,
                   cmark_node *node)
{
  cmark_node *only = cmark_node_first_child (node);

  if (only != NULL && cmark_node_get_type (only) == CMARK_NODE_IMAGE && cmark_node_next (only) == NULL) {
    g_autoptr (GPtrArray) runs = _cloche_markdown_runs_new ();
    ClocheMarkdownBlock *block;
    ClocheMarkdownParagraph *lone = context->marker != NULL ? add_paragraph (self, context, node) : NULL;

    /* The list item keeps its marker, with the picture below. */
    if (lone != NULL)
      lone->end = lone->start;
    block = add_block (self, context, node, CLOCHE_MARKDOWN_IMAGE);
    _cloche_markdown_add_inlines (only, runs);
    _cloche_markdown_block_take_text (block, cloche_markdown_runs_dup_text (runs));
    _cloche_markdown_block_set_uri (block, cmark_node_get_url (only));
    return;
  }

  _cloche_markdown_add_inlines (node, add_paragraph (self, context, node)->runs);
}

static void
flatten_code (Flatten    *self,
              Context    *context,
              cmark_node *node)
{
  ClocheMarkdownBlock *block = add_block (self, context, node, CLOCHE_MARKDOWN_CODE);
  const char *info = cmark_node_get_fence_info (node);
  g_autofree char *text = g_strdup (cmark_node_get_literal (node));
  gsize length = text != NULL ? strlen (text) : 0;

  if (length > 0 && text[length - 1] == '\n')
    text[length - 1] = '\0';
  _cloche_markdown_block_take_text (block, text != NULL ? g_steal_pointer (&text) : g_strdup (""));

  if (info != NULL && *info != '\0') {
    g_autofree char *word = g_strndup (info, strcspn (info, " \t{,"));

    _cloche_markdown_block_set_language (block, word);
  }
}

static ClocheMarkdownAlign
get_align (char letter)
{
  switch (letter) {
  case 'l':
    return CLOCHE_MARKDOWN_ALIGN_START;
  case 'c':
    return CLOCHE_MARKDOWN_ALIGN_CENTER;
  case 'r':
    return CLOCHE_MARKDOWN_ALIGN_END;
  default:
    return CLOCHE_MARKDOWN_ALIGN_NONE;
  }
}

static void
flatten_table (Flatten    *self,
               Context    *context,
               cmark_node *table)
{
  ClocheMarkdownBlock *block = add_block (self, context, table, CLOCHE_MARKDOWN_TABLE);
  guint n_columns = cmark_gfm_extensions_get_table_columns (table);
  const uint8_t *aligns = cmark_gfm_extensions_get_table_alignments (table);

  for (guint i = 0; i < n_columns; i++)
    _cloche_markdown_block_add_column (block, get_align (aligns[i]));

  for (cmark_node *row = cmark_node_first_child (table); row != NULL; row = cmark_node_next (row)) {
    cmark_node *cell = cmark_node_first_child (row);

    for (guint i = 0; i < n_columns; i++) {
      GPtrArray *runs = _cloche_markdown_block_add_cell (block);

      if (cell == NULL)
        continue;
      _cloche_markdown_add_inlines (cell, runs);
      cell = cmark_node_next (cell);
    }
  }
}

static void
flatten_html (Flatten    *self,
              Context    *context,
              cmark_node *node)
{
  g_autofree char *text = g_strdup (cmark_node_get_literal (node));

  _cloche_markdown_runs_add (add_paragraph (self, context, node)->runs, g_strchomp (text), 0, NULL);
}

static char *
make_marker (cmark_node *list,
             cmark_node *item,
             int         n)
{
  if (strcmp (cmark_node_get_type_string (item), "tasklist") == 0)
    return g_strdup (cmark_gfm_extensions_get_tasklist_item_checked (item) ? "☑" : "☐");
  if (cmark_node_get_list_type (list) == CMARK_ORDERED_LIST)
    return g_strdup_printf ("%d%c", n, cmark_node_get_list_delim (list) == CMARK_PAREN_DELIM ? ')' : '.');

  return g_strdup ("•");
}

static void
flatten_list (Flatten       *self,
              const Context *around,
              cmark_node    *list)
{
  int n = cmark_node_get_list_start (list);

  for (cmark_node *item = cmark_node_first_child (list); item != NULL; item = cmark_node_next (item)) {
    cmark_node *child = cmark_node_first_child (item);
    Context context = { around->quotes, around->lists + 1, cmark_node_get_list_tight (list), NULL };

    context.marker = make_marker (list, item, n++);
    if (child == NULL || (cmark_node_get_type (child) != CMARK_NODE_PARAGRAPH &&
                          cmark_node_get_type (child) != CMARK_NODE_HEADING)) {
      ClocheMarkdownParagraph *lone = add_paragraph (self, &context, item);

      /* What follows brings its own source along. */
      if (child != NULL)
        self->prose_end = self->prose_start + (lone->end = lone->start);
    }

    for (; child != NULL; child = cmark_node_next (child))
      flatten_node (self, &context, child);
    g_free (context.marker);
  }
}

static void
flatten_quote (Flatten       *self,
               const Context *around,
               cmark_node    *quote)
{
  Context context = { around->quotes + 1, around->lists, FALSE, NULL };

  for (cmark_node *child = cmark_node_first_child (quote); child != NULL; child = cmark_node_next (child))
    flatten_node (self, &context, child);
  g_free (context.marker);
}

static void
flatten_node (Flatten    *self,
              Context    *context,
              cmark_node *node)
{
  cmark_node_type type = cmark_node_get_type (node);

  if (type == CMARK_NODE_PARAGRAPH) {
    flatten_paragraph (self, context, node);
  } else if (type == CMARK_NODE_HEADING) {
    ClocheMarkdownParagraph *paragraph = add_paragraph (self, context, node);

    paragraph->heading = cmark_node_get_heading_level (node);
    _cloche_markdown_add_inlines (node, paragraph->runs);
  } else if (type == CMARK_NODE_BLOCK_QUOTE) {
    flatten_quote (self, context, node);
  } else if (type == CMARK_NODE_LIST) {
    flatten_list (self, context, node);
  } else if (type == CMARK_NODE_CODE_BLOCK) {
    flatten_code (self, context, node);
  } else if (type == CMARK_NODE_HTML_BLOCK) {
    flatten_html (self, context, node);
  } else if (type == CMARK_NODE_THEMATIC_BREAK) {
    add_block (self, context, node, CLOCHE_MARKDOWN_RULE);
  } else if (strcmp (cmark_node_get_type_string (node), "table") == 0) {
    flatten_table (self, context, node);
  }
}

static gboolean
is_prose (cmark_node *top)
{
  cmark_iter *iter = cmark_iter_new (top);
  gboolean prose = TRUE;

  while (prose && cmark_iter_next (iter) != CMARK_EVENT_DONE) {
    cmark_node *node = cmark_iter_get_node (iter);
    cmark_node_type type = cmark_node_get_type (node);

    prose = type != CMARK_NODE_CODE_BLOCK && type != CMARK_NODE_THEMATIC_BREAK &&
            type != CMARK_NODE_IMAGE && strcmp (cmark_node_get_type_string (node), "table") != 0;
  }
  cmark_iter_free (iter);

  return prose;
}

/* Lines as cmark counts them: a carriage return ends one, too. */
static GArray *
find_lines (const char *text,
            gsize       start,
            gsize       end)
{
  GArray *lines = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize at = start; at < end;) {
    g_array_append_val (lines, at);
    while (at < end && text[at] != '\n' && text[at] != '\r')
      at++;
    at += at + 1 < end && text[at] == '\r' && text[at + 1] == '\n' ? 2 : 1;
  }
  g_array_append_val (lines, end);

  return lines;
}

/* Adds the blocks of @document, made of the bytes @start to @end of @text, to @blocks. Recurses as deep as lists and
 * quotes nest, which the caller has limited. */
void
_cloche_markdown_flatten (cmark_node *document,
                          const char *text,
                          gsize       start,
                          gsize       end,
                          GPtrArray  *blocks)
{
  g_autoptr (GArray) lines = find_lines (text, start, end);
  Flatten self = { .text = text, .lines = lines, .blocks = blocks };

  for (cmark_node *node = cmark_node_first_child (document); node != NULL; node = cmark_node_next (node)) {
    gboolean prose = is_prose (node);
    Context context = { 0 };

    if (!prose || self.prose == NULL || self.prose_end - self.prose_start > PROSE_BYTES_MAX) {
      end_prose (&self);
      self.offset = get_line (&self, cmark_node_get_start_line (node) - 1);
    }
    flatten_node (&self, &context, node);
    if (!prose)
      end_prose (&self);
    g_free (context.marker);
  }
  end_prose (&self);
}
