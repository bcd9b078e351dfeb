/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-mcp-runner.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* ms between two notices of progress. A client may take silence for an end, and a flood for an attack. */
#define CLOCHE_MCP_CALL_PROGRESS_MS 1000

/**
 * ClocheMcpCall:
 *
 * One tools/call on its way.
 *
 * Signals: "progress" (char *line): a notification to be written, if the client wants them; "done" (JsonObject *content):
 * once, with what tools/call answers; %NULL: nobody wants it any more.
 */
#define CLOCHE_TYPE_MCP_CALL (cloche_mcp_call_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMcpCall, cloche_mcp_call, CLOCHE, MCP_CALL, GObject)

ClocheMcpCall *cloche_mcp_call_new       (JsonNode      *id,
                                          gboolean       is_modern,
                                          JsonNode      *progress_token,
                                          ClocheToolRun *run) G_GNUC_WARN_UNUSED_RESULT;

JsonNode      *cloche_mcp_call_get_id    (ClocheMcpCall *self);
gboolean       cloche_mcp_call_is_modern (ClocheMcpCall *self);

void           cloche_mcp_call_start     (ClocheMcpCall   *self,
                                          ClocheMcpRunner *runner,
                                          const char      *client);
void           cloche_mcp_call_cancel    (ClocheMcpCall *self);

G_END_DECLS
