/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-byte-server.h"
#include "cloche-llm-error.h"
#include "cloche-ollama.h"
#include "cloche-test-async.h"

G_BEGIN_DECLS

#define NDJSON "Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n"
#define SAY(text) "{\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"done\":false}\n"
#define CALL(id, code) "{\"message\":{\"content\":\"\",\"tool_calls\":[{\"id\":\"" id "\",\"function\":" \
  "{\"name\":\"run_python\",\"arguments\":{\"code\":\"" code "\"}}}]},\"done\":false}\n"
#define DONE "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":15}\n"

/* A server that is told byte by byte what to answer, and a provider that asks it. */
typedef struct
{
  ClocheByteServer *server;
  ClocheLlmHttp *http;
  ClocheProvider *ollama;
  ClocheCompletion *completion;
  GCancellable *cancellable;
  GAsyncResult *result;
} OllamaFixture;

void     ollama_fixture_set_up    (OllamaFixture *self,
                                   gconstpointer  data);
void     ollama_fixture_tear_down (OllamaFixture *self,
                                   gconstpointer  data);

void     ollama_start_chat   (OllamaFixture  *self);
gboolean ollama_finish_chat  (OllamaFixture  *self,
                              GError        **error);
gboolean ollama_chat_with    (OllamaFixture  *self,
                              const char     *headers,
                              const char     *body,
                              gboolean        is_split,
                              GError        **error);
void     ollama_assert_parts (OllamaFixture  *self,
                              const char     *expected);

#define OLLAMA_ADD(name, function, data) \
  g_test_add ("/llm/ollama/" name, OllamaFixture, data, ollama_fixture_set_up, function, ollama_fixture_tear_down)

G_END_DECLS
