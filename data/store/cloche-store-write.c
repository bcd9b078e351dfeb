/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store-write.h"

#include "cloche-store-error.h"

#define MAX_VALUES 5

typedef struct
{
  const char *sql;              /* static */
  char *values[MAX_VALUES];
  gsize n_values;
} Write;

static void
write_free (Write *write)
{
  for (gsize i = 0; i < write->n_values; i++)
    g_free (write->values[i]);
  g_free (write);
}

static gpointer
run_write (gpointer core,
           gpointer data,
           GError **error)
{
  static const char TYPES[] = "sssss";
  ClocheStoreCore *self = core;
  Write *write = data;
  char **values = write->values;
  gint64 n_changed = cloche_database_write (self->database, error, write->sql, TYPES + MAX_VALUES - write->n_values,
                                            values[0], values[1], values[2], values[3], values[4]);

  if (n_changed < 0)
    return NULL;

  if (n_changed == 0) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND, "There is no “%s” any more", write->values[0]);
    return NULL;
  }

  return GINT_TO_POINTER (TRUE);
}

/**
 * cloche_store_write:
 * @sql: a static string; that it changes no row is an error
 * @values: strings or %NULL, at most five
 *
 * Ends in cloche_store_write_finish().
 */
void
cloche_store_write (ClocheStore        *self,
                    gpointer            source_tag,
                    const char         *sql,
                    const char *const  *values,
                    gsize               n_values,
                    GCancellable       *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer            user_data)
{
  Write *write = g_new0 (Write, 1);

  g_assert (n_values <= MAX_VALUES);
  write->sql = sql;
  write->n_values = n_values;
  for (gsize i = 0; i < n_values; i++)
    write->values[i] = g_strdup (values[i]);

  cloche_store_run (self, cloche_store_task_new (self, source_tag, write, (GDestroyNotify) write_free,
                                                 cancellable, callback, user_data),
                    run_write, NULL);
}

/**
 * cloche_store_write_finish:
 *
 * Ends every call that gives nothing back.
 *
 * Errors: %CLOCHE_STORE_ERROR_NOT_FOUND if another program has deleted it meanwhile, and any other %CLOCHE_STORE_ERROR.
 */
gboolean
cloche_store_write_finish (ClocheStore  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}
