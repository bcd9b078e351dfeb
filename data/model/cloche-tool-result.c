/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-result.h"

#include "cloche-json.h"
#include "cloche-model-error.h"
#include "cloche-nick.h"

struct _ClocheToolResult
{
  gatomicrefcount ref_count;
  ClocheToolStatus status;
  gint64 duration_us;           /* -1: unknown */

  char *call_id;
  char *tool_name;
  char *text;
  GPtrArray *outputs;           /* of ClocheOutput, owned */
  GPtrArray *files;             /* of ClocheFile, owned */
};

G_DEFINE_BOXED_TYPE (ClocheToolResult, cloche_tool_result, cloche_tool_result_ref, cloche_tool_result_unref)

static const char *const STATUSES[] = { "ok", "error", "timeout", "killed", "cancelled", "denied", NULL };

/**
 * cloche_tool_status_to_nick:
 *
 * Returns: a word that never changes: "ok", "error", "timeout", "killed", "cancelled", "denied"
 */
const char *
cloche_tool_status_to_nick (ClocheToolStatus status)
{
  g_return_val_if_fail (status < G_N_ELEMENTS (STATUSES) - 1, NULL);

  return STATUSES[status];
}

/**
 * cloche_tool_result_new:
 * @call_id: of the call that this answers
 * @text: for the model, within whatever cap holds for it
 */
ClocheToolResult *
cloche_tool_result_new (const char      *call_id,
                        const char      *tool_name,
                        ClocheToolStatus status,
                        const char      *text)
{
  ClocheToolResult *self = g_new0 (ClocheToolResult, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->status = status;
  self->duration_us = -1;
  self->call_id = g_utf8_make_valid (call_id, -1);
  self->tool_name = g_utf8_make_valid (tool_name, -1);
  self->text = g_utf8_make_valid (text, -1);
  self->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_output_unref);
  self->files = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);

  return self;
}

/**
 * cloche_tool_result_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheToolResult *
cloche_tool_result_ref (ClocheToolResult *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
cloche_tool_result_unref (ClocheToolResult *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->call_id, g_free);
  g_clear_pointer (&self->tool_name, g_free);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->outputs, g_ptr_array_unref);
  g_clear_pointer (&self->files, g_ptr_array_unref);
  g_free (self);
}

const char *
cloche_tool_result_get_call_id (ClocheToolResult *self)
{
  return self->call_id;
}

const char *
cloche_tool_result_get_tool_name (ClocheToolResult *self)
{
  return self->tool_name;
}

ClocheToolStatus
cloche_tool_result_get_status (ClocheToolResult *self)
{
  return self->status;
}

const char *
cloche_tool_result_get_text (ClocheToolResult *self)
{
  return self->text;
}

/**
 * cloche_tool_result_get_duration_us:
 *
 * Returns: µs, or -1 if unknown
 */
gint64
cloche_tool_result_get_duration_us (ClocheToolResult *self)
{
  return self->duration_us;
}

void
cloche_tool_result_set_duration_us (ClocheToolResult *self,
                                    gint64            duration_us)
{
  g_return_if_fail (g_atomic_ref_count_compare (&self->ref_count, 1));

  self->duration_us = duration_us;
}

guint
cloche_tool_result_get_n_outputs (ClocheToolResult *self)
{
  return self->outputs->len;
}

ClocheOutput *
cloche_tool_result_get_output (ClocheToolResult *self,
                               guint             index)
{
  g_return_val_if_fail (index < self->outputs->len, NULL);

  return self->outputs->pdata[index];
}

/**
 * cloche_tool_result_take_output:
 * @output: (transfer full): what the person sees next
 */
void
cloche_tool_result_take_output (ClocheToolResult *self,
                                ClocheOutput     *output)
{
  g_return_if_fail (g_atomic_ref_count_compare (&self->ref_count, 1));

  g_ptr_array_add (self->outputs, output);
}

guint
cloche_tool_result_get_n_files (ClocheToolResult *self)
{
  return self->files->len;
}

ClocheFile *
cloche_tool_result_get_file (ClocheToolResult *self,
                             guint             index)
{
  g_return_val_if_fail (index < self->files->len, NULL);

  return self->files->pdata[index];
}

/**
 * cloche_tool_result_take_file:
 * @file: (transfer full): a chip
 */
void
cloche_tool_result_take_file (ClocheToolResult *self,
                              ClocheFile       *file)
{
  g_return_if_fail (g_atomic_ref_count_compare (&self->ref_count, 1));

  g_ptr_array_add (self->files, file);
}

/**
 * cloche_tool_result_to_json:
 *
 * Shape: `{"call_id","tool","status","text","duration_us"?,"outputs":[…],"files":[…]}`.
 */
JsonObject *
cloche_tool_result_to_json (ClocheToolResult *self)
{
  JsonObject *json = json_object_new ();
  JsonArray *outputs = json_array_new ();
  JsonArray *files = json_array_new ();

  for (guint i = 0; i < self->outputs->len; i++)
    json_array_add_object_element (outputs, cloche_output_to_json (self->outputs->pdata[i]));
  for (guint i = 0; i < self->files->len; i++)
    json_array_add_object_element (files, cloche_file_to_json (self->files->pdata[i]));

  json_object_set_string_member (json, "call_id", self->call_id);
  json_object_set_string_member (json, "tool", self->tool_name);
  json_object_set_string_member (json, "status", STATUSES[self->status]);
  json_object_set_string_member (json, "text", self->text);
  if (self->duration_us >= 0)
    json_object_set_int_member (json, "duration_us", self->duration_us);
  json_object_set_array_member (json, "outputs", outputs);
  json_object_set_array_member (json, "files", files);

  return json;
}

static gboolean
read_lists (ClocheToolResult *self,
            JsonArray        *outputs,
            JsonArray        *files,
            GError          **error)
{
  for (guint i = 0; outputs != NULL && i < json_array_get_length (outputs); i++) {
    ClocheOutput *output = cloche_output_from_json (cloche_json_array_get_object (outputs, i), error);

    if (output == NULL)
      return FALSE;
    cloche_tool_result_take_output (self, output);
  }

  for (guint i = 0; files != NULL && i < json_array_get_length (files); i++) {
    ClocheFile *file = cloche_file_from_json (cloche_json_array_get_object (files, i), error);

    if (file == NULL)
      return FALSE;
    cloche_tool_result_take_file (self, file);
  }

  return TRUE;
}

/**
 * cloche_tool_result_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheToolResult *
cloche_tool_result_from_json (JsonObject *json,
                              GError    **error)
{
  const char *call_id = cloche_json_get_string (json, "call_id");
  const char *tool_name = cloche_json_get_string (json, "tool");
  const char *text = cloche_json_get_string (json, "text");
  g_autoptr (ClocheToolResult) self = NULL;
  guint status;

  if (call_id == NULL || tool_name == NULL || text == NULL ||
      !cloche_nick_find (STATUSES, cloche_json_get_string (json, "status"), &status)) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not a tool result");
    return NULL;
  }

  self = cloche_tool_result_new (call_id, tool_name, status, text);
  self->duration_us = cloche_json_get_int (json, "duration_us", -1);
  if (!read_lists (self, cloche_json_get_array (json, "outputs"), cloche_json_get_array (json, "files"), error))
    return NULL;

  return g_steal_pointer (&self);
}
