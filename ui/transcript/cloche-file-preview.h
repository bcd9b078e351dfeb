/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"

G_BEGIN_DECLS

/**
 * ClocheFilePreview:
 *
 * A picture that stands for a file: a button, so that it is reached by keyboard. What it does is up to who made it.
 */
#define CLOCHE_TYPE_FILE_PREVIEW (cloche_file_preview_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFilePreview, cloche_file_preview, CLOCHE, FILE_PREVIEW, GtkButton)

GtkWidget *cloche_file_preview_new       (ClocheContent     *picture,
                                          ClocheFiles       *files,
                                          const char        *label,
                                          int                max_width);
void       cloche_file_preview_add_badge (ClocheFilePreview *self);

G_END_DECLS
