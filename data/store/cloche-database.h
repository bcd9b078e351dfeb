/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/**
 * ClocheDatabase:
 *
 * One connection to one SQLite file. Belongs to one thread.
 */
typedef struct _ClocheDatabase ClocheDatabase;

ClocheDatabase *cloche_database_open (const char  *path,
                                      GError     **error) G_GNUC_WARN_UNUSED_RESULT;
void            cloche_database_free (ClocheDatabase *self);

gboolean        cloche_database_is_read_only (ClocheDatabase *self);
gint64          cloche_database_get_version  (ClocheDatabase *self);

gboolean        cloche_database_execute (ClocheDatabase  *self,
                                         const char      *sql,
                                         GError         **error);
sqlite3_stmt   *cloche_database_query   (ClocheDatabase  *self,
                                         GError         **error,
                                         const char      *sql,
                                         const char      *types,
                                         ...) G_GNUC_WARN_UNUSED_RESULT;
gboolean        cloche_database_step    (ClocheDatabase  *self,
                                         sqlite3_stmt    *statement,
                                         gboolean        *ret_row,
                                         GError         **error);
gint64          cloche_database_write   (ClocheDatabase  *self,
                                         GError         **error,
                                         const char      *sql,
                                         const char      *types,
                                         ...);

gboolean        cloche_database_begin    (ClocheDatabase  *self,
                                          GError         **error);
gboolean        cloche_database_commit   (ClocheDatabase  *self,
                                          GError         **error);
void            cloche_database_rollback (ClocheDatabase *self);

const char     *cloche_column_text (sqlite3_stmt *statement,
                                    int           column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheDatabase, cloche_database_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

G_END_DECLS
