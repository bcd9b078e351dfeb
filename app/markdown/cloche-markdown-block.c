/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-block.h"

#include "cloche-markdown-block-private.h"
#include "cloche-string.h"

#include <string.h>

struct _ClocheMarkdownBlock
{
  GObject parent_instance;

  ClocheMarkdownKind kind;
  guint indent;          /* levels of lists and quotes around it */
  gsize offset;          /* bytes into the parsed text at which to parse again if this is the last block */
  char *source;

  GPtrArray *paragraphs; /* prose: of ClocheMarkdownParagraph */
  char *text;            /* code: its text; image: what stands in for it */
  char *language;        /* code */
  char *uri;             /* image */
  GArray *columns;       /* table: of ClocheMarkdownAlign */
  GPtrArray *cells;      /* table: of GPtrArray of ClocheMarkdownRun, row by row */
};

G_DEFINE_FINAL_TYPE (ClocheMarkdownBlock, cloche_markdown_block, G_TYPE_OBJECT)

static void
run_free (gpointer data)
{
  ClocheMarkdownRun *run = data;

  g_free (run->text);
  g_free (run->uri);
  g_free (run);
}

static void
paragraph_free (gpointer data)
{
  ClocheMarkdownParagraph *paragraph = data;

  g_ptr_array_unref (paragraph->runs);
  g_free (paragraph->marker);
  g_free (paragraph);
}

static gboolean
runs_equal (GPtrArray *a,
            GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++) {
    ClocheMarkdownRun *left = a->pdata[i];
    ClocheMarkdownRun *right = b->pdata[i];

    if (left->style != right->style || !g_str_equal (left->text, right->text) ||
        g_strcmp0 (left->uri, right->uri) != 0)
      return FALSE;
  }

  return TRUE;
}

static gboolean
paragraphs_equal (GPtrArray *a,
                  GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    if (!cloche_markdown_paragraph_equal (a->pdata[i], b->pdata[i]))
      return FALSE;

  return TRUE;
}

static gboolean
cells_equal (GPtrArray *a,
             GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;

  for (guint i = 0; i < a->len; i++)
    if (!runs_equal (a->pdata[i], b->pdata[i]))
      return FALSE;

  return TRUE;
}

static const char *
marks_for_style (ClocheMarkdownStyle style)
{
  switch (style & (CLOCHE_MARKDOWN_BOLD | CLOCHE_MARKDOWN_ITALIC)) {
  case CLOCHE_MARKDOWN_BOLD:
    return "**";
  case CLOCHE_MARKDOWN_ITALIC:
    return "*";
  case CLOCHE_MARKDOWN_BOLD | CLOCHE_MARKDOWN_ITALIC:
    return "***";
  default:
    return "";
  }
}

/* Writes a part of a run with the marks of its style around it. */
static void
append_run (GString                 *out,
            const ClocheMarkdownRun *run,
            const char              *text)
{
  const char *emphasis = marks_for_style (run->style);
  const char *strike = run->style & CLOCHE_MARKDOWN_STRIKE ? "~~" : "";
  const char *mono = run->style & CLOCHE_MARKDOWN_MONO ? "`" : "";

  if (run->uri != NULL)
    g_string_append_c (out, '[');
  g_string_append_printf (out, "%s%s%s%s%s%s%s", emphasis, strike, mono, text, mono, strike, emphasis);
  if (run->uri != NULL)
    g_string_append_printf (out, "](%s)", run->uri);
}

/* What the start of a list item is in Markdown; @marker is how it looks. */
static void
append_marker (GString    *out,
               const char *marker,
               guint       depth)
{
  g_string_append_printf (out, "%*s", (int) (2 * (MAX (depth, 1) - 1)), "");
  if (g_str_equal (marker, "☐"))
    g_string_append (out, "- [ ] ");
  else if (g_str_equal (marker, "☑"))
    g_string_append (out, "- [x] ");
  else if (g_str_equal (marker, "•"))
    g_string_append (out, "- ");
  else
    g_string_append_printf (out, "%s ", marker);
}

/* @start, @end: characters into the paragraph's text. */
static void
append_part (GString                       *out,
             const ClocheMarkdownParagraph *paragraph,
             guint                          start,
             guint                          end)
{
  guint at = 0;

  if (start == 0 && paragraph->marker != NULL)
    append_marker (out, paragraph->marker, paragraph->list_depth);
  for (guint i = 0; i < paragraph->runs->len; i++) {
    const ClocheMarkdownRun *run = paragraph->runs->pdata[i];
    guint length = g_utf8_strlen (run->text, -1);
    guint from = CLAMP (start, at, at + length);
    guint to = CLAMP (end, at, at + length);

    if (from < to) {
      g_autofree char *text = g_utf8_substring (run->text, from - at, to - at);

      append_run (out, run, text);
    }
    at += length;
  }
}

static guint
count_characters (const ClocheMarkdownParagraph *paragraph)
{
  guint n = 0;

  for (guint i = 0; i < paragraph->runs->len; i++)
    n += g_utf8_strlen (((ClocheMarkdownRun *) paragraph->runs->pdata[i])->text, -1);

  return n;
}

