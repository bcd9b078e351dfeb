/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-markdown-block.h"

#include <cmark-gfm.h>

G_BEGIN_DECLS

void _cloche_markdown_flatten (cmark_node *document,
                               const char *text,
                               gsize       start,
                               gsize       end,
                               GPtrArray  *blocks);

G_END_DECLS
