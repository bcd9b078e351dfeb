/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-database.h"

#include "cloche-store-error.h"

#include <errno.h>
#include <unistd.h>

/* ms: how long a writer waits for another program's transaction; ours take milliseconds. */
#define BUSY_TIMEOUT_MS 5000

struct _ClocheDatabase
{
  sqlite3 *sqlite;
  char *path;
};

static ClocheStoreError
code_from_sqlite (ClocheDatabase *self,
                  int             rc)
{
  switch (rc & 0xff) {                          /* The primary part of an extended code: sqlite.org/rescode.html */
  case SQLITE_FULL:
    return CLOCHE_STORE_ERROR_NO_SPACE;

  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_AUTH:
    return CLOCHE_STORE_ERROR_READ_ONLY;

  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return CLOCHE_STORE_ERROR_BUSY;

  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
    return CLOCHE_STORE_ERROR_DAMAGED;

  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
    switch (self->sqlite != NULL ? sqlite3_system_errno (self->sqlite) : 0) {
    case ENOSPC:
    case EDQUOT:
      return CLOCHE_STORE_ERROR_NO_SPACE;

    case EACCES:
    case EPERM:
    case EROFS:
      return CLOCHE_STORE_ERROR_READ_ONLY;

    default:
      return CLOCHE_STORE_ERROR_FAILED;
    }

  default:
    return CLOCHE_STORE_ERROR_FAILED;
  }
}

static gboolean
fail (ClocheDatabase *self,
      int             rc,
      GError        **error)
{
  g_set_error (error, CLOCHE_STORE_ERROR, code_from_sqlite (self, rc), "“%s”: %s",
               self->path, self->sqlite != NULL ? sqlite3_errmsg (self->sqlite) : sqlite3_errstr (rc));
  return FALSE;
}