static void
append_separator (GString                       *out,
                  const ClocheMarkdownParagraph *previous,
                  const ClocheMarkdownParagraph *next)
{
  if (previous != NULL)
    g_string_append (out, previous->is_tight && next->is_tight ? "\n" : "\n\n");
}

static void
cloche_markdown_block_finalize (GObject *object)
{
  ClocheMarkdownBlock *self = CLOCHE_MARKDOWN_BLOCK (object);

  g_clear_pointer (&self->source, g_free);
  g_clear_pointer (&self->paragraphs, g_ptr_array_unref);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->language, g_free);
  g_clear_pointer (&self->uri, g_free);
  g_clear_pointer (&self->columns, g_array_unref);
  g_clear_pointer (&self->cells, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_markdown_block_parent_class)->finalize (object);
}

static void
cloche_markdown_block_class_init (ClocheMarkdownBlockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_markdown_block_finalize;
}

static void
cloche_markdown_block_init (ClocheMarkdownBlock *self)
{
  self->paragraphs = g_ptr_array_new_with_free_func (paragraph_free);
  self->columns = g_array_new (FALSE, FALSE, sizeof (ClocheMarkdownAlign));
  self->cells = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
}

ClocheMarkdownKind
cloche_markdown_block_get_kind (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), CLOCHE_MARKDOWN_PROSE);

  return self->kind;
}

/**
 * cloche_markdown_block_get_source:
 *
 * The lines of Markdown that this block was made of, without blank lines around them.
 */
const char *
cloche_markdown_block_get_source (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), "");

  return self->source != NULL ? self->source : "";
}

/**
 * cloche_markdown_block_get_indent:
 *
 * How many lists and quotes a block that is no prose stands in.
 */
guint
cloche_markdown_block_get_indent (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), 0);

  return self->indent;
}

/**
 * cloche_markdown_block_equal:
 *
 * Whether both look the same and have the same source.
 */
gboolean
cloche_markdown_block_equal (ClocheMarkdownBlock *self,
                             ClocheMarkdownBlock *other)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), FALSE);
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (other), FALSE);

  return self->kind == other->kind && self->indent == other->indent &&
         g_strcmp0 (self->source, other->source) == 0 &&
         g_strcmp0 (self->text, other->text) == 0 &&
         g_strcmp0 (self->language, other->language) == 0 &&
         g_strcmp0 (self->uri, other->uri) == 0 && self->columns->len == other->columns->len &&
         (self->columns->len == 0 ||
          memcmp (self->columns->data, other->columns->data,
                  self->columns->len * sizeof (ClocheMarkdownAlign)) == 0) &&
         paragraphs_equal (self->paragraphs, other->paragraphs) &&
         cells_equal (self->cells, other->cells);
}

/**
 * cloche_markdown_block_get_paragraphs:
 *
 * Returns: (transfer none) (element-type ClocheMarkdownParagraph): of prose; otherwise empty
 */
GPtrArray *
cloche_markdown_block_get_paragraphs (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), NULL);

  return self->paragraphs;
}

/**
 * cloche_markdown_block_dup_markdown:
 * @start: characters into the prose's text, in which paragraphs are parted by one newline and markers do not count
 * @end: the same
 *
 * The Markdown of a selection of prose: the source itself for paragraphs that are wholly inside, text with fresh
 * marks for those that are cut.
 */
char *
cloche_markdown_block_dup_markdown (ClocheMarkdownBlock *self,
                                    guint                start,
                                    guint                end)
{
  const ClocheMarkdownParagraph *previous = NULL;
  GString *out = g_string_new (NULL);
  guint at = 0;

  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), g_string_free (out, FALSE));

  for (guint i = 0; i < self->paragraphs->len; i++) {
    const ClocheMarkdownParagraph *paragraph = self->paragraphs->pdata[i];
    guint length = count_characters (paragraph);

    if (start <= at && at + length <= end && paragraph->end > paragraph->start) {
      append_separator (out, previous, paragraph);
      g_string_append_len (out, self->source + paragraph->start, paragraph->end - paragraph->start);
      previous = paragraph;
    } else if (start < at + length && at < end) {
      append_separator (out, previous, paragraph);
      append_part (out, paragraph, start > at ? start - at : 0, end - at);
      previous = paragraph;
    }
    at += length + 1;
  }

  return g_string_free (out, FALSE);
}

/**
 * cloche_markdown_block_get_text:
 *
 * Returns: (nullable): the text of a code block, without the last newline; what stands in for an image
 */
const char *
cloche_markdown_block_get_text (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), NULL);

  return self->text;
}

/**
 * cloche_markdown_block_get_language:
 *
 * Returns: (nullable): the first word after a code block's fence, as it was written
 */
const char *
cloche_markdown_block_get_language (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), NULL);

  return self->language;
}

/**
 * cloche_markdown_block_get_uri:
 *
 * Returns: (nullable): where an image is said to be
 */
const char *
cloche_markdown_block_get_uri (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), NULL);

  return self->uri;
}

