/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-llm-http.h"
#include "cloche-provider.h"

G_BEGIN_DECLS

/**
 * ClocheOllama:
 *
 * An Ollama server, spoken to in its native dialect: only there can the context be set, and it reports times.
 */
#define CLOCHE_TYPE_OLLAMA (cloche_ollama_get_type ())
G_DECLARE_FINAL_TYPE (ClocheOllama, cloche_ollama, CLOCHE, OLLAMA, GObject)

ClocheOllama *cloche_ollama_new (ClocheLlmHttp  *http,
                                 const char     *endpoint,
                                 const char     *address,
                                 const char     *key,
                                 GError        **error) G_GNUC_WARN_UNUSED_RESULT;

const char   *cloche_ollama_get_base_url (ClocheOllama *self);

void          cloche_ollama_get_version_async  (ClocheOllama         *self,
                                                GCancellable         *cancellable,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
char         *cloche_ollama_get_version_finish (ClocheOllama         *self,
                                                GAsyncResult         *result,
                                                GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
