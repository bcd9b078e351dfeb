/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

GPtrArray *cloche_kernel_modules_resolve (const char         *modules_dep,
                                          const char         *modules_builtin,
                                          const char *const  *names,
                                          GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
