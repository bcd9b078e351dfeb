/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mime-bundle.h"

#include "cloche-json.h"

#include <string.h>

/* types of one bundle; Jupyter's own libraries send three or four. */
#define MAX_TYPES 32

/* Base64 is for these in Jupyter; everything else is text or JSON.
 * Source: jupyter-client.readthedocs.io, "Messaging in Jupyter", display_data. */
static gboolean
is_binary (const char *mime_type)
{
  if (g_str_equal (mime_type, "image/svg+xml"))
    return FALSE;

  return g_str_has_prefix (mime_type, "image/") || g_str_has_prefix (mime_type, "audio/") ||
         g_str_has_prefix (mime_type, "video/") || g_str_equal (mime_type, "application/pdf");
}

/* The text of a value that may be given as a list of lines. */
static char *
dup_text (JsonNode *node)
{
  g_autoptr (GString) text = NULL;
  JsonArray *lines;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;

  text = g_string_new (NULL);
  lines = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (lines); i++) {
    const char *line = cloche_json_array_get_string (lines, i);

    if (line == NULL)
      return NULL;
    g_string_append (text, line);
  }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

static ClocheContent *
read_content (const char *mime_type,
              JsonNode   *node)
{
  g_autofree char *text = dup_text (node);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *json = NULL;
  guchar *decoded;
  gsize length;

  if (text != NULL && !is_binary (mime_type))
    return cloche_content_new_text (mime_type, text);

  if (is_binary (mime_type)) {
    if (text == NULL)
      return NULL;
    decoded = g_base64_decode (text, &length);
    bytes = g_bytes_new_take (decoded, length);
    return length > 0 ? cloche_content_new_bytes (mime_type, bytes) : NULL;
  }

  json = cloche_json_to_line (node);
  return cloche_content_new_text (mime_type, json);
}

/* "type/subtype" of plain characters, so that it can be compared and shown. */
static gboolean
is_mime_type (const char *text)
{
  return strlen (text) <= 100 && strchr (text, '/') != NULL &&
         strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789.+-/_") == strlen (text);
}

/**
 * cloche_mime_bundle_read:
 * @event: a "result" or "display" event of sandbox/wire/protocol.md; from a guest
 *
 * Returns: (transfer full) (nullable): what it shows; %NULL if that is nothing
 */
ClocheOutput *
cloche_mime_bundle_read (ClocheOutputKind kind,
                         JsonObject      *event)
{
  JsonObject *data = cloche_json_get_object (event, "data");
  g_autoptr (ClocheOutput) output = cloche_output_new (kind, cloche_json_get_string (event, "display_id"));
  g_autoptr (GList) types = data != NULL ? json_object_get_members (data) : NULL;

  for (GList *l = types; l != NULL && cloche_output_get_n_contents (output) < MAX_TYPES; l = l->next) {
    ClocheContent *content = NULL;

    if (is_mime_type (l->data))
      content = read_content (l->data, json_object_get_member (data, l->data));
    if (content != NULL)
      cloche_output_take_content (output, content);
  }

  return cloche_output_get_n_contents (output) > 0 ? g_steal_pointer (&output) : NULL;
}

/**
 * cloche_mime_bundle_get_png_size:
 *
 * Reads width and height from the head of a PNG, without decoding it.
 * Source: PNG specification, 11.2.2.
 */
gboolean
cloche_mime_bundle_get_png_size (GBytes  *png,
                                 guint32 *ret_width,
                                 guint32 *ret_height)
{
  static const guint8 START[16] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
  gsize length;
  const guint8 *bytes = g_bytes_get_data (png, &length);
  guint32 size[2];

  if (length < sizeof START + sizeof size || memcmp (bytes, START, sizeof START) != 0)
    return FALSE;

  memcpy (size, bytes + sizeof START, sizeof size);
  *ret_width = GUINT32_FROM_BE (size[0]);
  *ret_height = GUINT32_FROM_BE (size[1]);

  return TRUE;
}
