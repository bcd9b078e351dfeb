/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-schema.h"

#include "cloche-store-error.h"

/*
 * One entry per version of the schema, never changed once released: entry N makes version N + 1 of version N.
 *
 * Messages form a tree by parent_id. Deleting a parent does not cascade along the tree, which SQLite would do by
 * recursion and give up on at a depth of 1,000; a conversation's messages go with the conversation. "body" is the message
 * as JSON, "text" what is searched.
 */
static const char *const MIGRATIONS[] = {
  "CREATE TABLE conversations ("
  "  id TEXT PRIMARY KEY NOT NULL,"
  "  title TEXT NOT NULL,"
  "  created_us INTEGER NOT NULL,"
  "  updated_us INTEGER NOT NULL,"
  "  deleted_us INTEGER,"
  "  head_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,"
  "  endpoint TEXT,"
  "  model TEXT,"
  "  machine_id TEXT,"
  "  network_mode TEXT NOT NULL,"
  "  allowed_hosts TEXT NOT NULL"
  ") STRICT;"
  "CREATE INDEX conversations_by_time ON conversations (updated_us);"

  "CREATE TABLE messages ("
  "  number INTEGER PRIMARY KEY,"
  "  id TEXT UNIQUE NOT NULL,"
  "  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,"
  "  parent_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,"
  "  body TEXT NOT NULL,"
  "  text TEXT NOT NULL"
  ") STRICT;"
  "CREATE INDEX messages_by_conversation ON messages (conversation_id);"
  "CREATE INDEX messages_by_parent ON messages (parent_id);"

  "CREATE TABLE message_blobs ("
  "  number INTEGER NOT NULL REFERENCES messages (number) ON DELETE CASCADE,"
  "  blob TEXT NOT NULL,"
  "  PRIMARY KEY (number, blob)"
  ") STRICT, WITHOUT ROWID;"
  "CREATE INDEX message_blobs_by_blob ON message_blobs (blob);"

  "CREATE VIRTUAL TABLE message_text USING fts5 ("
  "  text, content = 'messages', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2');"
  "CREATE TRIGGER messages_inserted AFTER INSERT ON messages BEGIN"
  "  INSERT INTO message_text (rowid, text) VALUES (new.number, new.text);"
  "END;"
  "CREATE TRIGGER messages_deleted AFTER DELETE ON messages BEGIN"
  "  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.number, old.text);"
  "END;"
  "CREATE TRIGGER messages_updated AFTER UPDATE OF text ON messages BEGIN"
  "  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.number, old.text);"
  "  INSERT INTO message_text (rowid, text) VALUES (new.number, new.text);"
  "END;"

  "CREATE TABLE endpoints ("
  "  id TEXT PRIMARY KEY NOT NULL,"
  "  kind TEXT NOT NULL,"
  "  name TEXT NOT NULL,"
  "  base_url TEXT NOT NULL,"
  "  is_enabled INTEGER NOT NULL"
  ") STRICT;"

  "CREATE TABLE egress ("
  "  machine_id TEXT NOT NULL,"
  "  sequence INTEGER NOT NULL,"
  "  line TEXT NOT NULL,"
  "  PRIMARY KEY (machine_id, sequence)"
  ") STRICT, WITHOUT ROWID;",

  "CREATE TABLE originals ("
  "  conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,"
  "  uri TEXT NOT NULL,"
  "  size INTEGER NOT NULL,"
  "  mtime_us INTEGER NOT NULL,"
  "  PRIMARY KEY (conversation_id, uri)"
  ") STRICT, WITHOUT ROWID;",
};

static gboolean
read_schema_version (ClocheDatabase *database,
                     gint64         *ret_version,
                     GError        **error)
{
  g_autoptr (sqlite3_stmt) statement = NULL;
  gboolean has_row = FALSE;

  /* The list of tables is read too, so that a damaged file shows itself here. */
  statement = cloche_database_query (database, error,
                                     "SELECT user_version, (SELECT count(sql) FROM sqlite_schema) "
                                     "FROM pragma_user_version", "");
  if (statement == NULL || !cloche_database_step (database, statement, &has_row, error))
    return FALSE;

  *ret_version = sqlite3_column_int64 (statement, 0);
  return TRUE;
}

/**
 * cloche_schema_migrate:
 *
 * Brings the database to this program's version, in one transaction: afterwards it is new, or as it was.
 *
 * Errors: %CLOCHE_STORE_ERROR_NEWER if a newer program wrote it, %CLOCHE_STORE_ERROR_DAMAGED.
 */
gboolean
cloche_schema_migrate (ClocheDatabase *database,
                       GError        **error)
{
  gint64 version;
  g_autofree char *set_version = g_strdup_printf ("PRAGMA user_version = %d", (int) G_N_ELEMENTS (MIGRATIONS));

  if (!read_schema_version (database, &version, error))
    return FALSE;
  if (version == G_N_ELEMENTS (MIGRATIONS))
    return TRUE;
  if (version < 0 || version > (gint64) G_N_ELEMENTS (MIGRATIONS)) {
    g_set_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NEWER,
                 "The database has version %" G_GINT64_FORMAT ", this program knows %d",
                 version, (int) G_N_ELEMENTS (MIGRATIONS));
    return FALSE;
  }

  if (!cloche_database_begin (database, error))
    return FALSE;

  for (gsize i = (gsize) version; i < G_N_ELEMENTS (MIGRATIONS); i++)
    if (!cloche_database_execute (database, MIGRATIONS[i], error)) {
      cloche_database_rollback (database);
      return FALSE;
    }

  if (!cloche_database_execute (database, set_version, error) || !cloche_database_commit (database, error)) {
    cloche_database_rollback (database);
    return FALSE;
  }

  return TRUE;
}
