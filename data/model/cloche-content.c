/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-content.h"

#include "cloche-json-bytes.h"
#include "cloche-json.h"
#include "cloche-model-error.h"

#include <string.h>

/* characters: a SHA-256 in hexadecimal. */
#define BLOB_ID_LENGTH 64

struct _ClocheContent
{
  char *mime_type;
  char *blob;
  GBytes *bytes;
  guint64 size;         /* bytes; a claim while neither @blob nor @bytes is set */
};

G_DEFINE_BOXED_TYPE (ClocheContent, cloche_content, cloche_content_ref, cloche_content_unref)

static void
clear (ClocheContent *self)
{
  g_clear_pointer (&self->mime_type, g_free);
  g_clear_pointer (&self->blob, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

static ClocheContent *
content_new (const char *mime_type,
             guint64     size)
{
  ClocheContent *self = g_atomic_rc_box_new0 (ClocheContent);

  self->mime_type = g_utf8_make_valid (mime_type, -1);
  self->size = size;

  return self;
}

/**
 * cloche_content_is_blob_id:
 * @id: (nullable): text from anywhere
 *
 * Whether @id is a SHA-256 in lower-case hexadecimal, and so safe as a file name.
 */
gboolean
cloche_content_is_blob_id (const char *id)
{
  return id != NULL && strlen (id) == BLOB_ID_LENGTH && strspn (id, "0123456789abcdef") == BLOB_ID_LENGTH;
}

/**
 * cloche_content_new_bytes:
 * @mime_type: such as "image/png"; a claim of whoever made the bytes
 */
ClocheContent *
cloche_content_new_bytes (const char *mime_type,
                          GBytes     *bytes)
{
  ClocheContent *self = content_new (mime_type, g_bytes_get_size (bytes));

  self->bytes = g_bytes_ref (bytes);

  return self;
}

/**
 * cloche_content_new_text:
 *
 * Like cloche_content_new_bytes(), of a string.
 */
ClocheContent *
cloche_content_new_text (const char *mime_type,
                         const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return cloche_content_new_bytes (mime_type, bytes);
}

/**
 * cloche_content_new_blob:
 * @blob: a SHA-256 for which cloche_content_is_blob_id() is true
 * @size: bytes
 */
ClocheContent *
cloche_content_new_blob (const char *mime_type,
                         const char *blob,
                         guint64     size)
{
  ClocheContent *self;

  g_return_val_if_fail (cloche_content_is_blob_id (blob), NULL);

  self = content_new (mime_type, size);
  self->blob = g_strdup (blob);

  return self;
}

/**
 * cloche_content_new_absent:
 * @size: bytes, as far as known
 *
 * Makes a content that exists in a machine only, such as a file that is too large to be copied out unasked.
 */
ClocheContent *
cloche_content_new_absent (const char *mime_type,
                           guint64     size)
{
  return content_new (mime_type, size);
}

/**
 * cloche_content_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheContent *
cloche_content_ref (ClocheContent *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_content_unref (ClocheContent *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

/**
 * cloche_content_with_blob:
 * @blob: where the bytes of @self are kept from now on
 *
 * Returns: (transfer full): the same content without its bytes in memory
 */
ClocheContent *
cloche_content_with_blob (ClocheContent *self,
                          const char    *blob)
{
  return cloche_content_new_blob (self->mime_type, blob, self->size);
}

/**
 * cloche_content_with_bytes:
 * @bytes: what the blob of @self holds
 *
 * Returns: (transfer full): the same content with its bytes in memory
 */
ClocheContent *
cloche_content_with_bytes (ClocheContent *self,
                           GBytes        *bytes)
{
  ClocheContent *content = cloche_content_new_bytes (self->mime_type, bytes);

  content->blob = g_strdup (self->blob);

  return content;
}

const char *
cloche_content_get_mime_type (ClocheContent *self)
{
  return self->mime_type;
}

guint64
cloche_content_get_size (ClocheContent *self)
{
  return self->size;
}

/**
 * cloche_content_get_bytes:
 *
 * Returns: (transfer none) (nullable): the bytes, if they are in memory
 */
GBytes *
cloche_content_get_bytes (ClocheContent *self)
{
  return self->bytes;
}

/**
 * cloche_content_get_blob:
 *
 * Returns: (nullable): the SHA-256 under which the blob store keeps the bytes
 */
const char *
cloche_content_get_blob (ClocheContent *self)
{
  return self->blob;
}

/**
 * cloche_content_dup_text:
 *
 * Returns: (nullable): the bytes as valid UTF-8, if they are in memory; meant for text types
 */
char *
cloche_content_dup_text (ClocheContent *self)
{
  gsize size = 0;
  const char *data;

  if (self->bytes == NULL)
    return NULL;

  data = g_bytes_get_data (self->bytes, &size);
  return size > 0 ? g_utf8_make_valid (data, (gssize) size) : g_strdup ("");
}

/**
 * cloche_content_to_json:
 *
 * Shape: `{"mime","size"}` and one of "blob", "text" or "base64", or none of them.
 */
JsonObject *
cloche_content_to_json (ClocheContent *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "mime", self->mime_type);
  json_object_set_int_member (json, "size", (gint64) MIN (self->size, G_MAXINT64));
  if (self->blob != NULL)
    json_object_set_string_member (json, "blob", self->blob);
  else if (self->bytes != NULL)
    cloche_json_set_bytes (json, self->bytes);

  return json;
}

/**
 * cloche_content_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheContent *
cloche_content_from_json (JsonObject *json,
                          GError    **error)
{
  const char *mime_type = cloche_json_get_string (json, "mime");
  const char *blob = cloche_json_get_string (json, "blob");
  gint64 size = cloche_json_get_int (json, "size", -1);
  g_autoptr (GBytes) bytes = cloche_json_dup_bytes (json);

  if (mime_type == NULL || size < 0 || (blob != NULL && !cloche_content_is_blob_id (blob))) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not a content");
    return NULL;
  }

  if (blob != NULL)
    return cloche_content_new_blob (mime_type, blob, (guint64) size);
  if (bytes != NULL)
    return cloche_content_new_bytes (mime_type, bytes);

  return cloche_content_new_absent (mime_type, (guint64) size);
}
