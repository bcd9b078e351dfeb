/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"
#include "cloche-output.h"

G_BEGIN_DECLS

/**
 * ClocheOutputView:
 *
 * One thing that a tool showed, in the richest form that can be shown: table, picture or text.
 */
#define CLOCHE_TYPE_OUTPUT_VIEW (cloche_output_view_get_type ())
G_DECLARE_FINAL_TYPE (ClocheOutputView, cloche_output_view, CLOCHE, OUTPUT_VIEW, GtkBox)

GtkWidget *cloche_output_view_new (ClocheOutput *output,
                                   ClocheFiles  *files) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