static int
open_file (ClocheDatabase *self,
           const char     *name,
           int             flags)
{
  int rc;

  g_clear_pointer (&self->sqlite, sqlite3_close_v2);
  rc = sqlite3_open_v2 (name, &self->sqlite, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (rc == SQLITE_OK)
    sqlite3_busy_timeout (self->sqlite, BUSY_TIMEOUT_MS);

  return rc;
}

/* With a write-ahead log SQLite has to make two files beside the database even for reading. In a folder where it cannot,
 * and where no log is left that would be overlooked, nobody writes: sqlite.org/wal.html#readonly */
static int
open_immutable (ClocheDatabase *self,
                int             rc)
{
  g_autofree char *log = g_strconcat (self->path, "-wal", NULL);
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autofree char *uri = g_filename_to_uri (self->path, NULL, NULL);
  g_autofree char *immutable = g_strconcat (uri, "?immutable=1", NULL);

  if (uri == NULL || access (folder, W_OK) == 0 || access (log, F_OK) == 0)
    return rc;

  return open_file (self, immutable, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
}

/**
 * cloche_database_open:
 * @path: absolute; made if absent, in a folder that exists
 *
 * Opens for writing, or for reading if the file or its folder cannot be written.
 */
ClocheDatabase *
cloche_database_open (const char *path,
                      GError    **error)
{
  g_autoptr (ClocheDatabase) self = g_new0 (ClocheDatabase, 1);
  int rc;

  self->path = g_strdup (path);
  rc = open_file (self, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (rc == SQLITE_OK)
    rc = sqlite3_exec (self->sqlite, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
  if (rc == SQLITE_CANTOPEN)
    rc = open_immutable (self, rc);
  if (rc != SQLITE_OK) {
    fail (self, rc, error);
    return NULL;
  }

  /* sqlite.org/security.html. An untrusted schema would be better still, but then triggers may not write FTS5 tables. */
  sqlite3_db_config (self->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!cloche_database_execute (self, "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA synchronous = FULL",
                                error))
    return NULL;
  if (!cloche_database_is_read_only (self) && !cloche_database_execute (self, "PRAGMA journal_mode = WAL", error))
    return NULL;

  return g_steal_pointer (&self);
}

void
cloche_database_free (ClocheDatabase *self)
{
  sqlite3_close_v2 (self->sqlite);
  g_free (self->path);
  g_free (self);
}

gboolean
cloche_database_is_read_only (ClocheDatabase *self)
{
  return sqlite3_db_readonly (self->sqlite, "main") == 1;
}

/**
 * cloche_database_get_version:
 *
 * Returns: a number that changes whenever another connection has written; sqlite.org/pragma.html#pragma_data_version
 */
gint64
cloche_database_get_version (ClocheDatabase *self)
{
  g_autoptr (sqlite3_stmt) statement = cloche_database_query (self, NULL, "PRAGMA data_version", "");
  gboolean has_row = FALSE;

  if (statement == NULL || !cloche_database_step (self, statement, &has_row, NULL) || !has_row)
    return -1;

  return sqlite3_column_int64 (statement, 0);
}

/**
 * cloche_database_execute:
 * @sql: one or more statements of ours, without values
 */
gboolean
cloche_database_execute (ClocheDatabase *self,
                         const char     *sql,
                         GError        **error)
{
  int rc = sqlite3_exec (self->sqlite, sql, NULL, NULL, NULL);

  return rc == SQLITE_OK || fail (self, rc, error);
}

static sqlite3_stmt *
prepare (ClocheDatabase *self,
         GError        **error,
         const char     *sql,
         const char     *types,
         va_list         values)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  int rc = sqlite3_prepare_v2 (self->sqlite, sql, -1, &statement, NULL);

  for (int i = 0; rc == SQLITE_OK && types[i] != '\0'; i++) {
    if (types[i] == 'i')
      rc = sqlite3_bind_int64 (statement, i + 1, va_arg (values, gint64));
    else
      rc = sqlite3_bind_text (statement, i + 1, va_arg (values, const char *), -1, SQLITE_TRANSIENT);
  }

  if (rc != SQLITE_OK) {
    fail (self, rc, error);
    return NULL;
  }

  return g_steal_pointer (&statement);
}

/**
 * cloche_database_query:
 * @sql: one statement
 * @types: the values that follow: 's' a string or %NULL, 'i' a gint64
 *
 * Returns: (transfer full): the statement, to be stepped
 */
sqlite3_stmt *
cloche_database_query (ClocheDatabase *self,
                       GError        **error,
                       const char     *sql,
                       const char     *types,
                       ...)
{
  sqlite3_stmt *statement;
  va_list values;

  va_start (values, types);
  statement = prepare (self, error, sql, types, values);
  va_end (values);

  return statement;
}

/**
 * cloche_database_step:
 * @ret_row: (out): whether there is a row; else the statement is done
 */
gboolean
cloche_database_step (ClocheDatabase *self,
                      sqlite3_stmt   *statement,
                      gboolean       *ret_row,
                      GError        **error)
{
  int rc = sqlite3_step (statement);

  if (rc != SQLITE_ROW && rc != SQLITE_DONE)
    return fail (self, rc, error);

  *ret_row = rc == SQLITE_ROW;
  return TRUE;
}

/**
 * cloche_database_write:
 * @sql: one statement that changes rows
 * @types: see cloche_database_query()
 *
 * Returns: how many rows were changed, or -1 with @error set
 */
gint64
cloche_database_write (ClocheDatabase *self,
                       GError        **error,
                       const char     *sql,
                       const char     *types,
                       ...)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean has_row;
  va_list values;

  va_start (values, types);
  statement = prepare (self, error, sql, types, values);
  va_end (values);

  if (statement == NULL || !cloche_database_step (self, statement, &has_row, error))
    return -1;

  return sqlite3_changes64 (self->sqlite);
}

/**
 * cloche_database_begin:
 *
 * Starts a writing transaction. IMMEDIATE, because a reading one that turns into a writer can fail at once with BUSY.
 */
gboolean
cloche_database_begin (ClocheDatabase *self,
                       GError        **error)
{
  return cloche_database_execute (self, "BEGIN IMMEDIATE", error);
}

gboolean
cloche_database_commit (ClocheDatabase *self,
                        GError        **error)
{
  return cloche_database_execute (self, "COMMIT", error);
}

/**
 * cloche_database_rollback:
 *
 * Undoes the transaction, if SQLite has not done so already.
 */
void
cloche_database_rollback (ClocheDatabase *self)
{
  if (!sqlite3_get_autocommit (self->sqlite))
    (void) sqlite3_exec (self->sqlite, "ROLLBACK", NULL, NULL, NULL);   /* The failure to report came before. */
}

/**
 * cloche_column_text:
 *
 * Returns: (transfer none) (nullable): the column as a string, until the next step
 */
const char *
cloche_column_text (sqlite3_stmt *statement,
                    int           column)
{
  return (const char *) sqlite3_column_text (statement, column);
}
