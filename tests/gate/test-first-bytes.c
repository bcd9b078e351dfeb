/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-first-bytes.h"

#include "test-hello.h"

#include <string.h>

static ClocheFirstBytesVerdict
judge (const char         *name,
       guint16             port,
       ClocheEgressGrant   grant,
       const void         *bytes,
       gsize               length,
       gsize               step,
       ClocheEgressReason *ret_reason)
{
  g_autoptr (ClocheFirstBytes) first = cloche_first_bytes_new (name, port, grant);
  ClocheFirstBytesVerdict verdict = CLOCHE_FIRST_BYTES_HOLD;

  for (gsize i = 0; i < length && verdict == CLOCHE_FIRST_BYTES_HOLD; i += step)
    verdict = cloche_first_bytes_feed (first, (const guint8 *) bytes + i, MIN (step, length - i), ret_reason);
  if (verdict == CLOCHE_FIRST_BYTES_HOLD)
    verdict = cloche_first_bytes_end (first, ret_reason);

  return verdict;
}

static void
assert_verdict (const char             *name,
                guint16                 port,
                ClocheEgressGrant       grant,
                const void             *bytes,
                gsize                   length,
                ClocheFirstBytesVerdict verdict,
                ClocheEgressReason      reason)
{
  static const gsize STEPS[] = { 1, 2, 3, 7, 64 * 1024 };

  for (gsize i = 0; i < G_N_ELEMENTS (STEPS); i++) {
    ClocheEgressReason found = CLOCHE_EGRESS_REASON_LISTED;

    g_assert_cmpint (judge (name, port, grant, bytes, length, STEPS[i], &found), ==, verdict);
    g_assert_cmpstr (cloche_egress_reason_to_string (found), ==, cloche_egress_reason_to_string (reason));
  }
}

#define NAMED    CLOCHE_EGRESS_GRANT_NAMED
#define ANY      CLOCHE_EGRESS_GRANT_ANY_PROTOCOL
#define PASS     CLOCHE_FIRST_BYTES_PASS
#define UNNAMED  CLOCHE_FIRST_BYTES_PASS_UNNAMED
#define REFUSE   CLOCHE_FIRST_BYTES_REFUSE
#define LISTED   CLOCHE_EGRESS_REASON_LISTED
#define MISMATCH CLOCHE_EGRESS_REASON_SNI_MISMATCH
#define HOST     CLOCHE_EGRESS_REASON_HOST_MISMATCH
#define BAD      CLOCHE_EGRESS_REASON_BAD_REQUEST

static void
test_tls (void)
{
  static const struct {
    const char *name; guint16 port; ClocheEgressGrant grant; const char *sni;
    ClocheFirstBytesVerdict verdict; ClocheEgressReason reason;
  } CASES[] = {
    { "example.com", 443, NAMED, "example.com", PASS, LISTED },
    { "example.com", 443, NAMED, "EXAMPLE.com", PASS, LISTED },
    { "example.com", 443, NAMED, "evil-example.com", REFUSE, MISMATCH },
    { "example.com", 443, NAMED, "www.example.com", REFUSE, MISMATCH },
    { "example.com", 443, NAMED, "com", REFUSE, MISMATCH },
    { "example.com", 443, NAMED, NULL, REFUSE, CLOCHE_EGRESS_REASON_NO_SNI },
    { "example.com", 443, ANY, NULL, REFUSE, CLOCHE_EGRESS_REASON_NO_SNI },
    { "example.com", 80, NAMED, NULL, REFUSE, CLOCHE_EGRESS_REASON_NO_SNI },
    { "example.com", 5432, ANY, NULL, UNNAMED, LISTED },
    { "example.com", 5432, ANY, "evil.example", REFUSE, MISMATCH },
    { "203.0.113.5", 443, NAMED, NULL, PASS, LISTED },
    { "203.0.113.5", 443, NAMED, "evil.example", REFUSE, MISMATCH },
    { "203.0.113.5", 8443, ANY, "evil.example", REFUSE, MISMATCH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GByteArray) hello = test_hello_new (CASES[i].sni, "NORMAL");
    g_autoptr (GByteArray) records = test_hello_fragment (hello, 11);

    assert_verdict (CASES[i].name, CASES[i].port, CASES[i].grant, hello->data, hello->len,
                    CASES[i].verdict, CASES[i].reason);
    assert_verdict (CASES[i].name, CASES[i].port, CASES[i].grant, records->data, records->len,
                    CASES[i].verdict, CASES[i].reason);
    assert_verdict (CASES[i].name, CASES[i].port, CASES[i].grant, hello->data, hello->len - 1, REFUSE, BAD);
  }
}

