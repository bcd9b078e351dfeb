/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-workspace-files.h"

#include "cloche-string.h"

#include <string.h>

#define ROOT "/workspace"

/* levels of folders: what an operation of the machine looks at, at most. */
#define DEPTH 16

typedef struct
{
  guint64 size;
  gint64 mtime_us;
} Stamp;

struct _ClocheWorkspaceFiles
{
  GObject parent_instance;

  ClocheSandbox *sandbox;
  ClocheAttachedFiles *attached;
  GHashTable *stamps;           /* path → Stamp; NULL before the first look */
};

typedef struct
{
  GPtrArray *changed;           /* of ClocheSandboxEntry */
  GPtrArray *files;             /* of ClocheFile */
  guint next;
  guint n_more;                 /* changed ones beyond the cap */
  guint64 room;                 /* bytes that may still be copied */
} Collection;

G_DEFINE_FINAL_TYPE (ClocheWorkspaceFiles, cloche_workspace_files, G_TYPE_OBJECT)

static void copy_next (GTask *taken_task);

static void
collection_free (Collection *collection)
{
  g_clear_pointer (&collection->changed, g_ptr_array_unref);
  g_clear_pointer (&collection->files, g_ptr_array_unref);
  g_free (collection);
}

static void
cloche_workspace_files_finalize (GObject *object)
{
  ClocheWorkspaceFiles *self = CLOCHE_WORKSPACE_FILES (object);

  g_clear_object (&self->sandbox);
  g_clear_object (&self->attached);
  g_clear_pointer (&self->stamps, g_hash_table_unref);

  G_OBJECT_CLASS (cloche_workspace_files_parent_class)->finalize (object);
}

static void
cloche_workspace_files_class_init (ClocheWorkspaceFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_workspace_files_finalize;
}

static void
cloche_workspace_files_init (ClocheWorkspaceFiles *self)
{
  self->attached = cloche_attached_files_new ();
}

ClocheWorkspaceFiles *
cloche_workspace_files_new (ClocheSandbox *sandbox)
{
  ClocheWorkspaceFiles *self = g_object_new (CLOCHE_TYPE_WORKSPACE_FILES, NULL);

  self->sandbox = g_object_ref (sandbox);

  return self;
}

ClocheAttachedFiles *
cloche_workspace_files_get_attached (ClocheWorkspaceFiles *self)
{
  g_return_val_if_fail (CLOCHE_IS_WORKSPACE_FILES (self), NULL);

  return self->attached;
}

/* A file below /workspace with nothing hidden on its way. The path is a guest's claim. */
static gboolean
counts (ClocheSandboxEntry *entry)
{
  return g_str_equal (entry->kind, "file") && g_str_has_prefix (entry->path, ROOT "/") &&
         strstr (entry->path, "/.") == NULL && g_utf8_validate (entry->path, -1, NULL);
}

static int
compare_paths (gconstpointer a,
               gconstpointer b)
{
  return strcmp ((*(ClocheSandboxEntry *const *) a)->path, (*(ClocheSandboxEntry *const *) b)->path);
}

/* Remembers @entries; adds what was not there like this before to @changed. */
static void
update (ClocheWorkspaceFiles *self,
        GPtrArray            *entries,
        GPtrArray            *changed)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->stamps);

  self->stamps = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (guint i = 0; i < entries->len; i++) {
    ClocheSandboxEntry *entry = g_ptr_array_index (entries, i);
    Stamp *old = before != NULL ? g_hash_table_lookup (before, entry->path) : NULL;
    Stamp *stamp;

    if (!counts (entry))
      continue;
    stamp = g_new (Stamp, 1);
    stamp->size = entry->size;
    stamp->mtime_us = entry->mtime_us;
    g_hash_table_insert (self->stamps, g_strdup (entry->path), stamp);
    if (changed != NULL && (old == NULL || old->size != stamp->size || old->mtime_us != stamp->mtime_us))
      g_ptr_array_add (changed, cloche_sandbox_entry_new (entry->path, entry->kind, entry->size, entry->mtime_us));
  }

  if (changed != NULL)
    g_ptr_array_sort (changed, compare_paths);
}

static void
first_listed_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = cloche_sandbox_list_finish (CLOCHE_SANDBOX (source), result, &error);

  if (entries == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  update (g_task_get_source_object (task), entries, NULL);
  g_task_return_boolean (task, TRUE);
}

