/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-context.h"
#include "cloche-mcp-runner.h"

G_BEGIN_DECLS

/**
 * ClocheCliMcpRunner:
 *
 * Runs what another program calls, one call after the other, in a conversation of its own that begins with the first one.
 */
#define CLOCHE_TYPE_CLI_MCP_RUNNER (cloche_cli_mcp_runner_get_type ())
G_DECLARE_FINAL_TYPE (ClocheCliMcpRunner, cloche_cli_mcp_runner, CLOCHE, CLI_MCP_RUNNER, GObject)

ClocheCliMcpRunner *cloche_cli_mcp_runner_new      (ClocheContext     *context,
                                                    const char *const *hosts) G_GNUC_WARN_UNUSED_RESULT;
ClocheChat         *cloche_cli_mcp_runner_get_chat (ClocheCliMcpRunner *self);

G_END_DECLS
