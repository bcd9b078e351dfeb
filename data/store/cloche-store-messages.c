/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-json.h"
#include "cloche-message-contents.h"
#include "cloche-message-json.h"
#include "cloche-store-error.h"
#include "cloche-store-private.h"

/* bytes: text up to this size stays in the message's row, where it is loaded with it; all else becomes a blob. */
#define MAX_INLINE_BYTES (64 * 1024)

typedef struct
{
  char *conversation_id;
  ClocheMessage *message;
} Save;

typedef struct
{
  char *conversation_id;
  char *before_id;
  guint max_messages;
} Load;

/* What a message names while it is written. */
typedef struct
{
  ClocheBlobFolder *folder;
  GPtrArray *blobs;             /* of char, owned by the contents */
} Blobs;

static void
save_free (Save *save)
{
  g_clear_pointer (&save->conversation_id, g_free);
  g_clear_pointer (&save->message, cloche_message_unref);
  g_free (save);
}

static void
load_free (Load *load)
{
  g_clear_pointer (&load->conversation_id, g_free);
  g_clear_pointer (&load->before_id, g_free);
  g_free (load);
}

static gboolean
stays_inline (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  return size == 0 || (size <= MAX_INLINE_BYTES && g_utf8_validate_len (data, size, NULL));
}

static ClocheContent *
put_content (ClocheContent *content,
             gpointer       user_data,
             GError       **error)
{
  Blobs *self = user_data;
  GBytes *bytes = cloche_content_get_bytes (content);
  ClocheContent *stored;

  if (cloche_content_get_blob (content) != NULL)
    stored = cloche_content_with_blob (content, cloche_content_get_blob (content));
  else if (bytes != NULL && !stays_inline (bytes))
    stored = cloche_blob_folder_add (self->folder, content, error);
  else
    return cloche_content_ref (content);

  if (stored != NULL)
    g_ptr_array_add (self->blobs, (char *) cloche_content_get_blob (stored));

  return stored;
}

/* Whether @id is a message of the conversation; %FALSE with @error set if not. */
static gboolean
check_message (ClocheDatabase *database,
               const char     *conversation_id,
               const char     *id,
               GError        **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean has_row = FALSE;

  statement = cloche_database_query (database, error, "SELECT 1 FROM messages WHERE id = ?1 AND conversation_id = ?2",
                                     "ss", id, conversation_id);
  if (statement == NULL || !cloche_database_step (database, statement, &has_row, error))
    return FALSE;
  if (!has_row)
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND,
                 "Conversation “%s” has no message “%s”", conversation_id, id);

  return has_row;
}

/* Replaces the blobs that the message names. */
static gboolean
write_blobs (ClocheDatabase *database,
             const char     *message_id,
             GPtrArray      *blobs,
             GError        **error)
{
  if (cloche_database_write (database, error, "DELETE FROM message_blobs WHERE number = "
                             "(SELECT number FROM messages WHERE id = ?)", "s", message_id) < 0)
    return FALSE;

  for (guint i = 0; i < blobs->len; i++)
    if (cloche_database_write (database, error, "INSERT OR IGNORE INTO message_blobs (number, blob) "
                               "SELECT number, ?2 FROM messages WHERE id = ?1",
                               "ss", message_id, (const char *) blobs->pdata[i]) < 0)
      return FALSE;

  return TRUE;
}

/* A new message becomes the head; one that is there is only given its new content. */
static gboolean
write_message (ClocheDatabase *database,
               const char     *conversation_id,
               ClocheMessage  *message,
               GError        **error)
{
  const char *id = cloche_message_get_id (message);
  const char *parent_id = cloche_message_get_parent_id (message);
  g_autoptr (JsonObject) json = cloche_message_to_json (message);
  g_autofree char *body = cloche_json_object_to_line (json);
  g_autofree char *text = cloche_message_dup_text (message);
  gint64 n;

  n = cloche_database_write (database, error,
                             "UPDATE messages SET body = ?3, text = ?4 WHERE id = ?1 AND conversation_id = ?2",
                             "ssss", id, conversation_id, body, text);
  if (n != 0)
    return n == 1;

  if (parent_id != NULL && !check_message (database, conversation_id, parent_id, error))
    return FALSE;

  /* The head is checked when the transaction ends. */
  n = cloche_database_write (database, error, "UPDATE conversations SET head_id = ?2, updated_us = ?3 WHERE id = ?1",
                             "ssi", conversation_id, id, cloche_message_get_created_us (message));
  if (n == 0)
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND,
                 "There is no conversation “%s” any more", conversation_id);
  if (n != 1)
    return FALSE;

  return cloche_database_write (database, error,
                                "INSERT INTO messages (id, conversation_id, parent_id, body, text) "
                                "VALUES (?, ?, ?, ?, ?)", "sssss", id, conversation_id, parent_id, body, text) == 1;
}

