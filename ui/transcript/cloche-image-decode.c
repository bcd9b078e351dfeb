/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-decode.h"

#include <librsvg/rsvg.h>

#include "cloche-image-probe.h"

/* bytes: plots with many points have some MiB; librsvg itself stops at a million elements. */
#define SVG_BYTES_MAX (8 * 1024 * 1024)

/* pixels: the longer side of a drawing that names no size, or one too large or too small to see. */
#define SVG_SIDE 800

static void
get_svg_size (RsvgHandle *handle,
              int        *ret_width,
              int        *ret_height)
{
  double width = 0;
  double height = 0;
  double scale;

  if (!rsvg_handle_get_intrinsic_size_in_pixels (handle, &width, &height) || !(width > 0) || !(height > 0)) {
    RsvgRectangle box;
    gboolean has_box;

    rsvg_handle_get_intrinsic_dimensions (handle, NULL, NULL, NULL, NULL, &has_box, &box);
    width = has_box && box.width > 0 ? box.width : SVG_SIDE;
    height = has_box && box.height > 0 ? box.height : SVG_SIDE;
  }

  /* A side of 0.001 or of 1e9 is as good as none. */
  width = CLAMP (width, 1, 1e6);
  height = CLAMP (height, 1, 1e6);
  scale = MIN (1, 4 * SVG_SIDE / MAX (width, height));
  *ret_width = MAX (1, width * scale);
  *ret_height = MAX (1, height * scale);
}

static GdkTexture *
make_texture (cairo_surface_t *surface)
{
  int width = cairo_image_surface_get_width (surface);
  int height = cairo_image_surface_get_height (surface);
  int stride = cairo_image_surface_get_stride (surface);
  g_autoptr (GBytes) pixels = NULL;

  cairo_surface_flush (surface);
  pixels = g_bytes_new (cairo_image_surface_get_data (surface), (gsize) stride * height);

  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, pixels, stride);
}

static GdkTexture *
render_handle (RsvgHandle *handle,
               GError    **error)
{
  GdkTexture *texture = NULL;
  RsvgRectangle viewport = { 0 };
  cairo_surface_t *surface;
  cairo_t *cr;
  int width;
  int height;

  get_svg_size (handle, &width, &height);
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cr = cairo_create (surface);
  viewport.width = width;
  viewport.height = height;
  if (rsvg_handle_render_document (handle, cr, &viewport, error))
    texture = make_texture (surface);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);

  return texture;
}

static GdkTexture *
render_svg (GBytes  *bytes,
            GError **error)
{
  g_autoptr (GObject) handle = NULL;

  if (g_bytes_get_size (bytes) > SVG_BYTES_MAX) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE, "drawing of more than 8 MiB");
    return NULL;
  }

  /* Without a base file it can load nothing from anywhere. */
  handle = (GObject *) rsvg_handle_new_from_data (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);

  return handle != NULL ? render_handle (RSVG_HANDLE (handle), error) : NULL;
}

static void
decode_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  GBytes *bytes = task_data;
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = NULL;
  ClocheImageFormat format;
  int width;
  int height;

  if (g_task_return_error_if_cancelled (task))
    return;

  if (cloche_image_probe (bytes, &format, &width, &height, &error))
    texture = format == CLOCHE_IMAGE_SVG ? render_svg (bytes, &error) : gdk_texture_new_from_bytes (bytes, &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * cloche_image_decode_async:
 * @bytes: PNG, JPEG or SVG, from a guest
 *
 * Decodes a picture in a thread, after checking what it claims to be; GTK's own loaders see PNG and JPEG only.
 * Errors: %CLOCHE_BASE_ERROR as cloche_image_probe(), and what the decoder says.
 */
void
cloche_image_decode_async (GBytes             *bytes,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_image_decode_async);
  g_task_set_task_data (task, g_bytes_ref (bytes), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, decode_in_thread);
}

GdkTexture *
cloche_image_decode_finish (GAsyncResult *result,
                            GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
