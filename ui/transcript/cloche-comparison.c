/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-comparison.h"

#include "cloche-file-open.h"
#include "cloche-file-preview.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

/* pixels: of one picture; two of them and what is between them are as wide as a row. */
#define PICTURE_WIDTH 374

struct _ClocheComparison
{
  GtkBox parent_instance;

  ClocheFile *before;
  ClocheFile *after;
  ClocheFiles *files;
};

G_DEFINE_FINAL_TYPE (ClocheComparison, cloche_comparison, GTK_TYPE_BOX)

static void
before_clicked_cb (ClocheComparison *self)
{
  cloche_file_open (GTK_WIDGET (self), self->files, self->before, NULL);
}

static void
after_clicked_cb (ClocheComparison *self)
{
  cloche_file_open (GTK_WIDGET (self), self->files, self->after, NULL);
}

static void
cloche_comparison_dispose (GObject *object)
{
  ClocheComparison *self = CLOCHE_COMPARISON (object);

  g_clear_pointer (&self->before, cloche_file_unref);
  g_clear_pointer (&self->after, cloche_file_unref);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (cloche_comparison_parent_class)->dispose (object);
}

static void
cloche_comparison_class_init (ClocheComparisonClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_comparison_dispose;

  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
cloche_comparison_init (ClocheComparison *self)
{
  gtk_box_set_spacing (GTK_BOX (self), 12);
  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
}

static void
add_side (ClocheComparison *self,
          const char       *caption,
          const char       *label,
          ClocheFile       *file,
          GCallback         clicked_cb)
{
  GtkWidget *side = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *heading = gtk_label_new (caption);
  GtkWidget *preview = cloche_file_preview_new (cloche_file_get_content (file), self->files, label, PICTURE_WIDTH);

  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_ellipsize (GTK_LABEL (heading), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (heading, "caption-heading");
  gtk_widget_add_css_class (heading, "dim-label");
  g_signal_connect_swapped (preview, "clicked", clicked_cb, self);
  gtk_box_append (GTK_BOX (side), heading);
  gtk_box_append (GTK_BOX (side), preview);
  gtk_box_append (GTK_BOX (self), side);
}

/**
 * cloche_comparison_new:
 * @file: with what it was before
 * @files: where pictures come from that are not at hand
 */
GtkWidget *
cloche_comparison_new (ClocheFile  *file,
                       ClocheFiles *files)
{
  ClocheComparison *self = g_object_new (CLOCHE_TYPE_COMPARISON, NULL);
  g_autofree char *name = cloche_text_make_printable (cloche_file_get_name (file), -1);
  /* Translators: the placeholder is the name of a picture that was changed. */
  g_autofree char *before_label = g_strdup_printf (_ ("%s Before the Change"), name);
  /* Translators: the placeholder is the name of a picture that was changed. */
  g_autofree char *after_label = g_strdup_printf (_ ("%s After the Change"), name);

  g_return_val_if_fail (cloche_file_get_before (file) != NULL, NULL);

  self->files = g_object_ref (files);
  self->after = cloche_file_ref (file);
  self->before = cloche_file_new (cloche_file_get_name (file), NULL, cloche_file_get_before (file));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  add_side (self, _ ("Before"), before_label, self->before, G_CALLBACK (before_clicked_cb));
  add_side (self, _ ("After"), after_label, self->after, G_CALLBACK (after_clicked_cb));

  return GTK_WIDGET (self);
}
