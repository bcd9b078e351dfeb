/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean cloche_initrd_write_modules (int                 fd,
                                      const char         *tree_path,
                                      const char *const  *names,
                                      gsize              *ret_bytes,
                                      GError            **error);

G_END_DECLS
