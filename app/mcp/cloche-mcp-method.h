/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-tool-run.h"
#include "cloche-toolbox.h"

G_BEGIN_DECLS

/* What the methods of the protocol answer, without a word of how it gets there. Two eras: legacy clients open a session with
 * "initialize"; modern ones say with each request, in its "_meta", which revision it is in. */

/* Its codes are those of JSON-RPC, see cloche-mcp-message.h. */
#define CLOCHE_MCP_ERROR (cloche_mcp_error_quark ())
GQuark         cloche_mcp_error_quark (void);

gboolean       cloche_mcp_method_is_modern    (const char  *method,
                                               JsonObject  *params);
gboolean       cloche_mcp_method_check_modern (JsonObject  *params,
                                               GError     **error);
JsonObject    *cloche_mcp_method_make_versions_data (JsonObject *params) G_GNUC_WARN_UNUSED_RESULT;
const char    *cloche_mcp_method_get_modern_client (JsonObject *params);
JsonNode      *cloche_mcp_method_get_progress_token (JsonObject *params);

JsonObject    *cloche_mcp_method_initialize   (JsonObject     *params,
                                               const char     *instructions,
                                               GError        **error) G_GNUC_WARN_UNUSED_RESULT;
JsonObject    *cloche_mcp_method_discover     (const char     *instructions) G_GNUC_WARN_UNUSED_RESULT;
JsonObject    *cloche_mcp_method_list_tools   (ClocheToolbox  *toolbox,
                                               JsonObject     *params,
                                               GError        **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheToolRun *cloche_mcp_method_make_run     (ClocheToolbox  *toolbox,
                                               JsonObject     *params,
                                               GError        **error) G_GNUC_WARN_UNUSED_RESULT;

/* What every result of the modern era holds besides, and those that may be kept for a while. */
void           cloche_mcp_method_stamp           (JsonObject *result);
void           cloche_mcp_method_stamp_cacheable (JsonObject *result);

G_END_DECLS
