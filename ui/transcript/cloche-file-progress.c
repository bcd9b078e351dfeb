/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-progress.h"

#include "cloche-string.h"

#include <glib/gi18n.h>

/* pixels: of the bar. */
#define BAR_WIDTH 96

struct _ClocheFileProgress
{
  GtkBox parent_instance;

  gboolean is_long;             /* the file is still in its machine */
  GtkWidget *bar;               /* NULL once the widget is gone from its window: a copying may outlive it */
  GCancellable *cancellable;    /* of the copying at hand, else NULL */
};

G_DEFINE_FINAL_TYPE (ClocheFileProgress, cloche_file_progress, GTK_TYPE_BOX)

static void
cancel_cb (ClocheFileProgress *self)
{
  g_cancellable_cancel (self->cancellable);
}

static void
cloche_file_progress_dispose (GObject *object)
{
  ClocheFileProgress *self = CLOCHE_FILE_PROGRESS (object);

  self->bar = NULL;
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (cloche_file_progress_parent_class)->dispose (object);
}

static void
cloche_file_progress_class_init (ClocheFileProgressClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_file_progress_dispose;
}

static void
cloche_file_progress_init (ClocheFileProgress *self)
{
  self->bar = gtk_progress_bar_new ();
  gtk_widget_set_valign (self->bar, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->bar, BAR_WIDTH, -1);
  gtk_box_set_spacing (GTK_BOX (self), 4);
  gtk_widget_set_margin_start (GTK_WIDGET (self), 6);
  gtk_box_append (GTK_BOX (self), self->bar);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

GtkWidget *
cloche_file_progress_new (ClocheFile *file)
{
  ClocheFileProgress *self = g_object_new (CLOCHE_TYPE_FILE_PROGRESS, NULL);
  ClocheContent *content = cloche_file_get_content (file);
  g_autofree char *name = cloche_text_make_printable (cloche_file_get_name (file), -1);
  /* Translators: the placeholder is the name of a file. */
  g_autofree char *copy_text = g_strdup_printf (_ ("Copying %s"), name);
  /* Translators: the placeholder is the name of a file. */
  g_autofree char *cancel_text = g_strdup_printf (_ ("Cancel Copying %s"), name);
  GtkWidget *button = gtk_button_new_from_icon_name ("process-stop-symbolic");

  self->is_long = cloche_content_get_bytes (content) == NULL && cloche_content_get_blob (content) == NULL;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, copy_text, -1);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, cancel_text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, cancel_text, -1);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (cancel_cb), self);
  gtk_box_append (GTK_BOX (self), button);

  return GTK_WIDGET (self);
}

/**
 * cloche_file_progress_begin:
 *
 * Returns: (transfer full): cancelled by the button
 */
GCancellable *
cloche_file_progress_begin (ClocheFileProgress *self)
{
  g_return_val_if_fail (CLOCHE_IS_FILE_PROGRESS (self), NULL);

  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bar), 0);
  gtk_widget_set_visible (GTK_WIDGET (self), self->is_long);

  return g_object_ref (self->cancellable);
}

void
cloche_file_progress_end (ClocheFileProgress *self)
{
  g_return_if_fail (CLOCHE_IS_FILE_PROGRESS (self));

  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/**
 * cloche_file_progress_update:
 * @done: bytes
 * @total: bytes, as the machine claims; may be less than @done
 */
void
cloche_file_progress_update (goffset  done,
                             goffset  total,
                             gpointer self)
{
  GtkWidget *widget = CLOCHE_FILE_PROGRESS (self)->bar;
  GtkProgressBar *bar = widget != NULL ? GTK_PROGRESS_BAR (widget) : NULL;
  double fraction = total > 0 ? CLAMP ((double) done / (double) total, 0, 1) : 0;

  /* Pieces of 256 KiB are many more than a bar has pixels. */
  if (bar != NULL && (int) (fraction * BAR_WIDTH) != (int) (gtk_progress_bar_get_fraction (bar) * BAR_WIDTH))
    gtk_progress_bar_set_fraction (bar, fraction);
}
