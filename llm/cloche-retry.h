/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheRetryHints:
 * @status: of HTTP
 * @should_retry: (nullable): the header x-should-retry
 * @after_ms: (nullable): the header retry-after-ms
 * @after: (nullable): the header Retry-After, seconds or a date
 *
 * What a server says with an answer that is no success about asking again.
 */
typedef struct
{
  unsigned status;
  const char *should_retry;
  const char *after_ms;
  const char *after;
} ClocheRetryHints;

#define CLOCHE_RETRY_NEVER (-1)

int cloche_retry_get_delay_ms (const ClocheRetryHints *hints,
                               guint                   n_failed,
                               gint64                  now_s,
                               double                  jitter);

G_END_DECLS
