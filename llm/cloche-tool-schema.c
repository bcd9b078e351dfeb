/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-schema.h"

#include "cloche-json.h"

#include <string.h>

/*
 * JSON Schema for servers that keep little of it. Ollama keeps "type", "items", "description", "enum", "properties",
 * "required" and "anyOf" of each property and drops the rest in silence, so a model would never see it. What can be said
 * with those words is rewritten: references are put in place, "oneOf" becomes "anyOf", "allOf" one schema, "const" an
 * "enum". What cannot be (limits, defaults, formats) is added to the description, where a model reads it.
 */

/* References may lead in circles; a schema for arguments that nests deeper confuses any model. */
#define MAX_DEPTH 16

/* schemas within one: references that each name the next one twice double the whole at every step. */
#define MAX_SCHEMAS 2000

typedef struct
{
  JsonObject *root;
  int n_left;                   /* schemas that may still be written */
} Context;

static JsonObject *simplify (JsonObject *schema,
                             Context    *context,
                             int         depth);

/* "#/$defs/name" and "#/definitions/name"; nothing else, and never anything outside the schema. */
static JsonObject *
resolve (JsonObject *schema,
         Context    *context)
{
  static const char *const HOMES[] = { "$defs", "definitions" };
  const char *reference = cloche_json_get_string (schema, "$ref");

  if (reference == NULL)
    return schema;

  for (gsize i = 0; i < G_N_ELEMENTS (HOMES); i++) {
    g_autofree char *prefix = g_strdup_printf ("#/%s/", HOMES[i]);
    JsonObject *home = cloche_json_get_object (context->root, HOMES[i]);

    if (home != NULL && g_str_has_prefix (reference, prefix))
      return cloche_json_get_object (home, reference + strlen (prefix));
  }

  return NULL;
}

static JsonArray *
simplify_each (JsonArray *schemas,
               Context   *context,
               int        depth)
{
  JsonArray *out = json_array_new ();

  for (guint i = 0; i < json_array_get_length (schemas); i++) {
    JsonObject *one = cloche_json_array_get_object (schemas, i);

    if (one != NULL)
      json_array_add_object_element (out, simplify (one, context, depth));
  }

  return out;
}

static JsonObject *
simplify_properties (JsonObject *properties,
                     Context    *context,
                     int         depth)
{
  JsonObject *out = json_object_new ();
  g_autoptr (GList) names = json_object_get_members (properties);

  for (GList *l = names; l != NULL; l = l->next) {
    JsonObject *property = cloche_json_get_object (properties, l->data);

    json_object_set_object_member (out, l->data,
                                   property != NULL ? simplify (property, context, depth) : json_object_new ());
  }

  return out;
}

static JsonArray *
join (JsonArray *first,
      JsonArray *second)
{
  JsonArray *both = json_array_new ();

  for (guint i = 0; i < json_array_get_length (first); i++)
    json_array_add_element (both, json_array_dup_element (first, i));
  for (guint i = 0; i < json_array_get_length (second); i++)
    json_array_add_element (both, json_array_dup_element (second, i));

  return both;
}

/* Adds what @part says to @out: properties and requirements of both, else the last word. */
static void
merge (JsonObject *out,
       JsonObject *part)
{
  g_autoptr (GList) names = json_object_get_members (part);

  for (GList *l = names; l != NULL; l = l->next) {
    const char *name = l->data;
    JsonObject *mine = cloche_json_get_object (out, name);
    JsonObject *theirs = cloche_json_get_object (part, name);
    JsonArray *list = cloche_json_get_array (out, name);
    JsonArray *more = cloche_json_get_array (part, name);

    if (mine != NULL && theirs != NULL) {
      merge (mine, theirs);
    } else if (list != NULL && more != NULL && g_str_equal (name, "required")) {
      json_object_set_array_member (out, name, join (list, more));
    } else {
      json_object_set_member (out, name, json_object_dup_member (part, name));
    }
  }
}

/* The words that would be dropped, as "(minimum 1, default 5)" at the end of the description. */
static void
describe_limits (JsonObject *schema,
                 JsonObject *out)
{
  static const char *const LIMITS[] = {
    "default", "format", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "minLength", "maxLength", "minItems", "maxItems", "uniqueItems",
  };
  const char *description = cloche_json_get_string (out, "description");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *whole = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (LIMITS); i++) {
    JsonNode *node = cloche_json_get_node (schema, LIMITS[i]);
    g_autofree char *value = NULL;

    if (node == NULL || JSON_NODE_HOLDS_NULL (node))
      continue;
    value = cloche_json_to_line (node);
    g_string_append_printf (text, "%s%s %s", text->len > 0 ? ", " : "", LIMITS[i], g_strstrip (value));
  }

  if (text->len == 0)
    return;
  whole = g_strdup_printf ("%s%s(%s)", description != NULL ? description : "", description != NULL ? " " : "", text->str);
  json_object_set_string_member (out, "description", whole);
}

