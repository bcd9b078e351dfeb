/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* The bridge to the service kernel-python; see ../kernel/protocol.md. */

#include "cloche-agent.h"

/* Interrupts whatever cell is running. */
void cloche_code_interrupt (cloche_agent *agent);
/* Gives Python's generators fresh seeds out of the kernel's, which must have been stirred; before the next cell it also
 * looks anew at the time zone and enters the root's /workspace. Cells that are sent after this call run after it. */
void cloche_code_reseed    (cloche_agent *agent);
