/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean cloche_forge_memory_punch (int            fd,
                                    GCancellable  *cancellable,
                                    GError       **error);

void     cloche_forge_memory_punch_async  (int                   dir_fd,
                                           const char           *name,
                                           GCancellable         *cancellable,
                                           GAsyncReadyCallback   callback,
                                           gpointer              user_data);
gboolean cloche_forge_memory_punch_finish (GAsyncResult  *result,
                                           GError       **error);

G_END_DECLS
