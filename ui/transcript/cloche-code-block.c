/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-code-block.h"

#include "cloche-code-pane.h"
#include "cloche-code-view.h"
#include "cloche-copy-button.h"
#include "cloche-markdown-fence.h"
#include "cloche-selectable.h"
#include "cloche-text-selection.h"
#include "cloche-viewed.h"

#include <glib/gi18n.h>

struct _ClocheCodeBlock
{
  GtkBox parent_instance;

  GtkWidget *language_label;
  GtkWidget *view;
  GtkWidget *pane;
};

static void cloche_code_block_selectable_init (ClocheSelectableInterface *iface);
static void cloche_code_block_viewed_init (ClocheViewedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheCodeBlock, cloche_code_block, GTK_TYPE_BOX,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_SELECTABLE, cloche_code_block_selectable_init)
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_VIEWED, cloche_code_block_viewed_init))

static char *
dup_text (gpointer user_data)
{
  ClocheCodeBlock *self = user_data;

  return cloche_code_view_dup_text (CLOCHE_CODE_VIEW (self->view));
}

static int
cloche_code_block_get_length (ClocheSelectable *selectable)
{
  return cloche_text_selection_get_length (GTK_TEXT_VIEW (CLOCHE_CODE_BLOCK (selectable)->view));
}

static void
cloche_code_block_find (ClocheSelectable *selectable,
                        double            x,
                        double            y,
                        int              *ret_start,
                        int              *ret_end)
{
  ClocheCodeBlock *self = CLOCHE_CODE_BLOCK (selectable);

  gtk_widget_translate_coordinates (GTK_WIDGET (self), self->view, x, y, &x, &y);
  *ret_start = *ret_end = cloche_text_selection_find (GTK_TEXT_VIEW (self->view), x, y);
}

static void
cloche_code_block_select (ClocheSelectable *selectable,
                          int               start,
                          int               end)
{
  cloche_text_selection_select (GTK_TEXT_VIEW (CLOCHE_CODE_BLOCK (selectable)->view), start, end);
}

static char *
cloche_code_block_dup_markdown (ClocheSelectable *selectable,
                                int               start,
                                int               end)
{
  ClocheCodeBlock *self = CLOCHE_CODE_BLOCK (selectable);
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->view));
  GtkTextIter from;
  GtkTextIter to;
  g_autofree char *text = NULL;

  if (start >= end)
    return g_strdup ("");

  gtk_text_buffer_get_iter_at_offset (buffer, &from, start);
  gtk_text_buffer_get_iter_at_offset (buffer, &to, end);
  text = gtk_text_iter_get_text (&from, &to);

  return cloche_markdown_dup_fenced (gtk_label_get_text (GTK_LABEL (self->language_label)), text);
}

static void
cloche_code_block_selectable_init (ClocheSelectableInterface *iface)
{
  iface->get_length = cloche_code_block_get_length;
  iface->find = cloche_code_block_find;
  iface->select = cloche_code_block_select;
  iface->dup_markdown = cloche_code_block_dup_markdown;
}

static void
cloche_code_block_show_part (ClocheViewed *viewed,
                             int           top,
                             int           bottom)
{
  ClocheCodeBlock *self = CLOCHE_CODE_BLOCK (viewed);

  cloche_viewed_show_part (CLOCHE_VIEWED (self->pane), GTK_WIDGET (self), top, bottom);
}

static void
cloche_code_block_viewed_init (ClocheViewedInterface *iface)
{
  iface->show_part = cloche_code_block_show_part;
}

static void
cloche_code_block_class_init (ClocheCodeBlockClass *klass)
{
}

static void
cloche_code_block_init (ClocheCodeBlock *self)
{
  GtkWidget *header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_widget_add_css_class (GTK_WIDGET (self), "code-block");
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);

  self->language_label = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->language_label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->language_label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->language_label, TRUE);
  gtk_widget_add_css_class (self->language_label, "caption");
  gtk_widget_add_css_class (self->language_label, "dim-label");
  gtk_widget_add_css_class (header, "code-header");
  gtk_box_append (GTK_BOX (header), self->language_label);
  gtk_box_append (GTK_BOX (header), cloche_copy_button_new (_ ("Copy Code"), dup_text, self));
  gtk_box_append (GTK_BOX (self), header);

  self->view = cloche_code_view_new ();
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Code"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  self->pane = cloche_code_pane_new (CLOCHE_CODE_VIEW (self->view));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->pane);
  gtk_box_append (GTK_BOX (self), scrolled);
}

GtkWidget *
cloche_code_block_new (void)
{
  return g_object_new (CLOCHE_TYPE_CODE_BLOCK, NULL);
}

/**
 * cloche_code_block_set:
 * @language: (nullable): as it stands behind a fence
 */
void
cloche_code_block_set (ClocheCodeBlock *self,
                       const char      *language,
                       const char      *text)
{
  g_return_if_fail (CLOCHE_IS_CODE_BLOCK (self));
  g_return_if_fail (text != NULL);

  gtk_label_set_text (GTK_LABEL (self->language_label), language != NULL ? language : "");
  cloche_code_view_set_language (CLOCHE_CODE_VIEW (self->view), language);
  cloche_code_view_set_text (CLOCHE_CODE_VIEW (self->view), text);
}