static void
copy_plain (JsonObject *schema,
            JsonObject *out)
{
  static const char *const KEPT[] = { "type", "description", "enum", "required" };
  JsonNode *only = cloche_json_get_node (schema, "const");

  for (gsize i = 0; i < G_N_ELEMENTS (KEPT); i++)
    if (json_object_has_member (schema, KEPT[i]))
      json_object_set_member (out, KEPT[i], json_object_dup_member (schema, KEPT[i]));

  if (only != NULL) {
    JsonArray *values = json_array_new ();

    json_array_add_element (values, json_node_copy (only));
    json_object_set_array_member (out, "enum", values);
  }
}

static void
copy_nested (JsonObject *schema,
             Context    *context,
             JsonObject *out,
             int         depth)
{
  JsonObject *properties = cloche_json_get_object (schema, "properties");
  JsonObject *items = cloche_json_get_object (schema, "items");
  JsonArray *any = cloche_json_get_array (schema, "anyOf");
  JsonArray *all = cloche_json_get_array (schema, "allOf");

  if (any == NULL)
    any = cloche_json_get_array (schema, "oneOf");
  if (properties != NULL)
    json_object_set_object_member (out, "properties", simplify_properties (properties, context, depth + 1));
  if (items != NULL)
    json_object_set_object_member (out, "items", simplify (items, context, depth + 1));
  if (any != NULL)
    json_object_set_array_member (out, "anyOf", simplify_each (any, context, depth + 1));

  for (guint i = 0; all != NULL && i < json_array_get_length (all); i++) {
    JsonObject *part = cloche_json_array_get_object (all, i);
    g_autoptr (JsonObject) simple = part != NULL ? simplify (part, context, depth + 1) : NULL;

    if (simple != NULL)
      merge (out, simple);
  }
}

static JsonObject *
simplify (JsonObject *schema,
          Context    *context,
          int         depth)
{
  JsonObject *out = json_object_new ();
  JsonObject *target = resolve (schema, context);

  /* A schema without words allows everything, which is all that can be said at the end of a circle. */
  if (depth > MAX_DEPTH || context->n_left-- <= 0 || target == NULL)
    return out;

  if (target != schema) {
    g_autoptr (JsonObject) inner = simplify (target, context, depth + 1);

    merge (out, inner);
  }
  copy_plain (schema, out);
  copy_nested (schema, context, out, depth);
  describe_limits (schema, out);

  return out;
}

/**
 * cloche_tool_schema_simplify:
 * @schema: the JSON Schema of a tool's arguments; left as it is
 *
 * Returns: (transfer full): a schema for the same values in the few words that every server keeps
 */
JsonObject *
cloche_tool_schema_simplify (JsonObject *schema)
{
  Context context = { .root = schema, .n_left = MAX_SCHEMAS };
  JsonObject *out = simplify (schema, &context, 0);

  if (!json_object_has_member (out, "type"))
    json_object_set_string_member (out, "type", "object");
  if (!json_object_has_member (out, "properties"))
    json_object_set_object_member (out, "properties", json_object_new ());

  return out;
}

/**
 * cloche_tool_schema_build_functions:
 *
 * The tools of @request in OpenAI's form, which Ollama has taken over. Schemas are simplified: Ollama and others drop what
 * they do not know in silence.
 */
JsonArray *
cloche_tool_schema_build_functions (ClocheChatRequest *request)
{
  JsonArray *tools = json_array_new ();

  for (guint i = 0; i < cloche_chat_request_get_n_tools (request); i++) {
    ClocheToolSpec *spec = cloche_chat_request_get_tool (request, i);
    JsonObject *function = json_object_new ();
    JsonObject *tool = json_object_new ();

    json_object_set_string_member (function, "name", cloche_tool_spec_get_name (spec));
    json_object_set_string_member (function, "description", cloche_tool_spec_get_description (spec));
    json_object_set_object_member (function, "parameters",
                                   cloche_tool_schema_simplify (cloche_tool_spec_get_parameters (spec)));
    json_object_set_string_member (tool, "type", "function");
    json_object_set_object_member (tool, "function", function);
    json_array_add_object_element (tools, tool);
  }

  return tools;
}
