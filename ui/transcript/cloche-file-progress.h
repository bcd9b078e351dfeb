/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-file.h"

G_BEGIN_DECLS

/**
 * ClocheFileProgress:
 *
 * How far the copying of a file is that is still in its machine, and a button that ends it. Visible only meanwhile; what is
 * on this computer already is copied before anybody could look.
 */
#define CLOCHE_TYPE_FILE_PROGRESS (cloche_file_progress_get_type ())
G_DECLARE_FINAL_TYPE (ClocheFileProgress, cloche_file_progress, CLOCHE, FILE_PROGRESS, GtkBox)

GtkWidget    *cloche_file_progress_new (ClocheFile *file) G_GNUC_WARN_UNUSED_RESULT;

/* To be given to the copying; its end has to be told. */
GCancellable *cloche_file_progress_begin (ClocheFileProgress *self) G_GNUC_WARN_UNUSED_RESULT;
void          cloche_file_progress_end   (ClocheFileProgress *self);

/* A #GFileProgressCallback, with the widget as its data. */
void          cloche_file_progress_update (goffset  done,
                                           goffset  total,
                                           gpointer self);

G_END_DECLS
