/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"

G_BEGIN_DECLS

/**
 * ClocheFileChip:
 *
 * A file of the conversation: a click opens it, a button saves it, and it can be dragged to another program.
 */
#define CLOCHE_TYPE_FILE_CHIP (cloche_file_chip_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFileChip, cloche_file_chip, CLOCHE, FILE_CHIP, GtkBox)

GtkWidget  *cloche_file_chip_new           (ClocheFile     *file,
                                            ClocheFiles    *files) G_GNUC_WARN_UNUSED_RESULT;

ClocheFile *cloche_file_chip_get_file      (ClocheFileChip *self);
void        cloche_file_chip_show_picture  (ClocheFileChip *self);
void        cloche_file_chip_offer_replace (ClocheFileChip *self);

G_END_DECLS
