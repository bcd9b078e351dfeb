/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-cli.h"

G_BEGIN_DECLS

extern const ClocheCliCommand cloche_cli_mcp_command;

G_END_DECLS
