/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image.h"

#include "cloche-base-error.h"
#include "cloche-image-decode.h"
#include "cloche-image-probe.h"
#include "ui-test.h"

#include <string.h>

static GBytes *
make_png (int width,
          int height)
{
  g_autofree guint8 *pixels = g_malloc0 ((gsize) width * height * 4);
  g_autoptr (GBytes) bytes = g_bytes_new (pixels, (gsize) width * height * 4);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8A8, bytes, width * 4);

  return gdk_texture_save_to_png_bytes (texture);
}

/* The first 33 bytes of a PNG that claims to have that size. */
static GBytes *
make_claim (guint32 width,
            guint32 height)
{
  guint8 bytes[33] = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
  guint32 fields[2] = { GUINT32_TO_BE (width), GUINT32_TO_BE (height) };

  memcpy (bytes + 16, fields, sizeof fields);

  return g_bytes_new (bytes, sizeof bytes);
}

static void
assert_refused (GBytes         *bytes,
                ClocheBaseError code)
{
  g_autoptr (GError) error = NULL;
  ClocheImageFormat format;
  int width;
  int height;

  g_assert_false (cloche_image_probe (bytes, &format, &width, &height, &error));
  g_assert_error (error, CLOCHE_BASE_ERROR, (int) code);
}

static void
test_probe (void)
{
  static const guint8 JPEG[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 11, 8, 1, 0x2c, 2, 0x58,
                                 1, 1, 0x11, 0 };
  g_autoptr (GBytes) png = make_png (30, 20);
  g_autoptr (GBytes) jpeg = g_bytes_new_static (JPEG, sizeof JPEG);
  g_autoptr (GBytes) svg = g_bytes_new_static ("<?xml version='1.0'?><svg/>", 27);
  ClocheImageFormat format;
  int width;
  int height;

  g_assert_true (cloche_image_probe (png, &format, &width, &height, NULL));
  g_assert_cmpint (format, ==, CLOCHE_IMAGE_PNG);
  g_assert_cmpint (width, ==, 30);
  g_assert_cmpint (height, ==, 20);
  g_assert_true (cloche_image_probe (jpeg, &format, &width, &height, NULL));
  g_assert_cmpint (format, ==, CLOCHE_IMAGE_JPEG);
  g_assert_cmpint (width, ==, 600);
  g_assert_cmpint (height, ==, 300);
  g_assert_true (cloche_image_probe (svg, &format, &width, &height, NULL));
  g_assert_cmpint (format, ==, CLOCHE_IMAGE_SVG);

  /* Cut anywhere, a header is refused or read, never overrun. */
  for (gsize length = 0; length < sizeof JPEG; length++) {
    g_autofree guint8 *copy = g_memdup2 (JPEG, MAX (length, 1));
    g_autoptr (GBytes) cut = g_bytes_new_static (copy, length);
    gboolean is_whole = cloche_image_probe (cut, &format, &width, &height, NULL);

    g_assert_cmpint (is_whole, ==, length >= 18);
  }
}

static void
test_refused (void)
{
  g_autoptr (GBytes) empty = g_bytes_new_static ("", 0);
  g_autoptr (GBytes) gif = g_bytes_new_static ("GIF89a", 6);
  g_autoptr (GBytes) none = make_claim (0, 5);
  g_autoptr (GBytes) huge = make_claim (20000, 20000);
  g_autoptr (GBytes) wide = make_claim (40000, 1);
  g_autoptr (GBytes) overflow = make_claim (0xffffffff, 0xffffffff);

  assert_refused (empty, CLOCHE_BASE_ERROR_INVALID);
  assert_refused (gif, CLOCHE_BASE_ERROR_INVALID);
  assert_refused (none, CLOCHE_BASE_ERROR_INVALID);
  assert_refused (huge, CLOCHE_BASE_ERROR_TOO_LARGE);
  assert_refused (wide, CLOCHE_BASE_ERROR_TOO_LARGE);
  assert_refused (overflow, CLOCHE_BASE_ERROR_TOO_LARGE);
}

static void
decoded_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GdkTexture *
decode (GBytes       *bytes,
        GCancellable *cancellable,
        GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_image_decode_async (bytes, cancellable, decoded_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return cloche_image_decode_finish (result, error);
}

static void
test_decode (void)
{
  static const char SVG[] = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='10'>"
                            "<image href='file:///etc/passwd' width='1' height='1'/><rect width='9' height='9'/></svg>";
  g_autoptr (GBytes) png = make_png (30, 20);
  g_autoptr (GBytes) svg = g_bytes_new_static (SVG, sizeof SVG - 1);
  g_autoptr (GBytes) huge_svg = g_bytes_new_static ("<svg xmlns='http://www.w3.org/2000/svg' width='1e9' height='1e9'/>", 66);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (png, 0, 40);
  g_autoptr (GdkTexture) from_png = decode (png, NULL, NULL);
  g_autoptr (GdkTexture) from_svg = decode (svg, NULL, NULL);
  g_autoptr (GdkTexture) from_huge = decode (huge_svg, NULL, NULL);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (gdk_texture_get_width (from_png), ==, 30);
  g_assert_cmpint (gdk_texture_get_width (from_svg), ==, 40);
  g_assert_cmpint (gdk_texture_get_width (from_huge), <=, 3200);
  g_assert_null (decode (cut, NULL, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);

  g_cancellable_cancel (cancelled);
  g_assert_null (decode (png, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_size (void)
{
  g_autoptr (GBytes) png = make_png (300, 100);
  GtkWidget *image = g_object_ref_sink (cloche_image_new (png, "Chart"));
  int size;

  gtk_widget_measure (image, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &size, NULL, NULL);
  g_assert_cmpint (size, ==, 300);
  gtk_widget_measure (image, GTK_ORIENTATION_VERTICAL, 900, NULL, &size, NULL, NULL);
  g_assert_cmpint (size, ==, 100);
  gtk_widget_measure (image, GTK_ORIENTATION_VERTICAL, 150, NULL, &size, NULL, NULL);
  g_assert_cmpint (size, ==, 50);
  g_assert_finalize_object (image);
}

static void
test_unreadable (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("GIF89a", 6);
  GtkWidget *image = g_object_ref_sink (cloche_image_new (bytes, "Chart"));
  GtkWidget *label = gtk_widget_get_first_child (image);

  g_assert_true (GTK_IS_LABEL (label));
  g_assert_finalize_object (image);
}

int
main (int    argc,
      char **argv)
{
  UI_TEST_INIT (argc, argv);
  g_test_add_func ("/ui/image/probe", test_probe);
  g_test_add_func ("/ui/image/refused", test_refused);
  g_test_add_func ("/ui/image/decode", test_decode);
  g_test_add_func ("/ui/image/size", test_size);
  g_test_add_func ("/ui/image/unreadable", test_unreadable);

  return g_test_run ();
}
