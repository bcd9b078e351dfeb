/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-llm-error.h"

#include <gio/gio.h>
#include <libsoup/soup.h>

G_DEFINE_QUARK (cloche-llm-error-quark, cloche_llm_error)

static ClocheLlmError
code_for_status (unsigned status)
{
  switch (status) {
  case 401:
    return CLOCHE_LLM_ERROR_UNAUTHORIZED;
  case 402:
    return CLOCHE_LLM_ERROR_NO_CREDIT;
  case 403:
    return CLOCHE_LLM_ERROR_FORBIDDEN;
  case 404:
    return CLOCHE_LLM_ERROR_NOT_FOUND;
  case 408:
    return CLOCHE_LLM_ERROR_TIMEOUT;
  case 413:
    return CLOCHE_LLM_ERROR_TOO_LARGE;
  case 429:
    return CLOCHE_LLM_ERROR_RATE_LIMITED;
  default:
    if (status >= 500)
      return CLOCHE_LLM_ERROR_SERVER;
    if (status >= 400)
      return CLOCHE_LLM_ERROR_REJECTED;
    return CLOCHE_LLM_ERROR_PROTOCOL;
  }
}

/**
 * cloche_llm_error_new_for_status:
 * @status: an HTTP status that is no success
 * @detail: (nullable): the server's own words, already cut and printable
 *
 * Makes the error for @status as HTTP alone tells it; a wire looks at @detail first for what it knows better.
 */
GError *
cloche_llm_error_new_for_status (unsigned    status,
                                 const char *detail)
{
  if (detail == NULL || *detail == '\0')
    return g_error_new (CLOCHE_LLM_ERROR, code_for_status (status), "HTTP %u", status);

  return g_error_new (CLOCHE_LLM_ERROR, code_for_status (status), "HTTP %u: %s", status, detail);
}

static ClocheLlmError
code_for_io_error (int code)
{
  switch (code) {
  case G_IO_ERROR_CONNECTION_REFUSED:
    return CLOCHE_LLM_ERROR_REFUSED;
  case G_IO_ERROR_PARTIAL_INPUT:
  case G_IO_ERROR_CONNECTION_CLOSED:    /* also broken pipe, which GIO calls the same */
    return CLOCHE_LLM_ERROR_INTERRUPTED;
  case G_IO_ERROR_TIMED_OUT:
    return CLOCHE_LLM_ERROR_TIMEOUT;
  case G_IO_ERROR_INVALID_DATA:         /* a damaged gzip stream */
    return CLOCHE_LLM_ERROR_PROTOCOL;
  default:
    return CLOCHE_LLM_ERROR_UNREACHABLE;
  }
}

static ClocheLlmError
code_for_transport (const GError *transport)
{
  if (transport->domain == G_TLS_ERROR)
    return CLOCHE_LLM_ERROR_TLS;
  if (transport->domain == G_RESOLVER_ERROR)
    return CLOCHE_LLM_ERROR_HOST_NOT_FOUND;
  if (transport->domain == SOUP_SESSION_ERROR)
    return CLOCHE_LLM_ERROR_PROTOCOL;
  if (transport->domain == G_IO_ERROR)
    return code_for_io_error (transport->code);

  return CLOCHE_LLM_ERROR_UNREACHABLE;
}

/**
 * cloche_llm_error_new_for_transport:
 * @transport: what libsoup or GIO said
 *
 * Cancelling stays what it is; all else becomes a code of ours with the same message.
 */
GError *
cloche_llm_error_new_for_transport (const GError *transport)
{
  if (g_error_matches (transport, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (transport);

  return g_error_new_literal (CLOCHE_LLM_ERROR, code_for_transport (transport), transport->message);
}
