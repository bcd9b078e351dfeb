/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-store-error.h"
#include "cloche-store-private.h"
#include "cloche-store-write.h"

/*
 * Deleting hides a conversation; undoing shows it again. What nobody can undo any more is purged: by the caller
 * whatever else belongs to it, then its rows, here. Blobs go when no message names them any more.
 */

static gpointer
delete_conversation (gpointer core,
                     gpointer data,
                     GError **error)
{
  ClocheStoreCore *self = core;
  const char *id = data;
  gint64 n = cloche_database_write (self->database, error,
                                    "UPDATE conversations SET deleted_us = ?1 WHERE id = ?2 AND deleted_us IS NULL",
                                    "is", cloche_clock_get_real_us (self->clock), id);

  if (n == 0)
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND, "There is no conversation “%s” any more", id);

  return n == 1 ? GINT_TO_POINTER (TRUE) : NULL;
}

void
cloche_store_delete_conversation_async (ClocheStore        *self,
                                        const char         *id,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_delete_conversation_async, g_strdup (id), g_free,
                                                 cancellable, callback, user_data),
                    delete_conversation, NULL);
}

void
cloche_store_undo_delete_async (ClocheStore        *self,
                                const char         *id,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  const char *values[] = { id };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_undo_delete_async,
                      "UPDATE conversations SET deleted_us = NULL WHERE id = ?1 AND deleted_us IS NOT NULL",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}

static GPtrArray *
list_deleted (ClocheDatabase *database,
              gint64          before_us,
              GError        **error)
{
  g_autoptr (GPtrArray) deleted = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_conversation_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;

  rows = cloche_database_query (database, error,
                                "SELECT id, title, created_us, machine_id FROM conversations WHERE deleted_us < ?",
                                "i", before_us);
  for (;;) {
    ClocheConversation *conversation;
    gboolean has_row;

    if (rows == NULL || !cloche_database_step (database, rows, &has_row, error))
      return NULL;
    if (!has_row)
      return g_steal_pointer (&deleted);

    conversation = cloche_conversation_new (cloche_column_text (rows, 0), cloche_column_text (rows, 1),
                                            sqlite3_column_int64 (rows, 2));
    cloche_conversation_set_machine_id (conversation, cloche_column_text (rows, 3));
    g_ptr_array_add (deleted, conversation);
  }
}

static gpointer
list (gpointer core,
      gpointer data,
      GError **error)
{
  return list_deleted (((ClocheStoreCore *) core)->database, *(gint64 *) data, error);
}

static gpointer
purge (gpointer core,
       gpointer data,
       GError **error)
{
  ClocheStoreCore *self = core;
  gint64 before_us = *(gint64 *) data;
  g_autoptr (GPtrArray) deleted = NULL;

  if (!cloche_database_begin (self->database, error))
    return NULL;

  deleted = list_deleted (self->database, before_us, error);
  if (deleted == NULL ||
      cloche_database_write (self->database, error,
                             "DELETE FROM egress WHERE machine_id IN "
                             "(SELECT machine_id FROM conversations WHERE deleted_us < ?)", "i", before_us) < 0 ||
      cloche_database_write (self->database, error,
                             "DELETE FROM conversations WHERE deleted_us < ?", "i", before_us) < 0 ||
      !cloche_database_commit (self->database, error)) {
    cloche_database_rollback (self->database);
    return NULL;
  }

  return g_steal_pointer (&deleted);
}

/**
 * cloche_store_list_deleted_async:
 * @deleted_before_us: µs since 1970
 *
 * Reads what was deleted before that and can still be undone.
 */
void
cloche_store_list_deleted_async (ClocheStore        *self,
                                 gint64              deleted_before_us,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_list_deleted_async,
                                                 g_memdup2 (&deleted_before_us, sizeof deleted_before_us), g_free,
                                                 cancellable, callback, user_data),
                    list, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_list_deleted_finish:
 *
 * Returns: (transfer full) (element-type ClocheConversation): with their machines' ids
 */
GPtrArray *
cloche_store_list_deleted_finish (ClocheStore  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_list_deleted_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_store_purge_async:
 * @deleted_before_us: µs since 1970
 *
 * Removes for good what was deleted before that.
 */
void
cloche_store_purge_async (ClocheStore        *self,
                          gint64              deleted_before_us,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_purge_async,
                                                 g_memdup2 (&deleted_before_us, sizeof deleted_before_us), g_free,
                                                 cancellable, callback, user_data),
                    purge, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_purge_finish:
 *
 * Returns: (transfer full) (element-type ClocheConversation): what was removed; their machines have to be gone before
 */
GPtrArray *
cloche_store_purge_finish (ClocheStore  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_purge_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
