/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-json-bytes.h"

#include "cloche-json.h"

#include <string.h>

/**
 * cloche_json_set_bytes:
 *
 * Sets the member "text" if @bytes are UTF-8 without NUL, which people can read and search, else "base64". Both give back
 * exactly the same bytes.
 */
void
cloche_json_set_bytes (JsonObject *object,
                       GBytes     *bytes)
{
  gsize size = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = NULL;

  if (size == 0 || g_utf8_validate_len (data, size, NULL)) {
    text = size > 0 ? g_strndup (data, size) : g_strdup ("");
    json_object_set_string_member (object, "text", text);
  } else {
    text = g_base64_encode ((const guchar *) data, size);
    json_object_set_string_member (object, "base64", text);
  }
}

/**
 * cloche_json_dup_bytes:
 *
 * Returns: (transfer full) (nullable): what cloche_json_set_bytes() set, or %NULL if it did not
 */
GBytes *
cloche_json_dup_bytes (JsonObject *object)
{
  const char *text = cloche_json_get_string (object, "text");
  const char *base64 = cloche_json_get_string (object, "base64");
  gsize size = 0;
  guchar *data;

  if (text != NULL)
    return g_bytes_new (text, strlen (text));
  if (base64 == NULL)
    return NULL;

  data = g_base64_decode (base64, &size);
  return g_bytes_new_take (data, size);
}
