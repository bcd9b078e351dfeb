/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

void    cloche_json_set_bytes (JsonObject *object,
                               GBytes     *bytes);
GBytes *cloche_json_dup_bytes (JsonObject *object) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
