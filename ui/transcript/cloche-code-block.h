/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * ClocheCodeBlock:
 *
 * Code in a frame, with its language and a button that copies it.
 */
#define CLOCHE_TYPE_CODE_BLOCK (cloche_code_block_get_type ())
G_DECLARE_FINAL_TYPE (ClocheCodeBlock, cloche_code_block, CLOCHE, CODE_BLOCK, GtkBox)

GtkWidget *cloche_code_block_new (void) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_code_block_set (ClocheCodeBlock *self,
                                  const char      *language,
                                  const char      *text);

G_END_DECLS
