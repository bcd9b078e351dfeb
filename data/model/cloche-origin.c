/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-origin.h"

#include "cloche-json.h"
#include "cloche-model-error.h"

struct _ClocheOrigin
{
  char *uri;
  guint64 size;                 /* bytes */
  gint64 mtime_us;              /* µs since 1970 UTC */
};

G_DEFINE_BOXED_TYPE (ClocheOrigin, cloche_origin, cloche_origin_ref, cloche_origin_unref)

static void
clear (ClocheOrigin *self)
{
  g_clear_pointer (&self->uri, g_free);
}

/**
 * cloche_origin_new:
 * @uri: of a local file: a path may be no UTF-8
 * @size: bytes
 * @mtime_us: µs since 1970 UTC
 */
ClocheOrigin *
cloche_origin_new (const char *uri,
                   guint64     size,
                   gint64      mtime_us)
{
  ClocheOrigin *self = g_atomic_rc_box_new0 (ClocheOrigin);

  self->uri = g_strdup (uri);
  self->size = size;
  self->mtime_us = mtime_us;

  return self;
}

/**
 * cloche_origin_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheOrigin *
cloche_origin_ref (ClocheOrigin *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_origin_unref (ClocheOrigin *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

const char *
cloche_origin_get_uri (ClocheOrigin *self)
{
  return self->uri;
}

/**
 * cloche_origin_dup_path:
 *
 * Returns: (nullable): in the file system's encoding
 */
char *
cloche_origin_dup_path (ClocheOrigin *self)
{
  return g_filename_from_uri (self->uri, NULL, NULL);
}

guint64
cloche_origin_get_size (ClocheOrigin *self)
{
  return self->size;
}

gint64
cloche_origin_get_mtime_us (ClocheOrigin *self)
{
  return self->mtime_us;
}

/**
 * cloche_origin_to_json:
 *
 * Shape: `{"uri","size","mtime_us"}`.
 */
JsonObject *
cloche_origin_to_json (ClocheOrigin *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "uri", self->uri);
  json_object_set_int_member (json, "size", (gint64) MIN (self->size, G_MAXINT64));
  json_object_set_int_member (json, "mtime_us", self->mtime_us);

  return json;
}

/**
 * cloche_origin_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheOrigin *
cloche_origin_from_json (JsonObject *json,
                         GError    **error)
{
  const char *uri = cloche_json_get_string (json, "uri");
  gint64 size = cloche_json_get_int (json, "size", -1);

  if (uri == NULL || size < 0) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not an origin");
    return NULL;
  }

  return cloche_origin_new (uri, (guint64) size, cloche_json_get_int (json, "mtime_us", 0));
}
