/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-client-hello.h"

/* A hello reads the same in one piece and byte by byte, and its name has no NUL in it. */
int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  g_autoptr (ClocheClientHello) whole = cloche_client_hello_new ();
  g_autoptr (ClocheClientHello) drip = cloche_client_hello_new ();
  ClocheParse state = cloche_client_hello_feed (whole, bytes, length);

  for (size_t i = 0; i < length; i++)
    (void) cloche_client_hello_feed (drip, bytes + i, 1);

  g_assert_cmpint (cloche_client_hello_feed (drip, NULL, 0), ==, state);
  g_assert_cmpstr (cloche_client_hello_get_name (drip), ==, cloche_client_hello_get_name (whole));
  g_assert_true (state == CLOCHE_PARSE_DONE || cloche_client_hello_get_name (whole) == NULL);

  return 0;
}
