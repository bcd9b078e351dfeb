/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-mcp-runner.h"
#include "cloche-toolbox.h"

G_BEGIN_DECLS

/* Runs calls without a conversation around them: the tool itself, at once. */
#define CLOCHE_TYPE_DIRECT_RUNNER (cloche_direct_runner_get_type ())
G_DECLARE_FINAL_TYPE (ClocheDirectRunner, cloche_direct_runner, CLOCHE, DIRECT_RUNNER, GObject)

ClocheDirectRunner *cloche_direct_runner_new         (ClocheToolbox *toolbox) G_GNUC_WARN_UNUSED_RESULT;

/* What the client of the latest call calls itself. */
const char         *cloche_direct_runner_get_client  (ClocheDirectRunner *self);
guint               cloche_direct_runner_get_n_ended (ClocheDirectRunner *self);

G_END_DECLS
