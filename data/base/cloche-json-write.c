/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json.h"

#include <math.h>
#include <string.h>

/*
 * json-glib 1.6's generator writes 1e20 as "1e+20.0", which no reader takes, and infinity as "inf.0"; hence this one.
 */

static void write_node (GString  *out,
                        JsonNode *node);

static void
write_string (GString    *out,
              const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  g_string_append_c (out, '"');
  for (const char *p = valid; *p != '\0'; p++) {
    guchar c = (guchar) *p;

    if (c == '"' || c == '\\')
      g_string_append_printf (out, "\\%c", c);
    else if (c == '\n')
      g_string_append (out, "\\n");
    else if (c == '\t')
      g_string_append (out, "\\t");
    else if (c == '\r')
      g_string_append (out, "\\r");
    else if (c < 0x20 || c == 0x7f)
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_c (out, (char) c);
  }
  g_string_append_c (out, '"');
}

/* The shortest of 15, 16 or 17 digits that reads back as the same number. JSON has no infinities: they become null. */
static void
write_double (GString *out,
              double   real)
{
  static const char *const FORMATS[] = { "%.15g", "%.16g", "%.17g" };
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (!isfinite (real)) {
    g_string_append (out, "null");
    return;
  }

  for (gsize i = 0; i < G_N_ELEMENTS (FORMATS); i++) {
    g_ascii_formatd (text, sizeof text, FORMATS[i], real);
    if (g_ascii_strtod (text, NULL) == real)
      break;
  }

  g_string_append (out, text);
  if (strpbrk (text, ".e") == NULL)             /* A double stays one when it is read back. */
    g_string_append (out, ".0");
}

static void
write_value (GString  *out,
             JsonNode *node)
{
  GType type = json_node_get_value_type (node);

  if (type == G_TYPE_STRING)
    write_string (out, json_node_get_string (node));
  else if (type == G_TYPE_DOUBLE)
    write_double (out, json_node_get_double (node));
  else if (type == G_TYPE_BOOLEAN)
    g_string_append (out, json_node_get_boolean (node) ? "true" : "false");
  else
    g_string_append_printf (out, "%" G_GINT64_FORMAT, json_node_get_int (node));
}

static void
write_array (GString   *out,
             JsonArray *array)
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < json_array_get_length (array); i++) {
    if (i > 0)
      g_string_append_c (out, ',');
    write_node (out, json_array_get_element (array, i));
  }
  g_string_append_c (out, ']');
}

static void
write_object (GString    *out,
              JsonObject *object)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;
  gboolean is_first = TRUE;

  g_string_append_c (out, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &value)) {
    if (!is_first)
      g_string_append_c (out, ',');
    is_first = FALSE;
    write_string (out, name);
    g_string_append_c (out, ':');
    write_node (out, value);
  }
  g_string_append_c (out, '}');
}

static void
write_node (GString  *out,
            JsonNode *node)
{
  switch (json_node_get_node_type (node)) {
  case JSON_NODE_OBJECT:
    write_object (out, json_node_get_object (node));
    break;

  case JSON_NODE_ARRAY:
    write_array (out, json_node_get_array (node));
    break;

  case JSON_NODE_VALUE:
    write_value (out, node);
    break;

  case JSON_NODE_NULL:
  default:
    g_string_append (out, "null");
    break;
  }
}

/**
 * cloche_json_to_line:
 *
 * Writes @node as compact JSON without any line break, members in the order in which they were set: the same value
 * always gives the same bytes.
 */
char *
cloche_json_to_line (JsonNode *node)
{
  GString *out = g_string_new (NULL);

  write_node (out, node);

  return g_string_free (out, FALSE);
}

/**
 * cloche_json_object_to_line:
 *
 * Like cloche_json_to_line(), for an object.
 */
char *
cloche_json_object_to_line (JsonObject *object)
{
  GString *out = g_string_new (NULL);

  write_object (out, object);

  return g_string_free (out, FALSE);
}
