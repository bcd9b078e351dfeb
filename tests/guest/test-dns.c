/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-dns.h"
#include "cloche-names.h"

#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <string.h>

/* "Example.com A", recursion desired, with an EDNS record after it, as glibc asks. */
static const uint8_t query[] =
  "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01"
  "\x07" "Example" "\x03" "com" "\x00" "\x00\x01" "\x00\x01"
  "\x00\x00\x29\x04\xb0\x00\x00\x00\x00\x00\x00";

static void
test_address (void)
{
  cloche_dns_query parsed;
  uint8_t answer[CLOCHE_DNS_ANSWER_BYTES];
  size_t length;

  g_assert_cmpint (cloche_dns_parse (query, sizeof query - 1, &parsed), ==, 0);
  g_assert_cmpstr (parsed.name, ==, "example.com");
  g_assert_cmpint (parsed.type, ==, CLOCHE_DNS_TYPE_A);
  g_assert_true (parsed.is_host_name);
  length = cloche_dns_answer (&parsed, CLOCHE_DNS_NO_ERROR, htonl (0xc6120102), answer);
  g_assert_cmpmem (answer, length,
                   "\x12\x34\x85\x80\x00\x01\x00\x01\x00\x00\x00\x00"
                   "\x07" "Example" "\x03" "com" "\x00" "\x00\x01" "\x00\x01"
                   "\xc0\x0c" "\x00\x01" "\x00\x01" "\x00\x00\x00\x3c" "\x00\x04" "\xc6\x12\x01\x02", 45);
}

static void
test_nothing (void)
{
  cloche_dns_query parsed;
  uint8_t answer[CLOCHE_DNS_ANSWER_BYTES];
  size_t length;

  g_assert_cmpint (cloche_dns_parse (query, sizeof query - 1, &parsed), ==, 0);
  length = cloche_dns_answer (&parsed, CLOCHE_DNS_REFUSED, 0, answer);
  g_assert_cmpuint (length, ==, 29);
  g_assert_cmpint (answer[3], ==, 0x85);
  g_assert_cmpint (answer[7], ==, 0);
}

static void
test_cut_anywhere (void)
{
  for (size_t length = 0; length < sizeof query - 1; length++) {
    g_autofree uint8_t *cut = g_memdup2 (query, length);
    cloche_dns_query parsed;
    int result = cloche_dns_parse (cut, length, &parsed);

    if (length < 12)
      g_assert_cmpint (result, ==, -EBADMSG);
    else if (length < 29)
      g_assert_cmpint (result, ==, -EPROTO);
    else
      g_assert_cmpint (result, ==, 0);
  }
}

static void
test_malformed (void)
{
  static const struct
  {
    size_t at;
    uint8_t byte;
    int result;
  } cases[] = {
    { 2, 0x81, -EBADMSG },      /* a response */
    { 2, 0x29, -EPROTO },       /* another opcode */
    { 5, 2, -EPROTO },          /* two questions */
    { 5, 0, -EPROTO },
    { 12, 0xc0, -EPROTO },      /* a pointer */
    { 12, 0x40, -EPROTO },
    { 12, 63, -EPROTO },
    { 28, 3, -EPROTO },         /* class CHAOS */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree uint8_t *broken = g_memdup2 (query, sizeof query - 1);
    cloche_dns_query parsed;
    uint8_t answer[CLOCHE_DNS_ANSWER_BYTES];

    broken[cases[i].at] = cases[i].byte;
    g_assert_cmpint (cloche_dns_parse (broken, sizeof query - 1, &parsed), ==, cases[i].result);
    if (cases[i].result == -EPROTO) {
      g_assert_cmpuint (cloche_dns_answer (&parsed, CLOCHE_DNS_FORMAT_ERROR, 0, answer), ==, 12);
      g_assert_cmpmem (answer, 2, "\x12\x34", 2);
    }
  }
}

static void
test_no_host_name (void)
{
  static const char *const names[] = { "\x03" "a b", "\x03" "a\0b", "\x03" "a.b", "\x03" "\xc3\xa4" "b", "" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    uint8_t bytes[64] = { 0x12, 0x34, 0x01, 0, 0, 1 };
    gsize length = names[i][0] != '\0' ? 4 : 0;
    cloche_dns_query parsed;

    memcpy (bytes + 12, names[i], length);
    bytes[12 + length + 2] = CLOCHE_DNS_TYPE_A;
    bytes[12 + length + 4] = 1;
    g_assert_cmpint (cloche_dns_parse (bytes, 12 + length + 5, &parsed), ==, 0);
    g_assert_false (parsed.is_host_name);
    g_assert_cmpstr (parsed.name, ==, "");
  }
}

static void
test_longest_name (void)
{
  uint8_t bytes[300] = { 0x12, 0x34, 0x01, 0, 0, 1 };
  uint8_t answer[CLOCHE_DNS_ANSWER_BYTES];
  cloche_dns_query parsed;
  size_t at = 12;

  for (int i = 0; i < 126; i++) {
    bytes[at++] = 1;
    bytes[at++] = 'x';
  }
  bytes[at + 2] = 1;
  bytes[at + 4] = 1;
  g_assert_cmpint (cloche_dns_parse (bytes, at + 5, &parsed), ==, 0);
  g_assert_cmpuint (strlen (parsed.name), ==, 251);
  g_assert_cmpuint (cloche_dns_answer (&parsed, 0, 1, answer), <=, sizeof answer);
  memmove (bytes + 16, bytes + 12, at - 12 + 5); /* two labels more */
  memcpy (bytes + 12, "\x01x\x01x", 4);
  g_assert_cmpint (cloche_dns_parse (bytes, at + 9, &parsed), ==, -EPROTO);
}

static void
test_names (void)
{
  cloche_names *names = cloche_names_new ();
  uint32_t first = cloche_names_get_address (names, "a.example");
  uint32_t second = cloche_names_get_address (names, "b.example");

  g_assert_cmpuint (first, !=, second);
  g_assert_cmpuint (cloche_names_get_address (names, "a.example"), ==, first);
  g_assert_cmpstr (cloche_names_get_name (names, second), ==, "b.example");
  g_assert_true (cloche_names_is_synthetic (first));
  g_assert_true (cloche_names_is_synthetic (htonl (0xc613ffff)));
  g_assert_false (cloche_names_is_synthetic (htonl (0xc6140000)));
  g_assert_false (cloche_names_is_synthetic (htonl (0x7f000001)));
  g_assert_null (cloche_names_get_name (names, htonl (0xc6120001))); /* the resolver's */
  g_assert_null (cloche_names_get_name (names, htonl (0xc6120500)));
  for (int i = 0; i < 40000; i++) {
    g_autofree char *name = g_strdup_printf ("%d.example", i);

    g_assert_true (cloche_names_is_synthetic (cloche_names_get_address (names, name)));
  }
  g_assert_cmpstr (cloche_names_get_name (names, first), !=, "a.example"); /* the oldest has made room */
  g_assert_nonnull (cloche_names_get_name (names, first));
  cloche_names_free (names);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/guest/dns/address", test_address);
  g_test_add_func ("/guest/dns/nothing", test_nothing);
  g_test_add_func ("/guest/dns/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/guest/dns/malformed", test_malformed);
  g_test_add_func ("/guest/dns/no-host-name", test_no_host_name);
  g_test_add_func ("/guest/dns/longest-name", test_longest_name);
  g_test_add_func ("/guest/dns/names", test_names);
  return g_test_run ();
}
