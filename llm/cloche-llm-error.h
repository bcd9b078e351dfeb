/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheLlmError:
 * @CLOCHE_LLM_ERROR_REFUSED: nothing listens at the address; for a local server: it is not running
 * @CLOCHE_LLM_ERROR_HOST_NOT_FOUND: the host's name does not resolve
 * @CLOCHE_LLM_ERROR_UNREACHABLE: no connection for another reason (route, proxy)
 * @CLOCHE_LLM_ERROR_TLS: the server's certificate or its TLS is not acceptable; never ignored
 * @CLOCHE_LLM_ERROR_TIMEOUT: one of our own timers ran out
 * @CLOCHE_LLM_ERROR_INTERRUPTED: the answer broke off before its end mark; keep what came, run no tool of it
 * @CLOCHE_LLM_ERROR_REDIRECTED: the server points elsewhere, which is never followed; the message has the location
 * @CLOCHE_LLM_ERROR_UNAUTHORIZED: 401: a key is missing or wrong
 * @CLOCHE_LLM_ERROR_FORBIDDEN: 403: the server does not let us in; the message is its reason
 * @CLOCHE_LLM_ERROR_MODEL_NOT_FOUND: the server does not have the model: choose or pull one
 * @CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED: the model takes no tools: ask again without them
 * @CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED: the model does not think: ask again without it
 * @CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED: the model does not see: ask again without images
 * @CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED: the request is larger than the model's context: trim, never retry as it is
 * @CLOCHE_LLM_ERROR_BAD_TOOL_CALL: the model wrote a tool call that its server could not read: tell the model
 * @CLOCHE_LLM_ERROR_RATE_LIMITED: 429: ask again later
 * @CLOCHE_LLM_ERROR_TOO_LARGE: 413, or an answer above one of our caps
 * @CLOCHE_LLM_ERROR_SERVER: the server failed (5xx, or an error in mid-stream); the message is its reason
 * @CLOCHE_LLM_ERROR_REJECTED: another 4xx: the request will not be taken as it is
 * @CLOCHE_LLM_ERROR_PROTOCOL: the answer is not what the protocol says
 * @CLOCHE_LLM_ERROR_INVALID_ADDRESS: the endpoint's address cannot be understood
 * @CLOCHE_LLM_ERROR_NOT_FOUND: 404 and no word of a model: the endpoint's address is likely wrong
 * @CLOCHE_LLM_ERROR_NO_CREDIT: 402, or a quota that is used up: waiting does not help
 *
 * Failures of this library. The message is plain facts in English or the server's own words, cut and made printable:
 * show it beneath a sentence chosen by the code. Cancelling is always %G_IO_ERROR_CANCELLED.
 */
typedef enum {
  CLOCHE_LLM_ERROR_REFUSED,
  CLOCHE_LLM_ERROR_HOST_NOT_FOUND,
  CLOCHE_LLM_ERROR_UNREACHABLE,
  CLOCHE_LLM_ERROR_TLS,
  CLOCHE_LLM_ERROR_TIMEOUT,
  CLOCHE_LLM_ERROR_INTERRUPTED,
  CLOCHE_LLM_ERROR_REDIRECTED,
  CLOCHE_LLM_ERROR_UNAUTHORIZED,
  CLOCHE_LLM_ERROR_FORBIDDEN,
  CLOCHE_LLM_ERROR_MODEL_NOT_FOUND,
  CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED,
  CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED,
  CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED,
  CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED,
  CLOCHE_LLM_ERROR_BAD_TOOL_CALL,
  CLOCHE_LLM_ERROR_RATE_LIMITED,
  CLOCHE_LLM_ERROR_TOO_LARGE,
  CLOCHE_LLM_ERROR_SERVER,
  CLOCHE_LLM_ERROR_REJECTED,
  CLOCHE_LLM_ERROR_PROTOCOL,
  CLOCHE_LLM_ERROR_INVALID_ADDRESS,
  CLOCHE_LLM_ERROR_NOT_FOUND,
  CLOCHE_LLM_ERROR_NO_CREDIT,
} ClocheLlmError;

#define CLOCHE_LLM_ERROR (cloche_llm_error_quark ())
GQuark  cloche_llm_error_quark (void);

GError *cloche_llm_error_new_for_status    (unsigned      status,
                                            const char   *detail) G_GNUC_WARN_UNUSED_RESULT;
GError *cloche_llm_error_new_for_transport (const GError *transport) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
