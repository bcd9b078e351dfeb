/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-code-block.h"

#include "cloche-code-view.h"
#include "cloche-copy-button.h"

#include <glib/gi18n.h>

struct _ClocheCodeBlock
{
  GtkBox parent_instance;

  GtkWidget *language_label;
  GtkWidget *view;
};

G_DEFINE_FINAL_TYPE (ClocheCodeBlock, cloche_code_block, GTK_TYPE_BOX)

static char *
dup_text (gpointer user_data)
{
  ClocheCodeBlock *self = user_data;

  return cloche_code_view_dup_text (CLOCHE_CODE_VIEW (self->view));
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
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->view);
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
