/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-first-bytes.h"

#include "cloche-client-hello.h"
#include "cloche-egress-name.h"
#include "cloche-http-head.h"

#include <string.h>

/*
 * Both parsers get every byte; a protocol is known when one of them is done or bad, or when both say "other".
 * No byte string is TLS to one and HTTP to the other, since TLS begins with 0x16, which is no character of a method.
 *
 *   TLS   the server name equals the host. Without one: fine for an address, which TLS cannot name (RFC 6066), and on a
 *         port that a rule names, but never on 443 with a name, where every client of our days sends it
 *   HTTP  Host and, where it has one, the target equal the host; a port in them equals the port
 *   else  fine on a port that a rule names
 */

#define TLS_PORT 443

struct _ClocheFirstBytes
{
  char *name;
  gboolean is_address;
  guint16 port;
  ClocheEgressGrant grant;
  gsize n_bytes;
  ClocheClientHello *hello;
  ClocheHttpHead *head;
};

/**
 * cloche_first_bytes_new:
 * @name: the allowed host, as cloche_egress_name_parse() returns it
 * @grant: what the policy says of it; not none
 */
ClocheFirstBytes *
cloche_first_bytes_new (const char       *name,
                        guint16           port,
                        ClocheEgressGrant grant)
{
  ClocheFirstBytes *self = g_new0 (ClocheFirstBytes, 1);
  g_autoptr (GInetAddress) address = NULL;

  self->name = cloche_egress_name_parse (name, &address, NULL);
  g_assert (self->name != NULL && grant != CLOCHE_EGRESS_GRANT_NONE);
  self->is_address = address != NULL;
  self->port = port;
  self->grant = grant;
  self->hello = cloche_client_hello_new ();
  self->head = cloche_http_head_new ();

  return self;
}

void
cloche_first_bytes_free (ClocheFirstBytes *self)
{
  cloche_client_hello_free (self->hello);
  cloche_http_head_free (self->head);
  g_free (self->name);
  g_free (self);
}

static ClocheFirstBytesVerdict
refuse (ClocheEgressReason  reason,
        ClocheEgressReason *ret_reason)
{
  *ret_reason = reason;
  return CLOCHE_FIRST_BYTES_REFUSE;
}

static gboolean
is_our_host (ClocheFirstBytes *self,
             const char       *host)
{
  /* A name with bytes beyond ASCII is on no wire, and is not to be translated into one that is. */
  g_autofree char *name = g_str_is_ascii (host) ? cloche_egress_name_parse (host, NULL, NULL) : NULL;

  return g_strcmp0 (name, self->name) == 0;
}

static ClocheFirstBytesVerdict
judge_hello (ClocheFirstBytes   *self,
             ClocheEgressReason *ret_reason)
{
  const char *name = cloche_client_hello_get_name (self->hello);

  if (name != NULL)
    return is_our_host (self, name) ? CLOCHE_FIRST_BYTES_PASS
                                    : refuse (CLOCHE_EGRESS_REASON_SNI_MISMATCH, ret_reason);
  if (self->is_address)
    return CLOCHE_FIRST_BYTES_PASS;
  if (self->grant == CLOCHE_EGRESS_GRANT_ANY_PROTOCOL && self->port != TLS_PORT)
    return CLOCHE_FIRST_BYTES_PASS_UNNAMED;

  return refuse (CLOCHE_EGRESS_REASON_NO_SNI, ret_reason);
}

static ClocheFirstBytesVerdict
judge_head (ClocheFirstBytes   *self,
            ClocheEgressReason *ret_reason)
{
  const char *const *hosts = cloche_http_head_get_hosts (self->head);

  if (hosts[0] == NULL)
    return refuse (CLOCHE_EGRESS_REASON_HOST_MISMATCH, ret_reason);

  for (; *hosts != NULL; hosts++) {
    g_autofree char *host = NULL;
    guint16 port;

    if (!cloche_http_host_split (*hosts, &host, &port) || (port != 0 && port != self->port) ||
        !is_our_host (self, host))
      return refuse (CLOCHE_EGRESS_REASON_HOST_MISMATCH, ret_reason);
  }

  return CLOCHE_FIRST_BYTES_PASS;
}

static ClocheFirstBytesVerdict
judge_other (ClocheFirstBytes   *self,
             ClocheEgressReason *ret_reason)
{
  if (self->grant == CLOCHE_EGRESS_GRANT_ANY_PROTOCOL)
    return CLOCHE_FIRST_BYTES_PASS_UNNAMED;

  return refuse (CLOCHE_EGRESS_REASON_UNKNOWN_PROTOCOL, ret_reason);
}

/**
 * cloche_first_bytes_feed:
 * @bytes: the next bytes of the client; may end anywhere
 * @ret_reason: (out): set if it is refused
 *
 * Not to be fed again after any verdict but hold.
 */
ClocheFirstBytesVerdict
cloche_first_bytes_feed (ClocheFirstBytes   *self,
                         const guint8       *bytes,
                         gsize               length,
                         ClocheEgressReason *ret_reason)
{
  ClocheParse hello, head;

  g_return_val_if_fail (self != NULL, CLOCHE_FIRST_BYTES_REFUSE);

  hello = cloche_client_hello_feed (self->hello, bytes, length);
  head = cloche_http_head_feed (self->head, bytes, length);
  self->n_bytes += length;

  if (hello == CLOCHE_PARSE_DONE)
    return judge_hello (self, ret_reason);
  if (head == CLOCHE_PARSE_DONE)
    return judge_head (self, ret_reason);
  if (hello == CLOCHE_PARSE_BAD || head == CLOCHE_PARSE_BAD)
    return refuse (CLOCHE_EGRESS_REASON_BAD_REQUEST, ret_reason);
  if (hello == CLOCHE_PARSE_OTHER && head == CLOCHE_PARSE_OTHER)
    return judge_other (self, ret_reason);
  if (self->n_bytes >= CLOCHE_FIRST_BYTES_MAX)
    return refuse (CLOCHE_EGRESS_REASON_BAD_REQUEST, ret_reason);

  return CLOCHE_FIRST_BYTES_HOLD;
}

/**
 * cloche_first_bytes_end:
 *
 * The client has said all it has to say, without ever having been understood. Nothing at all is fine; the beginning of
 * TLS or HTTP is not; anything else could have been another protocol.
 */
ClocheFirstBytesVerdict
cloche_first_bytes_end (ClocheFirstBytes   *self,
                        ClocheEgressReason *ret_reason)
{
  g_return_val_if_fail (self != NULL, CLOCHE_FIRST_BYTES_REFUSE);

  if (self->n_bytes == 0)
    return CLOCHE_FIRST_BYTES_PASS;
  if (cloche_client_hello_feed (self->hello, NULL, 0) == CLOCHE_PARSE_MORE ||
      cloche_http_head_end (self->head) == CLOCHE_PARSE_BAD)
    return refuse (CLOCHE_EGRESS_REASON_BAD_REQUEST, ret_reason);

  return judge_other (self, ret_reason);
}
