/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * cloche_autofd:
 *
 * An int that closes the descriptor it holds at the end of its scope; g_steal_fd() hands it over.
 */
#define cloche_autofd __attribute__ ((cleanup (cloche_clear_fd)))

void      cloche_clear_fd       (int *fd);

int       cloche_open_beneath   (int          dir_fd,
                                 const char  *path,
                                 int          flags,
                                 mode_t       mode,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean  cloche_write_all      (int          fd,
                                 const void  *bytes,
                                 gsize        length,
                                 GError     **error);
GBytes   *cloche_read_file_at   (int          dir_fd,
                                 const char  *path,
                                 gsize        max_bytes,
                                 GError     **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean  cloche_replace_file_at (int          dir_fd,
                                  const char  *name,
                                  const void  *bytes,
                                  gsize        length,
                                  mode_t       mode,
                                  GError     **error);
gboolean  cloche_copy_sparse    (int            from_fd,
                                 int            to_fd,
                                 GCancellable  *cancellable,
                                 GError       **error);

G_END_DECLS
