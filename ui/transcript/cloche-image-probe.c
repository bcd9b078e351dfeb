/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-probe.h"

#include "cloche-base-error.h"

#include <string.h>

/* bytes: how far into a file "<svg" may stand, behind declarations and comments. */
#define SVG_SEARCH_BYTES 4096

static guint
read_16 (const guint8 *bytes)
{
  return (guint) bytes[0] << 8 | bytes[1];
}

static guint
read_32 (const guint8 *bytes)
{
  return (guint) read_16 (bytes) << 16 | read_16 (bytes + 2);
}

/* PNG specification, section 11.2.2: the first chunk is IHDR, width and height its first fields. */
static gboolean
probe_png (const guint8 *bytes,
           gsize         length,
           guint        *ret_width,
           guint        *ret_height)
{
  if (length < 24 || memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) != 0 || memcmp (bytes + 12, "IHDR", 4) != 0)
    return FALSE;

  *ret_width = read_32 (bytes + 16);
  *ret_height = read_32 (bytes + 20);

  return TRUE;
}

/* C0 to CF, save the three that are tables: ITU-T T.81, table B.1. */
static gboolean
is_frame_header (guint8 marker)
{
  return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* ITU-T T.81, B.1.1.4 and B.2.2: segments with their length, up to the frame header. */
static gboolean
probe_jpeg (const guint8 *bytes,
            gsize         length,
            guint        *ret_width,
            guint        *ret_height)
{
  gsize at = 2;

  if (length < 4 || bytes[0] != 0xff || bytes[1] != 0xd8)
    return FALSE;

  while (at + 9 <= length) {
    if (bytes[at] != 0xff)
      return FALSE;
    if (bytes[at + 1] == 0xff) {
      at++;
      continue;
    }
    if (is_frame_header (bytes[at + 1])) {
      *ret_height = read_16 (bytes + at + 5);
      *ret_width = read_16 (bytes + at + 7);
      return TRUE;
    }
    at += 2 + MAX (read_16 (bytes + at + 2), 2);
  }

  return FALSE;
}

static gboolean
probe_svg (const guint8 *bytes,
           gsize         length)
{
  return memchr (bytes, '\0', MIN (length, SVG_SEARCH_BYTES)) == NULL &&
         g_strstr_len ((const char *) bytes, MIN (length, SVG_SEARCH_BYTES), "<svg") != NULL;
}

static gboolean
check_size (guint    width,
            guint    height,
            GError **error)
{
  if (width == 0 || height == 0) {
    g_set_error_literal (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID, "picture without size");
    return FALSE;
  }

  if (width > CLOCHE_IMAGE_SIDE_MAX || height > CLOCHE_IMAGE_SIDE_MAX ||
      (guint64) width * height > CLOCHE_IMAGE_PIXELS_MAX) {
    g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE, "picture of %u × %u pixels", width, height);
    return FALSE;
  }

  return TRUE;
}

/**
 * cloche_image_probe:
 * @bytes: from a guest; what they say they are does not matter
 * @ret_width: (out): pixels; 0 for SVG
 * @ret_height: (out): pixels; 0 for SVG
 *
 * Finds out whether @bytes may be given to a decoder, and to which, without decoding anything.
 * Errors: %CLOCHE_BASE_ERROR_TOO_LARGE, %CLOCHE_BASE_ERROR_INVALID
 */
gboolean
cloche_image_probe (GBytes            *bytes,
                    ClocheImageFormat *ret_format,
                    int               *ret_width,
                    int               *ret_height,
                    GError           **error)
{
  gsize length;
  const guint8 *start = g_bytes_get_data (bytes, &length);
  guint width = 0;
  guint height = 0;

  if (length > CLOCHE_IMAGE_BYTES_MAX) {
    g_set_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE, "picture of %" G_GSIZE_FORMAT " bytes", length);
    return FALSE;
  }

  if (probe_png (start, length, &width, &height)) {
    *ret_format = CLOCHE_IMAGE_PNG;
  } else if (probe_jpeg (start, length, &width, &height)) {
    *ret_format = CLOCHE_IMAGE_JPEG;
  } else if (length > 0 && probe_svg (start, length)) {
    *ret_format = CLOCHE_IMAGE_SVG;
    *ret_width = *ret_height = 0;
    return TRUE;
  } else {
    g_set_error_literal (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_INVALID, "neither PNG nor JPEG nor SVG");
    return FALSE;
  }

  if (!check_size (width, height, error))
    return FALSE;
  *ret_width = width;
  *ret_height = height;

  return TRUE;
}
