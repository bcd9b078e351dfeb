/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"

G_BEGIN_DECLS

/**
 * ClocheComparison:
 *
 * A picture that was changed: what it was and what it is, side by side. Each is a button that opens it at its own size.
 */
#define CLOCHE_TYPE_COMPARISON (cloche_comparison_get_type ())
G_DECLARE_FINAL_TYPE (ClocheComparison, cloche_comparison, CLOCHE, COMPARISON, GtkBox)

GtkWidget *cloche_comparison_new (ClocheFile  *file,
                                  ClocheFiles *files) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
