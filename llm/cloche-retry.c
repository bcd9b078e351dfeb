/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-retry.h"

#include <libsoup/soup.h>

/* times that a request is sent again before a person is told. */
#define MAX_RETRIES 3

/* ms: the first wait, doubled each time, and the longest. */
#define FIRST_DELAY_MS 500
#define LAST_DELAY_MS 8000

/* ms: who asks for more is not waited for in silence: the person is told instead. */
#define MAX_ASKED_MS (60 * 1000)

static gboolean
is_worth_it (const ClocheRetryHints *hints)
{
  if (g_strcmp0 (hints->should_retry, "true") == 0)
    return TRUE;
  if (g_strcmp0 (hints->should_retry, "false") == 0)
    return FALSE;

  return hints->status == 408 || hints->status == 409 || hints->status == 429 || hints->status >= 500;
}

/* What the server asks for; -1: nothing, or nothing that makes sense. */
static gint64
get_asked_ms (const ClocheRetryHints *hints,
              gint64                  now_s)
{
  g_autoptr (GDateTime) date = NULL;
  guint64 number;

  if (hints->after_ms != NULL && g_ascii_string_to_unsigned (hints->after_ms, 10, 0, G_MAXINT, &number, NULL))
    return (gint64) number;
  if (hints->after == NULL)
    return -1;
  if (g_ascii_string_to_unsigned (hints->after, 10, 0, G_MAXINT, &number, NULL))
    return (gint64) number * 1000;

  date = soup_date_time_new_from_http_string (hints->after);
  return date != NULL && g_date_time_to_unix (date) >= now_s ? (g_date_time_to_unix (date) - now_s) * 1000 : -1;
}

/**
 * cloche_retry_get_delay_ms:
 * @n_failed: how often the request has failed so far, at least once
 * @now_s: the time, for a date
 * @jitter: 0 to 1, random, so that many clients do not come back as one
 *
 * When to ask again. To be called only while nothing of an answer has been shown.
 *
 * Returns: ms, or %CLOCHE_RETRY_NEVER. Source: the official clients, https://github.com/openai/openai-node, client.ts.
 */
int
cloche_retry_get_delay_ms (const ClocheRetryHints *hints,
                           guint                   n_failed,
                           gint64                  now_s,
                           double                  jitter)
{
  gint64 asked;
  int delay = FIRST_DELAY_MS;

  if (n_failed > MAX_RETRIES || !is_worth_it (hints))
    return CLOCHE_RETRY_NEVER;

  asked = get_asked_ms (hints, now_s);
  if (asked > MAX_ASKED_MS)
    return CLOCHE_RETRY_NEVER;
  if (asked >= 0)
    return (int) asked;

  for (guint i = 1; i < n_failed; i++)
    delay = MIN (2 * delay, LAST_DELAY_MS);

  return (int) (delay * (1 - 0.25 * jitter));
}
