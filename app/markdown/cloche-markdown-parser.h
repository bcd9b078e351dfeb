/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-markdown-block.h"

G_BEGIN_DECLS

GPtrArray *cloche_markdown_parse (GBytes *markdown,
                                  gsize  *ret_open) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
