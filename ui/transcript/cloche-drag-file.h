/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-file-progress.h"
#include "cloche-files.h"

G_BEGIN_DECLS

/**
 * ClocheDragFile:
 *
 * A file as it is dragged out: written to the disk only once somebody asks for it, and once however often they ask.
 */
#define CLOCHE_TYPE_DRAG_FILE (cloche_drag_file_get_type ())
G_DECLARE_FINAL_TYPE (ClocheDragFile, cloche_drag_file, CLOCHE, DRAG_FILE, GdkContentProvider)

GdkContentProvider *cloche_drag_file_new    (ClocheFile         *file,
                                             ClocheFiles        *files,
                                             ClocheFileProgress *progress) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_drag_file_cancel (ClocheDragFile *self);

G_END_DECLS
