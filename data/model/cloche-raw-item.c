/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-raw-item.h"

#include "cloche-json-bytes.h"
#include "cloche-json.h"
#include "cloche-model-error.h"

struct _ClocheRawItem
{
  char *endpoint;
  char *model;
  GBytes *bytes;
};

G_DEFINE_BOXED_TYPE (ClocheRawItem, cloche_raw_item, cloche_raw_item_ref, cloche_raw_item_unref)

static void
clear (ClocheRawItem *self)
{
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
}

/**
 * cloche_raw_item_new:
 * @endpoint: id of the endpoint that sent it
 * @model: id of the model that made it
 * @bytes: (transfer none): exactly as received
 */
ClocheRawItem *
cloche_raw_item_new (const char *endpoint,
                     const char *model,
                     GBytes     *bytes)
{
  ClocheRawItem *self = g_atomic_rc_box_new0 (ClocheRawItem);

  self->endpoint = g_utf8_make_valid (endpoint, -1);
  self->model = g_utf8_make_valid (model, -1);
  self->bytes = g_bytes_ref (bytes);

  return self;
}

/**
 * cloche_raw_item_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheRawItem *
cloche_raw_item_ref (ClocheRawItem *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
cloche_raw_item_unref (ClocheRawItem *self)
{
  g_atomic_rc_box_release_full (self, (GDestroyNotify) clear);
}

/**
 * cloche_raw_item_is_for:
 *
 * Whether @self may be sent to this model of this endpoint; any other would refuse the whole request.
 */
gboolean
cloche_raw_item_is_for (ClocheRawItem *self,
                        const char    *endpoint,
                        const char    *model)
{
  return g_strcmp0 (self->endpoint, endpoint) == 0 && g_strcmp0 (self->model, model) == 0;
}

GBytes *
cloche_raw_item_get_bytes (ClocheRawItem *self)
{
  return self->bytes;
}

/**
 * cloche_raw_item_to_json:
 *
 * Shape: `{"endpoint","model"}` and "text" or "base64".
 */
JsonObject *
cloche_raw_item_to_json (ClocheRawItem *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "endpoint", self->endpoint);
  json_object_set_string_member (json, "model", self->model);
  cloche_json_set_bytes (json, self->bytes);

  return json;
}

/**
 * cloche_raw_item_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheRawItem *
cloche_raw_item_from_json (JsonObject *json,
                           GError    **error)
{
  const char *endpoint = cloche_json_get_string (json, "endpoint");
  const char *model = cloche_json_get_string (json, "model");
  g_autoptr (GBytes) bytes = cloche_json_dup_bytes (json);

  if (endpoint == NULL || model == NULL || bytes == NULL) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not a raw item");
    return NULL;
  }

  return cloche_raw_item_new (endpoint, model, bytes);
}
