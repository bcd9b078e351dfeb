/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Beyond every position. */
#define CLOCHE_SELECTABLE_END G_MAXINT

/**
 * ClocheSelectable:
 *
 * A widget whose text can be selected together with that of its neighbours. A position is a number from 0 to the length:
 * what it counts, characters or parts, is the widget's own affair.
 */
#define CLOCHE_TYPE_SELECTABLE (cloche_selectable_get_type ())
G_DECLARE_INTERFACE (ClocheSelectable, cloche_selectable, CLOCHE, SELECTABLE, GtkWidget)

struct _ClocheSelectableInterface
{
  GTypeInterface parent_iface;

  int   (*get_length)   (ClocheSelectable *self);
  void  (*find)         (ClocheSelectable *self,
                         double            x,
                         double            y,
                         int              *ret_start,
                         int              *ret_end);
  void  (*select)       (ClocheSelectable *self,
                         int               start,
                         int               end);
  char *(*dup_markdown) (ClocheSelectable *self,
                         int               start,
                         int               end);
};

int   cloche_selectable_get_length   (ClocheSelectable *self);
void  cloche_selectable_find         (ClocheSelectable *self,
                                      GtkWidget        *parent,
                                      double            x,
                                      double            y,
                                      int              *ret_start,
                                      int              *ret_end);
void  cloche_selectable_select       (ClocheSelectable *self,
                                      int               start,
                                      int               end);
char *cloche_selectable_dup_markdown (ClocheSelectable *self,
                                      int               start,
                                      int               end) G_GNUC_WARN_UNUSED_RESULT;

/* For what is selected as a whole or not at all. */
void  cloche_selectable_mark         (GtkWidget        *widget,
                                      gboolean          is_selected);

G_END_DECLS
