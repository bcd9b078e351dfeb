/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-models.h"

G_BEGIN_DECLS

GtkWidget *cloche_model_row_new (ClocheModelChoice *choice) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
