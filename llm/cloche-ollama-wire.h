/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat-request.h"
#include "cloche-completion.h"

G_BEGIN_DECLS

/*
 * Ollama's native dialect (/api/…), as pure functions without I/O.
 * Source: https://github.com/ollama/ollama/blob/main/docs/api.md and the server's api/types.go.
 */

char            *cloche_ollama_parse_host (const char  *host,
                                           GError     **error) G_GNUC_WARN_UNUSED_RESULT;

JsonObject      *cloche_ollama_build_chat (ClocheChatRequest *request) G_GNUC_WARN_UNUSED_RESULT;

gboolean         cloche_ollama_read_chat  (JsonObject        *line,
                                           ClocheCompletion  *completion,
                                           gboolean          *ret_is_done,
                                           GError           **error);
GPtrArray       *cloche_ollama_read_tags  (JsonObject        *answer,
                                           const char        *endpoint,
                                           GError           **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheModelInfo *cloche_ollama_read_show  (JsonObject        *answer,
                                           const char        *endpoint,
                                           const char        *model_id) G_GNUC_WARN_UNUSED_RESULT;
GError          *cloche_ollama_read_error (unsigned           status,
                                           const char        *bytes,
                                           gsize              length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
