/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* The environment of what runs: clean, of our making, never the agent's own. */

#include "cloche-agent.h"

#include <jansson.h>

/* @extra: an object of texts that are added or take the place of ours; NULL: none. A NULL-terminated array for
 * cloche_environment_free(); NULL if @extra is not such an object or too large. */
char **cloche_environment_new  (const cloche_agent   *agent,
                                const cloche_account *account,
                                json_t               *extra);
void   cloche_environment_free (char **environment);
