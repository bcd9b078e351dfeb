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
  ClocheContent *before;        /* what it was before it was changed, or NULL */
  ClocheContent *preview;       /* a picture that stands for it, or NULL */
  ClocheOrigin *origin;         /* of a file that the person attached, or NULL */
};

G_DEFINE_BOXED_TYPE (ClocheFile, cloche_file, cloche_file_ref, cloche_file_unref)

static void
clear (ClocheFile *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->content, cloche_content_unref);
  g_clear_pointer (&self->before, cloche_content_unref);
  g_clear_pointer (&self->preview, cloche_content_unref);
  g_clear_pointer (&self->origin, cloche_origin_unref);
}

static ClocheFile *
copy (ClocheFile *self)
{
  ClocheFile *file = cloche_file_new (self->name, self->path, self->content);

  file->before = self->before != NULL ? cloche_content_ref (self->before) : NULL;
  file->preview = self->preview != NULL ? cloche_content_ref (self->preview) : NULL;
  file->origin = self->origin != NULL ? cloche_origin_ref (self->origin) : NULL;

  return file;
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
 * cloche_file_get_before:
 *
 * Returns: (nullable): of a picture that was changed: what it was before
 */
ClocheContent *
cloche_file_get_before (ClocheFile *self)
{
  return self->before;
}

/**
 * cloche_file_get_preview:
 *
 * Returns: (nullable): of a video a picture of it, of a document its first page; made in the machine, so as hostile as the
 *   file itself
 */
ClocheContent *
cloche_file_get_preview (ClocheFile *self)
{
  return self->preview;
}

/**
 * cloche_file_get_origin:
 *
 * Returns: (nullable): of what the person attached, and of what has become of that in the machine: the file of this computer
 *   that it was copied from
 */
ClocheOrigin *
cloche_file_get_origin (ClocheFile *self)
{
  return self->origin;
}

ClocheFile *
cloche_file_with_content (ClocheFile    *self,
                          ClocheContent *content)
{
  ClocheFile *file = copy (self);

  cloche_content_ref (content);
  cloche_content_unref (file->content);
  file->content = content;

  return file;
}

ClocheFile *
cloche_file_with_before (ClocheFile    *self,
                         ClocheContent *before)
{
  ClocheFile *file = copy (self);

  g_clear_pointer (&file->before, cloche_content_unref);
  file->before = cloche_content_ref (before);

  return file;
}

ClocheFile *
cloche_file_with_preview (ClocheFile    *self,
                          ClocheContent *preview)
{
  ClocheFile *file = copy (self);

  g_clear_pointer (&file->preview, cloche_content_unref);
  file->preview = cloche_content_ref (preview);

  return file;
}

ClocheFile *
cloche_file_with_origin (ClocheFile   *self,
                         ClocheOrigin *origin)
{
  ClocheFile *file = copy (self);

  g_clear_pointer (&file->origin, cloche_origin_unref);
  file->origin = cloche_origin_ref (origin);

  return file;
}

/**
 * cloche_file_to_json:
 *
 * Shape: `{"name","path"?,"content","before"?,"preview"?,"origin"?}`. For the store only.
 */
JsonObject *
cloche_file_to_json (ClocheFile *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "name", self->name);
  if (self->path != NULL)
    json_object_set_string_member (json, "path", self->path);
  json_object_set_object_member (json, "content", cloche_content_to_json (self->content));
  if (self->before != NULL)
    json_object_set_object_member (json, "before", cloche_content_to_json (self->before));
  if (self->preview != NULL)
    json_object_set_object_member (json, "preview", cloche_content_to_json (self->preview));
  if (self->origin != NULL)
    json_object_set_object_member (json, "origin", cloche_origin_to_json (self->origin));

  return json;
}

/* An optional member; FALSE: it is there and cannot be read. */
static gboolean
read_content (JsonObject     *json,
              const char     *name,
              ClocheContent **content,
              GError        **error)
{
  JsonObject *member = cloche_json_get_object (json, name);

  if (member == NULL)
    return TRUE;

  *content = cloche_content_from_json (member, error);

  return *content != NULL;
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
  JsonObject *origin = cloche_json_get_object (json, "origin");
  g_autoptr (ClocheContent) content = cloche_content_from_json (cloche_json_get_object (json, "content"), error);
  g_autoptr (ClocheFile) self = NULL;

  if (content == NULL)
    return NULL;

  if (name == NULL) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "A file without a name");
    return NULL;
  }

  self = cloche_file_new (name, cloche_json_get_string (json, "path"), content);
  if (!read_content (json, "before", &self->before, error) || !read_content (json, "preview", &self->preview, error))
    return NULL;
  if (origin != NULL) {
    self->origin = cloche_origin_from_json (origin, error);
    if (self->origin == NULL)
      return NULL;
  }

  return g_steal_pointer (&self);
}
