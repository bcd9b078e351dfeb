/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * ClocheViewed:
 *
 * A widget that may be much higher than the view it is scrolled in. It is told which part of it is in or near the view, so
 * that it can leave out the rest: GTK 4.8 draws whatever is mapped, whether it can be seen or not.
 */
#define CLOCHE_TYPE_VIEWED (cloche_viewed_get_type ())
G_DECLARE_INTERFACE (ClocheViewed, cloche_viewed, CLOCHE, VIEWED, GtkWidget)

struct _ClocheViewedInterface
{
  GTypeInterface parent_iface;

  void (*show_part) (ClocheViewed *self,
                     int           top,
                     int           bottom);
};

void cloche_viewed_show_part (ClocheViewed *self,
                              GtkWidget    *parent,
                              int           top,
                              int           bottom);

G_END_DECLS
