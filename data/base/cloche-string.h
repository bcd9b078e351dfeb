/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean  cloche_set_str (char       **str_pointer,
                          const char  *new_str);

char     *cloche_text_make_printable (const char *bytes,
                                      gssize      length) G_GNUC_WARN_UNUSED_RESULT;
char     *cloche_file_name_sanitize  (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
