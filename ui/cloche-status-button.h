/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-status.h"

G_BEGIN_DECLS

/**
 * ClocheStatusButton:
 *
 * How a conversation's machine is, in a line; a click tells more.
 */
#define CLOCHE_TYPE_STATUS_BUTTON (cloche_status_button_get_type ())
G_DECLARE_FINAL_TYPE (ClocheStatusButton, cloche_status_button, CLOCHE, STATUS_BUTTON, GtkWidget)

GtkWidget *cloche_status_button_new        (void) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_status_button_set_status (ClocheStatusButton *self,
                                            ClocheStatus       *status);

G_END_DECLS
