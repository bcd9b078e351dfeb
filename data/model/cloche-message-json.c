/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-message-json.h"

#include "cloche-id.h"
#include "cloche-json.h"
#include "cloche-model-error.h"
#include "cloche-nick.h"

static const char *const ROLES[] = { "system", "user", "assistant", "tool", NULL };
static const char *const STATUSES[] = { "complete", "interrupted", "failed", NULL };
static const char *const FINISHES[] = { "unknown", "stop", "tool-calls", "length", "refused", NULL };

static void
set_optional_string (JsonObject *json,
                     const char *name,
                     const char *value)
{
  if (value != NULL)
    json_object_set_string_member (json, name, value);
}

static JsonArray *
parts_to_json (ClocheMessage *message)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < cloche_message_get_n_parts (message); i++)
    json_array_add_object_element (array, cloche_message_part_to_json (cloche_message_get_part (message, i)));

  return array;
}

static JsonArray *
raw_items_to_json (ClocheMessage *message)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < cloche_message_get_n_raw_items (message); i++)
    json_array_add_object_element (array, cloche_raw_item_to_json (cloche_message_get_raw_item (message, i)));

  return array;
}

/**
 * cloche_message_to_json:
 *
 * Shape: `{"id","parent"?,"role","created_us","parts":[…],"raw":[…]?,"endpoint"?,"model"?,"status","finish",
 * "error_code"?,"error_text"?,"usage"?}`.
 */
JsonObject *
cloche_message_to_json (ClocheMessage *message)
{
  JsonObject *json = json_object_new ();
  const ClocheUsage *usage = cloche_message_get_usage (message);

  json_object_set_string_member (json, "id", cloche_message_get_id (message));
  set_optional_string (json, "parent", cloche_message_get_parent_id (message));
  json_object_set_string_member (json, "role", ROLES[cloche_message_get_role (message)]);
  json_object_set_int_member (json, "created_us", cloche_message_get_created_us (message));
  json_object_set_array_member (json, "parts", parts_to_json (message));
  if (cloche_message_get_n_raw_items (message) > 0)
    json_object_set_array_member (json, "raw", raw_items_to_json (message));
  set_optional_string (json, "endpoint", cloche_message_get_endpoint (message));
  set_optional_string (json, "model", cloche_message_get_model (message));
  json_object_set_string_member (json, "status", STATUSES[cloche_message_get_status (message)]);
  json_object_set_string_member (json, "finish", FINISHES[cloche_message_get_finish (message)]);
  set_optional_string (json, "error_code", cloche_message_get_error_code (message));
  set_optional_string (json, "error_text", cloche_message_get_error_text (message));
  if (cloche_usage_is_known (usage))
    json_object_set_object_member (json, "usage", cloche_usage_to_json (usage));

  return json;
}

static gboolean
read_lists (ClocheMessage *message,
            JsonArray     *parts,
            JsonArray     *raw_items,
            GError       **error)
{
  for (guint i = 0; i < json_array_get_length (parts); i++) {
    ClocheMessagePart *part = cloche_message_part_from_json (cloche_json_array_get_object (parts, i), error);

    if (part == NULL)
      return FALSE;
    cloche_message_take_part (message, part);
  }

  for (guint i = 0; raw_items != NULL && i < json_array_get_length (raw_items); i++) {
    ClocheRawItem *item = cloche_raw_item_from_json (cloche_json_array_get_object (raw_items, i), error);

    if (item == NULL)
      return FALSE;
    cloche_message_take_raw_item (message, item);
  }

  return TRUE;
}

/* Everything but the lists; what is missing keeps its default. */
static void
read_fields (ClocheMessage *message,
             JsonObject    *json)
{
  ClocheUsage usage;
  guint value;

  if (cloche_nick_find (STATUSES, cloche_json_get_string (json, "status"), &value))
    cloche_message_set_status (message, value);
  if (cloche_nick_find (FINISHES, cloche_json_get_string (json, "finish"), &value))
    cloche_message_set_finish (message, value);

  cloche_message_set_model (message, cloche_json_get_string (json, "endpoint"), cloche_json_get_string (json, "model"));
  cloche_message_set_error (message,
                            cloche_json_get_string (json, "error_code"), cloche_json_get_string (json, "error_text"));
  cloche_usage_from_json (&usage, cloche_json_get_object (json, "usage"));
  cloche_message_set_usage (message, &usage);
}

/**
 * cloche_message_from_json:
 *
 * Errors: %CLOCHE_MODEL_ERROR_INVALID.
 */
ClocheMessage *
cloche_message_from_json (JsonObject *json,
                          GError    **error)
{
  const char *id = cloche_json_get_string (json, "id");
  const char *parent_id = cloche_json_get_string (json, "parent");
  JsonArray *parts = cloche_json_get_array (json, "parts");
  g_autoptr (ClocheMessage) message = NULL;
  guint role;

  if (!cloche_id_is_valid (id) || (parent_id != NULL && !cloche_id_is_valid (parent_id)) || parts == NULL ||
      !cloche_nick_find (ROLES, cloche_json_get_string (json, "role"), &role)) {
    g_set_error_literal (error, CLOCHE_MODEL_ERROR, CLOCHE_MODEL_ERROR_INVALID, "Not a message");
    return NULL;
  }

  message = cloche_message_new_with_id (id, role, parent_id, cloche_json_get_int (json, "created_us", 0));
  read_fields (message, json);
  if (!read_lists (message, parts, cloche_json_get_array (json, "raw"), error))
    return NULL;

  return g_steal_pointer (&message);
}
