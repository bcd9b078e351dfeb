/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-folder-files.h"

#include <glib/gi18n.h>

/* levels: folders in folders that are looked into. */
#define DEPTH_MAX 8

typedef struct
{
  GPtrArray *files;   /* of GFile: what was dropped */
  guint max_files;
} Expand;

static void
expand_free (gpointer data)
{
  Expand *expand = data;

  g_ptr_array_unref (expand->files);
  g_free (expand);
}

static gboolean add_file (GPtrArray    *found,
                          GFile        *file,
                          guint         max_files,
                          guint         depth,
                          GCancellable *cancellable,
                          GError      **error);

static gboolean
add_folder (GPtrArray    *found,
            GFile        *folder,
            guint         max_files,
            guint         depth,
            GCancellable *cancellable,
            GError      **error)
{
  g_autoptr (GFileEnumerator) children = NULL;

  if (depth == 0)
    return TRUE;
  children = g_file_enumerate_children (folder, G_FILE_ATTRIBUTE_STANDARD_NAME, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                                        cancellable, error);
  if (children == NULL)
    return FALSE;

  for (;;) {
    GFile *child;

    if (!g_file_enumerator_iterate (children, NULL, &child, cancellable, error))
      return FALSE;
    if (child == NULL)
      return TRUE;
    if (!add_file (found, child, max_files, depth - 1, cancellable, error))
      return FALSE;
  }
}

/* Only what a person keeps in files: no sockets, no devices, and inside a folder no links and nothing hidden. */
static gboolean
add_file (GPtrArray    *found,
          GFile        *file,
          guint         max_files,
          guint         depth,
          GCancellable *cancellable,
          GError      **error)
{
  gboolean was_dropped = depth == DEPTH_MAX;
  g_autoptr (GFileInfo) info = g_file_query_info (file, "standard::type,standard::is-hidden",
                                                  was_dropped ? G_FILE_QUERY_INFO_NONE
                                                  : G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS,
                                                  cancellable, error);

  if (info == NULL)
    return FALSE;
  if (!was_dropped && g_file_info_get_is_hidden (info))
    return TRUE;
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY)
    return add_folder (found, file, max_files, depth, cancellable, error);
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR)
    return TRUE;

  if (found->len >= max_files) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                 ngettext ("The folder holds more than %u file", "The folder holds more than %u files", max_files),
                 max_files);
    return FALSE;
  }
  g_ptr_array_add (found, g_object_ref (file));

  return TRUE;
}

static void
expand_in_thread (GTask        *task,
                  gpointer      source,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  Expand *expand = task_data;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_object_unref);
  GError *error = NULL;

  for (guint i = 0; i < expand->files->len; i++)
    if (!add_file (found, expand->files->pdata[i], expand->max_files, DEPTH_MAX, cancellable, &error)) {
      g_task_return_error (task, error);
      return;
    }

  g_task_return_pointer (task, g_steal_pointer (&found), (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_folder_files_expand_async:
 * @files: (element-type GFile): what was dropped or chosen
 *
 * Replaces folders by the files in them. Errors: %G_IO_ERROR_FAILED, its message translated, if there are more than
 * @max_files; otherwise what the file system says.
 */
void
cloche_folder_files_expand_async (GPtrArray          *files,
                                  guint               max_files,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Expand *expand = g_new0 (Expand, 1);

  expand->files = g_ptr_array_ref (files);
  expand->max_files = max_files;
  g_task_set_source_tag (task, cloche_folder_files_expand_async);
  g_task_set_task_data (task, expand, expand_free);
  g_task_run_in_thread (task, expand_in_thread);
}

GPtrArray *
cloche_folder_files_expand_finish (GAsyncResult *result,
                                   GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
