/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-file.h"
#include "cloche-tool-call.h"
#include "cloche-tool-result.h"

G_BEGIN_DECLS

/**
 * ClocheMessagePartKind:
 * @CLOCHE_MESSAGE_PART_TEXT: Markdown
 * @CLOCHE_MESSAGE_PART_THINKING: what a model thought, for display; what must be replayed is a #ClocheRawItem
 * @CLOCHE_MESSAGE_PART_FILE: an attached file; an image is one whose type starts with "image/"
 * @CLOCHE_MESSAGE_PART_TOOL_CALL: only in messages of the assistant
 * @CLOCHE_MESSAGE_PART_TOOL_RESULT: only in messages of role tool, which answer the one before, in the order of its calls
 * @CLOCHE_MESSAGE_PART_NOTICE: something the person should know ("variables-lost"): a code that the app words
 */
typedef enum {
  CLOCHE_MESSAGE_PART_TEXT,
  CLOCHE_MESSAGE_PART_THINKING,
  CLOCHE_MESSAGE_PART_FILE,
  CLOCHE_MESSAGE_PART_TOOL_CALL,
  CLOCHE_MESSAGE_PART_TOOL_RESULT,
  CLOCHE_MESSAGE_PART_NOTICE,
} ClocheMessagePartKind;

/**
 * ClocheMessagePart:
 *
 * A piece of a message. Immutable.
 */
typedef struct _ClocheMessagePart ClocheMessagePart;

#define CLOCHE_TYPE_MESSAGE_PART (cloche_message_part_get_type ())
GType                  cloche_message_part_get_type (void);

ClocheMessagePart     *cloche_message_part_new_text        (const char *text) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_new_thinking    (const char *text) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_new_file        (ClocheFile *file) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_new_tool_call   (ClocheToolCall *call) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_new_tool_result (ClocheToolResult *result) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_new_notice      (const char *code,
                                                            const char *detail) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_ref             (ClocheMessagePart *self);
void                   cloche_message_part_unref           (ClocheMessagePart *self);

ClocheMessagePartKind  cloche_message_part_get_kind        (ClocheMessagePart *self);
const char            *cloche_message_part_get_text        (ClocheMessagePart *self);
ClocheFile            *cloche_message_part_get_file        (ClocheMessagePart *self);
gboolean               cloche_message_part_is_image        (ClocheMessagePart *self);
ClocheToolCall        *cloche_message_part_get_tool_call   (ClocheMessagePart *self);
ClocheToolResult      *cloche_message_part_get_tool_result (ClocheMessagePart *self);
const char            *cloche_message_part_get_notice_code (ClocheMessagePart *self);

JsonObject            *cloche_message_part_to_json   (ClocheMessagePart *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessagePart     *cloche_message_part_from_json (JsonObject  *json,
                                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheMessagePart, cloche_message_part_unref)

G_END_DECLS
