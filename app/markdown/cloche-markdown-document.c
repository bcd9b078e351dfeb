/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-document.h"

#include "cloche-markdown-block-private.h"
#include "cloche-markdown-parser.h"

#include <string.h>

/*
 * The text is cut at @open: what stands before it cannot be changed by what comes later, so its blocks stay; what
 * follows is parsed whenever there is more of it. A short tail is parsed at once, since that takes less time than waking a
 * thread and a row that knows its height from the start does not jump; a long one goes to a worker, one at a time.
 *
 * One thing in Markdown does work backwards: "[name]: address" at the end gives "[name]" further up its link. So a
 * complete text that has such a definition is parsed as a whole once.
 */

/* bytes: parsed at once up to this length. The worst text that we found takes 4 ms at this length. */
#define AT_ONCE_BYTES_MAX (16 * 1024)

struct _ClocheMarkdownDocument
{
  GObject parent_instance;

  char *text;
  GPtrArray *blocks;      /* of ClocheMarkdownBlock */
  gsize open;             /* bytes: where the open tail starts */
  guint n_closed;         /* how many blocks stand before it */
  gsize parsed;           /* bytes of @text that @blocks show */
  gboolean is_complete;
  GCancellable *parsing;  /* set while a worker is at it */
};

typedef struct
{
  GBytes *tail;
  gsize offset;    /* bytes into the text at which @tail starts */
  GPtrArray *blocks;
  gsize open;      /* bytes into @tail */
} Parse;

static void cloche_markdown_document_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheMarkdownDocument, cloche_markdown_document, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      cloche_markdown_document_list_model_init))

static void
parse_free (gpointer data)
{
  Parse *parse = data;

  g_bytes_unref (parse->tail);
  g_clear_pointer (&parse->blocks, g_ptr_array_unref);
  g_free (parse);
}

static void
replace_blocks (ClocheMarkdownDocument *self,
                guint                   position,
                GPtrArray              *blocks)
{
  guint kept = 0;
  guint n_old = self->blocks->len - position;

  while (kept < n_old && kept < blocks->len &&
         cloche_markdown_block_equal (self->blocks->pdata[position + kept], blocks->pdata[kept])) {
    /* The new one knows better where it stands. */
    g_object_unref (self->blocks->pdata[position + kept]);
    self->blocks->pdata[position + kept] = g_object_ref (blocks->pdata[kept]);
    kept++;
  }

  if (kept == n_old && kept == blocks->len)
    return;

  g_ptr_array_set_size (self->blocks, position + kept);
  for (guint i = kept; i < blocks->len; i++)
    g_ptr_array_add (self->blocks, g_object_ref (blocks->pdata[i]));
  g_list_model_items_changed (G_LIST_MODEL (self), position + kept, n_old - kept, blocks->len - kept);
}

static void
apply (ClocheMarkdownDocument *self,
       Parse                  *parse)
{
  guint position = self->n_closed;

  for (guint i = 0; i < parse->blocks->len; i++)
    _cloche_markdown_block_move (parse->blocks->pdata[i], parse->offset);

  self->parsed = parse->offset + g_bytes_get_size (parse->tail);
  self->open = parse->offset + parse->open;
  for (guint i = 0; i < parse->blocks->len; i++)
    if (_cloche_markdown_block_get_offset (parse->blocks->pdata[i]) < self->open)
      self->n_closed++;

  replace_blocks (self, position, parse->blocks);
}

static void
parse_in_thread (GTask        *task,
                 gpointer      source,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  Parse *parse = task_data;

  parse->blocks = cloche_markdown_parse (parse->tail, &parse->open);
  g_task_return_boolean (task, TRUE);
}

static void parse_tail (ClocheMarkdownDocument *self);

static void
parsed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  ClocheMarkdownDocument *self = user_data;

  /* Another text came in between, or @self is gone. */
  if (g_cancellable_is_cancelled (g_task_get_cancellable (G_TASK (result))))
    return;

  g_clear_object (&self->parsing);
  apply (self, g_task_get_task_data (G_TASK (result)));
  if (self->parsed < strlen (self->text))
    parse_tail (self);
}

static void
parse_tail (ClocheMarkdownDocument *self)
{
  g_autoptr (GTask) task = NULL;
  Parse *parse;
  gsize length = strlen (self->text) - self->open;

  if (self->parsing != NULL)
    return;

  parse = g_new0 (Parse, 1);
  parse->offset = self->open;
  parse->tail = g_bytes_new (self->text + self->open, length);

  if (length <= AT_ONCE_BYTES_MAX) {
    parse->blocks = cloche_markdown_parse (parse->tail, &parse->open);
    apply (self, parse);
    parse_free (parse);
    return;
  }

  self->parsing = g_cancellable_new ();
  task = g_task_new (NULL, self->parsing, parsed_cb, self);
  g_task_set_source_tag (task, parse_tail);
  g_task_set_task_data (task, parse, parse_free);
  g_task_run_in_thread (task, parse_in_thread);
}

