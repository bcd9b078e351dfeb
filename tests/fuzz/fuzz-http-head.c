/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-http-head.h"

/* A head reads the same in one piece and byte by byte, and every host in it can be looked at. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  g_autoptr (ClocheHttpHead) whole = cloche_http_head_new ();
  g_autoptr (ClocheHttpHead) drip = cloche_http_head_new ();
  ClocheParse state = cloche_http_head_feed (whole, bytes, length);

  for (size_t i = 0; i < length; i++)
    (void) cloche_http_head_feed (drip, bytes + i, 1);

  g_assert_cmpint (cloche_http_head_feed (drip, NULL, 0), ==, state);
  g_assert_true (g_strv_equal (cloche_http_head_get_hosts (drip), cloche_http_head_get_hosts (whole)));

  for (const char *const *hosts = cloche_http_head_get_hosts (whole); *hosts != NULL; hosts++) {
    g_autofree char *host = NULL;
    guint16 port;

    if (cloche_http_host_split (*hosts, &host, &port))
      g_assert_nonnull (host);
  }
  g_assert_cmpint (cloche_http_head_end (whole), !=, CLOCHE_PARSE_MORE);

  return 0;
}
