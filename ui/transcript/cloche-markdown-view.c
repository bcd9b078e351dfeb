/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-view.h"

#include "cloche-code-block.h"
#include "cloche-markdown-document.h"
#include "cloche-prose.h"
#include "cloche-link.h"
#include "cloche-selectable.h"
#include "cloche-table.h"
#include "cloche-viewed.h"

#include <glib/gi18n.h>

/* pixels: how far each list or quote around code or a table moves it in, as prose does. */
#define INDENT 26
#define LEVELS_MAX 8

struct _ClocheMarkdownView
{
  GtkBox parent_instance;

  ClocheMarkdownDocument *document;
  GPtrArray *blocks;  /* of ClocheMarkdownBlock: what the children show */
  int selection_start;
  int selection_end;
};

static void cloche_markdown_view_selectable_init (ClocheSelectableInterface *iface);
static void cloche_markdown_view_viewed_init (ClocheViewedInterface *iface);

/* Positions count through the blocks one after the other; what is no text counts as one. */
G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheMarkdownView, cloche_markdown_view, GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_SELECTABLE, cloche_markdown_view_selectable_init)
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_VIEWED, cloche_markdown_view_viewed_init))

/* Names the picture and where it is said to be; it is never fetched. */
static GtkWidget *
make_image_reference (ClocheMarkdownBlock *block)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new_from_icon_name ("image-x-generic-symbolic");
  const char *text = cloche_markdown_block_get_text (block);
  const char *uri = cloche_markdown_block_get_uri (block);
  GtkWidget *label = gtk_label_new (text != NULL && *text != '\0' ? text : _ ("Picture"));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_add_css_class (box, "dim-label");
  if (uri != NULL && *uri != '\0') {
    g_autofree char *tooltip = cloche_link_describe (uri);

    gtk_widget_set_tooltip_text (box, tooltip);
  }

  return box;
}

static void
update_code (GtkWidget           *widget,
             ClocheMarkdownBlock *block)
{
  cloche_code_block_set (CLOCHE_CODE_BLOCK (widget), cloche_markdown_block_get_language (block),
                         cloche_markdown_block_get_text (block));
}

static GtkWidget *
make_widget (ClocheMarkdownBlock *block)
{
  guint indent = MIN (cloche_markdown_block_get_indent (block), LEVELS_MAX);
  GtkWidget *widget = NULL;

  switch (cloche_markdown_block_get_kind (block)) {
  case CLOCHE_MARKDOWN_PROSE:
    widget = cloche_prose_new (block);
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Text"), -1);
    break;
  case CLOCHE_MARKDOWN_CODE:
    widget = cloche_code_block_new ();
    update_code (widget, block);
    break;
  case CLOCHE_MARKDOWN_TABLE:
    widget = cloche_table_new_for_markdown (block);
    break;
  case CLOCHE_MARKDOWN_RULE:
    widget = gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
    break;
  case CLOCHE_MARKDOWN_IMAGE:
    widget = make_image_reference (block);
    break;
  }
  gtk_widget_set_margin_start (widget, indent * INDENT);

  return widget;
}

/* Whether the widget of @old can go on as that of @block: text that grows keeps its widget and its selection. */
static gboolean
try_update (GtkWidget           *widget,
            ClocheMarkdownBlock *old,
            ClocheMarkdownBlock *block)
{
  ClocheMarkdownKind kind = cloche_markdown_block_get_kind (block);

  if (kind != cloche_markdown_block_get_kind (old) ||
      cloche_markdown_block_get_indent (block) != cloche_markdown_block_get_indent (old))
    return FALSE;

  if (kind == CLOCHE_MARKDOWN_PROSE)
    cloche_prose_set_block (CLOCHE_PROSE (widget), block);
  else if (kind == CLOCHE_MARKDOWN_CODE)
    update_code (widget, block);
  else if (kind == CLOCHE_MARKDOWN_TABLE)
    return cloche_table_try_update (CLOCHE_TABLE (widget), block);
  else
    return FALSE;

  return TRUE;
}

static GtkWidget *
get_child (ClocheMarkdownView *self,
           guint               index)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  while (index-- > 0)
    child = gtk_widget_get_next_sibling (child);

  return child;
}

static int
get_child_length (GtkWidget *child)
{
  return CLOCHE_IS_SELECTABLE (child) ? cloche_selectable_get_length (CLOCHE_SELECTABLE (child)) : 1;
}

static int
cloche_markdown_view_get_length (ClocheSelectable *selectable)
{
  int length = 0;

  for (GtkWidget *child = get_child (CLOCHE_MARKDOWN_VIEW (selectable), 0); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    length += get_child_length (child);

  return length;
}

static void
cloche_markdown_view_find (ClocheSelectable *selectable,
                           double            x,
                           double            y,
                           int              *ret_start,
                           int              *ret_end)
{
  GtkWidget *self = GTK_WIDGET (selectable);
  int at = 0;

  *ret_start = *ret_end = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (self); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    graphene_rect_t bounds;
    int length = get_child_length (child);

    *ret_start = *ret_end = at;
    if (!gtk_widget_compute_bounds (child, self, &bounds) || y < bounds.origin.y)
      return;
    if (y < bounds.origin.y + bounds.size.height) {
      int start = 0;
      int end = length;

      if (CLOCHE_IS_SELECTABLE (child))
        cloche_selectable_find (CLOCHE_SELECTABLE (child), self, x, y, &start, &end);
      *ret_start = at + start;
      *ret_end = at + end;
      return;
    }
    at += length;
    *ret_start = *ret_end = at;
  }
}

