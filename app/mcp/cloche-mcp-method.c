/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-config.h"

#include "cloche-mcp-method.h"

#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-mcp-message.h"

#include <string.h>

#define META_VERSION      "io.modelcontextprotocol/protocolVersion"
#define META_CAPABILITIES "io.modelcontextprotocol/clientCapabilities"
#define META_CLIENT       "io.modelcontextprotocol/clientInfo"
#define META_SERVER       "io.modelcontextprotocol/serverInfo"

/* The newest first. Batches, which 2025-03-26 had, are refused in every revision. */
static const char *const LEGACY_VERSIONS[] = { "2025-11-25", "2025-06-18", "2025-03-26", NULL };
static const char *const MODERN_VERSIONS[] = { "2026-07-28", NULL };

/* ms: how long a client may keep what does not change while we run. */
#define TTL_MS (60 * 60 * 1000)

G_DEFINE_QUARK (cloche-mcp-error-quark, cloche_mcp_error)

static JsonObject *
get_meta (JsonObject *params)
{
  return cloche_json_get_object (params, "_meta");
}

/**
 * cloche_mcp_method_is_modern:
 * @params: (nullable)
 */
gboolean
cloche_mcp_method_is_modern (const char *method,
                             JsonObject *params)
{
  return g_str_equal (method, "server/discover") || cloche_json_get_node (get_meta (params), META_VERSION) != NULL;
}

/**
 * cloche_mcp_method_check_modern:
 * @params: (nullable)
 *
 * Errors: %CLOCHE_MCP_INVALID_PARAMS, %CLOCHE_MCP_UNSUPPORTED_VERSION
 */
gboolean
cloche_mcp_method_check_modern (JsonObject *params,
                                GError    **error)
{
  JsonObject *meta = get_meta (params);
  const char *version = cloche_json_get_string (meta, META_VERSION);

  if (version == NULL)
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "params._meta must hold \"%s\", a string.",
                 META_VERSION);
  else if (!g_strv_contains (MODERN_VERSIONS, version))
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_UNSUPPORTED_VERSION, "Unsupported protocol version");
  else if (cloche_json_get_object (meta, META_CAPABILITIES) == NULL)
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "params._meta must hold \"%s\", an object.",
                 META_CAPABILITIES);
  else
    return TRUE;

  return FALSE;
}

static JsonArray *
make_versions (void)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; MODERN_VERSIONS[i] != NULL; i++)
    json_array_add_string_element (array, MODERN_VERSIONS[i]);

  return array;
}

/**
 * cloche_mcp_method_make_versions_data:
 *
 * Returns: (transfer full): the data of %CLOCHE_MCP_UNSUPPORTED_VERSION
 */
JsonObject *
cloche_mcp_method_make_versions_data (JsonObject *params)
{
  JsonObject *data = json_object_new ();

  json_object_set_array_member (data, "supported", make_versions ());
  json_object_set_string_member (data, "requested", cloche_json_get_string (get_meta (params), META_VERSION));

  return data;
}

/**
 * cloche_mcp_method_get_modern_client:
 *
 * Returns: (nullable): what it calls itself
 */
const char *
cloche_mcp_method_get_modern_client (JsonObject *params)
{
  return cloche_json_get_string (cloche_json_get_object (get_meta (params), META_CLIENT), "name");
}

/**
 * cloche_mcp_method_get_progress_token:
 *
 * Returns: (nullable): a string or an integer
 */
JsonNode *
cloche_mcp_method_get_progress_token (JsonObject *params)
{
  JsonNode *token = cloche_json_get_node (get_meta (params), "progressToken");

  return cloche_mcp_is_id (token) ? token : NULL;
}

static JsonObject *
make_server_info (void)
{
  JsonObject *info = json_object_new ();

  json_object_set_string_member (info, "name", "cloche");
  json_object_set_string_member (info, "title", "Cloche");
  json_object_set_string_member (info, "version", CLOCHE_VERSION);

  return info;
}

static void
set_capabilities (JsonObject *result)
{
  JsonObject *capabilities = json_object_new ();

  json_object_set_object_member (capabilities, "tools", json_object_new ());
  json_object_set_object_member (result, "capabilities", capabilities);
}

/**
 * cloche_mcp_method_initialize:
 *
 * Errors: %CLOCHE_MCP_INVALID_PARAMS
 */
