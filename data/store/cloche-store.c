/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-fd.h"
#include "cloche-schema.h"
#include "cloche-store-error.h"
#include "cloche-store-private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * All SQL runs on one thread of the store's own, in the order of the calls. A method makes a task, gives it to that
 * thread and is answered in the main context that it was called from.
 *
 * Other programs may write the same database. The write-ahead log is watched; when it changes, SQLite is asked whether it
 * was another connection, and if so "changed" is emitted.
 */

#define DATABASE_NAME "cloche.db"

struct _ClocheStore
{
  GObject parent_instance;

  ClocheStoreCore core;         /* the worker's; see cloche-store-private.h */
  ClocheStoreWorker *worker;
  GFileMonitor *monitor;
  gint64 seen_version;
  gboolean is_checking;
  gboolean is_read_only;
};

enum {
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheStore, cloche_store, G_TYPE_OBJECT)

static void
cloche_store_dispose (GObject *object)
{
  ClocheStore *self = CLOCHE_STORE (object);

  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (cloche_store_parent_class)->dispose (object);
}

static void
cloche_store_finalize (GObject *object)
{
  ClocheStore *self = CLOCHE_STORE (object);

  g_clear_pointer (&self->worker, cloche_store_worker_free);
  g_clear_pointer (&self->core.locks, g_hash_table_unref);
  g_clear_pointer (&self->core.database, cloche_database_free);
  g_clear_pointer (&self->core.blobs, cloche_blob_folder_unref);
  g_clear_pointer (&self->core.clock, cloche_clock_unref);
  g_clear_pointer (&self->core.damaged_path, g_free);
  g_clear_pointer (&self->core.folder, g_free);

  G_OBJECT_CLASS (cloche_store_parent_class)->finalize (object);
}

static void
cloche_store_class_init (ClocheStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_store_dispose;
  object_class->finalize = cloche_store_finalize;

  /**
   * ClocheStore::changed:
   *
   * Another program has changed something: load again what is shown.
   */
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
close_lock (gpointer fd)
{
  (void) close (GPOINTER_TO_INT (fd));
}

static void
cloche_store_init (ClocheStore *self)
{
  self->core.locks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, close_lock);
  self->worker = cloche_store_worker_new (&self->core);
}

ClocheStoreCore *
cloche_store_get_core (ClocheStore *self)
{
  return &self->core;
}

/* @data: (transfer full) */
GTask *
cloche_store_task_new (ClocheStore        *self,
                       gpointer            source_tag,
                       gpointer            data,
                       GDestroyNotify      data_free,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);
  g_task_set_task_data (task, data, data_free);

  return task;
}

/* @task: (transfer full) */
void
cloche_store_run (ClocheStore   *self,
                  GTask         *task,
                  ClocheStoreJob job,
                  GDestroyNotify result_free)
{
  cloche_store_worker_push (self->worker, task, job, result_free);
}

/* For jobs whose result is an allocated gint64. Returns -1 with @error set. */
gint64
cloche_store_count_finish (ClocheStore  *self,
                           GAsyncResult *result,
                           gpointer      source_tag,
                           GError      **error)
{
  g_autofree gint64 *count = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), -1);
  g_return_val_if_fail (g_async_result_is_tagged (result, source_tag), -1);

  count = g_task_propagate_pointer (G_TASK (result), error);

  return count != NULL ? *count : -1;
}

static gpointer
read_version (gpointer core,
              gpointer data,
              GError **error)
{
  ClocheStoreCore *self = core;
  gint64 version = cloche_database_get_version (self->database);

  return g_memdup2 (&version, sizeof version);
}

static void
version_read_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autofree GWeakRef *weak = user_data;
  g_autoptr (ClocheStore) self = g_weak_ref_get (weak);
  g_autofree gint64 *version = g_task_propagate_pointer (G_TASK (result), NULL);

  g_weak_ref_clear (weak);
  if (self == NULL || version == NULL)
    return;

  self->is_checking = FALSE;
  if (*version == self->seen_version)
    return;

  self->seen_version = *version;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* The task does not hold the store: nobody waits for it. */
static void
log_changed_cb (ClocheStore *self)
{
  GWeakRef *weak;

  if (self->is_checking)
    return;

  self->is_checking = TRUE;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  cloche_store_worker_push (self->worker, g_task_new (NULL, NULL, version_read_cb, weak), read_version, g_free);
}

