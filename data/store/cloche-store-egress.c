/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store.h"

#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-limits.h"
#include "cloche-store-private.h"

#include <fcntl.h>
#include <string.h>

/*
 * The keeper of a machine writes one JSON line per attempt to reach the network, with a number in "seq" that grows by one.
 * What it repeats of the guest's words is hostile. Importing the same file again adds only what is new.
 */

/* bytes: some 300,000 attempts. */
#define MAX_LOG_BYTES (64 * 1024 * 1024)

typedef struct
{
  char *machine_id;
  char *log_path;
  guint max_rows;
} Egress;

static void
egress_free (Egress *egress)
{
  g_clear_pointer (&egress->machine_id, g_free);
  g_clear_pointer (&egress->log_path, g_free);
  g_free (egress);
}

/* Returns 1 if the line is new, 0 if it is known or no entry at all, -1 with @error set. */
static gint64
import_line (ClocheDatabase *database,
             const char     *machine_id,
             const char     *line,
             gsize           length,
             GError        **error)
{
  g_autoptr (JsonObject) json = NULL;
  g_autofree char *clean = NULL;
  gint64 sequence;

  if (length > CLOCHE_LIMIT_LINE_BYTES)
    return 0;

  json = cloche_json_parse_object (line, (gssize) length, NULL);
  sequence = cloche_json_get_int (json, "seq", -1);
  if (sequence < 0)
    return 0;

  clean = cloche_json_object_to_line (json);
  return cloche_database_write (database, error,
                                "INSERT OR IGNORE INTO egress (machine_id, sequence, line) VALUES (?, ?, ?)",
                                "sis", machine_id, sequence, clean);
}

/* A last line without its end is still being written, and is left for the next time. */
static gint64
import_lines (ClocheDatabase *database,
              const char     *machine_id,
              GBytes         *log,
              GError        **error)
{
  gsize size;
  const char *p = g_bytes_get_data (log, &size);
  const char *end = p != NULL ? p + size : NULL;        /* An empty log has no bytes at all. */
  gint64 n_new = 0;

  while (p < end) {
    const char *line_end = memchr (p, '\n', (gsize) (end - p));
    gint64 n;

    if (line_end == NULL)
      break;
    n = import_line (database, machine_id, p, (gsize) (line_end - p), error);
    if (n < 0)
      return -1;
    n_new += n;
    p = line_end + 1;
  }

  return n_new;
}

static gpointer
import_egress (gpointer core,
               gpointer data,
               GError **error)
{
  ClocheStoreCore *self = core;
  Egress *egress = data;
  g_autoptr (GBytes) log = cloche_read_file_at (AT_FDCWD, egress->log_path, MAX_LOG_BYTES, error);
  gint64 n_new;

  if (log == NULL || !cloche_database_begin (self->database, error))
    return NULL;

  n_new = import_lines (self->database, egress->machine_id, log, error);
  if (n_new < 0 || !cloche_database_commit (self->database, error)) {
    cloche_database_rollback (self->database);
    return NULL;
  }

  return g_memdup2 (&n_new, sizeof n_new);
}

/**
 * cloche_store_import_egress_async:
 * @log_path: egress.log of the machine's folder
 *
 * Copies the entries that are new. Lines that are no entries are left out.
 */
void
cloche_store_import_egress_async (ClocheStore        *self,
                                  const char         *machine_id,
                                  const char         *log_path,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  Egress *egress = g_new0 (Egress, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  egress->machine_id = g_strdup (machine_id);
  egress->log_path = g_strdup (log_path);
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_import_egress_async, egress,
                                                 (GDestroyNotify) egress_free, cancellable, callback, user_data),
                    import_egress, g_free);
}

/**
 * cloche_store_import_egress_finish:
 *
 * Returns: how many entries are new, or -1 with @error set
 */
gint64
cloche_store_import_egress_finish (ClocheStore  *self,
                                   GAsyncResult *result,
                                   GError      **error)
{
  return cloche_store_count_finish (self, result, cloche_store_import_egress_async, error);
}

static gpointer
list_egress (gpointer core,
             gpointer data,
             GError **error)
{
  ClocheStoreCore *self = core;
  Egress *egress = data;
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (sqlite3_stmt) rows = NULL;

  rows = cloche_database_query (self->database, error,
                                "SELECT line FROM egress WHERE machine_id = ? ORDER BY sequence DESC LIMIT ?",
                                "si", egress->machine_id, (gint64) egress->max_rows);
  for (;;) {
    JsonObject *entry;
    gboolean has_row;

    if (rows == NULL || !cloche_database_step (self->database, rows, &has_row, error))
      return NULL;
    if (!has_row)
      return g_steal_pointer (&entries);

    entry = cloche_json_parse_object (cloche_column_text (rows, 0), -1, error);
    if (entry == NULL)
      return NULL;
    g_ptr_array_add (entries, entry);
  }
}

void
cloche_store_list_egress_async (ClocheStore        *self,
                                const char         *machine_id,
                                guint               max_rows,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  Egress *egress = g_new0 (Egress, 1);

  g_return_if_fail (CLOCHE_IS_STORE (self));

  egress->machine_id = g_strdup (machine_id);
  egress->max_rows = max_rows;
  cloche_store_run (self, cloche_store_task_new (self, cloche_store_list_egress_async, egress,
                                                 (GDestroyNotify) egress_free, cancellable, callback, user_data),
                    list_egress, (GDestroyNotify) g_ptr_array_unref);
}

/**
 * cloche_store_list_egress_finish:
 *
 * Returns: (transfer full) (element-type JsonObject): the entries, the newest first
 */
GPtrArray *
cloche_store_list_egress_finish (ClocheStore  *self,
                                 GAsyncResult *result,
                                 GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, cloche_store_list_egress_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
