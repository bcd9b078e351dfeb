/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gtk/gtk.h>

#include "cloche-models.h"

G_BEGIN_DECLS

/**
 * ClocheModelChooser:
 *
 * The model of a conversation, as a button with a searchable list. Signal: "chosen" (ClocheModelChoice *choice).
 */
#define CLOCHE_TYPE_MODEL_CHOOSER (cloche_model_chooser_get_type ())
G_DECLARE_FINAL_TYPE (ClocheModelChooser, cloche_model_chooser, CLOCHE, MODEL_CHOOSER, GtkWidget)

GtkWidget *cloche_model_chooser_new        (void) G_GNUC_WARN_UNUSED_RESULT;

void       cloche_model_chooser_set_models (ClocheModelChooser *self,
                                            ClocheModels       *models);
void       cloche_model_chooser_set_label  (ClocheModelChooser *self,
                                            const char         *label);

G_END_DECLS
