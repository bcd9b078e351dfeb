/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-staging.h"

#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  gint64 before_s;              /* s since 1970: what was written before that goes */
} Clean;

static void
clean_free (Clean *clean)
{
  g_free (clean->folder);
  g_free (clean);
}

static gint64
get_mtime_s (const char *path)
{
  struct stat status;

  return lstat (path, &status) == 0 ? (gint64) status.st_mtime : G_MAXINT64;
}

/* A copy that somebody has changed is as young as that. */
static gboolean
remove_if_old (const char *path,
               gint64      before_s)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autoptr (GPtrArray) children = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL || get_mtime_s (path) >= before_s)
    return FALSE;

  while ((name = g_dir_read_name (dir)) != NULL) {
    char *child = g_build_filename (path, name, NULL);

    g_ptr_array_add (children, child);
    if (get_mtime_s (child) >= before_s)
      return FALSE;
  }

  for (guint i = 0; i < children->len; i++)
    if (unlink (g_ptr_array_index (children, i)) < 0)
      return FALSE;

  return rmdir (path) == 0;
}

static void
clean_thread (GTask        *task,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Clean *clean = task_data;
  g_autoptr (GDir) dir = g_dir_open (clean->folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (clean->folder, name, NULL);

    if (remove_if_old (path, clean->before_s))
      n++;
  }

  g_task_return_int (task, n);
}

void
cloche_staging_clean_async (const char         *folder,
                            gint64              now_s,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Clean *clean = g_new0 (Clean, 1);

  g_task_set_source_tag (task, cloche_staging_clean_async);
  clean->folder = g_strdup (folder);
  clean->before_s = now_s - CLOCHE_STAGING_KEPT_S;
  g_task_set_task_data (task, clean, (GDestroyNotify) clean_free);
  g_task_run_in_thread (task, clean_thread);
}

/**
 * cloche_staging_clean_finish:
 *
 * Returns: how many copies are gone
 */
guint
cloche_staging_clean_finish (GAsyncResult *result)
{
  return (guint) g_task_propagate_int (G_TASK (result), NULL);
}
