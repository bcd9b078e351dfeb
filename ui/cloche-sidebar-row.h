/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-workspace.h"

G_BEGIN_DECLS

GtkWidget *cloche_sidebar_row_new (ClocheConversationRow *row) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