static void
test_http (void)
{
  static const struct {
    const char *name; guint16 port; ClocheEgressGrant grant; const char *bytes;
    ClocheFirstBytesVerdict verdict; ClocheEgressReason reason;
  } CASES[] = {
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: Example.COM.\r\n\r\n", PASS, LISTED },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: example.com:80\r\n\r\n", PASS, LISTED },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: example.com:81\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: evil-example.com\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: x@example.com\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: example.com, evil.example\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost:\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET / HTTP/1.0\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET http://evil.example/ HTTP/1.1\r\nHost: example.com\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET http://example.com/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", REFUSE, HOST },
    { "example.com", 80, NAMED, "GET / HTTP/1.1\r\nHost: example.com\r\nHost: example.com\r\n\r\n", REFUSE, BAD },
    { "example.com", 80, NAMED, "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com\r\n\r\n", REFUSE, BAD },
    { "example.com", 80, NAMED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSE, BAD },
    { "example.com", 8080, ANY, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", REFUSE, HOST },
    { "example.com", 8080, ANY, "\r\nGET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", REFUSE, HOST },
    { "example.com", 8080, ANY, "GET / HTTP/1.1\r\nHost: evil.example\r\n", REFUSE, BAD },
    { "xn--bcher-kva.example", 80, NAMED, "GET / HTTP/1.1\r\nHost: XN--bcher-kva.example\r\n\r\n", PASS, LISTED },
    { "xn--bcher-kva.example", 80, NAMED, "GET / HTTP/1.1\r\nHost: b\303\274cher.example\r\n\r\n", REFUSE, HOST },
    { "203.0.113.5", 80, NAMED, "GET / HTTP/1.1\r\nHost: 203.0.113.5\r\n\r\n", PASS, LISTED },
    { "203.0.113.5", 80, NAMED, "GET / HTTP/1.1\r\nHost: 3405803781\r\n\r\n", REFUSE, HOST },
    { "203.0.113.5", 80, NAMED, "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", REFUSE, HOST },
    { "2001:db8::5", 80, NAMED, "GET / HTTP/1.1\r\nHost: [2001:DB8:0::5]:80\r\n\r\n", PASS, LISTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    assert_verdict (CASES[i].name, CASES[i].port, CASES[i].grant, CASES[i].bytes, strlen (CASES[i].bytes),
                    CASES[i].verdict, CASES[i].reason);
}

static void
test_other (void)
{
  static const char *const OTHERS[] = { "SSH-2.0-x\r\n", "EHLO x\r\n", "\x01\x02", "QUIT" };

  for (gsize i = 0; i < G_N_ELEMENTS (OTHERS); i++) {
    assert_verdict ("example.com", 443, NAMED, OTHERS[i], strlen (OTHERS[i]), REFUSE,
                    CLOCHE_EGRESS_REASON_UNKNOWN_PROTOCOL);
    assert_verdict ("example.com", 22, ANY, OTHERS[i], strlen (OTHERS[i]), UNNAMED, LISTED);
  }
  assert_verdict ("example.com", 443, NAMED, "", 0, PASS, LISTED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/first-bytes/tls", test_tls);
  g_test_add_func ("/gate/first-bytes/http", test_http);
  g_test_add_func ("/gate/first-bytes/other", test_other);

  return g_test_run ();
}