/* Gives the file and its log another name. */
static gboolean
set_aside (ClocheStoreCore *self,
           const char      *path,
           GError         **error)
{
  static const char *const SUFFIXES[] = { "", "-wal", "-shm" };
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (cloche_clock_get_real_us (self->clock) / G_USEC_PER_SEC);
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");
  g_autofree char *aside = g_strdup_printf ("%s.damaged-%s", path, stamp);

  for (gsize i = 0; i < G_N_ELEMENTS (SUFFIXES); i++) {
    g_autofree char *from = g_strconcat (path, SUFFIXES[i], NULL);
    g_autofree char *to = g_strconcat (aside, SUFFIXES[i], NULL);

    /* Never over an older one: renameat2(2), RENAME_NOREPLACE. */
    if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) < 0 && errno != ENOENT) {
      g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_DAMAGED,
                   "“%s” is damaged and cannot be renamed: %s", path, g_strerror (errno));
      return FALSE;
    }
  }

  self->damaged_path = g_steal_pointer (&aside);
  return TRUE;
}

static ClocheDatabase *
open_database (const char *path,
               GError    **error)
{
  g_autoptr (ClocheDatabase) database = cloche_database_open (path, error);

  if (database == NULL || !cloche_schema_migrate (database, error))
    return NULL;

  return g_steal_pointer (&database);
}

/* Two programs that start at once neither set aside the same file twice nor migrate it at the same time. A folder that
 * cannot be written needs no lock. */
static int
lock_folder (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "cloche.db.lock", NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd >= 0)
    while (flock (fd, LOCK_EX) < 0 && errno == EINTR)
      continue;

  return fd;
}

static gpointer
open_core (gpointer core,
           gpointer data,
           GError **error)
{
  ClocheStoreCore *self = core;
  g_autofree char *path = g_build_filename (self->folder, DATABASE_NAME, NULL);
  g_autofree char *blobs_path = g_build_filename (self->folder, "blobs", NULL);
  g_autoptr (GError) open_error = NULL;
  cloche_autofd int lock = -1;

  if (g_mkdir_with_parents (self->folder, 0700) < 0) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_FAILED,
                 "“%s”: %s", self->folder, g_strerror (errno));
    return NULL;
  }

  self->blobs = cloche_blob_folder_open (blobs_path, error);
  if (self->blobs == NULL)
    return NULL;

  lock = lock_folder (self->folder);
  self->database = open_database (path, &open_error);
  if (g_error_matches (open_error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_DAMAGED)) {
    g_clear_error (&open_error);
    if (!set_aside (self, path, error))
      return NULL;
    self->database = open_database (path, &open_error);
  }

  if (self->database == NULL) {
    g_propagate_error (error, g_steal_pointer (&open_error));
    return NULL;
  }

  return read_version (core, data, error);
}

/**
 * cloche_store_open_async:
 * @folder: where the database and the blobs are; made if absent
 * @clock: (transfer none): tells when something was deleted
 *
 * Opens a store. A database that cannot be read is given another name, never deleted, and a new one is made: see
 * cloche_store_get_damaged_path().
 */
void
cloche_store_open_async (const char         *folder,
                         ClocheClock        *clock,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  ClocheStore *self = g_object_new (CLOCHE_TYPE_STORE, NULL);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);

  self->core.folder = g_strdup (folder);
  self->core.clock = cloche_clock_ref (clock);
  g_task_set_source_tag (task, cloche_store_open_async);
  g_task_set_task_data (task, self, g_object_unref);
  cloche_store_run (self, task, open_core, g_free);
}

static void
watch (ClocheStore *self)
{
  g_autofree char *path = g_build_filename (self->core.folder, DATABASE_NAME "-wal", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  /* Where files cannot be watched, other programs' changes are seen at the next load. */
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (log_changed_cb), self, G_CONNECT_SWAPPED);
}

/**
 * cloche_store_open_finish:
 *
 * Errors: any %CLOCHE_STORE_ERROR.
 */
ClocheStore *
cloche_store_open_finish (GAsyncResult *result,
                          GError      **error)
{
  g_autofree gint64 *version = NULL;
  ClocheStore *self;

  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_open_async), NULL);

  version = g_task_propagate_pointer (G_TASK (result), error);
  if (version == NULL)
    return NULL;

  self = g_task_get_task_data (G_TASK (result));
  self->seen_version = *version;
  self->is_read_only = cloche_database_is_read_only (self->core.database);
  watch (self);

  return g_object_ref (self);
}

const char *
cloche_store_get_folder (ClocheStore *self)
{
  g_return_val_if_fail (CLOCHE_IS_STORE (self), NULL);

  return self->core.folder;
}

/**
 * cloche_store_get_damaged_path:
 *
 * Returns: (nullable): where the unreadable database is now that was found when opening; tell the person
 */
const char *
cloche_store_get_damaged_path (ClocheStore *self)
{
  g_return_val_if_fail (CLOCHE_IS_STORE (self), NULL);

  return self->core.damaged_path;
}

/**
 * cloche_store_is_read_only:
 *
 * Whether the database cannot be written; every write then fails with %CLOCHE_STORE_ERROR_READ_ONLY.
 */
gboolean
cloche_store_is_read_only (ClocheStore *self)
{
  g_return_val_if_fail (CLOCHE_IS_STORE (self), FALSE);

  return self->is_read_only;
}
