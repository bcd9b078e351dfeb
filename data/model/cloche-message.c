/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-message.h"

#include "cloche-id.h"
#include "cloche-string.h"

struct _ClocheMessage
{
  gatomicrefcount ref_count;
  ClocheRole role;
  ClocheMessageStatus status;
  ClocheFinish finish;
  gint64 created_us;
  ClocheUsage usage;

  char *id;
  char *parent_id;
  char *endpoint;
  char *model;
  char *error_code;
  char *error_text;
  GPtrArray *parts;             /* of ClocheMessagePart, owned */
  GPtrArray *raw_items;         /* of ClocheRawItem, owned */
};

G_DEFINE_BOXED_TYPE (ClocheMessage, cloche_message, cloche_message_ref, cloche_message_unref)

static void
clear (ClocheMessage *self)
{
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->parent_id, g_free);
  g_clear_pointer (&self->endpoint, g_free);
  g_clear_pointer (&self->model, g_free);
  g_clear_pointer (&self->error_code, g_free);
  g_clear_pointer (&self->error_text, g_free);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_pointer (&self->raw_items, g_ptr_array_unref);
}

static gboolean
is_mine_alone (ClocheMessage *self)
{
  return g_atomic_ref_count_compare (&self->ref_count, 1);
}

/**
 * cloche_message_new:
 * @parent_id: (nullable): the message that this one answers or follows
 * @created_us: µs since 1970
 *
 * Makes an empty message with a new id.
 */
ClocheMessage *
cloche_message_new (ClocheRole  role,
                    const char *parent_id,
                    gint64      created_us)
{
  g_autofree char *id = cloche_id_new ();

  return cloche_message_new_with_id (id, role, parent_id, created_us);
}

/**
 * cloche_message_new_with_id:
 *
 * Like cloche_message_new(), for a message that has an id already.
 */
ClocheMessage *
cloche_message_new_with_id (const char *id,
                            ClocheRole  role,
                            const char *parent_id,
                            gint64      created_us)
{
  ClocheMessage *self = g_new0 (ClocheMessage, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = g_strdup (id);
  self->role = role;
  self->parent_id = g_strdup (parent_id);
  self->created_us = created_us;
  self->usage = (ClocheUsage) CLOCHE_USAGE_INIT;
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_part_unref);
  self->raw_items = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_raw_item_unref);

  return self;
}

/**
 * cloche_message_copy:
 *
 * Returns: (transfer full): a message equal to @self, id included, that may be changed; the parts are shared
 */
ClocheMessage *
cloche_message_copy (ClocheMessage *self)
{
  ClocheMessage *copy = cloche_message_copy_without_parts (self);

  for (guint i = 0; i < self->parts->len; i++)
    g_ptr_array_add (copy->parts, cloche_message_part_ref (self->parts->pdata[i]));

  return copy;
}

/**
 * cloche_message_copy_without_parts:
 *
 * Returns: (transfer full): like cloche_message_copy(), for whoever sets other parts; raw items are kept
 */
ClocheMessage *
cloche_message_copy_without_parts (ClocheMessage *self)
{
  ClocheMessage *copy = cloche_message_new_with_id (self->id, self->role, self->parent_id, self->created_us);

  copy->status = self->status;
  copy->finish = self->finish;
  copy->usage = self->usage;
  copy->endpoint = g_strdup (self->endpoint);
  copy->model = g_strdup (self->model);
  copy->error_code = g_strdup (self->error_code);
  copy->error_text = g_strdup (self->error_text);
  for (guint i = 0; i < self->raw_items->len; i++)
    g_ptr_array_add (copy->raw_items, cloche_raw_item_ref (self->raw_items->pdata[i]));

  return copy;
}

/**
 * cloche_message_ref:
 *
 * Returns: (transfer full): @self
 */
ClocheMessage *
cloche_message_ref (ClocheMessage *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
cloche_message_unref (ClocheMessage *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  clear (self);
  g_free (self);
}

const char *
cloche_message_get_id (ClocheMessage *self)
{
  return self->id;
}

/**
 * cloche_message_get_parent_id:
 *
 * Returns: (nullable): %NULL in a conversation's first message
 */
const char *
cloche_message_get_parent_id (ClocheMessage *self)
{
  return self->parent_id;
}

ClocheRole
cloche_message_get_role (ClocheMessage *self)
{
  return self->role;
}

/**
 * cloche_message_get_created_us:
 *
 * Returns: µs since 1970
 */
gint64
cloche_message_get_created_us (ClocheMessage *self)
{
  return self->created_us;
}

guint
cloche_message_get_n_parts (ClocheMessage *self)
{
  return self->parts->len;
}

ClocheMessagePart *
cloche_message_get_part (ClocheMessage *self,
                         guint          index)
{
  g_return_val_if_fail (index < self->parts->len, NULL);

  return self->parts->pdata[index];
}

/**
 * cloche_message_take_part:
 * @part: (transfer full): what comes next
 */
void
cloche_message_take_part (ClocheMessage     *self,
                          ClocheMessagePart *part)
{
  g_return_if_fail (is_mine_alone (self));

  g_ptr_array_add (self->parts, part);
}

/**
 * cloche_message_dup_text:
 *
 * Returns: the text parts, an empty line between two; what a copy or a search sees
 */
char *
cloche_message_dup_text (ClocheMessage *self)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < self->parts->len; i++) {
    ClocheMessagePart *part = self->parts->pdata[i];

    if (cloche_message_part_get_kind (part) != CLOCHE_MESSAGE_PART_TEXT)
      continue;
    if (text->len > 0)
      g_string_append (text, "\n\n");
    g_string_append (text, cloche_message_part_get_text (part));
  }

  return g_string_free (text, FALSE);
}