guint
cloche_markdown_block_get_n_columns (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), 0);

  return self->columns->len;
}

/**
 * cloche_markdown_block_get_n_rows:
 *
 * How many rows a table has, its header among them.
 */
guint
cloche_markdown_block_get_n_rows (ClocheMarkdownBlock *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), 0);

  return self->columns->len > 0 ? self->cells->len / self->columns->len : 0;
}

ClocheMarkdownAlign
cloche_markdown_block_get_align (ClocheMarkdownBlock *self,
                                 guint                column)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), CLOCHE_MARKDOWN_ALIGN_NONE);
  g_return_val_if_fail (column < self->columns->len, CLOCHE_MARKDOWN_ALIGN_NONE);

  return g_array_index (self->columns, ClocheMarkdownAlign, column);
}

/**
 * cloche_markdown_block_get_cell:
 *
 * Returns: (transfer none) (element-type ClocheMarkdownRun): the text of one cell
 */
GPtrArray *
cloche_markdown_block_get_cell (ClocheMarkdownBlock *self,
                                guint                row,
                                guint                column)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_BLOCK (self), NULL);
  g_return_val_if_fail (column < self->columns->len, NULL);
  g_return_val_if_fail (row < cloche_markdown_block_get_n_rows (self), NULL);

  return self->cells->pdata[row * self->columns->len + column];
}

/**
 * cloche_markdown_paragraph_equal:
 *
 * Whether both look the same; where they stand in the source does not matter.
 */
gboolean
cloche_markdown_paragraph_equal (const ClocheMarkdownParagraph *a,
                                 const ClocheMarkdownParagraph *b)
{
  return a->heading == b->heading && a->list_depth == b->list_depth &&
         a->quote_depth == b->quote_depth && a->is_tight == b->is_tight &&
         g_strcmp0 (a->marker, b->marker) == 0 && runs_equal (a->runs, b->runs);
}

/**
 * cloche_markdown_runs_dup_text:
 * @runs: (element-type ClocheMarkdownRun): text in pieces
 *
 * All of the text without its styles.
 */
char *
cloche_markdown_runs_dup_text (GPtrArray *runs)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < runs->len; i++)
    g_string_append (text, ((ClocheMarkdownRun *) runs->pdata[i])->text);

  return g_string_free (text, FALSE);
}

ClocheMarkdownBlock *
_cloche_markdown_block_new (ClocheMarkdownKind kind,
                            gsize              offset,
                            guint              indent)
{
  ClocheMarkdownBlock *self = g_object_new (CLOCHE_TYPE_MARKDOWN_BLOCK, NULL);

  self->kind = kind;
  self->offset = offset;
  self->indent = indent;

  return self;
}

/* Bytes into the parsed text at which what the block belongs to starts; nothing after it changes what is before. */
gsize
_cloche_markdown_block_get_offset (ClocheMarkdownBlock *self)
{
  return self->offset;
}

void
_cloche_markdown_block_move (ClocheMarkdownBlock *self,
                             gsize                by)
{
  self->offset += by;
}

void
_cloche_markdown_block_set_source (ClocheMarkdownBlock *self,
                                   const char          *source,
                                   gsize                length)
{
  g_free (self->source);
  self->source = g_strndup (source, length);
}

void
_cloche_markdown_block_take_text (ClocheMarkdownBlock *self,
                                  char                *text)
{
  g_free (self->text);
  self->text = text;
}

void
_cloche_markdown_block_set_language (ClocheMarkdownBlock *self,
                                     const char          *language)
{
  cloche_set_str (&self->language, language);
}

void
_cloche_markdown_block_set_uri (ClocheMarkdownBlock *self,
                                const char          *uri)
{
  cloche_set_str (&self->uri, uri);
}

ClocheMarkdownParagraph *
_cloche_markdown_block_add_paragraph (ClocheMarkdownBlock *self)
{
  ClocheMarkdownParagraph *paragraph = g_new0 (ClocheMarkdownParagraph, 1);

  paragraph->runs = _cloche_markdown_runs_new ();
  g_ptr_array_add (self->paragraphs, paragraph);

  return paragraph;
}

void
_cloche_markdown_block_add_column (ClocheMarkdownBlock *self,
                                   ClocheMarkdownAlign  align)
{
  g_array_append_val (self->columns, align);
}

/* Cells come row by row, from left to right. */
GPtrArray *
_cloche_markdown_block_add_cell (ClocheMarkdownBlock *self)
{
  GPtrArray *runs = _cloche_markdown_runs_new ();

  g_ptr_array_add (self->cells, runs);

  return runs;
}

GPtrArray *
_cloche_markdown_runs_new (void)
{
  return g_ptr_array_new_with_free_func (run_free);
}

void
_cloche_markdown_runs_add (GPtrArray          *runs,
                           const char         *text,
                           ClocheMarkdownStyle style,
                           const char         *uri)
{
  ClocheMarkdownRun *run = g_new0 (ClocheMarkdownRun, 1);

  run->text = g_strdup (text);
  run->style = style;
  run->uri = g_strdup (uri);
  g_ptr_array_add (runs, run);
}
