/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine.h"
#include "cloche-sandbox.h"

G_BEGIN_DECLS

#define CLOCHE_TYPE_MACHINE_SANDBOX (cloche_machine_sandbox_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMachineSandbox, cloche_machine_sandbox, CLOCHE, MACHINE_SANDBOX, GObject)

/**
 * ClocheMachineSandbox:
 *
 * A conversation's machine as the engine sees it: #ClocheSandbox over #ClocheMachine.
 */
ClocheMachineSandbox *cloche_machine_sandbox_new         (ClocheMachine        *machine) G_GNUC_WARN_UNUSED_RESULT;

ClocheMachine        *cloche_machine_sandbox_get_machine (ClocheMachineSandbox *self);

G_END_DECLS
