/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-item.h"

G_BEGIN_DECLS

char *cloche_item_markdown_build (ClocheItem *item) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
