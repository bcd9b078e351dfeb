/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-viewed.h"

G_DEFINE_INTERFACE (ClocheViewed, cloche_viewed, GTK_TYPE_WIDGET)

static void
cloche_viewed_default_init (ClocheViewedInterface *iface)
{
}

/**
 * cloche_viewed_show_part:
 * @parent: what @top and @bottom, in pixels, count from; they may lie outside of the widget
 *
 * To be called whenever the widget has been given its place, by whoever gives it.
 */
void
cloche_viewed_show_part (ClocheViewed *self,
                         GtkWidget    *parent,
                         int           top,
                         int           bottom)
{
  double x;
  double y;

  g_return_if_fail (CLOCHE_IS_VIEWED (self));

  gtk_widget_translate_coordinates (parent, GTK_WIDGET (self), 0, 0, &x, &y);
  CLOCHE_VIEWED_GET_IFACE (self)->show_part (self, top + y, bottom + y);
}
