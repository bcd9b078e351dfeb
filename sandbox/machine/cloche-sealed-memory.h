/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

int      cloche_sealed_memory_copy      (int            from_fd,
                                         GCancellable  *cancellable,
                                         GError       **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean cloche_sealed_memory_is_sealed (int            fd);

G_END_DECLS
