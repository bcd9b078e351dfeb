/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-message-contents.h"

typedef struct
{
  ClocheContentFunc func;
  gpointer user_data;
} Map;

/* Replaces @file by one whose @content, one of its contents, is another one. FALSE: that one could not be had. */
static gboolean
map_content (Map *self,
             ClocheFile **file,
             ClocheContent *content,
             ClocheFile *(*with_content)(ClocheFile *, ClocheContent *),
             GError **error)
{
  g_autoptr (ClocheContent) mapped = NULL;
  ClocheFile *before = *file;

  if (content == NULL)
    return TRUE;

  mapped = self->func (content, self->user_data, error);
  if (mapped == NULL)
    return FALSE;

  *file = with_content (before, mapped);
  cloche_file_unref (before);

  return TRUE;
}

static ClocheFile *
map_file (Map        *self,
          ClocheFile *file,
          GError    **error)
{
  g_autoptr (ClocheFile) mapped = cloche_file_ref (file);

  if (!map_content (self, &mapped, cloche_file_get_content (file), cloche_file_with_content, error) ||
      !map_content (self, &mapped, cloche_file_get_before (file), cloche_file_with_before, error) ||
      !map_content (self, &mapped, cloche_file_get_preview (file), cloche_file_with_preview, error))
    return NULL;

  return g_steal_pointer (&mapped);
}

static ClocheOutput *
map_output (Map          *self,
            ClocheOutput *output,
            GError      **error)
{
  g_autoptr (ClocheOutput) mapped = cloche_output_new (cloche_output_get_kind (output),
                                                       cloche_output_get_display_id (output));

  for (guint i = 0; i < cloche_output_get_n_contents (output); i++) {
    ClocheContent *content = self->func (cloche_output_get_content (output, i), self->user_data, error);

    if (content == NULL)
      return NULL;
    cloche_output_take_content (mapped, content);
  }

  return g_steal_pointer (&mapped);
}

static ClocheToolResult *
map_result (Map              *self,
            ClocheToolResult *result,
            GError          **error)
{
  g_autoptr (ClocheToolResult) mapped = cloche_tool_result_new (cloche_tool_result_get_call_id (result),
                                                                cloche_tool_result_get_tool_name (result),
                                                                cloche_tool_result_get_status (result),
                                                                cloche_tool_result_get_text (result));

  cloche_tool_result_set_duration_us (mapped, cloche_tool_result_get_duration_us (result));
  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++) {
    ClocheOutput *output = map_output (self, cloche_tool_result_get_output (result, i), error);

    if (output == NULL)
      return NULL;
    cloche_tool_result_take_output (mapped, output);
  }

  for (guint i = 0; i < cloche_tool_result_get_n_files (result); i++) {
    ClocheFile *file = map_file (self, cloche_tool_result_get_file (result, i), error);

    if (file == NULL)
      return NULL;
    cloche_tool_result_take_file (mapped, file);
  }

  return g_steal_pointer (&mapped);
}

static ClocheMessagePart *
map_part (Map               *self,
          ClocheMessagePart *part,
          GError           **error)
{
  g_autoptr (ClocheFile) file = NULL;
  g_autoptr (ClocheToolResult) result = NULL;

  switch (cloche_message_part_get_kind (part)) {
  case CLOCHE_MESSAGE_PART_FILE:
    file = map_file (self, cloche_message_part_get_file (part), error);
    return file != NULL ? cloche_message_part_new_file (file) : NULL;

  case CLOCHE_MESSAGE_PART_TOOL_RESULT:
    result = map_result (self, cloche_message_part_get_tool_result (part), error);
    return result != NULL ? cloche_message_part_new_tool_result (result) : NULL;

  case CLOCHE_MESSAGE_PART_TEXT:
  case CLOCHE_MESSAGE_PART_THINKING:
  case CLOCHE_MESSAGE_PART_TOOL_CALL:
  case CLOCHE_MESSAGE_PART_NOTICE:
  default:
    return cloche_message_part_ref (part);
  }
}

/**
 * cloche_message_map_contents:
 * @func: (scope call): called for each content of files and tool outputs, in order
 *
 * Returns: (transfer full): @message with its contents replaced: bytes put into a store, or loaded from it
 */
ClocheMessage *
cloche_message_map_contents (ClocheMessage    *message,
                             ClocheContentFunc func,
                             gpointer          user_data,
                             GError          **error)
{
  Map map = { func, user_data };
  g_autoptr (ClocheMessage) mapped = cloche_message_copy_without_parts (message);

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++) {
    ClocheMessagePart *part = map_part (&map, cloche_message_get_part (message, i), error);

    if (part == NULL)
      return NULL;
    cloche_message_take_part (mapped, part);
  }

  return g_steal_pointer (&mapped);
}
