/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* files: attached to one message at most; a folder may hold any number. */
#define CLOCHE_COMPOSER_FILES_MAX 100

/**
 * ClocheComposer:
 *
 * Where the person writes: Enter sends, Shift+Enter breaks the line; files are attached by button, drop or paste.
 *
 * Properties: "busy": whether the button stops instead of sending. Signals: "send" (const char *text, GListModel *files of
 * GFile): the composer is empty afterwards; "stop"; "problem" (const char *sentence).
 */
#define CLOCHE_TYPE_COMPOSER (cloche_composer_get_type ())
G_DECLARE_FINAL_TYPE (ClocheComposer, cloche_composer, CLOCHE, COMPOSER, GtkBox)

GtkWidget  *cloche_composer_new       (void) G_GNUC_WARN_UNUSED_RESULT;

gboolean    cloche_composer_is_busy   (ClocheComposer *self);
void        cloche_composer_set_busy  (ClocheComposer *self,
                                       gboolean        is_busy);
char       *cloche_composer_dup_text  (ClocheComposer *self) G_GNUC_WARN_UNUSED_RESULT;
void        cloche_composer_set_text  (ClocheComposer *self,
                                       const char     *text);
GListModel *cloche_composer_get_files (ClocheComposer *self);
void        cloche_composer_add_file  (ClocheComposer *self,
                                       GFile          *file);

G_END_DECLS
