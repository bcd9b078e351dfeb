/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-http-head.h"

#include <string.h>

static ClocheParse
parse (const char *bytes,
       gsize       length,
       gsize       split,
       char      **ret_hosts)
{
  g_autoptr (ClocheHttpHead) head = cloche_http_head_new ();
  ClocheParse state = cloche_http_head_feed (head, (const guint8 *) bytes, split);

  if (state == CLOCHE_PARSE_MORE)
    state = cloche_http_head_feed (head, (const guint8 *) bytes + split, length - split);
  if (ret_hosts != NULL)
    *ret_hosts = g_strjoinv (" ", (char **) cloche_http_head_get_hosts (head));

  return state;
}

static void
assert_state (const char *bytes,
              gsize       length,
              ClocheParse expected,
              const char *hosts)
{
  for (gsize split = 0; split <= length; split++) {
    g_autofree char *found = NULL;

    g_assert_cmpint (parse (bytes, length, split, &found), ==, expected);
    if (hosts != NULL)
      g_assert_cmpstr (found, ==, hosts);
  }
}

static void
test_good (void)
{
  static const struct { const char *bytes; const char *hosts; } GOOD[] = {
    { "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", "example.com" },
    { "GET / HTTP/1.1\nhOSt:example.com:80 \t\n\nbody\0", "example.com:80" },
    { "\r\n\r\nM-SEARCH * HTTP/1.0\r\nA: b\r\nHost:\tx\r\n\r\n", "x" },
    { "GET http://a.example/x HTTP/1.1\r\nHost: b.example\r\n\r\n", "a.example b.example" },
    { "GET HTTP://user@a.example?x HTTP/1.1\r\n\r\n", "user@a.example" },
    { "GET / HTTP/1.0\r\n\r\n", "" },
    { "GET //evil.example/ HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: y\r\n\r\n", "x" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (GOOD); i++)
    assert_state (GOOD[i].bytes, strlen (GOOD[i].bytes), CLOCHE_PARSE_DONE, GOOD[i].hosts);
}

static void
test_bad (void)
{
  static const char *const BAD[] = {
    "CONNECT example.com:443 HTTP/1.1\r\n",
    "connect example.com:443 HTTP/1.1\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
    "GET / HTTP/1.1\r\nX: y\r\n Host: a\r\n\r\n",
    "GET / HTTP/1.1\r\nX: y\rHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nno colon\r\n\r\n",
    "GET / HTTP/1.1\r\n: a\r\n\r\n",
    "GET / HTTP/1.1\rHost: a\r\n",
    "GET /\tHTTP/1.1\r\n",
    "GET  / HTTP/1.1\r\n",
    "GET / HTTP/1.1 \r\n",
    "GET / http/1.1\r\n",
    "GET / HTTP/1.2\r\n",
    "GET x HTTP/1.1\r\n",
    "GET https://a/ HTTP/1.1\r\n",
    "GET \x01 HTTP/1.1\r\nHost: a",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (BAD) - 1; i++)
    assert_state (BAD[i], strlen (BAD[i]), CLOCHE_PARSE_BAD, NULL);
  assert_state ("GET / HTTP/1.1\r\nX: \0\r\n", 23, CLOCHE_PARSE_BAD, NULL);
}

static void
test_other (void)
{
  static const char *const OTHER[] = {
    "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "EHLO example.com\r\n", "GET /\r\n", "*1\r\n$4\r\nPING\r\n", "\x16\x03\x01", "\r\n\x01",
    "{\"op\":\"hello\"}", "\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (OTHER) - 1; i++)
    assert_state (OTHER[i], strlen (OTHER[i]), CLOCHE_PARSE_OTHER, NULL);
  assert_state ("\0\0\0\10\4\322\26\57", 8, CLOCHE_PARSE_OTHER, NULL);
  assert_state ("0032git-upload-pack /x\0host=y\0", 30, CLOCHE_PARSE_OTHER, NULL);
}

static void
test_end (void)
{
  static const struct { const char *bytes; ClocheParse end; } ENDS[] = {
    { "", CLOCHE_PARSE_OTHER },
    { "QUIT", CLOCHE_PARSE_OTHER },
    { "GET / HTTP/1.1\r\nHost: a\r\n", CLOCHE_PARSE_BAD },
    { "GET / HTTP/1.1\r\n\r\n", CLOCHE_PARSE_DONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (ENDS); i++) {
    g_autoptr (ClocheHttpHead) head = cloche_http_head_new ();

    (void) cloche_http_head_feed (head, (const guint8 *) ENDS[i].bytes, strlen (ENDS[i].bytes));
    g_assert_cmpint (cloche_http_head_end (head), ==, ENDS[i].end);
  }
}

static void
test_caps (void)
{
  g_autoptr (ClocheHttpHead) endless = cloche_http_head_new ();
  g_autoptr (ClocheHttpHead) many = cloche_http_head_new ();
  gsize n = 0;

  while (cloche_http_head_feed (endless, (const guint8 *) "A", 1) == CLOCHE_PARSE_MORE)
    n++;
  g_assert_cmpuint (n, ==, 32 * 1024 - 1);
  g_assert_cmpint (cloche_http_head_feed (endless, NULL, 0), ==, CLOCHE_PARSE_BAD);

  (void) cloche_http_head_feed (many, (const guint8 *) "GET / HTTP/1.1\r\n", 16);
  for (n = 0; cloche_http_head_feed (many, (const guint8 *) "A: b\r\n", 6) == CLOCHE_PARSE_MORE; n++)
    ;
  g_assert_cmpuint (n, ==, 100);
}

static void
test_host_split (void)
{
  static const struct { const char *text; const char *host; guint port; } GOOD[] = {
    { "a.example", "a.example", 0 }, { "a.example:8080", "a.example", 8080 }, { "a.example:", "a.example", 0 },
    { "[::1]", "[::1]", 0 }, { "[::1]:80", "[::1]", 80 }, { "", "", 0 },
  };
  static const char *const BAD[] = { "a:b", "a:0", "a:65536", "a:80:80", "[::1", "a:-1", "a: 80" };
  guint16 port;

  for (gsize i = 0; i < G_N_ELEMENTS (GOOD); i++) {
    g_autofree char *host = NULL;

    g_assert_true (cloche_http_host_split (GOOD[i].text, &host, &port));
    g_assert_cmpstr (host, ==, GOOD[i].host);
    g_assert_cmpuint (port, ==, GOOD[i].port);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (BAD); i++) {
    g_autofree char *host = NULL;

    g_assert_false (cloche_http_host_split (BAD[i], &host, &port));
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/http-head/good", test_good);
  g_test_add_func ("/gate/http-head/bad", test_bad);
  g_test_add_func ("/gate/http-head/other", test_other);
  g_test_add_func ("/gate/http-head/end", test_end);
  g_test_add_func ("/gate/http-head/caps", test_caps);
  g_test_add_func ("/gate/http-head/host-split", test_host_split);

  return g_test_run ();
}
