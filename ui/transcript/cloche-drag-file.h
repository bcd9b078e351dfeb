/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"

G_BEGIN_DECLS

/**
 * ClocheDragFile:
 *
 * A file as it is dragged out: written to the disk only once somebody takes it.
 */
#define CLOCHE_TYPE_DRAG_FILE (cloche_drag_file_get_type ())
G_DECLARE_FINAL_TYPE (ClocheDragFile, cloche_drag_file, CLOCHE, DRAG_FILE, GdkContentProvider)

GdkContentProvider *cloche_drag_file_new (ClocheFile  *file,
                                          ClocheFiles *files) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
