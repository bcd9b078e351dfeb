/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void cloche_problem_show (GtkWidget    *widget,
                          const char   *heading,
                          const GError *error);

G_END_DECLS
