/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* Where the browser, which may write nowhere else in /workspace, puts what pages have it download. */

#include "cloche-agent.h"

/* Makes /workspace/downloads if it is not there, and lets the browser write into it as well as the user; a folder of
 * another owner stays as it is. 0, or a negative errno. */
int cloche_downloads_open_up (cloche_agent *agent);
