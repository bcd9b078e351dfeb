/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-mcp-content.h"

#include "cloche-file-tool.h"

#include <string.h>

/* A tool's result as MCP has it: its text, pictures as pictures, and the file if it is one that was asked for. */

/* bytes: the frame of a result, what escaping adds to its text, and the names of what is left out. */
#define FRAME_BYTES (128 * 1024)

typedef struct
{
  JsonArray *blocks;
  gsize room;                   /* bytes */
  GString *left_out;
} Writer;

static JsonObject *
add_block (Writer     *writer,
           const char *type)
{
  JsonObject *block = json_object_new ();

  json_object_set_string_member (block, "type", type);
  json_array_add_object_element (writer->blocks, block);

  return block;
}

static void
add_text (Writer     *writer,
          const char *text)
{
  JsonObject *block = add_block (writer, "text");

  json_object_set_string_member (block, "text", text);
  writer->room -= MIN (writer->room, strlen (text));
}

/* FALSE: there is no room for it. */
static gboolean
take_room (Writer     *writer,
           gsize       length,
           const char *name)
{
  gsize need = (length + 2) / 3 * 4;
  g_autofree char *size = NULL;

  if (need <= writer->room) {
    writer->room -= need;
    return TRUE;
  }

  size = g_format_size (length);
  g_string_append_printf (writer->left_out, "%s%s (%s)", writer->left_out->len > 0 ? ", " : "", name, size);
  return FALSE;
}

static char *
encode (GBytes *bytes)
{
  gsize length;
  const guchar *data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_base64_encode (data, length) : g_strdup ("");
}

/* What every model with eyes reads. */
static gboolean
is_picture (ClocheContent *content)
{
  static const char *const TYPES[] = { "image/png", "image/jpeg", "image/gif", "image/webp", NULL };

  return cloche_content_get_bytes (content) != NULL && g_strv_contains (TYPES, cloche_content_get_mime_type (content));
}

static void
add_picture (Writer        *writer,
             ClocheContent *content,
             const char    *name)
{
  GBytes *bytes = cloche_content_get_bytes (content);
  g_autofree char *data = NULL;
  JsonObject *block;

  if (!take_room (writer, g_bytes_get_size (bytes), name))
    return;

  data = encode (bytes);
  block = add_block (writer, "image");
  json_object_set_string_member (block, "data", data);
  json_object_set_string_member (block, "mimeType", cloche_content_get_mime_type (content));
}

static void
add_file (Writer     *writer,
          ClocheFile *file)
{
  ClocheContent *content = cloche_file_get_content (file);
  GBytes *bytes = cloche_content_get_bytes (content);
  g_autofree char *data = NULL;
  g_autofree char *uri = NULL;
  JsonObject *resource;

  if (bytes == NULL || !take_room (writer, g_bytes_get_size (bytes), cloche_file_get_name (file)))
    return;

  data = encode (bytes);
  uri = g_filename_to_uri (cloche_file_get_path (file), NULL, NULL);
  resource = json_object_new ();
  json_object_set_string_member (resource, "uri", uri != NULL ? uri : "file:///");
  json_object_set_string_member (resource, "mimeType", cloche_content_get_mime_type (content));
  json_object_set_string_member (resource, "blob", data);
  json_object_set_object_member (add_block (writer, "resource"), "resource", resource);
}

static void
add_outputs (Writer           *writer,
             ClocheToolResult *result)
{
  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++) {
    ClocheOutput *output = cloche_tool_result_get_output (result, i);
    g_autofree char *name = g_strdup_printf ("picture %u", i + 1);

    for (guint j = 0; j < cloche_output_get_n_contents (output); j++) {
      ClocheContent *content = cloche_output_get_content (output, j);

      if (!is_picture (content))
        continue;
      add_picture (writer, content, name);
      break;
    }
  }
}

static void
add_files (Writer           *writer,
           ClocheToolResult *result)
{
  gboolean was_asked_for = g_str_equal (cloche_tool_result_get_tool_name (result), CLOCHE_FILE_TOOL_READ_NAME);

  for (guint i = 0; i < cloche_tool_result_get_n_files (result); i++) {
    ClocheFile *file = cloche_tool_result_get_file (result, i);

    if (is_picture (cloche_file_get_content (file)))
      add_picture (writer, cloche_file_get_content (file), cloche_file_get_name (file));
    else if (was_asked_for)
      add_file (writer, file);
  }
}

static JsonObject *
content_new (JsonArray *taken_blocks,
             gboolean   is_error)
{
  JsonObject *content = json_object_new ();

  json_object_set_array_member (content, "content", taken_blocks);
  json_object_set_boolean_member (content, "isError", is_error);

  return content;
}

/**
 * cloche_mcp_content_from_result:
 * @result: with the bytes of what it made at hand
 *
 * Returns: (transfer full): what tools/call answers, of at most %CLOCHE_MCP_CONTENT_MAX_BYTES
 */
JsonObject *
cloche_mcp_content_from_result (ClocheToolResult *result)
{
  g_autoptr (GString) left_out = g_string_new (NULL);
  Writer writer = {
    .blocks = json_array_new (),
    .room = CLOCHE_MCP_CONTENT_MAX_BYTES - FRAME_BYTES,
    .left_out = left_out,
  };

  add_text (&writer, cloche_tool_result_get_text (result));
  add_outputs (&writer, result);
  add_files (&writer, result);
  if (left_out->len > 0) {
    g_string_prepend (left_out, "note: left out, for a result may hold 1 MB: ");
    g_string_append (left_out, ". Make them smaller to see them.");
    add_text (&writer, left_out->str);
  }

  return content_new (writer.blocks, cloche_tool_result_get_status (result) != CLOCHE_TOOL_OK);
}

/**
 * cloche_mcp_content_from_error:
 *
 * Returns: (transfer full): the same for a call that could not be run
 */
JsonObject *
cloche_mcp_content_from_error (const char *text)
{
  Writer writer = { .blocks = json_array_new () };

  add_text (&writer, text);

  return content_new (writer.blocks, TRUE);
}
