/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-preview.h"

#include "cloche-image.h"

#include <glib/gi18n.h>

/* pixels: of the sign on a video. */
#define BADGE_SIZE 32

struct _ClocheFilePreview
{
  GtkButton parent_instance;

  GtkWidget *overlay;
  int max_width;                /* pixels */
  char *label;                  /* what the button does, and with what */
  GCancellable *cancellable;    /* of the loading at hand, else NULL */
};

G_DEFINE_FINAL_TYPE (ClocheFilePreview, cloche_file_preview, GTK_TYPE_BUTTON)

static void
show_picture (ClocheFilePreview *self,
              GBytes            *bytes)
{
  GtkWidget *image = cloche_image_new (bytes, self->label);

  cloche_image_set_max_width (CLOCHE_IMAGE (image), self->max_width);
  gtk_overlay_set_child (GTK_OVERLAY (self->overlay), image);
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  ClocheFilePreview *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cloche_files_load_finish (CLOCHE_FILES (object), result, &error);

  /* Then @self is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  if (bytes != NULL) {
    show_picture (self, bytes);
  } else {
    g_autofree char *text = g_strdup_printf (_ ("This picture cannot be shown: %s"), error->message);
    GtkWidget *problem = gtk_label_new (text);

    gtk_label_set_wrap (GTK_LABEL (problem), TRUE);
    gtk_overlay_set_child (GTK_OVERLAY (self->overlay), problem);
  }
}

static void
cloche_file_preview_dispose (GObject *object)
{
  ClocheFilePreview *self = CLOCHE_FILE_PREVIEW (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->label, g_free);

  G_OBJECT_CLASS (cloche_file_preview_parent_class)->dispose (object);
}

static void
cloche_file_preview_class_init (ClocheFilePreviewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_file_preview_dispose;
}

static void
cloche_file_preview_init (ClocheFilePreview *self)
{
  self->overlay = gtk_overlay_new ();
  gtk_button_set_child (GTK_BUTTON (self), self->overlay);
  gtk_widget_add_css_class (GTK_WIDGET (self), "flat");
  gtk_widget_add_css_class (GTK_WIDGET (self), "file-preview");
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/**
 * cloche_file_preview_new:
 * @picture: PNG, JPEG or SVG, from a guest
 * @files: where its bytes come from if they are not at hand
 * @label: what pressing it does, and with what
 * @max_width: pixels
 */
GtkWidget *
cloche_file_preview_new (ClocheContent *picture,
                         ClocheFiles   *files,
                         const char    *label,
                         int            max_width)
{
  ClocheFilePreview *self = g_object_new (CLOCHE_TYPE_FILE_PREVIEW, "tooltip-text", label, NULL);
  GBytes *bytes = cloche_content_get_bytes (picture);

  self->label = g_strdup (label);
  self->max_width = max_width;
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (bytes != NULL) {
    show_picture (self, bytes);
  } else {
    self->cancellable = g_cancellable_new ();
    cloche_files_load_async (files, picture, self->cancellable, loaded_cb, self);
  }

  return GTK_WIDGET (self);
}

/**
 * cloche_file_preview_add_badge:
 *
 * Puts the sign on it that says: this plays.
 */
void
cloche_file_preview_add_badge (ClocheFilePreview *self)
{
  GtkWidget *badge = gtk_image_new_from_icon_name ("media-playback-start-symbolic");

  g_return_if_fail (CLOCHE_IS_FILE_PREVIEW (self));

  gtk_image_set_pixel_size (GTK_IMAGE (badge), BADGE_SIZE);
  gtk_widget_set_halign (badge, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
  gtk_widget_set_can_target (badge, FALSE);
  gtk_widget_add_css_class (badge, "play-badge");
  gtk_overlay_add_overlay (GTK_OVERLAY (self->overlay), badge);
}
