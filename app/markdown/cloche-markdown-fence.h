/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *cloche_markdown_dup_fenced (const char *language,
                                  const char *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
