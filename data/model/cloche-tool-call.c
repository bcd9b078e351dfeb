/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-call.h"

#include "cloche-json.h"
#include "cloche-model-error.h"

struct _ClocheToolCall
{
  char *id;
  char *name;
  char *arguments_text;
  JsonObject *arguments;        /* exactly one of these two is set */
  GError *error;
};

G_DEFINE_BOXED_TYPE (ClocheToolCall, cloche_tool_call, cloche_tool_call_ref, cloche_tool_call_unref)

static void
clear (ClocheToolCall *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->arguments_text, g_free);
  g_clear_pointer (&self->arguments, json_object_unref);
  g_clear_error (&self->error);
}

static ClocheToolCall *
tool_call_new (const char *id,
               const char *name,
               const char *arguments_text)
{
  ClocheToolCall *self = g_atomic_rc_box_new0 (ClocheToolCall);

  self->id = g_utf8_make_valid (id, -1);
  self->name = g_utf8_make_valid (name, -1);
  self->arguments_text = g_utf8_make_valid (arguments_text != NULL ? arguments_text : "", -1);

  return self;
}

/* Some models send the object as a string that holds it; one such wrapping is taken off. */
static JsonObject *
parse_arguments (const char *text,
                 GError    **error)
{
  g_autoptr (JsonNode) node = cloche_json_parse (text, -1, error);

  if (node == NULL)
    return NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    return cloche_json_parse_object (json_node_get_string (node), -1, error);

  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_ARGUMENTS, "A JSON object was expected");
    return NULL;
  }

  return json_node_dup_object (node);
}

static gboolean
is_blank (const char *text)
{
  while (g_ascii_isspace (*text))
    text++;

  return *text == '\0';
}

/**
 * cloche_tool_call_new:
 * @id: unique among the calls of a conversation
 * @arguments_text: (nullable): JSON as the model wrote it; nothing at all means "{}"
 *
 * Makes a call that came whole. That @arguments_text is not a JSON object is no error here: the call is shown, and
 * answered by what cloche_tool_call_get_arguments_error() says.
 */
ClocheToolCall *
cloche_tool_call_new (const char *id,
                      const char *name,
                      const char *arguments_text)
{
  ClocheToolCall *self = tool_call_new (id, name, arguments_text);
  g_autoptr (GError) error = NULL;

  if (is_blank (self->arguments_text))
    self->arguments = json_object_new ();
  else
    self->arguments = parse_arguments (self->arguments_text, &error);

  if (self->arguments == NULL)
    g_set_error (&self->error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_ARGUMENTS,
                 "The arguments of “%s” are not a JSON object: %s", self->name, error->message);

  return self;
}

/**
 * cloche_tool_call_new_cut:
 *
 * Makes a call whose arguments end in the middle, because the output limit was reached or the stream broke. Even if they
 * happen to parse, such a call is never run.
 */
ClocheToolCall *
cloche_tool_call_new_cut (const char *id,
                          const char *name,
                          const char *arguments_text)
{
  ClocheToolCall *self = tool_call_new (id, name, arguments_text);

  g_set_error (&self->error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_CUT,
               "The call of “%s” was cut off before its end", self->name);

  return self;
}

/**
 * cloche_tool_call_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheToolCall *
cloche_tool_call_ref (ClocheToolCall *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_tool_call_unref (ClocheToolCall *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

const char *
cloche_tool_call_get_id (ClocheToolCall *self)
{
  return self->id;
}

const char *
cloche_tool_call_get_name (ClocheToolCall *self)
{
  return self->name;
}

/**
 * cloche_tool_call_get_arguments_text:
 *
 * Returns: what the model wrote, for replay and display; may be empty and need not be JSON
 */
const char *
cloche_tool_call_get_arguments_text (ClocheToolCall *self)
{
  return self->arguments_text;
}

/**
 * cloche_tool_call_get_arguments:
 *
 * Returns: (transfer none) (nullable): the arguments, to be read only; %NULL if there is an error
 */
JsonObject *
cloche_tool_call_get_arguments (ClocheToolCall *self)
{
  return self->arguments;
}

/**
 * cloche_tool_call_get_arguments_error:
 *
 * Returns: (nullable): why the call cannot be run: %CLOCHE_MODEL_ERROR_ARGUMENTS or %CLOCHE_MODEL_ERROR_CUT
 */
const GError *
cloche_tool_call_get_arguments_error (ClocheToolCall *self)
{
  return self->error;
}

/**
 * cloche_tool_call_equal:
 *
 * Whether both ask for the same, whatever their ids and the spacing of their JSON.
 */
gboolean
cloche_tool_call_equal (ClocheToolCall *self,
                        ClocheToolCall *other)
{
  g_autofree char *line = NULL;
  g_autofree char *other_line = NULL;

  if (g_strcmp0 (self->name, other->name) != 0)
    return FALSE;
  if (self->arguments == NULL || other->arguments == NULL)
    return g_strcmp0 (self->arguments_text, other->arguments_text) == 0;

  line = cloche_json_object_to_line (self->arguments);
  other_line = cloche_json_object_to_line (other->arguments);

  return g_strcmp0 (line, other_line) == 0;
}

/**
 * cloche_tool_call_to_json:
 *
 * Shape: `{"id","name","arguments":TEXT,"cut"?:true}`.
 */
JsonObject *
cloche_tool_call_to_json (ClocheToolCall *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "id", self->id);
  json_object_set_string_member (json, "name", self->name);
  json_object_set_string_member (json, "arguments", self->arguments_text);
  if (g_error_matches (self->error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_CUT))
    json_object_set_boolean_member (json, "cut", TRUE);

  return json;
}

/**
 * cloche_tool_call_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheToolCall *
cloche_tool_call_from_json (JsonObject *json,
                            GError    **error)
{
  const char *id = cloche_json_get_string (json, "id");
  const char *name = cloche_json_get_string (json, "name");
  const char *arguments_text = cloche_json_get_string (json, "arguments");

  if (id == NULL || name == NULL) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not a tool call");
    return NULL;
  }

  if (cloche_json_get_bool (json, "cut", FALSE))
    return cloche_tool_call_new_cut (id, name, arguments_text);

  return cloche_tool_call_new (id, name, arguments_text);
}
