/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/* As much of DNS (RFC 1035) as it takes to answer every question with an address of ours or with nothing. Pure. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* bytes: a name in text, without its final dot (RFC 1035, section 2.3.4: 255 octets on the wire). */
#define CLOCHE_DNS_NAME_BYTES 254

/* bytes: an answer of ours is never longer: the header, a question of 255 + 4, one address record of 16. */
#define CLOCHE_DNS_ANSWER_BYTES 512

#define CLOCHE_DNS_TYPE_A 1
#define CLOCHE_DNS_TYPE_AAAA 28
#define CLOCHE_DNS_TYPE_SVCB 64
#define CLOCHE_DNS_TYPE_HTTPS 65

#define CLOCHE_DNS_NO_ERROR 0
#define CLOCHE_DNS_FORMAT_ERROR 1
#define CLOCHE_DNS_NO_SUCH_NAME 3
#define CLOCHE_DNS_REFUSED 5

typedef struct
{
  uint16_t id;
  bool wants_recursion;
  uint16_t type;
  char name[CLOCHE_DNS_NAME_BYTES]; /* lower case; a host name: letters, digits, dashes, underscores, dots */
  bool is_host_name;                /* false: other characters; @name is then empty */
  const uint8_t *question;          /* within the bytes parsed */
  size_t question_length;           /* bytes */
} cloche_dns_query;

/* 0; -EPROTO if there is no saying what is asked, but *ret_query has the id: answer with a format error; -EBADMSG if it is
 * not a query at all: do not answer. */
int    cloche_dns_parse  (const uint8_t    *bytes,
                          size_t            length,
                          cloche_dns_query *ret_query);
/* @address: network byte order, as one A record; 0: none. The answer's length. */
size_t cloche_dns_answer (const cloche_dns_query *query,
                          unsigned                code,
                          uint32_t                address,
                          uint8_t                 answer[CLOCHE_DNS_ANSWER_BYTES]);
