/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* bytes: the size that a conversation's disk claims; it takes only what is written to it. */
#define CLOCHE_DISK_BYTES (G_GUINT64_CONSTANT (32) * 1024 * 1024 * 1024)

void     cloche_disk_make_empty_async  (int                   dir_fd,
                                        const char           *name,
                                        guint64               bytes,
                                        GCancellable         *cancellable,
                                        GAsyncReadyCallback   callback,
                                        gpointer              user_data);
gboolean cloche_disk_make_empty_finish (GAsyncResult  *result,
                                        GError       **error);

G_END_DECLS
