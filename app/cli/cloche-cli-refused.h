/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-cli.h"
#include "cloche-machine.h"
#include "cloche-refusals.h"

G_BEGIN_DECLS

void cloche_cli_refused_tell (ClocheMachine  *machine,
                              ClocheRefusals *refusals);

G_END_DECLS