void
cloche_workspace_files_prepare_async (ClocheWorkspaceFiles *self,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_WORKSPACE_FILES (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_files_prepare_async);
  if (self->stamps != NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  cloche_sandbox_list_async (self->sandbox, ROOT, DEPTH, cancellable, first_listed_cb, g_steal_pointer (&task));
}

gboolean
cloche_workspace_files_prepare_finish (ClocheWorkspaceFiles *self,
                                       GAsyncResult         *result,
                                       GError              **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/* @bytes: (nullable): if they were copied */
static void
add_file (ClocheWorkspaceFiles *self,
          Collection           *collection,
          ClocheSandboxEntry   *entry,
          GBytes               *bytes)
{
  g_autofree char *base = g_path_get_basename (entry->path);
  g_autofree char *name = cloche_file_name_sanitize (base);
  g_autofree char *mime_type = bytes != NULL
    ? g_content_type_guess (name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL)
    : g_content_type_guess (name, NULL, 0, NULL);
  g_autoptr (ClocheContent) content = bytes != NULL ? cloche_content_new_bytes (mime_type, bytes)
                                                    : cloche_content_new_absent (mime_type, entry->size);
  g_autoptr (ClocheFile) file = cloche_file_new (name, entry->path, content);

  g_ptr_array_add (collection->files, cloche_attached_files_change (self->attached, file));
}

static void
copied_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Collection *collection = g_task_get_task_data (task);
  /* A file that cannot be read any more is named all the same: it may be there again when somebody wants it. */
  g_autoptr (GBytes) bytes = cloche_sandbox_load_finish (CLOCHE_SANDBOX (source), result, NULL);

  if (g_task_return_error_if_cancelled (task))
    return;

  if (bytes != NULL)
    collection->room -= MIN (collection->room, g_bytes_get_size (bytes));
  add_file (g_task_get_source_object (task), collection, g_ptr_array_index (collection->changed, collection->next++), bytes);
  copy_next (g_steal_pointer (&task));
}

static void
synced_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Collection *collection = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!cloche_sandbox_sync_finish (CLOCHE_SANDBOX (source), result, &error))
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_ptr_array_ref (collection->files), (GDestroyNotify) g_ptr_array_unref);
}

static void
copy_next (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  ClocheWorkspaceFiles *self = g_task_get_source_object (task);
  Collection *collection = g_task_get_task_data (task);

  for (; collection->next < collection->changed->len; collection->next++) {
    ClocheSandboxEntry *entry = g_ptr_array_index (collection->changed, collection->next);

    if (entry->size <= collection->room) {
      cloche_sandbox_load_async (self->sandbox, entry->path, (gsize) collection->room, g_task_get_cancellable (task),
                                 copied_cb, g_object_ref (task));
      return;
    }
    add_file (self, collection, entry, NULL);
  }

  cloche_sandbox_sync_async (self->sandbox, g_task_get_cancellable (task), synced_cb, g_object_ref (task));
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Collection *collection = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = cloche_sandbox_list_finish (CLOCHE_SANDBOX (source), result, &error);

  if (entries == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  update (g_task_get_source_object (task), entries, collection->changed);
  if (collection->changed->len > CLOCHE_WORKSPACE_FILES_MAX_CHANGED) {
    collection->n_more = collection->changed->len - CLOCHE_WORKSPACE_FILES_MAX_CHANGED;
    g_ptr_array_set_size (collection->changed, CLOCHE_WORKSPACE_FILES_MAX_CHANGED);
  }
  copy_next (g_steal_pointer (&task));
}

void
cloche_workspace_files_collect_async (ClocheWorkspaceFiles *self,
                                      GCancellable         *cancellable,
                                      GAsyncReadyCallback   callback,
                                      gpointer              user_data)
{
  GTask *task;
  Collection *collection;

  g_return_if_fail (CLOCHE_IS_WORKSPACE_FILES (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_workspace_files_collect_async);
  collection = g_new0 (Collection, 1);
  collection->changed = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_sandbox_entry_free);
  collection->files = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);
  collection->room = CLOCHE_WORKSPACE_FILES_MAX_COPIED_BYTES;
  g_task_set_task_data (task, collection, (GDestroyNotify) collection_free);

  cloche_sandbox_list_async (self->sandbox, ROOT, DEPTH, cancellable, listed_cb, task);
}

/**
 * cloche_workspace_files_collect_finish:
 * @ret_n_more: (out): files that have changed besides and are not in the list
 *
 * Returns: (transfer full) (element-type ClocheFile): sorted by path; on the machine's disk by now
 */
GPtrArray *
cloche_workspace_files_collect_finish (ClocheWorkspaceFiles *self,
                                       GAsyncResult         *result,
                                       guint                *ret_n_more,
                                       GError              **error)
{
  Collection *collection;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  collection = g_task_get_task_data (G_TASK (result));
  *ret_n_more = collection->n_more;

  return g_task_propagate_pointer (G_TASK (result), error);
}

void
cloche_workspace_files_forget (ClocheWorkspaceFiles *self)
{
  g_return_if_fail (CLOCHE_IS_WORKSPACE_FILES (self));

  g_clear_pointer (&self->stamps, g_hash_table_unref);
}
