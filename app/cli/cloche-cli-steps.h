/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include "cloche-image-step.h"

G_BEGIN_DECLS

/**
 * ClocheCliSteps:
 *
 * Shows how building goes: on a terminal one line that changes, elsewhere a line a step, so that a log stays readable.
 */
typedef struct _ClocheCliSteps ClocheCliSteps;

ClocheCliSteps *cloche_cli_steps_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void            cloche_cli_steps_free (ClocheCliSteps *self);

void            cloche_cli_steps_show (ClocheCliSteps  *self,
                                       ClocheImageStep  step,
                                       double           done);
void            cloche_cli_steps_end  (ClocheCliSteps *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheCliSteps, cloche_cli_steps_free)

G_END_DECLS
