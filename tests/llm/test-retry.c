/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-retry.h"

#define NOW 1000000000          /* s: Sun, 09 Sep 2001 01:46:40 GMT */

static void
check (unsigned    status,
       const char *should_retry,
       const char *after_ms,
       const char *after,
       int         expected)
{
  const ClocheRetryHints hints = { status, should_retry, after_ms, after };

  g_assert_cmpint (cloche_retry_get_delay_ms (&hints, 1, NOW, 0), ==, expected);
}

static void
test_which (void)
{
  static const unsigned AGAIN[] = { 408, 409, 429, 500, 502, 503, 504, 529 };
  static const unsigned NEVER[] = { 400, 401, 402, 403, 404, 413, 422 };

  for (gsize i = 0; i < G_N_ELEMENTS (AGAIN); i++)
    check (AGAIN[i], NULL, NULL, NULL, 500);
  for (gsize i = 0; i < G_N_ELEMENTS (NEVER); i++)
    check (NEVER[i], NULL, NULL, NULL, CLOCHE_RETRY_NEVER);
  check (400, "true", NULL, NULL, 500);
  check (503, "false", "1", NULL, CLOCHE_RETRY_NEVER);
  check (503, "perhaps", NULL, NULL, 500);
}

/* Seconds, a date, ms; a day is not waited for; nonsense is as if nothing was said. */
static void
test_asked (void)
{
  check (429, NULL, NULL, "7", 7000);
  check (429, NULL, "20", "7", 20);
  check (429, NULL, "0", NULL, 0);
  check (429, NULL, NULL, "60", 60000);
  check (429, NULL, NULL, "61", CLOCHE_RETRY_NEVER);
  check (429, NULL, NULL, "86400", CLOCHE_RETRY_NEVER);
  check (429, NULL, NULL, "Sun, 09 Sep 2001 01:46:50 GMT", 10000);
  check (429, NULL, NULL, "Sun, 09 Sep 2001 01:00:00 GMT", 500);
  check (429, NULL, NULL, "Sun, 09 Sep 2035 01:00:00 GMT", CLOCHE_RETRY_NEVER);
  check (429, NULL, NULL, "-5", 500);
  check (429, NULL, "99999999999999999999", "soon", 500);
}

static void
test_growth (void)
{
  const ClocheRetryHints hints = { 503, NULL, NULL, NULL };

  g_assert_cmpint (cloche_retry_get_delay_ms (&hints, 1, NOW, 1), ==, 375);
  g_assert_cmpint (cloche_retry_get_delay_ms (&hints, 2, NOW, 0), ==, 1000);
  g_assert_cmpint (cloche_retry_get_delay_ms (&hints, 3, NOW, 0), ==, 2000);
  g_assert_cmpint (cloche_retry_get_delay_ms (&hints, 4, NOW, 0), ==, CLOCHE_RETRY_NEVER);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/llm/retry/which", test_which);
  g_test_add_func ("/llm/retry/asked", test_asked);
  g_test_add_func ("/llm/retry/growth", test_growth);

  return g_test_run ();
}
