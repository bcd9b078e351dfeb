/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-json.h"
#include "cloche-mcp-message.h"
#include "cloche-mcp-method.h"

#include <string.h>

/* Every message has one kind, with what belongs to it, and what is answered to it is one line of JSON. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  g_autoptr (ClocheMcpMessage) message = cloche_mcp_message_parse ((const char *) bytes, length);
  JsonNode *id = cloche_mcp_message_get_id (message);
  const char *method = cloche_mcp_message_get_method (message);
  JsonObject *params = cloche_mcp_message_get_params (message);
  ClocheMcpMessageKind kind = cloche_mcp_message_get_kind (message);
  g_autoptr (ClocheToolbox) toolbox = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) hello = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *line = NULL;

  g_assert_true (id == NULL || cloche_mcp_is_id (id));
  g_assert_true ((kind == CLOCHE_MCP_INVALID) == (cloche_mcp_message_get_error_code (message) != 0));
  g_assert_true ((kind == CLOCHE_MCP_INVALID) == (cloche_mcp_message_get_error_text (message) != NULL));
  if (kind == CLOCHE_MCP_REQUEST || kind == CLOCHE_MCP_NOTIFICATION) {
    toolbox = cloche_toolbox_new ();
    g_assert_nonnull (method);
    g_assert_true ((kind == CLOCHE_MCP_REQUEST) == (id != NULL));
    hello = cloche_mcp_method_initialize (params, "", NULL);
    /* Without tools no call is right. */
    g_assert_null (cloche_mcp_method_make_run (toolbox, params, &error));
    g_assert_nonnull (error);
    (void) cloche_mcp_method_get_modern_client (params);
    (void) cloche_mcp_method_get_progress_token (params);
    if (cloche_mcp_method_is_modern (method, params))
      (void) cloche_mcp_method_check_modern (params, NULL);
  }

  line = cloche_mcp_format_error (id, CLOCHE_MCP_INVALID_REQUEST,
                                  kind == CLOCHE_MCP_INVALID ? cloche_mcp_message_get_error_text (message) : "", NULL);
  g_assert_true (strchr (line, '\n') == line + strlen (line) - 1);
  answer = cloche_json_parse_object (line, -1, NULL);
  g_assert_nonnull (answer);

  return 0;
}
