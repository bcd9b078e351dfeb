/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * ClocheImage:
 *
 * A picture at its own size, or smaller where the width does not suffice; in its place a sentence if it cannot be shown.
 */
#define CLOCHE_TYPE_IMAGE (cloche_image_get_type ())
G_DECLARE_FINAL_TYPE (ClocheImage, cloche_image, CLOCHE, IMAGE, GtkWidget)

GtkWidget *cloche_image_new           (GBytes      *bytes,
                                       const char  *description) G_GNUC_WARN_UNUSED_RESULT;
void       cloche_image_set_max_width (ClocheImage *self,
                                       int          max_width);

G_END_DECLS