static void
show_selection (ClocheMarkdownView *self)
{
  int at = 0;

  for (GtkWidget *child = get_child (self, 0); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    int length = get_child_length (child);
    int start = CLAMP (self->selection_start, at, at + length);
    int end = CLAMP (self->selection_end, at, at + length);

    if (CLOCHE_IS_SELECTABLE (child))
      cloche_selectable_select (CLOCHE_SELECTABLE (child), start - at, end - at);
    else
      cloche_selectable_mark (child, start < end);
    at += length;
  }
}

static void
cloche_markdown_view_select (ClocheSelectable *selectable,
                             int               start,
                             int               end)
{
  ClocheMarkdownView *self = CLOCHE_MARKDOWN_VIEW (selectable);

  if (start >= end)
    start = end = 0;
  if (start == self->selection_start && end == self->selection_end)
    return;

  self->selection_start = start;
  self->selection_end = end;
  show_selection (self);
}

static char *
cloche_markdown_view_dup_markdown (ClocheSelectable *selectable,
                                   int               start,
                                   int               end)
{
  ClocheMarkdownView *self = CLOCHE_MARKDOWN_VIEW (selectable);
  GtkWidget *child = get_child (self, 0);
  GString *out = g_string_new (NULL);
  int at = 0;

  for (guint i = 0; i < self->blocks->len; i++, child = gtk_widget_get_next_sibling (child)) {
    int length = get_child_length (child);
    g_autofree char *part = NULL;

    if (start <= at && end >= at + length && start < end)
      part = g_strchomp (g_strdup (cloche_markdown_block_get_source (self->blocks->pdata[i])));
    else if (start < at + length && end > at)
      part = cloche_selectable_dup_markdown (CLOCHE_SELECTABLE (child), MAX (start - at, 0), MIN (end - at, length));
    if (part != NULL && *part != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n\n" : "", part);
    at += length;
  }

  return g_string_free (out, FALSE);
}

static void
cloche_markdown_view_selectable_init (ClocheSelectableInterface *iface)
{
  iface->get_length = cloche_markdown_view_get_length;
  iface->find = cloche_markdown_view_find;
  iface->select = cloche_markdown_view_select;
  iface->dup_markdown = cloche_markdown_view_dup_markdown;
}

static void
cloche_markdown_view_show_part (ClocheViewed *viewed,
                                int           top,
                                int           bottom)
{
  for (GtkWidget *child = get_child (CLOCHE_MARKDOWN_VIEW (viewed), 0); child != NULL;
       child = gtk_widget_get_next_sibling (child)) {
    GtkAllocation place;
    gboolean is_near;

    gtk_widget_get_allocation (child, &place);
    is_near = place.y + place.height > top && place.y < bottom;
    gtk_widget_set_child_visible (child, is_near);
    if (is_near && CLOCHE_IS_VIEWED (child))
      cloche_viewed_show_part (CLOCHE_VIEWED (child), GTK_WIDGET (viewed), top, bottom);
  }
}

static void
cloche_markdown_view_viewed_init (ClocheViewedInterface *iface)
{
  iface->show_part = cloche_markdown_view_show_part;
}

static void
items_changed_cb (ClocheMarkdownView *self,
                  guint               position,
                  guint               removed,
                  guint               added)
{
  GtkWidget *child = get_child (self, position);
  GtkWidget *previous = position > 0 ? get_child (self, position - 1) : NULL;

  for (guint i = 0; i < MAX (removed, added); i++) {
    GtkWidget *next = i < removed ? gtk_widget_get_next_sibling (child) : NULL;
    g_autoptr (ClocheMarkdownBlock) block = NULL;

    if (i < added)
      block = g_list_model_get_item (G_LIST_MODEL (self->document), position + i);

    if (block != NULL && i < removed && try_update (child, self->blocks->pdata[position + i], block)) {
      previous = child;
    } else {
      if (i < removed)
        gtk_box_remove (GTK_BOX (self), child);
      if (block != NULL) {
        GtkWidget *widget = make_widget (block);

        gtk_box_insert_child_after (GTK_BOX (self), widget, previous);
        previous = widget;
      }
    }
    child = next;
  }

  g_ptr_array_remove_range (self->blocks, position, removed);
  for (guint i = 0; i < added; i++)
    g_ptr_array_insert (self->blocks, position + i, g_list_model_get_item (G_LIST_MODEL (self->document), position + i));

  if (self->selection_start < self->selection_end)
    show_selection (self);
}

static void
cloche_markdown_view_finalize (GObject *object)
{
  ClocheMarkdownView *self = CLOCHE_MARKDOWN_VIEW (object);

  g_clear_object (&self->document);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_markdown_view_parent_class)->finalize (object);
}

static void
cloche_markdown_view_class_init (ClocheMarkdownViewClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_markdown_view_finalize;
}

static void
cloche_markdown_view_init (ClocheMarkdownView *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 12);
  self->blocks = g_ptr_array_new_with_free_func (g_object_unref);
  self->document = cloche_markdown_document_new ();
  g_signal_connect_object (self->document, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
cloche_markdown_view_new (void)
{
  return g_object_new (CLOCHE_TYPE_MARKDOWN_VIEW, NULL);
}

/**
 * cloche_markdown_view_set_text:
 * @text: the whole text; cheap if it starts with the text so far
 * @is_complete: whether nothing will be added
 */
void
cloche_markdown_view_set_text (ClocheMarkdownView *self,
                               const char         *text,
                               gboolean            is_complete)
{
  g_return_if_fail (CLOCHE_IS_MARKDOWN_VIEW (self));

  cloche_markdown_document_set_text (self->document, text, is_complete);
}
