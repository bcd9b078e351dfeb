/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-message-part.h"

#include "cloche-json.h"
#include "cloche-model-error.h"
#include "cloche-nick.h"

struct _ClocheMessagePart
{
  ClocheMessagePartKind kind;

  char *text;                   /* text, thinking, notice */
  char *notice_code;
  ClocheFile *file;
  ClocheToolCall *call;
  ClocheToolResult *result;
};

G_DEFINE_BOXED_TYPE (ClocheMessagePart, cloche_message_part, cloche_message_part_ref, cloche_message_part_unref)

static const char *const KINDS[] = { "text", "thinking", "file", "tool-call", "tool-result", "notice", NULL };

static void
clear (ClocheMessagePart *self)
{
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->notice_code, g_free);
  g_clear_pointer (&self->file, cloche_file_unref);
  g_clear_pointer (&self->call, cloche_tool_call_unref);
  g_clear_pointer (&self->result, cloche_tool_result_unref);
}

static ClocheMessagePart *
part_new (ClocheMessagePartKind kind,
          const char           *text)
{
  ClocheMessagePart *self = g_atomic_rc_box_new0 (ClocheMessagePart);

  self->kind = kind;
  self->text = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  return self;
}

ClocheMessagePart *
cloche_message_part_new_text (const char *text)
{
  return part_new (CLOCHE_MESSAGE_PART_TEXT, text);
}

ClocheMessagePart *
cloche_message_part_new_thinking (const char *text)
{
  return part_new (CLOCHE_MESSAGE_PART_THINKING, text);
}

/**
 * cloche_message_part_new_file:
 * @file: (transfer none): an attached file or image
 */
ClocheMessagePart *
cloche_message_part_new_file (ClocheFile *file)
{
  ClocheMessagePart *self = part_new (CLOCHE_MESSAGE_PART_FILE, NULL);

  self->file = cloche_file_ref (file);

  return self;
}

/**
 * cloche_message_part_new_tool_call:
 * @call: (transfer none): what the model asks for
 */
ClocheMessagePart *
cloche_message_part_new_tool_call (ClocheToolCall *call)
{
  ClocheMessagePart *self = part_new (CLOCHE_MESSAGE_PART_TOOL_CALL, NULL);

  self->call = cloche_tool_call_ref (call);

  return self;
}

/**
 * cloche_message_part_new_tool_result:
 * @result: (transfer none): the answer; from now on it cannot be changed
 */
ClocheMessagePart *
cloche_message_part_new_tool_result (ClocheToolResult *result)
{
  ClocheMessagePart *self = part_new (CLOCHE_MESSAGE_PART_TOOL_RESULT, NULL);

  self->result = cloche_tool_result_ref (result);

  return self;
}

/**
 * cloche_message_part_new_notice:
 * @code: a word that the app puts into the person's language
 * @detail: (nullable): a plain fact that goes with it
 */
ClocheMessagePart *
cloche_message_part_new_notice (const char *code,
                                const char *detail)
{
  ClocheMessagePart *self = part_new (CLOCHE_MESSAGE_PART_NOTICE, detail);

  self->notice_code = g_strdup (code);

  return self;
}

/**
 * cloche_message_part_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheMessagePart *
cloche_message_part_ref (ClocheMessagePart *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_message_part_unref (ClocheMessagePart *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

ClocheMessagePartKind
cloche_message_part_get_kind (ClocheMessagePart *self)
{
  return self->kind;
}

/**
 * cloche_message_part_get_text:
 *
 * Returns: (nullable): the text of a text or thinking part, the detail of a notice; valid UTF-8
 */
const char *
cloche_message_part_get_text (ClocheMessagePart *self)
{
  return self->text;
}

/**
 * cloche_message_part_get_file:
 *
 * Returns: (transfer none) (nullable): set in a file part only
 */
ClocheFile *
cloche_message_part_get_file (ClocheMessagePart *self)
{
  return self->file;
}

