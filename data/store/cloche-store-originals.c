/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-store-error.h"
#include "cloche-store-private.h"

/*
 * Files of this computer that a conversation has written, as it left them: so that it knows its own work again. What another
 * conversation wrote is somebody else's.
 */

typedef struct
{
  char *conversation_id;
  char *uri;
  ClocheOrigin *origin;         /* what is written, or NULL */
} Original;

static void
original_free (Original *original)
{
  g_clear_pointer (&original->origin, cloche_origin_unref);
  g_free (original->conversation_id);
  g_free (original->uri);
  g_free (original);
}

static gpointer
set_original (gpointer core,
              gpointer data,
              GError **error)
{
  ClocheStoreCore *self = core;
  Original *original = data;
  ClocheOrigin *origin = original->origin;

  if (cloche_database_write (self->database, error,
                             "INSERT OR REPLACE INTO originals (conversation_id, uri, size, mtime_us) VALUES (?, ?, ?, ?)",
                             "ssii", original->conversation_id, original->uri, (gint64) cloche_origin_get_size (origin),
                             cloche_origin_get_mtime_us (origin)) < 0)
    return NULL;

  return GINT_TO_POINTER (TRUE);
}

/**
 * cloche_store_set_original_async:
 * @origin: a file as it was left
 *
 * Ends in cloche_store_write_finish().
 */
void
cloche_store_set_original_async (ClocheStore        *self,
                                 const char         *conversation_id,
                                 ClocheOrigin       *origin,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  Original *original = g_new0 (Original, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  original->conversation_id = g_strdup (conversation_id);
  original->uri = g_strdup (cloche_origin_get_uri (origin));
  original->origin = cloche_origin_ref (origin);
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_set_original_async, original,
                                                 (GDestroyNotify) original_free, cancellable, callback, user_data),
                    set_original, NULL);
}

static gpointer
find_original (gpointer core,
               gpointer data,
               GError **error)
{
  ClocheStoreCore *self = core;
  Original *original = data;
  g_autoptr (sqlite3_stmt) row = cloche_database_query (self->database, error,
                                                        "SELECT size, mtime_us FROM originals "
                                                        "WHERE conversation_id = ? AND uri = ?", "ss",
                                                        original->conversation_id, original->uri);
  gboolean has_row = FALSE;

  if (row == NULL || !cloche_database_step (self->database, row, &has_row, error))
    return NULL;

  if (!has_row) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND, "“%s” was never written", original->uri);
    return NULL;
  }

  return cloche_origin_new (original->uri, (guint64) sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 1));
}

void
cloche_store_find_original_async (ClocheStore        *self,
                                  const char         *conversation_id,
                                  const char         *uri,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  Original *original = g_new0 (Original, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  original->conversation_id = g_strdup (conversation_id);
  original->uri = g_strdup (uri);
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_find_original_async, original,
                                                 (GDestroyNotify) original_free, cancellable, callback, user_data),
                    find_original, (GDestroyNotify) cloche_origin_unref);
}

/**
 * cloche_store_find_original_finish:
 *
 * Returns: (transfer full): as it was left last
 *
 * Errors: %CLOCHE_STORE_ERROR_NOT_FOUND if it was never written, and any other %CLOCHE_STORE_ERROR.
 */
ClocheOrigin *
cloche_store_find_original_finish (ClocheStore  *self,
                                   GAsyncResult *result,
                                   GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_find_original_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
