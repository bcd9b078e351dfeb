/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file.h"

#include "cloche-json.h"
#include "cloche-model-error.h"

struct _ClocheFile
{
  char *name;
  char *path;
  ClocheContent *content;
};

G_DEFINE_BOXED_TYPE (ClocheFile, cloche_file, cloche_file_ref, cloche_file_unref)

static void
clear (ClocheFile *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->content, cloche_content_unref);
}

/**
 * cloche_file_new:
 * @name: what people see; cloche_file_name_sanitize() it before it names a file on the host
 * @path: (nullable): where it is in the machine, absolute
 * @content: (transfer none): its type, size and bytes
 */
ClocheFile *
cloche_file_new (const char    *name,
                 const char    *path,
                 ClocheContent *content)
{
  ClocheFile *self = g_atomic_rc_box_new0 (ClocheFile);

  self->name = g_utf8_make_valid (name, -1);
  self->path = path != NULL ? g_utf8_make_valid (path, -1) : NULL;
  self->content = cloche_content_ref (content);

  return self;
}

/**
 * cloche_file_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheFile *
cloche_file_ref (ClocheFile *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_file_unref (ClocheFile *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

const char *
cloche_file_get_name (ClocheFile *self)
{
  return self->name;
}

/**
 * cloche_file_get_path:
 *
 * Returns: (nullable): where it is in the machine
 */
const char *
cloche_file_get_path (ClocheFile *self)
{
  return self->path;
}

ClocheContent *
cloche_file_get_content (ClocheFile *self)
{
  return self->content;
}

/**
 * cloche_file_to_json:
 *
 * Shape: `{"name","path"?,"content"}`.
 */
JsonObject *
cloche_file_to_json (ClocheFile *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "name", self->name);
  if (self->path != NULL)
    json_object_set_string_member (json, "path", self->path);
  json_object_set_object_member (json, "content", cloche_content_to_json (self->content));

  return json;
}

/**
 * cloche_file_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheFile *
cloche_file_from_json (JsonObject *json,
                       GError    **error)
{
  const char *name = cloche_json_get_string (json, "name");
  g_autoptr (ClocheContent) content = cloche_content_from_json (cloche_json_get_object (json, "content"), error);

  if (content == NULL)
    return NULL;

  if (name == NULL) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "A file without a name");
    return NULL;
  }

  return cloche_file_new (name, cloche_json_get_string (json, "path"), content);
}
