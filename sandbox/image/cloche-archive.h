/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <gio/gio.h>

G_BEGIN_DECLS

/* libarchive's handles, freed at the end of a scope. */
typedef struct archive ClocheArchiveReader;
typedef struct archive ClocheArchiveWriter;
typedef struct archive_entry ClocheArchiveEntry;

gboolean cloche_archive_check (struct archive  *archive,
                               int              status,
                               const char      *what,
                               GError         **error);

GBytes  *cloche_archive_read_xz (const char  *path,
                                 gsize        max_bytes,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheArchiveReader, archive_read_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheArchiveWriter, archive_write_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheArchiveEntry, archive_entry_free)

G_END_DECLS
