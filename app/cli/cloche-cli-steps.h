/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>
#include <stdio.h>

#include "cloche-image-step.h"

G_BEGIN_DECLS

/**
 * ClocheCliSteps:
 *
 * Shows how building goes: on a terminal one line that changes; elsewhere a line when a step begins, one every now and then
 * while it takes, and one when it ends, so that a log stays readable and nobody thinks that it hangs.
 */
typedef struct _ClocheCliSteps ClocheCliSteps;

ClocheCliSteps *cloche_cli_steps_new     (void) G_GNUC_WARN_UNUSED_RESULT;
ClocheCliSteps *cloche_cli_steps_new_for (FILE     *stream,
                                          gboolean  is_terminal,
                                          guint     interval_ms) G_GNUC_WARN_UNUSED_RESULT;
void            cloche_cli_steps_free    (ClocheCliSteps *self);

void            cloche_cli_steps_show (ClocheCliSteps  *self,
                                       ClocheImageStep  step,
                                       double           done);
void            cloche_cli_steps_end  (ClocheCliSteps *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliSteps, cloche_cli_steps_free)

G_END_DECLS
