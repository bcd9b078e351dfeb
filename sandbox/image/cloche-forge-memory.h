/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean cloche_forge_memory_punch (int            fd,
                                    GCancellable  *cancellable,
                                    GError       **error);

G_END_DECLS
