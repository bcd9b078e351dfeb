/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image.h"

#include "cloche-image-decode.h"
#include "cloche-image-probe.h"

#include <glib/gi18n.h>

/* pixels: a plot that is higher would leave no room for what is said about it. */
#define SHOWN_HEIGHT_MAX 560

struct _ClocheImage
{
  GtkWidget parent_instance;

  GdkTexture *texture;        /* NULL while it is being decoded, and if it cannot be */
  GtkWidget *error_label;     /* NULL unless it cannot be */
  GCancellable *cancellable;
  int width;                  /* pixels at which it is shown if there is room */
  int height;
  int max_width;              /* pixels, or 0 */
};

G_DEFINE_FINAL_TYPE (ClocheImage, cloche_image, GTK_TYPE_WIDGET)

static void
set_size (ClocheImage *self,
          int          width,
          int          height)
{
  double scale = MIN (1.0, (double) SHOWN_HEIGHT_MAX / height);

  self->width = MAX (1, width * scale);
  self->height = MAX (1, height * scale);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
show_error (ClocheImage  *self,
            const GError *error)
{
  /* Translators: %s says why, in English, for somebody who looks for the cause. */
  g_autofree char *text = g_strdup_printf (_ ("This picture cannot be shown: %s"), error->message);

  self->width = self->height = 0;
  self->error_label = gtk_label_new (text);
  gtk_label_set_wrap (GTK_LABEL (self->error_label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->error_label), 0);
  gtk_widget_add_css_class (self->error_label, "dim-label");
  gtk_widget_set_parent (self->error_label, GTK_WIDGET (self));
}

static void
decoded_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  ClocheImage *self = user_data;
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = cloche_image_decode_finish (result, &error);

  /* Then @self is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->cancellable);
  if (texture == NULL) {
    show_error (self, error);
    return;
  }

  self->texture = texture;
  set_size (self, gdk_texture_get_width (texture), gdk_texture_get_height (texture));
}

/* pixels: if there is room. */
static int
get_shown_width (ClocheImage *self)
{
  return self->max_width > 0 ? MIN (self->width, self->max_width) : self->width;
}

static int
get_height (ClocheImage *self,
            int          width)
{
  return width >= self->width ? self->height : (double) self->height * width / self->width;
}

static GtkSizeRequestMode
cloche_image_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
cloche_image_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  ClocheImage *self = CLOCHE_IMAGE (widget);
  int width;

  if (self->error_label != NULL) {
    gtk_widget_measure (self->error_label, orientation, for_size, minimum, natural, NULL, NULL);
    return;
  }

  width = get_shown_width (self);
  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = 0;
    *natural = width;
  } else {
    *minimum = *natural = get_height (self, for_size < 0 ? width : MIN (for_size, width));
  }
}

static void
cloche_image_size_allocate (GtkWidget *widget,
                            int        width,
                            int        height,
                            int        baseline)
{
  ClocheImage *self = CLOCHE_IMAGE (widget);

  if (self->error_label != NULL)
    gtk_widget_size_allocate (self->error_label, &(GtkAllocation) { 0, 0, width, height }, -1);
}

static void
cloche_image_snapshot (GtkWidget   *widget,
                       GtkSnapshot *snapshot)
{
  ClocheImage *self = CLOCHE_IMAGE (widget);

  int width = MIN (gtk_widget_get_width (widget), get_shown_width (self));

  if (self->texture != NULL)
    gtk_snapshot_append_texture (snapshot, self->texture,
                                 &GRAPHENE_RECT_INIT (0, 0, width,
                                                      MIN (gtk_widget_get_height (widget), get_height (self, width))));
  GTK_WIDGET_CLASS (cloche_image_parent_class)->snapshot (widget, snapshot);
}

static void
cloche_image_dispose (GObject *object)
{
  ClocheImage *self = CLOCHE_IMAGE (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->error_label, gtk_widget_unparent);

  G_OBJECT_CLASS (cloche_image_parent_class)->dispose (object);
}

static void
cloche_image_class_init (ClocheImageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_image_dispose;
  widget_class->get_request_mode = cloche_image_get_request_mode;
  widget_class->measure = cloche_image_measure;
  widget_class->size_allocate = cloche_image_size_allocate;
  widget_class->snapshot = cloche_image_snapshot;

  gtk_widget_class_set_css_name (widget_class, "picture");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
cloche_image_init (ClocheImage *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/**
 * cloche_image_new:
 * @bytes: PNG, JPEG or SVG, from a guest
 * @description: for assistive technology
 *
 * Shows a picture as soon as it is decoded. PNG and JPEG have their place from the start.
 */
GtkWidget *
cloche_image_new (GBytes     *bytes,
                  const char *description)
{
  ClocheImage *self = g_object_new (CLOCHE_TYPE_IMAGE, NULL);
  g_autoptr (GError) error = NULL;
  ClocheImageFormat format;
  int width;
  int height;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, description, -1);
  if (!cloche_image_probe (bytes, &format, &width, &height, &error)) {
    show_error (self, error);
    return GTK_WIDGET (self);
  }

  if (width > 0)
    set_size (self, width, height);
  self->cancellable = g_cancellable_new ();
  cloche_image_decode_async (bytes, self->cancellable, decoded_cb, self);

  return GTK_WIDGET (self);
}

/**
 * cloche_image_set_max_width:
 * @max_width: pixels; 0 = as wide as it is
 */
void
cloche_image_set_max_width (ClocheImage *self,
                            int          max_width)
{
  g_return_if_fail (CLOCHE_IS_IMAGE (self));

  self->max_width = max_width;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