/**
 * cloche_message_part_is_image:
 *
 * Whether this is a file that claims to be an image.
 */
gboolean
cloche_message_part_is_image (ClocheMessagePart *self)
{
  return self->file != NULL &&
         g_str_has_prefix (cloche_content_get_mime_type (cloche_file_get_content (self->file)), "image/");
}

/**
 * cloche_message_part_get_tool_call:
 *
 * Returns: (transfer none) (nullable): set in a tool call part only
 */
ClocheToolCall *
cloche_message_part_get_tool_call (ClocheMessagePart *self)
{
  return self->call;
}

/**
 * cloche_message_part_get_tool_result:
 *
 * Returns: (transfer none) (nullable): set in a tool result part only
 */
ClocheToolResult *
cloche_message_part_get_tool_result (ClocheMessagePart *self)
{
  return self->result;
}

/**
 * cloche_message_part_get_notice_code:
 *
 * Returns: (nullable): set in a notice only
 */
const char *
cloche_message_part_get_notice_code (ClocheMessagePart *self)
{
  return self->notice_code;
}

/**
 * cloche_message_part_to_json:
 *
 * Shape: `{"kind"}` and, by kind, "text", "file", "call", "result" or "code" with "text".
 */
JsonObject *
cloche_message_part_to_json (ClocheMessagePart *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "kind", KINDS[self->kind]);
  if (self->notice_code != NULL)
    json_object_set_string_member (json, "code", self->notice_code);
  if (self->text != NULL)
    json_object_set_string_member (json, "text", self->text);
  if (self->file != NULL)
    json_object_set_object_member (json, "file", cloche_file_to_json (self->file));
  if (self->call != NULL)
    json_object_set_object_member (json, "call", cloche_tool_call_to_json (self->call));
  if (self->result != NULL)
    json_object_set_object_member (json, "result", cloche_tool_result_to_json (self->result));

  return json;
}

/* The kinds that are an object. The error is set if it is none. */
static ClocheMessagePart *
part_from_object (ClocheMessagePartKind kind,
                  JsonObject           *json,
                  GError              **error)
{
  g_autoptr (ClocheFile) file = NULL;
  g_autoptr (ClocheToolCall) call = NULL;
  g_autoptr (ClocheToolResult) result = NULL;

  if (kind == CLOCHE_MESSAGE_PART_FILE) {
    file = cloche_file_from_json (cloche_json_get_object (json, "file"), error);
    return file != NULL ? cloche_message_part_new_file (file) : NULL;
  }

  if (kind == CLOCHE_MESSAGE_PART_TOOL_CALL) {
    call = cloche_tool_call_from_json (cloche_json_get_object (json, "call"), error);
    return call != NULL ? cloche_message_part_new_tool_call (call) : NULL;
  }

  result = cloche_tool_result_from_json (cloche_json_get_object (json, "result"), error);
  return result != NULL ? cloche_message_part_new_tool_result (result) : NULL;
}

/**
 * cloche_message_part_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheMessagePart *
cloche_message_part_from_json (JsonObject *json,
                               GError    **error)
{
  const char *text = cloche_json_get_string (json, "text");
  const char *code = cloche_json_get_string (json, "code");
  guint kind = G_MAXUINT;

  if (cloche_nick_find (KINDS, cloche_json_get_string (json, "kind"), &kind)) {
    if (kind == CLOCHE_MESSAGE_PART_FILE || kind == CLOCHE_MESSAGE_PART_TOOL_CALL ||
        kind == CLOCHE_MESSAGE_PART_TOOL_RESULT)
      return part_from_object (kind, json, error);
    if (kind == CLOCHE_MESSAGE_PART_NOTICE && code != NULL)
      return cloche_message_part_new_notice (code, text);
    if (kind != CLOCHE_MESSAGE_PART_NOTICE && text != NULL)
      return part_new (kind, text);
  }

  g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not a part of a message");
  return NULL;
}
