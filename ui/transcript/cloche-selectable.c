/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-selectable.h"

G_DEFINE_INTERFACE (ClocheSelectable, cloche_selectable, GTK_TYPE_WIDGET)

static void
cloche_selectable_default_init (ClocheSelectableInterface *iface)
{
}

int
cloche_selectable_get_length (ClocheSelectable *self)
{
  g_return_val_if_fail (CLOCHE_IS_SELECTABLE (self), 0);

  return CLOCHE_SELECTABLE_GET_IFACE (self)->get_length (self);
}

/**
 * cloche_selectable_find:
 * @parent: what @x and @y, in pixels, count from; the place may lie outside of the widget
 * @ret_start: where a selection starts that starts at that place
 * @ret_end: where a selection ends that ends there; more than @ret_start if what is there can only be selected whole
 */
void
cloche_selectable_find (ClocheSelectable *self,
                        GtkWidget        *parent,
                        double            x,
                        double            y,
                        int              *ret_start,
                        int              *ret_end)
{
  g_return_if_fail (CLOCHE_IS_SELECTABLE (self));

  gtk_widget_translate_coordinates (parent, GTK_WIDGET (self), x, y, &x, &y);
  CLOCHE_SELECTABLE_GET_IFACE (self)->find (self, x, y, ret_start, ret_end);
}

/**
 * cloche_selectable_select:
 * @end: not included; the same as @start for nothing
 *
 * Shows what is selected, in place of what was.
 */
void
cloche_selectable_select (ClocheSelectable *self,
                          int               start,
                          int               end)
{
  g_return_if_fail (CLOCHE_IS_SELECTABLE (self));

  CLOCHE_SELECTABLE_GET_IFACE (self)->select (self, start, end);
}

/**
 * cloche_selectable_dup_markdown:
 *
 * The Markdown of a part, without newlines around it; empty if there is nothing in it.
 */
char *
cloche_selectable_dup_markdown (ClocheSelectable *self,
                                int               start,
                                int               end)
{
  g_return_val_if_fail (CLOCHE_IS_SELECTABLE (self), g_strdup (""));

  return CLOCHE_SELECTABLE_GET_IFACE (self)->dup_markdown (self, start, end);
}

void
cloche_selectable_mark (GtkWidget *widget,
                        gboolean   is_selected)
{
  if (is_selected)
    gtk_widget_add_css_class (widget, "selected-whole");
  else
    gtk_widget_remove_css_class (widget, "selected-whole");
}
