/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-name.h"

#include "cloche-egress-reason.h"

#include <arpa/inet.h>
#include <string.h>

/*
 * A host is either an address in its one plain form or a DNS name; nothing may be a name to us and an address to the
 * resolver, or the other way round. inet_aton() takes "127.1", "0x7f.1", "017700000001" and "2130706433" for 127.0.0.1,
 * and so may a resolver. The rule of the WHATWG URL standard ("ends in a number") separates the two: what has a number
 * as its last label has to be a dotted quad, or is refused.
 */

/* bytes: one label of a DNS name (RFC 1035, section 2.3.4). */
#define LABEL_BYTES 63

static char *
refuse (GError    **error,
        const char *text,
        const char *why)
{
  g_set_error (error, CLOCHE_EGRESS_REFUSAL, CLOCHE_EGRESS_REASON_BAD_NAME, "“%.300s” %s", text, why);
  return NULL;
}

static gboolean
label_is_number (const char *label)
{
  if (g_ascii_strncasecmp (label, "0x", 2) == 0)
    return strspn (label + 2, "0123456789abcdefABCDEF") == strlen (label + 2);

  return *label != '\0' && strspn (label, "0123456789") == strlen (label);
}

static gboolean
ends_in_number (const char *name)
{
  const char *dot = strrchr (name, '.');

  return label_is_number (dot != NULL ? dot + 1 : name);
}

/* An IPv4 address in an IPv6 one is that IPv4 address to the kernel, so it has to be that to the rules. */
static GInetAddress *
address_new (const char *text)
{
  static const guint8 MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
  guint8 bytes[16];

  if (inet_pton (AF_INET, text, bytes) == 1)
    return g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV4);
  if (inet_pton (AF_INET6, text, bytes) != 1)
    return NULL;
  if (memcmp (bytes, MAPPED, sizeof MAPPED) == 0)
    return g_inet_address_new_from_bytes (bytes + sizeof MAPPED, G_SOCKET_FAMILY_IPV4);

  return g_inet_address_new_from_bytes (bytes, G_SOCKET_FAMILY_IPV6);
}

/* Letters, digits, hyphens, and the underscore that real names have although host names may not (RFC 8552). */
static gboolean
is_name (const char *name)
{
  gsize label = 0;

  for (const char *p = name; *p != '\0'; p++) {
    if (*p == '.' ? label == 0 : !g_ascii_isalnum (*p) && *p != '-' && *p != '_')
      return FALSE;
    if (*p == '-' && (label == 0 || p[1] == '.' || p[1] == '\0'))
      return FALSE;
    label = *p == '.' ? 0 : label + 1;
    if (label > LABEL_BYTES)
      return FALSE;
  }

  return label > 0 && strlen (name) <= CLOCHE_EGRESS_NAME_BYTES;
}

static char *
to_ascii (const char *text)
{
  gsize length = strlen (text);

  /* g_hostname_to_ascii() leaves pure ASCII alone but for its case. It is quadratic in places, hence the cap. */
  if (length == 0 || length > 4 * CLOCHE_EGRESS_NAME_BYTES || !g_utf8_validate (text, -1, NULL))
    return NULL;

  return g_str_is_ascii (text) ? g_ascii_strdown (text, -1) : g_hostname_to_ascii (text);
}

/**
 * cloche_egress_name_parse:
 * @text: from a guest or a person: a DNS name, or an address, IPv6 with or without brackets
 * @ret_address: (out) (optional) (nullable): the address if it is one, else %NULL
 *
 * Brings a host to the one form in which hosts are compared: a name in lower-case ASCII (IDNA) without its final dot,
 * an address as the kernel would write it, IPv4 in IPv6 as IPv4.
 *
 * Errors: %CLOCHE_EGRESS_REFUSAL with %CLOCHE_EGRESS_REASON_BAD_NAME if it is neither, or could be taken for either;
 * user information, ports, scopes, wildcards, blanks are all "neither".
 */
char *
cloche_egress_name_parse (const char    *text,
                          GInetAddress **ret_address,
                          GError       **error)
{
  g_autoptr (GInetAddress) address = NULL;
  g_autofree char *name = to_ascii (text);
  gsize length = name != NULL ? strlen (name) : 0;

  if (length == 0)
    return refuse (error, text, "is not a host name");

  if (name[0] == '[' && name[length - 1] == ']' && strchr (name, ':') != NULL) {
    name[length - 1] = '\0';
    address = address_new (name + 1);
    name[length - 1] = ']';
  } else {
    if (name[length - 1] == '.')
      name[length - 1] = '\0';
    address = address_new (name);
  }

  if (address == NULL && !is_name (name))
    return refuse (error, text, "is not a host name");
  if (address == NULL && ends_in_number (name))
    return refuse (error, text, "looks like an address, but is not written as one");

  if (address != NULL) {
    g_free (name);
    name = g_inet_address_to_string (address);
  }
  if (ret_address != NULL)
    *ret_address = g_steal_pointer (&address);

  return g_steal_pointer (&name);
}
