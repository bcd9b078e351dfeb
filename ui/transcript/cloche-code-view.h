/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/**
 * ClocheCodeView:
 *
 * Code or a program's output, as high as its text, coloured by language, light or dark as the window is.
 */
#define CLOCHE_TYPE_CODE_VIEW (cloche_code_view_get_type ())
G_DECLARE_FINAL_TYPE (ClocheCodeView, cloche_code_view, CLOCHE, CODE_VIEW, GtkSourceView)

GtkWidget *cloche_code_view_new          (void) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_code_view_set_language (ClocheCodeView *self,
                                          const char     *language);
char      *cloche_code_view_dup_text     (ClocheCodeView *self) G_GNUC_WARN_UNUSED_RESULT;
void       cloche_code_view_set_text     (ClocheCodeView *self,
                                          const char     *text);

G_END_DECLS
