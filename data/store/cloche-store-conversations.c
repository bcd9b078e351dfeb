/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-json.h"
#include "cloche-store-error.h"
#include "cloche-store-private.h"
#include "cloche-store-write.h"

#define COLUMNS "id, title, created_us, updated_us, head_id, endpoint, model, machine_id, network_mode, allowed_hosts"

static char *
hosts_to_text (const char *const *hosts)
{
  g_autoptr (JsonArray) array = json_array_new ();
  g_autoptr (JsonNode) node = json_node_alloc ();

  for (gsize i = 0; hosts[i] != NULL; i++)
    json_array_add_string_element (array, hosts[i]);
  json_node_init_array (node, array);

  return cloche_json_to_line (node);
}

static char **
hosts_from_text (const char *text)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (JsonNode) node = text != NULL ? cloche_json_parse (text, -1, NULL) : NULL;
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    if (cloche_json_array_get_string (array, i) != NULL)
      g_strv_builder_add (builder, cloche_json_array_get_string (array, i));

  return g_strv_builder_end (builder);
}

/* A network mode that nobody knows is read as the strictest one. */
static ClocheConversation *
read_row (sqlite3_stmt *row)
{
  ClocheConversation *conversation =
    cloche_conversation_new (cloche_column_text (row, 0), cloche_column_text (row, 1), sqlite3_column_int64 (row, 2));
  g_auto (GStrv) hosts = hosts_from_text (cloche_column_text (row, 9));

  cloche_conversation_set_updated_us (conversation, sqlite3_column_int64 (row, 3));
  cloche_conversation_set_head_id (conversation, cloche_column_text (row, 4));
  cloche_conversation_set_model (conversation, cloche_column_text (row, 5), cloche_column_text (row, 6));
  cloche_conversation_set_machine_id (conversation, cloche_column_text (row, 7));
  cloche_conversation_set_network_mode (conversation,
                                        cloche_network_mode_from_nick (cloche_column_text (row, 8), CLOCHE_NETWORK_OFF));
  cloche_conversation_set_allowed_hosts (conversation, (const char *const *) hosts);

  return conversation;
}

/* @statement: (transfer full) (nullable): the error is set already */
static GPtrArray *
read_rows (ClocheDatabase *database,
           sqlite3_stmt   *statement,
           GError        **error)
{
  g_autoptr (sqlite3_stmt) rows = statement;
  g_autoptr (GPtrArray) array = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_conversation_unref);

  for (;;) {
    gboolean has_row;

    if (rows == NULL || !cloche_database_step (database, rows, &has_row, error))
      return NULL;
    if (!has_row)
      return g_steal_pointer (&array);
    g_ptr_array_add (array, read_row (rows));
  }
}

static gpointer
list_conversations (gpointer core,
                    gpointer data,
                    GError **error)
{
  ClocheStoreCore *self = core;

  return read_rows (self->database,
                    cloche_database_query (self->database, error,
                                           "SELECT " COLUMNS " FROM conversations WHERE deleted_us IS NULL "
                                           "ORDER BY updated_us DESC, id", ""),
                    error);
}

/**
 * cloche_store_list_conversations_async:
 *
 * Reads all conversations that are not deleted, the one with the newest message first.
 */
void
cloche_store_list_conversations_async (ClocheStore        *self,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_list_conversations_async, NULL, NULL,
                                                 cancellable, callback, user_data),
                    list_conversations, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_list_conversations_finish:
 *
 * Returns: (transfer full) (element-type ClocheConversation): the conversations
 */
GPtrArray *
cloche_store_list_conversations_finish (ClocheStore  *self,
                                        GAsyncResult *result,
                                        GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_list_conversations_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
load_conversation (gpointer core,
                   gpointer data,
                   GError **error)
{
  ClocheStoreCore *self = core;
  const char *id = data;
  g_autoptr (GPtrArray) found = NULL;

  found = read_rows (self->database,
                     cloche_database_query (self->database, error,
                                            "SELECT " COLUMNS " FROM conversations WHERE id = ?1 AND deleted_us IS NULL",
                                            "s", id),
                     error);
  if (found == NULL)
    return NULL;

  if (found->len == 0) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND, "There is no conversation “%s”", id);
    return NULL;
  }

  return cloche_conversation_ref (found->pdata[0]);
}