JsonObject *
cloche_mcp_method_initialize (JsonObject *params,
                              const char *instructions,
                              GError    **error)
{
  const char *version = cloche_json_get_string (params, "protocolVersion");
  JsonObject *result;

  if (version == NULL) {
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "params must hold \"protocolVersion\", a string.");
    return NULL;
  }

  result = json_object_new ();
  json_object_set_string_member (result, "protocolVersion",
                                 g_strv_contains (LEGACY_VERSIONS, version) ? version : LEGACY_VERSIONS[0]);
  set_capabilities (result);
  json_object_set_object_member (result, "serverInfo", make_server_info ());
  json_object_set_string_member (result, "instructions", instructions);

  return result;
}

JsonObject *
cloche_mcp_method_discover (const char *instructions)
{
  JsonObject *result = json_object_new ();

  json_object_set_array_member (result, "supportedVersions", make_versions ());
  set_capabilities (result);
  json_object_set_string_member (result, "instructions", instructions);

  return result;
}

/**
 * cloche_mcp_method_list_tools:
 *
 * All tools on one page.
 *
 * Errors: %CLOCHE_MCP_INVALID_PARAMS: a cursor that we never gave
 */
JsonObject *
cloche_mcp_method_list_tools (ClocheToolbox *toolbox,
                              JsonObject    *params,
                              GError       **error)
{
  JsonArray *tools;
  JsonObject *result;

  if (cloche_json_get_node (params, "cursor") != NULL) {
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "There is no such cursor: all tools are on one page.");
    return NULL;
  }

  tools = json_array_new ();
  for (guint i = 0; i < cloche_toolbox_get_n_tools (toolbox); i++) {
    ClocheToolSpec *spec = cloche_tool_get_spec (cloche_toolbox_get_tool (toolbox, i));
    JsonObject *tool = json_object_new ();

    json_object_set_string_member (tool, "name", cloche_tool_spec_get_name (spec));
    json_object_set_string_member (tool, "description", cloche_tool_spec_get_description (spec));
    json_object_set_object_member (tool, "inputSchema", json_object_ref (cloche_tool_spec_get_parameters (spec)));
    json_array_add_object_element (tools, tool);
  }
  result = json_object_new ();
  json_object_set_array_member (result, "tools", tools);

  return result;
}

static gboolean
has_tool (ClocheToolbox *toolbox,
          const char    *name)
{
  ClocheTool *tool = cloche_toolbox_find (toolbox, name);

  /* A program, unlike a model, spells a name as it was told. */
  return tool != NULL && g_str_equal (cloche_tool_get_name (tool), name);
}

/**
 * cloche_mcp_method_make_run:
 *
 * Errors: %CLOCHE_MCP_INVALID_PARAMS
 */
ClocheToolRun *
cloche_mcp_method_make_run (ClocheToolbox *toolbox,
                            JsonObject    *params,
                            GError       **error)
{
  const char *name = cloche_json_get_string (params, "name");
  JsonNode *node = cloche_json_get_node (params, "arguments");
  JsonObject *arguments = cloche_json_get_object (params, "arguments");
  g_autofree char *id = NULL;
  g_autofree char *text = NULL;
  g_autoptr (ClocheToolCall) call = NULL;

  if (name == NULL) {
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "params must hold \"name\", a string.");
    return NULL;
  }
  if (node != NULL && arguments == NULL) {
    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "params.arguments must be an object.");
    return NULL;
  }
  if (!has_tool (toolbox, name)) {
    g_autofree char *names = cloche_toolbox_dup_names (toolbox);

    g_set_error (error, CLOCHE_MCP_ERROR, CLOCHE_MCP_INVALID_PARAMS, "Unknown tool. The tools are: %s.", names);
    return NULL;
  }

  id = cloche_id_new ();
  text = arguments != NULL ? cloche_json_object_to_line (arguments) : g_strdup ("{}");
  call = cloche_tool_call_new (id, name, text);

  return cloche_tool_run_new (call);
}

/**
 * cloche_mcp_method_stamp:
 * @result: of any method, to be sent to a modern client
 */
void
cloche_mcp_method_stamp (JsonObject *result)
{
  JsonObject *meta = json_object_new ();

  json_object_set_object_member (meta, META_SERVER, make_server_info ());
  json_object_set_object_member (result, "_meta", meta);
  json_object_set_string_member (result, "resultType", "complete");
}

/**
 * cloche_mcp_method_stamp_cacheable:
 * @result: of a method whose answer stays the same while we run: for this client, who may have allowed hosts of its own
 */
void
cloche_mcp_method_stamp_cacheable (JsonObject *result)
{
  json_object_set_int_member (result, "ttlMs", TTL_MS);
  json_object_set_string_member (result, "cacheScope", "private");
}
