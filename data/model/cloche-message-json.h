/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"

G_BEGIN_DECLS

JsonObject    *cloche_message_to_json   (ClocheMessage *message) G_GNUC_WARN_UNUSED_RESULT;
ClocheMessage *cloche_message_from_json (JsonObject  *json,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
