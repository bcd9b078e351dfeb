/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-output.h"

#include "cloche-json.h"
#include "cloche-model-error.h"
#include "cloche-nick.h"

struct _ClocheOutput
{
  gatomicrefcount ref_count;
  ClocheOutputKind kind;

  char *display_id;
  GPtrArray *contents;          /* of ClocheContent, owned */
};

G_DEFINE_BOXED_TYPE (ClocheOutput, cloche_output, cloche_output_ref, cloche_output_unref)

static const char *const KINDS[] = { "stdout", "stderr", "result", "display", "traceback", NULL };

/**
 * cloche_output_new:
 * @display_id: (nullable): by which a later output replaces this one, as Jupyter has it
 */
ClocheOutput *
cloche_output_new (ClocheOutputKind kind,
                   const char      *display_id)
{
  ClocheOutput *self = g_new0 (ClocheOutput, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->kind = kind;
  self->display_id = g_strdup (display_id);
  self->contents = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_content_unref);

  return self;
}

/**
 * cloche_output_new_text:
 *
 * Makes an output that is @text as text/plain.
 */
ClocheOutput *
cloche_output_new_text (ClocheOutputKind kind,
                        const char      *text)
{
  ClocheOutput *self = cloche_output_new (kind, NULL);

  cloche_output_take_content (self, cloche_content_new_text ("text/plain", text));

  return self;
}

/**
 * cloche_output_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheOutput *
cloche_output_ref (ClocheOutput *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
cloche_output_unref (ClocheOutput *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->display_id, g_free);
  g_clear_pointer (&self->contents, g_ptr_array_unref);
  g_free (self);
}

ClocheOutputKind
cloche_output_get_kind (ClocheOutput *self)
{
  return self->kind;
}

/**
 * cloche_output_get_display_id:
 *
 * Returns: (nullable): see cloche_output_new()
 */
const char *
cloche_output_get_display_id (ClocheOutput *self)
{
  return self->display_id;
}

guint
cloche_output_get_n_contents (ClocheOutput *self)
{
  return self->contents->len;
}

ClocheContent *
cloche_output_get_content (ClocheOutput *self,
                           guint         index)
{
  g_return_val_if_fail (index < self->contents->len, NULL);

  return self->contents->pdata[index];
}

/**
 * cloche_output_find_content:
 *
 * Returns: (transfer none) (nullable): the content of type @mime_type
 */
ClocheContent *
cloche_output_find_content (ClocheOutput *self,
                            const char   *mime_type)
{
  for (guint i = 0; i < self->contents->len; i++)
    if (g_strcmp0 (cloche_content_get_mime_type (self->contents->pdata[i]), mime_type) == 0)
      return self->contents->pdata[i];

  return NULL;
}

/**
 * cloche_output_take_content:
 * @content: (transfer full): one more form of the same thing
 */
void
cloche_output_take_content (ClocheOutput  *self,
                            ClocheContent *content)
{
  g_return_if_fail (g_atomic_ref_count_compare (&self->ref_count, 1));

  g_ptr_array_add (self->contents, content);
}

/**
 * cloche_output_to_json:
 *
 * Shape: `{"kind","display_id"?,"contents":[…]}`.
 */
JsonObject *
cloche_output_to_json (ClocheOutput *self)
{
  JsonObject *json = json_object_new ();
  JsonArray *contents = json_array_new ();

  for (guint i = 0; i < self->contents->len; i++)
    json_array_add_object_element (contents, cloche_content_to_json (self->contents->pdata[i]));

  json_object_set_string_member (json, "kind", KINDS[self->kind]);
  if (self->display_id != NULL)
    json_object_set_string_member (json, "display_id", self->display_id);
  json_object_set_array_member (json, "contents", contents);

  return json;
}

/**
 * cloche_output_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheOutput *
cloche_output_from_json (JsonObject *json,
                         GError    **error)
{
  JsonArray *contents = cloche_json_get_array (json, "contents");
  g_autoptr (ClocheOutput) self = NULL;
  guint kind;

  if (contents == NULL || !cloche_nick_find (KINDS, cloche_json_get_string (json, "kind"), &kind)) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not an output");
    return NULL;
  }

  self = cloche_output_new (kind, cloche_json_get_string (json, "display_id"));
  for (guint i = 0; i < json_array_get_length (contents); i++) {
    ClocheContent *content = cloche_content_from_json (cloche_json_array_get_object (contents, i), error);

    if (content == NULL)
      return NULL;
    cloche_output_take_content (self, content);
  }

  return g_steal_pointer (&self);
}
