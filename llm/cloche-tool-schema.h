/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-chat-request.h"

G_BEGIN_DECLS

JsonObject *cloche_tool_schema_simplify        (JsonObject        *schema) G_GNUC_WARN_UNUSED_RESULT;
JsonArray  *cloche_tool_schema_build_functions (ClocheChatRequest *request) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
