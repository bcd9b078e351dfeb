/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <adwaita.h>

#include "cloche-context.h"

G_BEGIN_DECLS

#define CLOCHE_TYPE_WINDOW (cloche_window_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWindow, cloche_window, CLOCHE, WINDOW, AdwApplicationWindow)

ClocheWindow *cloche_window_new         (GtkApplication     *application,
                                         ClocheContext      *context) G_GNUC_WARN_UNUSED_RESULT;

void          cloche_window_open        (ClocheWindow       *self,
                                         ClocheConversation *conversation);
void          cloche_window_start       (ClocheWindow       *self);
void          cloche_window_add_toast   (ClocheWindow       *self,
                                         const char         *sentence);

G_END_DECLS
