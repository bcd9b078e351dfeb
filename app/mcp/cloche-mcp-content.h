/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-tool-result.h"

G_BEGIN_DECLS

/* bytes of one result as it is sent. Claude Desktop refuses a larger one as a whole ("Tool result is too large. Maximum size
 * is 1MB"); what does not fit is named instead. */
#define CLOCHE_MCP_CONTENT_MAX_BYTES (1024 * 1024)

JsonObject *cloche_mcp_content_from_result (ClocheToolResult *result) G_GNUC_WARN_UNUSED_RESULT;
JsonObject *cloche_mcp_content_from_error  (const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
