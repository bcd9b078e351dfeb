/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Codes of errors. Source: JSON-RPC 2.0, section 5.1, and MCP 2026-07-28. */
#define CLOCHE_MCP_PARSE_ERROR         (-32700)
#define CLOCHE_MCP_INVALID_REQUEST     (-32600)
#define CLOCHE_MCP_METHOD_NOT_FOUND    (-32601)
#define CLOCHE_MCP_INVALID_PARAMS      (-32602)
#define CLOCHE_MCP_UNSUPPORTED_VERSION (-32022)
#define CLOCHE_MCP_TOO_MANY_CALLS      (-32000)

/**
 * ClocheMcpMessageKind:
 * @CLOCHE_MCP_REQUEST: wants an answer
 * @CLOCHE_MCP_NOTIFICATION: wants none
 * @CLOCHE_MCP_RESPONSE: to something that we never asked
 * @CLOCHE_MCP_INVALID: see cloche_mcp_message_get_error_code()
 */
typedef enum {
  CLOCHE_MCP_REQUEST,
  CLOCHE_MCP_NOTIFICATION,
  CLOCHE_MCP_RESPONSE,
  CLOCHE_MCP_INVALID,
} ClocheMcpMessageKind;

/**
 * ClocheMcpMessage:
 *
 * One message of JSON-RPC as somebody else wrote it. Immutable.
 */
typedef struct _ClocheMcpMessage ClocheMcpMessage;

ClocheMcpMessage     *cloche_mcp_message_parse (const char *bytes,
                                                gsize       length) G_GNUC_WARN_UNUSED_RESULT;
void                  cloche_mcp_message_free  (ClocheMcpMessage *self);

ClocheMcpMessageKind  cloche_mcp_message_get_kind       (ClocheMcpMessage *self);
JsonNode             *cloche_mcp_message_get_id         (ClocheMcpMessage *self);
const char           *cloche_mcp_message_get_method     (ClocheMcpMessage *self);
JsonObject           *cloche_mcp_message_get_params     (ClocheMcpMessage *self);
int                   cloche_mcp_message_get_error_code (ClocheMcpMessage *self);
const char           *cloche_mcp_message_get_error_text (ClocheMcpMessage *self);

/* Ids and progress tokens: strings and integers. */
gboolean              cloche_mcp_is_id   (JsonNode *node);
char                 *cloche_mcp_key_for_id (JsonNode *id) G_GNUC_WARN_UNUSED_RESULT;

/* What we write: one line each, with its end. @id is copied; %NULL where nobody knows it. */
char                 *cloche_mcp_format_result       (JsonNode   *id,
                                                      JsonObject *result) G_GNUC_WARN_UNUSED_RESULT;
char                 *cloche_mcp_format_error        (JsonNode   *id,
                                                      int         code,
                                                      const char *text,
                                                      JsonObject *data) G_GNUC_WARN_UNUSED_RESULT;
char                 *cloche_mcp_format_notification (const char *method,
                                                      JsonObject *params) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheMcpMessage, cloche_mcp_message_free)

G_END_DECLS
