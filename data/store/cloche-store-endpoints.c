/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-store-private.h"
#include "cloche-store-write.h"

static gpointer
list_endpoints (gpointer core,
                gpointer data,
                GError **error)
{
  ClocheStoreCore *self = core;
  g_autoptr (GPtrArray) endpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_endpoint_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;

  rows = cloche_database_query (self->database, error,
                                "SELECT id, kind, name, base_url, is_enabled FROM endpoints ORDER BY rowid", "");
  for (;;) {
    gboolean has_row;

    if (rows == NULL || !cloche_database_step (self->database, rows, &has_row, error))
      return NULL;
    if (!has_row)
      return g_steal_pointer (&endpoints);
    g_ptr_array_add (endpoints, cloche_endpoint_new (cloche_column_text (rows, 0), cloche_column_text (rows, 1),
                                                     cloche_column_text (rows, 2), cloche_column_text (rows, 3),
                                                     sqlite3_column_int (rows, 4) != 0));
  }
}

/**
 * cloche_store_list_endpoints_async:
 *
 * Reads all endpoints, disabled ones included, in the order in which they were made.
 */
void
cloche_store_list_endpoints_async (ClocheStore        *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_list_endpoints_async, NULL, NULL,
                                                 cancellable, callback, user_data),
                    list_endpoints, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_list_endpoints_finish:
 *
 * Returns: (transfer full) (element-type ClocheEndpoint): the endpoints
 */
GPtrArray *
cloche_store_list_endpoints_finish (ClocheStore  *self,
                                    GAsyncResult *result,
                                    GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_list_endpoints_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_store_save_endpoint_async:
 * @endpoint: (transfer none): a new one, or one that is there, with new values
 */
void
cloche_store_save_endpoint_async (ClocheStore        *self,
                                  ClocheEndpoint     *endpoint,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  const char *values[] = {
    cloche_endpoint_get_id (endpoint),
    cloche_endpoint_get_kind (endpoint),
    cloche_endpoint_get_name (endpoint),
    cloche_endpoint_get_base_url (endpoint),
    cloche_endpoint_is_enabled (endpoint) ? "1" : "0",
  };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_save_endpoint_async,
                      "INSERT INTO endpoints (id, kind, name, base_url, is_enabled) VALUES (?1, ?2, ?3, ?4, ?5) "
                      "ON CONFLICT (id) DO UPDATE SET kind = ?2, name = ?3, base_url = ?4, is_enabled = ?5",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}

void
cloche_store_delete_endpoint_async (ClocheStore        *self,
                                    const char         *id,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  const char *values[] = { id };

  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_write (self, cloche_store_delete_endpoint_async, "DELETE FROM endpoints WHERE id = ?1",
                      values, G_N_ELEMENTS (values), cancellable, callback, user_data);
}
