/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

#include <cmark-gfm.h>

G_BEGIN_DECLS

void _cloche_markdown_add_inlines (cmark_node *parent,
                                   GPtrArray  *runs);

G_END_DECLS
