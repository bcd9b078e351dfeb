/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"

G_BEGIN_DECLS

GPtrArray     *cloche_history_normalize   (GPtrArray     *history,
                                           gboolean       with_images) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessage *cloche_history_reduce      (ClocheMessage *message,
                                           gsize          max_result_chars,
                                           gboolean       with_images) G_GNUC_WARN_UNUSED_RESULT;
gboolean       cloche_history_is_image    (ClocheOutput  *output);
char          *cloche_history_dup_notices (ClocheMessage *results) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