static gpointer
save_message (gpointer core,
              gpointer data,
              GError **error)
{
  ClocheStoreCore *self = core;
  Save *save = data;
  g_autoptr (GPtrArray) blobs = g_ptr_array_new ();
  Blobs state = { self->blobs, blobs };
  g_autoptr (ClocheMessage) stored = cloche_message_map_contents (save->message, put_content, &state, error);

  if (stored == NULL || !cloche_database_begin (self->database, error))
    return NULL;

  if (!write_message (self->database, save->conversation_id, stored, error) ||
      !write_blobs (self->database, cloche_message_get_id (stored), blobs, error) ||
      !cloche_database_commit (self->database, error)) {
    cloche_database_rollback (self->database);
    return NULL;
  }

  return g_steal_pointer (&stored);
}

/**
 * cloche_store_save_message_async:
 * @message: (transfer none): a new message, whose parent is stored already; or one that is there, with new content
 *
 * Stores a message with all its bytes. A new one becomes the conversation's head.
 */
void
cloche_store_save_message_async (ClocheStore        *self,
                                 const char         *conversation_id,
                                 ClocheMessage      *message,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  Save *save = g_new0 (Save, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  save->conversation_id = g_strdup (conversation_id);
  save->message = cloche_message_ref (message);
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_save_message_async, save,
                                                 (GDestroyNotify) save_free, cancellable, callback, user_data),
                    save_message, (GDestroyNotify) cloche_message_unref);
}

/**
 * cloche_store_save_message_finish:
 *
 * Returns: (transfer full): the message as it will be loaded: large and binary contents are blobs, without their bytes
 */
ClocheMessage *
cloche_store_save_message_finish (ClocheStore  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_save_message_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static ClocheMessage *
parse_body (const char *body,
            const char *id,
            GError    **error)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (JsonObject) json = cloche_json_parse_object (body, -1, &parse_error);
  ClocheMessage *message = json != NULL ? cloche_message_from_json (json, &parse_error) : NULL;

  if (message == NULL)
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_DAMAGED,
                 "Message “%s” cannot be read: %s", id, parse_error->message);

  return message;
}

/* The id of the message to begin with, or %NULL without an error if there is none. */
static char *
find_start (ClocheDatabase *database,
            Load           *load,
            GError        **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean has_row = FALSE;

  if (load->before_id != NULL)
    statement = cloche_database_query (database, error,
                                       "SELECT parent_id FROM messages WHERE id = ? AND conversation_id = ?",
                                       "ss", load->before_id, load->conversation_id);
  else
    statement = cloche_database_query (database, error, "SELECT head_id FROM conversations WHERE id = ?",
                                       "s", load->conversation_id);

  if (statement == NULL || !cloche_database_step (database, statement, &has_row, error))
    return NULL;
  if (!has_row)
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND, "There is no “%s” any more",
                 load->before_id != NULL ? load->before_id : load->conversation_id);

  return has_row ? g_strdup (cloche_column_text (statement, 0)) : NULL;
}

/* Adds the message @id and gives the id of its parent. */
static gboolean
add_message (ClocheDatabase *database,
             GPtrArray      *messages,
             char          **id,
             GError        **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean has_row = FALSE;
  ClocheMessage *message;

  statement = cloche_database_query (database, error, "SELECT parent_id, body FROM messages WHERE id = ?", "s", *id);
  if (statement == NULL || !cloche_database_step (database, statement, &has_row, error))
    return FALSE;

  message = has_row ? parse_body (cloche_column_text (statement, 1), *id, error) : NULL;
  if (message == NULL) {
    if (!has_row)
      g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_DAMAGED, "Message “%s” is missing", *id);
    return FALSE;
  }

  g_ptr_array_add (messages, message);
  g_free (*id);
  *id = g_strdup (cloche_column_text (statement, 0));

  return TRUE;
}

static gpointer
load_branch (gpointer core,
             gpointer data,
             GError **error)
{
  ClocheStoreCore *self = core;
  Load *load = data;
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
  g_autoptr (GError) load_error = NULL;
  g_autofree char *id = find_start (self->database, load, &load_error);

  while (id != NULL && messages->len < load->max_messages && load_error == NULL)
    add_message (self->database, messages, &id, &load_error);

  if (load_error != NULL) {
    g_propagate_error (error, g_steal_pointer (&load_error));
    return NULL;
  }

  return g_steal_pointer (&messages);
}

/**
 * cloche_store_load_branch_async:
 * @before_message_id: (nullable): the oldest message that is loaded already; %NULL begins at the head
 * @max_messages: how many at most
 *
 * Loads a page of the active branch, the newest message first.
 */
void
cloche_store_load_branch_async (ClocheStore        *self,
                                const char         *conversation_id,
                                const char         *before_message_id,
                                guint               max_messages,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  Load *load = g_new0 (Load, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  load->conversation_id = g_strdup (conversation_id);
  load->before_id = g_strdup (before_message_id);
  load->max_messages = max_messages;
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_load_branch_async, load,
                                                 (GDestroyNotify) load_free, cancellable, callback, user_data),
                    load_branch, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_load_branch_finish:
 *
 * Returns: (transfer full) (element-type ClocheMessage): fewer than asked for if the conversation begins there
 */
GPtrArray *
cloche_store_load_branch_finish (ClocheStore  *self,
                                 GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_load_branch_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
