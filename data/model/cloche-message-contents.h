/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"

G_BEGIN_DECLS

/**
 * ClocheContentFunc:
 * @content: one of the message's
 *
 * Returns: (transfer full): what takes its place, which may be @content itself, or %NULL with @error set
 */
typedef ClocheContent *(*ClocheContentFunc) (ClocheContent  *content,
                                             gpointer        user_data,
                                             GError        **error);

ClocheMessage *cloche_message_map_contents (ClocheMessage      *message,
                                            ClocheContentFunc   func,
                                            gpointer            user_data,
                                            GError            **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
