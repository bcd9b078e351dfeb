/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

/**
 * ClocheTable:
 *
 * A table of text, of which the first rows are shown and more on request.
 */
#define CLOCHE_TYPE_TABLE (cloche_table_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTable, cloche_table, CLOCHE, TABLE, GtkBox)

GtkWidget *cloche_table_new_for_markdown (ClocheMarkdownBlock *block) G_GNUC_WARN_UNUSED_RESULT;
gboolean   cloche_table_try_update        (ClocheTable         *self,
                                           ClocheMarkdownBlock *block);
GtkWidget *cloche_table_new_for_json     (const char          *json) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
