/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-address-floor.h"

#include <string.h>

/*
 * Addresses that lead to the host itself, to its local network or to nowhere. Exactly the list of the architecture,
 * section 6: a service there trusts whoever can reach it, and no rule by name may open it, because whoever owns a name
 * chooses what it resolves to.
 */

typedef struct
{
  guint8 prefix[16];
  guint bits;
} Range;

static const Range V4[] = {
  { { 0 }, 8 },                 /* this network, 0.0.0.0 is the host */
  { { 10 }, 8 },                /* private, RFC 1918 */
  { { 100, 64 }, 10 },          /* carrier's NAT, RFC 6598 */
  { { 127 }, 8 },               /* loopback */
  { { 169, 254 }, 16 },         /* link-local, with the clouds' metadata services */
  { { 172, 16 }, 12 },          /* private */
  { { 192, 168 }, 16 },         /* private */
  { { 224 }, 4 },               /* multicast */
  { { 240 }, 4 },               /* reserved, broadcast */
};

static const Range V6[] = {
  { { 0 }, 128 },               /* unspecified: the host */
  { { [15] = 1 }, 128 },        /* loopback */
  { { 0xfc }, 7 },              /* unique local, RFC 4193 */
  { { 0xfe, 0x80 }, 10 },       /* link-local */
  { { 0xff }, 8 },              /* multicast */
};

/* IPv6 addresses that stand for an IPv4 one, and where in them its four bytes are. */
static const struct {
  Range range;
  guint offset;
} EMBEDDED[] = {
  { { { [10] = 0xff, [11] = 0xff }, 96 }, 12 },                 /* mapped, RFC 4291 */
  { { { 0x20, 0x02 }, 16 }, 2 },                                /* 6to4, RFC 3056 */
  { { { 0x00, 0x64, 0xff, 0x9b }, 96 }, 12 },                   /* NAT64, RFC 6052 */
  { { { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48 }, 12 },       /* NAT64 of a site, RFC 8215, with a /96 in it */
};

static gboolean
range_covers (const Range  *range,
              const guint8 *bytes)
{
  guint whole = range->bits / 8;
  guint rest = range->bits % 8;

  return memcmp (range->prefix, bytes, whole) == 0 &&
         (rest == 0 || (range->prefix[whole] ^ bytes[whole]) >> (8 - rest) == 0);
}

static gboolean
v4_covers (const guint8 *bytes)
{
  for (gsize i = 0; i < G_N_ELEMENTS (V4); i++)
    if (range_covers (&V4[i], bytes))
      return TRUE;

  return FALSE;
}

/**
 * cloche_address_floor_covers:
 *
 * Whether @address lies in the floor, by itself or by the IPv4 address in it. Then it is refused, unless a rule names
 * that very address.
 */
gboolean
cloche_address_floor_covers (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4)
    return v4_covers (bytes);

  for (gsize i = 0; i < G_N_ELEMENTS (V6); i++)
    if (range_covers (&V6[i], bytes))
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (EMBEDDED); i++)
    if (range_covers (&EMBEDDED[i].range, bytes) && v4_covers (bytes + EMBEDDED[i].offset))
      return TRUE;

  return FALSE;
}
