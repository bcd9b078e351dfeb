/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-notice.h"

#include "cloche-llm-error.h"

#include <gio/gio.h>
#include <glib/gi18n.h>

/*
 * What the store keeps is a code, and what a person reads is a sentence in their language: this file has both. The codes
 * are kept in databases, so none is ever renamed.
 */

static const struct
{
  const char *code;
  const char *words;
} WORDS[] = {
  { CLOCHE_NOTICE_VARIABLES_LOST, N_ ("The machine was started anew. Variables are lost, files are kept.") },
  { CLOCHE_NOTICE_DISK_FULL,
    N_ ("Your computer’s disk is full. The machine waits, and goes on by itself when you have made room. Nothing is lost.") },
  { CLOCHE_NOTICE_NETWORK_ENDED,
    N_ ("The part of Cloche that lets this machine reach the network has ended. What runs in the machine goes on, but it "
        "reaches nothing until it is stopped, as “clochectl vm stop” does, and starts again.") },
  { CLOCHE_NOTICE_NOT_SAVED, N_ ("This could not be saved. It is here until you close the conversation.") },
  { CLOCHE_NOTICE_ORIGINAL_REPLACED,
    N_ ("Your file was replaced by the version from this conversation. What it was before is kept here:") },
  { CLOCHE_NOTICE_ORIGINAL_RESTORED, N_ ("The replacement was undone. Your file is as it was:") },
  { "stopped", N_ ("Stopped.") },
  { "cut", N_ ("The answer was cut off: the model's limit was reached.") },
  { "refused", N_ ("The model declined to answer.") },
  { "too-many-rounds", N_ ("Stopped after many steps. Say “go on” to let the model continue.") },
  { "repeated", N_ ("Stopped: the model was repeating the same step.") },
  { "empty", N_ ("The model had nothing to say. Try to ask in another way.") },
  { "failed", N_ ("Something went wrong.") },

  { "llm-refused", N_ ("The model's server is not running.") },
  { "llm-host-not-found", N_ ("The model's server was not found. Is its address right?") },
  { "llm-unreachable", N_ ("The model's server cannot be reached.") },
  { "llm-tls", N_ ("The model's server could not prove who it is, so nothing was sent.") },
  { "llm-timeout", N_ ("The model's server took too long to answer.") },
  { "llm-interrupted", N_ ("The connection to the model broke off. What had come is kept.") },
  { "llm-redirected", N_ ("The model's server pointed elsewhere. Check its address.") },
  { "llm-unauthorized", N_ ("The model's server wants a key, or another one.") },
  { "llm-forbidden", N_ ("The model's server does not let you in.") },
  { "llm-model-not-found", N_ ("The server does not have this model. Choose another one.") },
  { "llm-tools-unsupported", N_ ("This model cannot use tools.") },
  { "llm-thinking-unsupported", N_ ("This model cannot think first.") },
  { "llm-images-unsupported", N_ ("This model cannot see pictures.") },
  { "llm-context-exceeded", N_ ("The conversation is too long for this model.") },
  { "llm-bad-tool-call", N_ ("The model tried to use a tool in a way that its server could not read.") },
  { "llm-rate-limited", N_ ("The model's server asks to wait a while.") },
  { "llm-too-large", N_ ("The answer was too large.") },
  { "llm-server", N_ ("The model's server reported a problem.") },
  { "llm-rejected", N_ ("The model's server did not accept the question.") },
  { "llm-protocol", N_ ("The model's server answered something that cannot be understood. Is it a model server?") },
  { "llm-invalid-address", N_ ("The address of the model's server cannot be understood.") },
  { "llm-not-found", N_ ("The model's server has nothing at its address. Is the address right and complete?") },
  { "llm-no-credit", N_ ("The account at the model's server has no credit left.") },
};

/**
 * cloche_notice_get_words:
 * @code: (nullable): of a notice part or a message's error
 *
 * The translated sentence for @code; for one that this version does not know, that something went wrong.
 */
const char *
cloche_notice_get_words (const char *code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (WORDS); i++)
    if (g_strcmp0 (WORDS[i].code, code) == 0)
      return _ (WORDS[i].words);

  return _ ("Something went wrong.");
}

/**
 * cloche_notice_dup_code_of_error:
 * @error: what ended an answer
 */
char *
cloche_notice_dup_code_of_error (const GError *error)
{
  static const char *const CODES[] = {
    [CLOCHE_LLM_ERROR_REFUSED] = "llm-refused",
    [CLOCHE_LLM_ERROR_HOST_NOT_FOUND] = "llm-host-not-found",
    [CLOCHE_LLM_ERROR_UNREACHABLE] = "llm-unreachable",
    [CLOCHE_LLM_ERROR_TLS] = "llm-tls",
    [CLOCHE_LLM_ERROR_TIMEOUT] = "llm-timeout",
    [CLOCHE_LLM_ERROR_INTERRUPTED] = "llm-interrupted",
    [CLOCHE_LLM_ERROR_REDIRECTED] = "llm-redirected",
    [CLOCHE_LLM_ERROR_UNAUTHORIZED] = "llm-unauthorized",
    [CLOCHE_LLM_ERROR_FORBIDDEN] = "llm-forbidden",
    [CLOCHE_LLM_ERROR_MODEL_NOT_FOUND] = "llm-model-not-found",
    [CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED] = "llm-tools-unsupported",
    [CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED] = "llm-thinking-unsupported",
    [CLOCHE_LLM_ERROR_IMAGES_UNSUPPORTED] = "llm-images-unsupported",
    [CLOCHE_LLM_ERROR_CONTEXT_EXCEEDED] = "llm-context-exceeded",
    [CLOCHE_LLM_ERROR_BAD_TOOL_CALL] = "llm-bad-tool-call",
    [CLOCHE_LLM_ERROR_RATE_LIMITED] = "llm-rate-limited",
    [CLOCHE_LLM_ERROR_TOO_LARGE] = "llm-too-large",
    [CLOCHE_LLM_ERROR_SERVER] = "llm-server",
    [CLOCHE_LLM_ERROR_REJECTED] = "llm-rejected",
    [CLOCHE_LLM_ERROR_PROTOCOL] = "llm-protocol",
    [CLOCHE_LLM_ERROR_INVALID_ADDRESS] = "llm-invalid-address",
    [CLOCHE_LLM_ERROR_NOT_FOUND] = "llm-not-found",
    [CLOCHE_LLM_ERROR_NO_CREDIT] = "llm-no-credit",
  };

  if (error->domain == CLOCHE_LLM_ERROR && error->code >= 0 && (gsize) error->code < G_N_ELEMENTS (CODES))
    return g_strdup (CODES[error->code]);

  return g_strdup ("failed");
}