/**
 * cloche_message_has_calls:
 *
 * Whether the model asked for tools. What a provider gives as its reason for stopping is not to be trusted for that.
 */
gboolean
cloche_message_has_calls (ClocheMessage *self)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (cloche_message_part_get_tool_call (self->parts->pdata[i]) != NULL)
      return TRUE;

  return FALSE;
}

/**
 * cloche_message_find_result:
 *
 * Returns: (transfer none) (nullable): the result that answers @call_id, if this message has it
 */
ClocheToolResult *
cloche_message_find_result (ClocheMessage *self,
                            const char    *call_id)
{
  for (guint i = 0; i < self->parts->len; i++) {
    ClocheToolResult *result = cloche_message_part_get_tool_result (self->parts->pdata[i]);

    if (result != NULL && g_strcmp0 (cloche_tool_result_get_call_id (result), call_id) == 0)
      return result;
  }

  return NULL;
}

guint
cloche_message_get_n_raw_items (ClocheMessage *self)
{
  return self->raw_items->len;
}

ClocheRawItem *
cloche_message_get_raw_item (ClocheMessage *self,
                             guint          index)
{
  g_return_val_if_fail (index < self->raw_items->len, NULL);

  return self->raw_items->pdata[index];
}

/**
 * cloche_message_take_raw_item:
 * @item: (transfer full): what the provider sent next
 */
void
cloche_message_take_raw_item (ClocheMessage *self,
                              ClocheRawItem *item)
{
  g_return_if_fail (is_mine_alone (self));

  g_ptr_array_add (self->raw_items, item);
}

/**
 * cloche_message_get_endpoint:
 *
 * Returns: (nullable): id of the endpoint that wrote this; %NULL in what a person wrote
 */
const char *
cloche_message_get_endpoint (ClocheMessage *self)
{
  return self->endpoint;
}

/**
 * cloche_message_get_model:
 *
 * Returns: (nullable): id of the model that wrote this
 */
const char *
cloche_message_get_model (ClocheMessage *self)
{
  return self->model;
}

void
cloche_message_set_model (ClocheMessage *self,
                          const char    *endpoint,
                          const char    *model)
{
  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->endpoint, endpoint);
  cloche_set_str (&self->model, model);
}

ClocheMessageStatus
cloche_message_get_status (ClocheMessage *self)
{
  return self->status;
}

void
cloche_message_set_status (ClocheMessage      *self,
                           ClocheMessageStatus status)
{
  g_return_if_fail (is_mine_alone (self));

  self->status = status;
}

/**
 * cloche_message_get_error_code:
 *
 * Returns: (nullable): a word for what went wrong, which the app puts into the person's language
 */
const char *
cloche_message_get_error_code (ClocheMessage *self)
{
  return self->error_code;
}

/**
 * cloche_message_get_error_text:
 *
 * Returns: (nullable): what the provider or system said, as plain facts
 */
const char *
cloche_message_get_error_text (ClocheMessage *self)
{
  return self->error_text;
}

/**
 * cloche_message_set_error:
 * @code: (nullable): see cloche_message_get_error_code()
 * @text: (nullable): see cloche_message_get_error_text(); never holds a key
 *
 * Says why the message is interrupted or failed; the status is set apart.
 */
void
cloche_message_set_error (ClocheMessage *self,
                          const char    *code,
                          const char    *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  g_return_if_fail (is_mine_alone (self));

  cloche_set_str (&self->error_code, code);
  cloche_set_str (&self->error_text, valid);
}

ClocheFinish
cloche_message_get_finish (ClocheMessage *self)
{
  return self->finish;
}

void
cloche_message_set_finish (ClocheMessage *self,
                           ClocheFinish   finish)
{
  g_return_if_fail (is_mine_alone (self));

  self->finish = finish;
}

const ClocheUsage *
cloche_message_get_usage (ClocheMessage *self)
{
  return &self->usage;
}

void
cloche_message_set_usage (ClocheMessage     *self,
                          const ClocheUsage *usage)
{
  g_return_if_fail (is_mine_alone (self));

  self->usage = *usage;
}
