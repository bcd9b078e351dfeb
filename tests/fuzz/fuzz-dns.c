/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "fuzz.h"

#include "cloche-dns.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *bytes,
                        size_t         length)
{
  uint8_t answer[CLOCHE_DNS_ANSWER_BYTES];
  cloche_dns_query query;
  int result = cloche_dns_parse (bytes, length, &query);
  size_t n;

  assert (result == 0 || result == -EPROTO || result == -EBADMSG);
  assert (strlen (query.name) < CLOCHE_DNS_NAME_BYTES);
  if (result == -EBADMSG)
    return 0;
  n = cloche_dns_answer (&query, CLOCHE_DNS_NO_ERROR, result == 0 ? 0x01020304 : 0, answer);
  assert (n >= 12 && n <= sizeof answer);
  return 0;
}
