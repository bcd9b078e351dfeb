/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-llm-http.h"
#include "cloche-provider.h"

G_BEGIN_DECLS

/**
 * ClocheOpenai:
 *
 * A server that speaks OpenAI's Chat Completions: OpenAI itself, most clouds, and most programs that run models.
 */
#define CLOCHE_TYPE_OPENAI (cloche_openai_get_type ())
G_DECLARE_FINAL_TYPE (ClocheOpenai, cloche_openai, CLOCHE, OPENAI, GObject)

ClocheOpenai *cloche_openai_new (ClocheLlmHttp  *http,
                                 const char     *endpoint,
                                 const char     *address,
                                 const char     *key,
                                 GError        **error) G_GNUC_WARN_UNUSED_RESULT;

const char   *cloche_openai_get_base_url (ClocheOpenai *self);

G_END_DECLS