void
cloche_store_load_conversation_async (ClocheStore        *self,
                                      const char         *id,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_load_conversation_async, g_strdup (id), g_free,
                                                 cancellable, callback, user_data),
                    load_conversation, (GDestroyNotify) cloche_conversation_unref);
}

/**
 * cloche_store_load_conversation_finish:
 *
 * Errors: %CLOCHE_STORE_ERROR_NOT_FOUND, also if it is deleted and the deletion could be undone.
 */
ClocheConversation *
cloche_store_load_conversation_finish (ClocheStore  *self,
                                       GAsyncResult *result,
                                       GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_load_conversation_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static gpointer
create_conversation (gpointer core,
                     gpointer data,
                     GError **error)
{
  ClocheStoreCore *self = core;
  ClocheConversation *conversation = data;
  g_autofree char *hosts = hosts_to_text (cloche_conversation_get_allowed_hosts (conversation));
  gint64 n = cloche_database_write (self->database, error,
                                    "INSERT INTO conversations (id, title, created_us, updated_us, endpoint, model, "
                                    "machine_id, network_mode, allowed_hosts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                                    "ssiisssss",
                                    cloche_conversation_get_id (conversation),
                                    cloche_conversation_get_title (conversation),
                                    cloche_conversation_get_created_us (conversation),
                                    cloche_conversation_get_updated_us (conversation),
                                    cloche_conversation_get_endpoint (conversation),
                                    cloche_conversation_get_model (conversation),
                                    cloche_conversation_get_machine_id (conversation),
                                    cloche_network_mode_to_nick (cloche_conversation_get_network_mode (conversation)),
                                    hosts);

  return n == 1 ? GINT_TO_POINTER (TRUE) : NULL;
}

/**
 * cloche_store_create_conversation_async:
 * @conversation: (transfer none): a new one; its head is not written, since it has no messages yet
 */
void
cloche_store_create_conversation_async (ClocheStore        *self,
                                        ClocheConversation *conversation,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_create_conversation_async,
                                                 cloche_conversation_ref (conversation),
                                                 (GDestroyNotify) cloche_conversation_unref,
                                                 cancellable, callback, user_data),
                    create_conversation, NULL);
}

void
cloche_store_rename_conversation_async (ClocheStore        *self,
                                        const char         *id,
                                        const char         *title,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data)
{
  g_autofree char *valid = g_utf8_make_valid (title, -1);
  const char *values[] = { id, valid };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_rename_conversation_async,
                      "UPDATE conversations SET title = ?2 WHERE id = ?1",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}

void
cloche_store_set_model_async (ClocheStore        *self,
                              const char         *id,
                              const char         *endpoint,
                              const char         *model,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  const char *values[] = { id, endpoint, model };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_set_model_async,
                      "UPDATE conversations SET endpoint = ?2, model = ?3 WHERE id = ?1",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}

void
cloche_store_set_machine_async (ClocheStore        *self,
                                const char         *id,
                                const char         *machine_id,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  const char *values[] = { id, machine_id };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_set_machine_async,
                      "UPDATE conversations SET machine_id = ?2 WHERE id = ?1",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}

void
cloche_store_set_network_async (ClocheStore        *self,
                                const char         *id,
                                ClocheNetworkMode   mode,
                                const char *const  *allowed_hosts,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autofree char *hosts = hosts_to_text (allowed_hosts);
  const char *values[] = { id, cloche_network_mode_to_nick (mode), hosts };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_set_network_async,
                      "UPDATE conversations SET network_mode = ?2, allowed_hosts = ?3 WHERE id = ?1",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}

/**
 * cloche_store_set_head_async:
 * @message_id: the newest message of the branch that shall be shown; one of the same conversation
 */
void
cloche_store_set_head_async (ClocheStore        *self,
                             const char         *id,
                             const char         *message_id,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  const char *values[] = { id, message_id };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_set_head_async,
                      "UPDATE conversations SET head_id = ?2 WHERE id = ?1 AND EXISTS "
                      "(SELECT 1 FROM messages WHERE id = ?2 AND conversation_id = ?1)",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}
