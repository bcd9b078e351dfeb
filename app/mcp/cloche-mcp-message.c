/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mcp-message.h"

#include "cloche-json.h"

struct _ClocheMcpMessage
{
  JsonNode *root;               /* holds all below; NULL: it is no JSON */
  ClocheMcpMessageKind kind;
  JsonNode *id;                 /* borrowed: a string or an integer, or NULL */
  const char *method;           /* borrowed, or NULL */
  JsonObject *params;           /* borrowed, or NULL */
  int error_code;               /* of an invalid one */
  char *error_text;
};

/**
 * cloche_mcp_is_id:
 * @node: (nullable)
 *
 * Whether it can name a request. Source: MCP, "Base Protocol": a string or an integer, never null.
 */
gboolean
cloche_mcp_is_id (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
         (json_node_get_value_type (node) == G_TYPE_STRING || json_node_get_value_type (node) == G_TYPE_INT64);
}

/**
 * cloche_mcp_key_for_id:
 *
 * Returns: (transfer full): the same for the same ids only: 1 and "1" are two
 */
char *
cloche_mcp_key_for_id (JsonNode *id)
{
  return cloche_json_to_line (id);
}

static void
refuse (ClocheMcpMessage *self,
        int               code,
        const char       *text)
{
  self->kind = CLOCHE_MCP_INVALID;
  self->error_code = code;
  g_free (self->error_text);
  self->error_text = g_strdup (text);
}

static void
read_object (ClocheMcpMessage *self,
             JsonObject       *object)
{
  JsonNode *id = cloche_json_get_node (object, "id");
  JsonNode *params = cloche_json_get_node (object, "params");

  if (cloche_mcp_is_id (id))
    self->id = id;
  self->method = cloche_json_get_string (object, "method");
  self->params = cloche_json_get_object (object, "params");

  if (g_strcmp0 (cloche_json_get_string (object, "jsonrpc"), "2.0") != 0)
    refuse (self, CLOCHE_MCP_INVALID_REQUEST, "The member “jsonrpc” must be \"2.0\".");
  else if (id != NULL && self->id == NULL)
    refuse (self, CLOCHE_MCP_INVALID_REQUEST, "The member “id” must be a string or an integer.");
  else if (json_object_has_member (object, "method") && self->method == NULL)
    refuse (self, CLOCHE_MCP_INVALID_REQUEST, "The member “method” must be a string.");
  else if (self->method != NULL && params != NULL && self->params == NULL)
    refuse (self, CLOCHE_MCP_INVALID_PARAMS, "The member “params” must be an object.");
  else if (self->method != NULL)
    self->kind = self->id != NULL ? CLOCHE_MCP_REQUEST : CLOCHE_MCP_NOTIFICATION;
  else if (json_object_has_member (object, "result") || json_object_has_member (object, "error"))
    self->kind = CLOCHE_MCP_RESPONSE;
  else
    refuse (self, CLOCHE_MCP_INVALID_REQUEST, "The member “method” is missing.");
}

/**
 * cloche_mcp_message_parse:
 * @bytes: one line without its end; anything at all
 *
 * Returns: (transfer full): what it is; never %NULL
 */
ClocheMcpMessage *
cloche_mcp_message_parse (const char *bytes,
                          gsize       length)
{
  ClocheMcpMessage *self = g_new0 (ClocheMcpMessage, 1);
  g_autoptr (GError) error = NULL;

  self->root = cloche_json_parse (bytes, (gssize) length, &error);
  if (self->root == NULL)
    refuse (self, CLOCHE_MCP_PARSE_ERROR, error->message);
  else if (JSON_NODE_HOLDS_ARRAY (self->root))
    refuse (self, CLOCHE_MCP_INVALID_REQUEST, "Batches are not served: send each message on a line of its own.");
  else if (!JSON_NODE_HOLDS_OBJECT (self->root))
    refuse (self, CLOCHE_MCP_INVALID_REQUEST, "A message must be an object.");
  else
    read_object (self, json_node_get_object (self->root));

  return self;
}

void
cloche_mcp_message_free (ClocheMcpMessage *self)
{
  g_clear_pointer (&self->root, json_node_unref);
  g_free (self->error_text);
  g_free (self);
}

ClocheMcpMessageKind
cloche_mcp_message_get_kind (ClocheMcpMessage *self)
{
  return self->kind;
}

/**
 * cloche_mcp_message_get_id:
 *
 * Returns: (nullable): a string or an integer; of an invalid message too, if it has one
 */
JsonNode *
cloche_mcp_message_get_id (ClocheMcpMessage *self)
{
  return self->id;
}

const char *
cloche_mcp_message_get_method (ClocheMcpMessage *self)
{
  return self->method;
}

/**
 * cloche_mcp_message_get_params:
 *
 * Returns: (nullable)
 */
JsonObject *
cloche_mcp_message_get_params (ClocheMcpMessage *self)
{
  return self->params;
}

int
cloche_mcp_message_get_error_code (ClocheMcpMessage *self)
{
  return self->error_code;
}

/**
 * cloche_mcp_message_get_error_text:
 *
 * Returns: (nullable): for whoever wrote it; not translated
 */
const char *
cloche_mcp_message_get_error_text (ClocheMcpMessage *self)
{
  return self->error_text;
}

static JsonObject *
begin (JsonNode *id)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "jsonrpc", "2.0");
  if (id != NULL)
    json_object_set_member (object, "id", json_node_copy (id));

  return object;
}

static char *
finish (JsonObject *taken_object)
{
  g_autoptr (JsonObject) object = taken_object;
  g_autofree char *line = cloche_json_object_to_line (object);

  return g_strconcat (line, "\n", NULL);
}

char *
cloche_mcp_format_result (JsonNode   *id,
                          JsonObject *result)
{
  JsonObject *object = begin (id);

  json_object_set_object_member (object, "result", json_object_ref (result));

  return finish (object);
}

/**
 * cloche_mcp_format_error:
 * @id: (nullable): MCP wants no null where JSON-RPC has one: the member is left out
 * @data: (nullable)
 */
char *
cloche_mcp_format_error (JsonNode   *id,
                         int         code,
                         const char *text,
                         JsonObject *data)
{
  JsonObject *object = begin (id);
  JsonObject *error = json_object_new ();

  json_object_set_int_member (error, "code", code);
  json_object_set_string_member (error, "message", text);
  if (data != NULL)
    json_object_set_object_member (error, "data", json_object_ref (data));
  json_object_set_object_member (object, "error", error);

  return finish (object);
}

char *
cloche_mcp_format_notification (const char *method,
                                JsonObject *params)
{
  JsonObject *object = begin (NULL);

  json_object_set_string_member (object, "method", method);
  json_object_set_object_member (object, "params", json_object_ref (params));

  return finish (object);
}
