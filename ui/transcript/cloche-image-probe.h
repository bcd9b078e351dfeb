/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* bytes: larger pictures are shown as files only. */
#define CLOCHE_IMAGE_BYTES_MAX (32 * 1024 * 1024)

/* pixels: 160 MB decoded. A few hundred bytes of PNG can claim a thousand times that. */
#define CLOCHE_IMAGE_PIXELS_MAX (40 * 1000 * 1000)

/* pixels: no display shows more in one direction, and cairo takes no more than 32767. */
#define CLOCHE_IMAGE_SIDE_MAX 30000

typedef enum {
  CLOCHE_IMAGE_PNG,
  CLOCHE_IMAGE_JPEG,
  CLOCHE_IMAGE_SVG,
} ClocheImageFormat;

gboolean cloche_image_probe (GBytes             *bytes,
                             ClocheImageFormat  *ret_format,
                             int                *ret_width,
                             int                *ret_height,
                             GError            **error);

G_END_DECLS
