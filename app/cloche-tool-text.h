/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gsize  cloche_tool_text_get_whole_length (const char *bytes,
                                          gsize       length);
char  *cloche_tool_text_clean            (const char *bytes,
                                          gsize       length) G_GNUC_WARN_UNUSED_RESULT;
char  *cloche_tool_text_cut              (const char *text,
                                          gsize       max_chars,
                                          gsize      *ret_omitted) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