/* Makes the whole text open again. What is shown stays until the new blocks are there. */
static void
reopen (ClocheMarkdownDocument *self)
{
  if (self->parsing != NULL)
    g_cancellable_cancel (self->parsing);
  g_clear_object (&self->parsing);
  self->open = 0;
  self->n_closed = 0;
  self->parsed = 0;
}

static gboolean
has_definition (const char *text)
{
  for (const char *p = strstr (text, "]:"); p != NULL; p = strstr (p + 1, "]:"))
    for (const char *q = p; q > text && *q != '\n'; q--)
      if (*q == '[')
        return TRUE;

  return FALSE;
}

static void
cloche_markdown_document_dispose (GObject *object)
{
  ClocheMarkdownDocument *self = CLOCHE_MARKDOWN_DOCUMENT (object);

  if (self->parsing != NULL)
    g_cancellable_cancel (self->parsing);
  g_clear_object (&self->parsing);

  G_OBJECT_CLASS (cloche_markdown_document_parent_class)->dispose (object);
}

static void
cloche_markdown_document_finalize (GObject *object)
{
  ClocheMarkdownDocument *self = CLOCHE_MARKDOWN_DOCUMENT (object);

  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_markdown_document_parent_class)->finalize (object);
}

static GType
cloche_markdown_document_get_item_type (GListModel *model)
{
  return CLOCHE_TYPE_MARKDOWN_BLOCK;
}

static guint
cloche_markdown_document_get_n_items (GListModel *model)
{
  return CLOCHE_MARKDOWN_DOCUMENT (model)->blocks->len;
}

static gpointer
cloche_markdown_document_get_item (GListModel *model,
                                   guint       position)
{
  ClocheMarkdownDocument *self = CLOCHE_MARKDOWN_DOCUMENT (model);

  return position < self->blocks->len ? g_object_ref (self->blocks->pdata[position]) : NULL;
}

static void
cloche_markdown_document_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = cloche_markdown_document_get_item_type;
  iface->get_n_items = cloche_markdown_document_get_n_items;
  iface->get_item = cloche_markdown_document_get_item;
}

static void
cloche_markdown_document_class_init (ClocheMarkdownDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_markdown_document_dispose;
  object_class->finalize = cloche_markdown_document_finalize;
}

static void
cloche_markdown_document_init (ClocheMarkdownDocument *self)
{
  self->text = g_strdup ("");
  self->blocks = g_ptr_array_new_with_free_func (g_object_unref);
}

ClocheMarkdownDocument *
cloche_markdown_document_new (void)
{
  return g_object_new (CLOCHE_TYPE_MARKDOWN_DOCUMENT, NULL);
}

const char *
cloche_markdown_document_get_text (ClocheMarkdownDocument *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_DOCUMENT (self), "");

  return self->text;
}

/**
 * cloche_markdown_document_set_text:
 * @text: the whole text; cheap if it starts with the text so far. Bytes that are no UTF-8 are replaced
 * @is_complete: whether nothing will be added
 *
 * Shows @text. Blocks change before this returns if little was added, otherwise when a worker is done.
 */
void
cloche_markdown_document_set_text (ClocheMarkdownDocument *self,
                                   const char             *text,
                                   gboolean                is_complete)
{
  g_autofree char *valid = NULL;
  gboolean continues;

  g_return_if_fail (CLOCHE_IS_MARKDOWN_DOCUMENT (self));
  g_return_if_fail (text != NULL);

  valid = g_utf8_make_valid (text, -1);
  continues = g_str_has_prefix (valid, self->text);
  if (continues && strlen (valid) == strlen (self->text) && is_complete == self->is_complete)
    return;

  if (!continues || (is_complete && !self->is_complete && self->open > 0 && has_definition (valid)))
    reopen (self);
  g_free (self->text);
  self->text = g_steal_pointer (&valid);
  self->is_complete = is_complete;
  parse_tail (self);
}

/**
 * cloche_markdown_document_is_busy:
 *
 * Whether a worker is still parsing.
 */
gboolean
cloche_markdown_document_is_busy (ClocheMarkdownDocument *self)
{
  g_return_val_if_fail (CLOCHE_IS_MARKDOWN_DOCUMENT (self), FALSE);

  return self->parsing != NULL;
}
