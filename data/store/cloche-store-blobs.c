/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-store-error.h"
#include "cloche-store-private.h"

/*
 * Copying files must not hold up the database, so it runs on threads of GTask's, on the blob folder only. These tasks do
 * not hold the store, which therefore never ends in such a thread.
 */

/* µs: a blob that no message names may be about to be named; nobody takes this long. */
#define GRACE_US (G_GINT64_CONSTANT (60) * 60 * G_USEC_PER_SEC)

typedef struct
{
  ClocheBlobFolder *folder;
  ClocheContent *content;
  GInputStream *stream;         /* or the content's bytes */
  char *mime_type;
} Copy;

static void
copy_free (Copy *copy)
{
  g_clear_pointer (&copy->folder, cloche_blob_folder_unref);
  g_clear_pointer (&copy->content, cloche_content_unref);
  g_clear_object (&copy->stream);
  g_clear_pointer (&copy->mime_type, g_free);
  g_free (copy);
}

static void
return_content (GTask         *task,
                ClocheContent *content,
                GError        *error)
{
  if (content != NULL)
    g_task_return_pointer (task, content, (GDestroyNotify) cloche_content_unref);
  else
    g_task_return_error (task, error);
}

static void
add_in_thread (GTask        *task,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
  Copy *copy = task_data;
  GError *error = NULL;
  ClocheContent *content;

  if (copy->stream != NULL)
    content = cloche_blob_folder_add_from_stream (copy->folder, copy->mime_type, copy->stream, cancellable, &error);
  else
    content = cloche_blob_folder_add (copy->folder, copy->content, &error);
  return_content (task, content, error);
}

static void
load_in_thread (GTask        *task,
                gpointer      source_object,
                gpointer      task_data,
                GCancellable *cancellable)
{
  Copy *copy = task_data;
  GError *error = NULL;
  ClocheContent *content = cloche_blob_folder_load (copy->folder, copy->content, &error);

  return_content (task, content, error);
}

static void
run_copy (ClocheStore        *self,
          gpointer            source_tag,
          Copy               *copy,
          GTaskThreadFunc     func,
          GCancellable       *cancellable,
          GAsyncReadyCallback callback,
          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  copy->folder = cloche_blob_folder_ref (cloche_store_get_core (self)->blobs);
  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, copy, (GDestroyNotify) copy_free);
  g_task_run_in_thread (task, func);
}

/**
 * cloche_store_add_blob_async:
 * @bytes: (transfer none): kept under their SHA-256; the same bytes are kept once
 *
 * Ends in cloche_store_add_blob_finish(). A blob that no message names within an hour may be collected.
 */
void
cloche_store_add_blob_async (ClocheStore        *self,
                             const char         *mime_type,
                             GBytes             *bytes,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  Copy *copy = g_new0 (Copy, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  copy->content = cloche_content_new_bytes (mime_type, bytes);
  run_copy (self, cloche_store_add_blob_async, copy, add_in_thread, cancellable, callback, user_data);
}

/**
 * cloche_store_add_blob_from_stream_async:
 * @stream: (transfer none): read to its end, in another thread
 *
 * Like cloche_store_add_blob_async(), for what need not fit into memory.
 */
void
cloche_store_add_blob_from_stream_async (ClocheStore        *self,
                                         const char         *mime_type,
                                         GInputStream       *stream,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data)
{
  Copy *copy = g_new0 (Copy, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  copy->mime_type = g_strdup (mime_type);
  copy->stream = g_object_ref (stream);
  run_copy (self, cloche_store_add_blob_async, copy, add_in_thread, cancellable, callback, user_data);
}

/**
 * cloche_store_add_blob_finish:
 *
 * Returns: (transfer full): a content that names the blob
 */
ClocheContent *
cloche_store_add_blob_finish (ClocheStore  *self,
                              GAsyncResult *result,
                              GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_add_blob_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_store_load_content_async:
 * @content: (transfer none): one that names a blob
 */
void
cloche_store_load_content_async (ClocheStore        *self,
                                 ClocheContent      *content,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data)
{
  Copy *copy = g_new0 (Copy, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));
  g_return_if_fail (cloche_content_get_blob (content) != NULL);

  copy->content = cloche_content_ref (content);
  run_copy (self, cloche_store_load_content_async, copy, load_in_thread, cancellable, callback, user_data);
}

/**
 * cloche_store_load_content_finish:
 *
 * Returns: (transfer full): the same content with its bytes, mapped from the file
 */
ClocheContent *
cloche_store_load_content_finish (ClocheStore  *self,
                                  GAsyncResult *result,
                                  GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_load_content_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_store_dup_blob_path:
 * @blob: from cloche_content_get_blob()
 *
 * Returns: where the file is; read it, never write it
 */
char *
cloche_store_dup_blob_path (ClocheStore *self,
                            const char  *blob)
{
  g_return_val_if_fail (CLOCHE_IS_STORE (self), NULL);
  g_return_val_if_fail (cloche_content_is_blob_id (blob), NULL);

  return cloche_blob_folder_dup_path (cloche_store_get_core (self)->blobs, blob);
}

/* Half-written files are named by nobody. */
static gboolean
is_named (ClocheDatabase *database,
          const char     *blob,
          gboolean       *ret_named,
          GError        **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;

  statement = cloche_database_query (database, error, "SELECT 1 FROM message_blobs WHERE blob = ? LIMIT 1", "s", blob);

  return statement != NULL && cloche_database_step (database, statement, ret_named, error);
}

static gpointer
collect_blobs (gpointer core,
               gpointer data,
               GError **error)
{
  ClocheStoreCore *self = core;
  gint64 n_removed = 0;
  g_autoptr (GPtrArray) names = NULL;

  names = cloche_blob_folder_list_old (self->blobs, cloche_clock_get_real_us (self->clock) - GRACE_US, error);
  for (guint i = 0; names != NULL && i < names->len; i++) {
    gboolean is_used;

    if (!is_named (self->database, names->pdata[i], &is_used, error))
      return NULL;
    if (is_used)
      continue;
    if (!cloche_blob_folder_remove (self->blobs, names->pdata[i], error))
      return NULL;
    n_removed++;
  }

  return names != NULL ? g_memdup2 (&n_removed, sizeof n_removed) : NULL;
}

/**
 * cloche_store_collect_blobs_async:
 *
 * Removes files that no message names and that were not touched for an hour.
 */
void
cloche_store_collect_blobs_async (ClocheStore        *self,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_STORE (self));

  cloche_store_run (self, cloche_store_task_new (self, cloche_store_collect_blobs_async, NULL, NULL,
                                                 cancellable, callback, user_data),
                    collect_blobs, g_free);
}

/**
 * cloche_store_collect_blobs_finish:
 *
 * Returns: how many files were removed, or -1 with @error set
 */
gint64
cloche_store_collect_blobs_finish (ClocheStore  *self,
                                   GAsyncResult *result,
                                   GError      **error)
{
  return cloche_store_count_finish (self, result, cloche_store_collect_blobs_async, error);
}
