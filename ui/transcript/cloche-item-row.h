/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-files.h"
#include "cloche-item.h"

G_BEGIN_DECLS

/**
 * ClocheItemRow:
 *
 * One row of a conversation, of any kind, which follows its item while that grows.
 */
#define CLOCHE_TYPE_ITEM_ROW (cloche_item_row_get_type ())
G_DECLARE_FINAL_TYPE (ClocheItemRow, cloche_item_row, CLOCHE, ITEM_ROW, GtkWidget)

GtkWidget  *cloche_item_row_new      (ClocheItem    *item,
                                      ClocheFiles   *files) G_GNUC_WARN_UNUSED_RESULT;

ClocheItem *cloche_item_row_get_item (ClocheItemRow *self);

G_END_DECLS
