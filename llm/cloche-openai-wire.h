/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat-request.h"
#include "cloche-completion.h"

G_BEGIN_DECLS

/*
 * OpenAI's Chat Completions and what others make of it, as pure functions without I/O.
 * Source: https://platform.openai.com/docs/api-reference/chat and, for the quirks, the servers' own code and issues.
 */

/**
 * ClocheOpenaiQuirks:
 * @CLOCHE_OPENAI_SHORT_IDS: Mistral: ids of calls are nine letters or digits, and no question follows a result directly
 * @CLOCHE_OPENAI_NO_STREAM_OPTIONS: the server does not know "stream_options"
 * @CLOCHE_OPENAI_NO_REASONING: the model takes tools only without reasoning
 * @CLOCHE_OPENAI_EMPTY_REASONING: answers with calls need a "reasoning_content", were it empty
 *
 * What a server wants otherwise. Known by its name, or learnt from its refusal.
 */
typedef enum {
  CLOCHE_OPENAI_SHORT_IDS = 1 << 0,
  CLOCHE_OPENAI_NO_STREAM_OPTIONS = 1 << 1,
  CLOCHE_OPENAI_NO_REASONING = 1 << 2,
  CLOCHE_OPENAI_EMPTY_REASONING = 1 << 3,
} ClocheOpenaiQuirks;

char               *cloche_openai_parse_base_url (const char  *address,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheOpenaiQuirks  cloche_openai_guess_quirks   (const char *base_url);
ClocheOpenaiQuirks  cloche_openai_learn_quirks   (const GError *error);

GBytes             *cloche_openai_build_chat     (ClocheChatRequest  *request,
                                                  ClocheOpenaiQuirks  quirks) G_GNUC_WARN_UNUSED_RESULT;

GError             *cloche_openai_read_error     (unsigned    status,
                                                  const char *bytes,
                                                  gsize       length) G_GNUC_WARN_UNUSED_RESULT;
GError             *cloche_openai_read_failure   (JsonObject *object,
                                                  gboolean    is_error_event) G_GNUC_WARN_UNUSED_RESULT;

GPtrArray          *cloche_openai_read_models    (JsonNode    *answer,
                                                  const char  *endpoint,
                                                  GError     **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
