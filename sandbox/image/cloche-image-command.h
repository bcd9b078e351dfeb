/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheImageLineFunc:
 * @line: one line of a program's output, printable, without its end
 */
typedef void (*ClocheImageLineFunc) (const char *line,
                                     gpointer    user_data);

gboolean cloche_image_command_run (const char *const    *argv,
                                   const char *const    *environment,
                                   ClocheImageLineFunc   line_func,
                                   gpointer              user_data,
                                   GCancellable         *cancellable,
                                   GError              **error);

GStrv    cloche_image_command_in_namespace (const char *const  *argv,
                                            GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
