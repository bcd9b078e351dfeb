/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"

/*
 * Getters for what others wrote. A missing object (%NULL), a missing member and one of another type are all answered
 * with %NULL or the fallback; json-glib's own warn or abort.
 */

/* 2^53: up to here every integer is exactly one double. */
#define MAX_EXACT_DOUBLE 9007199254740992.0

static gboolean
holds (JsonNode *node,
       GType     type)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type;
}

/**
 * cloche_json_get_node:
 * @object: (nullable): where to look
 *
 * Returns: (transfer none) (nullable): the member @name, whatever it is
 */
JsonNode *
cloche_json_get_node (JsonObject *object,
                      const char *name)
{
  return object != NULL ? json_object_get_member (object, name) : NULL;
}

/**
 * cloche_json_get_string:
 *
 * Returns: (transfer none) (nullable): the member @name if it is a string; valid UTF-8
 */
const char *
cloche_json_get_string (JsonObject *object,
                        const char *name)
{
  JsonNode *node = cloche_json_get_node (object, name);

  return holds (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}

/**
 * cloche_json_get_int:
 *
 * Returns: the member @name if it is an integer, 3.0 being one too, else @fallback
 */
gint64
cloche_json_get_int (JsonObject *object,
                     const char *name,
                     gint64      fallback)
{
  JsonNode *node = cloche_json_get_node (object, name);
  double real;

  if (holds (node, G_TYPE_INT64))
    return json_node_get_int (node);
  if (!holds (node, G_TYPE_DOUBLE))
    return fallback;

  real = json_node_get_double (node);
  if (!(real >= -MAX_EXACT_DOUBLE && real <= MAX_EXACT_DOUBLE) || real != (double) (gint64) real)
    return fallback;

  return (gint64) real;
}

/**
 * cloche_json_get_double:
 *
 * Returns: the member @name if it is a number, else @fallback
 */
double
cloche_json_get_double (JsonObject *object,
                        const char *name,
                        double      fallback)
{
  JsonNode *node = cloche_json_get_node (object, name);

  if (holds (node, G_TYPE_INT64))
    return (double) json_node_get_int (node);

  return holds (node, G_TYPE_DOUBLE) ? json_node_get_double (node) : fallback;
}

/**
 * cloche_json_get_bool:
 *
 * Returns: the member @name if it is true or false, else @fallback
 */
gboolean
cloche_json_get_bool (JsonObject *object,
                      const char *name,
                      gboolean    fallback)
{
  JsonNode *node = cloche_json_get_node (object, name);

  return holds (node, G_TYPE_BOOLEAN) ? json_node_get_boolean (node) : fallback;
}

/**
 * cloche_json_get_object:
 *
 * Returns: (transfer none) (nullable): the member @name if it is an object
 */
JsonObject *
cloche_json_get_object (JsonObject *object,
                        const char *name)
{
  JsonNode *node = cloche_json_get_node (object, name);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * cloche_json_get_array:
 *
 * Returns: (transfer none) (nullable): the member @name if it is an array
 */
JsonArray *
cloche_json_get_array (JsonObject *object,
                       const char *name)
{
  JsonNode *node = cloche_json_get_node (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonNode *
get_element (JsonArray *array,
             guint      index)
{
  return array != NULL && index < json_array_get_length (array) ? json_array_get_element (array, index) : NULL;
}

/**
 * cloche_json_array_get_object:
 * @array: (nullable): where to look
 *
 * Returns: (transfer none) (nullable): the element @index if there is one and it is an object
 */
JsonObject *
cloche_json_array_get_object (JsonArray *array,
                              guint      index)
{
  JsonNode *node = get_element (array, index);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/**
 * cloche_json_array_get_string:
 * @array: (nullable): where to look
 *
 * Returns: (transfer none) (nullable): the element @index if there is one and it is a string
 */
const char *
cloche_json_array_get_string (JsonArray *array,
                              guint      index)
{
  JsonNode *node = get_element (array, index);

  return holds (node, G_TYPE_STRING) ? json_node_get_string (node) : NULL;
}
