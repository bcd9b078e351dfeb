/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-dns.h"

#include <errno.h>
#include <string.h>

#define HEADER_BYTES 12
#define CLASS_IN 1

/* seconds that an answer may be kept: an address means its name for as long as the machine lives, or nearly. */
#define TTL_S 60

static uint16_t
get_16 (const uint8_t *bytes)
{
  return (uint16_t) (bytes[0] << 8 | bytes[1]);
}

static void
put_16 (uint8_t *bytes,
        unsigned value)
{
  bytes[0] = (uint8_t) (value >> 8);
  bytes[1] = (uint8_t) value;
}

static bool
is_host_character (uint8_t c)
{
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* The name at *at, which moves behind it. A pointer (section 4.1.4) has nothing to point to in a query's only name. */
static int
parse_name (const uint8_t    *bytes,
            size_t            length,
            size_t           *at,
            cloche_dns_query *query)
{
  size_t n = 0;

  query->is_host_name = true;
  for (;;) {
    size_t label;

    if (*at >= length)
      return -EPROTO;
    label = bytes[(*at)++];
    if (label == 0)
      break;
    if (label > 63 || label > length - *at || n + label + 1 >= CLOCHE_DNS_NAME_BYTES)
      return -EPROTO;
    if (n > 0)
      query->name[n++] = '.';
    for (size_t i = 0; i < label; i++) {
      uint8_t c = bytes[(*at)++];

      c = c >= 'A' && c <= 'Z' ? (uint8_t) (c - 'A' + 'a') : c;
      query->is_host_name = query->is_host_name && is_host_character (c);
      query->name[n++] = (char) c;
    }
  }
  query->name[n] = '\0';
  if (n == 0)
    query->is_host_name = false;
  if (!query->is_host_name)
    query->name[0] = '\0';
  return 0;
}

int
cloche_dns_parse (const uint8_t    *bytes,
                  size_t            length,
                  cloche_dns_query *ret_query)
{
  size_t at = HEADER_BYTES;

  *ret_query = (cloche_dns_query) { 0 };
  if (length < HEADER_BYTES || (bytes[2] & 0x80) != 0) /* QR: a response */
    return -EBADMSG;
  ret_query->id = get_16 (bytes);
  ret_query->wants_recursion = (bytes[2] & 0x01) != 0;
  if ((bytes[2] & 0x78) != 0 || get_16 (bytes + 4) != 1) /* OPCODE, QDCOUNT */
    return -EPROTO;
  if (parse_name (bytes, length, &at, ret_query) < 0 || length - at < 4 || get_16 (bytes + at + 2) != CLASS_IN)
    return -EPROTO;
  ret_query->type = get_16 (bytes + at);
  ret_query->question = bytes + HEADER_BYTES;
  ret_query->question_length = at + 4 - HEADER_BYTES;
  return 0;
}

size_t
cloche_dns_answer (const cloche_dns_query *query,
                   unsigned                code,
                   uint32_t                address,
                   uint8_t                 answer[CLOCHE_DNS_ANSWER_BYTES])
{
  size_t length = HEADER_BYTES;

  memset (answer, 0, HEADER_BYTES);
  put_16 (answer, query->id);
  answer[2] = query->wants_recursion ? 0x85 : 0x84; /* QR, AA, RD */
  answer[3] = (uint8_t) (0x80 | code);              /* RA, RCODE */
  if (query->question == NULL)
    return length;
  put_16 (answer + 4, 1);
  memcpy (answer + length, query->question, query->question_length);
  length += query->question_length;
  if (address == 0)
    return length;
  put_16 (answer + 6, 1);
  put_16 (answer + length, 0xc000 | HEADER_BYTES); /* the question's name */
  put_16 (answer + length + 2, CLOCHE_DNS_TYPE_A);
  put_16 (answer + length + 4, CLASS_IN);
  put_16 (answer + length + 6, 0);
  put_16 (answer + length + 8, TTL_S);
  put_16 (answer + length + 10, sizeof address);
  memcpy (answer + length + 12, &address, sizeof address);
  return length + 12 + sizeof address;
}
