/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-client-hello.h"

#include "test-hello.h"

#include <string.h>

static ClocheParse
parse (const guint8 *bytes,
       gsize         length,
       gsize         split,
       char        **ret_name)
{
  g_autoptr (ClocheClientHello) hello = cloche_client_hello_new ();
  ClocheParse state;

  state = cloche_client_hello_feed (hello, bytes, MIN (split, length));
  if (state == CLOCHE_PARSE_MORE && split < length)
    state = cloche_client_hello_feed (hello, bytes + split, length - split);
  if (ret_name != NULL)
    *ret_name = g_strdup (cloche_client_hello_get_name (hello));

  return state;
}

static void
assert_name_at_every_split (const GByteArray *bytes,
                            const char       *name)
{
  for (gsize split = 0; split <= bytes->len; split++) {
    g_autofree char *found = NULL;

    g_assert_cmpint (parse (bytes->data, bytes->len, split, &found), ==, CLOCHE_PARSE_DONE);
    g_assert_cmpstr (found, ==, name);
  }
}

static void
test_every_split (void)
{
  static const char *const PRIORITIES[] = { "NORMAL", "NORMAL:-VERS-TLS1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3" };

  for (gsize i = 0; i < G_N_ELEMENTS (PRIORITIES); i++) {
    g_autoptr (GByteArray) named = test_hello_new ("pypi.org", PRIORITIES[i]);
    g_autoptr (GByteArray) nameless = test_hello_new (NULL, PRIORITIES[i]);

    assert_name_at_every_split (named, "pypi.org");
    assert_name_at_every_split (nameless, NULL);
  }
}

static void
test_fragmented (void)
{
  g_autoptr (GByteArray) hello = test_hello_new ("files.pythonhosted.org", "NORMAL");

  for (gsize n = 1; n < hello->len; n = n < 8 ? n + 1 : n * 3) {
    g_autoptr (GByteArray) records = test_hello_fragment (hello, n);

    assert_name_at_every_split (records, "files.pythonhosted.org");
  }
}

/* Until the last byte of it is there, nothing is known: no prefix of a hello may be taken for one. */
static void
test_prefixes (void)
{
  g_autoptr (GByteArray) hello = test_hello_new ("pypi.org", "NORMAL");

  for (gsize n = 0; n < hello->len; n++)
    g_assert_cmpint (parse (hello->data, n, 1, NULL), ==, CLOCHE_PARSE_MORE);
}

static void
test_other_protocols (void)
{
  static const char *const OTHERS[] = { "GET / HTTP/1.1\r\n", "SSH-2.0-x\r\n", "\x15\x03\x01", "\x80\x2e\x01",
                                        "\x16\x02\x01" };

  for (gsize i = 0; i < G_N_ELEMENTS (OTHERS); i++)
    for (gsize split = 0; split <= strlen (OTHERS[i]); split++)
      g_assert_cmpint (parse ((const guint8 *) OTHERS[i], strlen (OTHERS[i]), split, NULL), ==, CLOCHE_PARSE_OTHER);
}

static GByteArray *
hello_with_extensions (const char *extensions,
                       gsize       length)
{
  GByteArray *out = g_byte_array_new ();
  gsize body = 2 + 32 + 1 + 4 + 2 + 2 + length;
  guint8 head[] = { 22, 3, 1, (guint8) ((body + 4) >> 8), (guint8) (body + 4), 1, 0, (guint8) (body >> 8), (guint8) body, 3, 3 };
  guint8 rest[32 + 1 + 4 + 2 + 2] = {
    [34] = 2, [35] = 0x13, [36] = 1, [37] = 1, [39] = (guint8) (length >> 8), [40] = (guint8) length,
  };

  g_byte_array_append (out, head, sizeof head);
  g_byte_array_append (out, rest, sizeof rest);
  g_byte_array_append (out, (const guint8 *) extensions, (guint) length);

  return out;
}

#define EXTENSIONS(s) { s, sizeof s - 1 }

static void
test_malformed (void)
{
  static const struct { const char *bytes; gsize length; } BAD[] = {
    EXTENSIONS ("\0\0\0\7\0\5\0\0\2ab\0\0\0\7\0\5\0\0\2cd"),    /* the extension twice */
    EXTENSIONS ("\0\0\0\14\0\12\0\0\2ab\0\0\2cd"),              /* two names in it */
    EXTENSIONS ("\0\0\0\7\0\5\0\0\2a\0"),                       /* NUL in the name */
    EXTENSIONS ("\0\0\0\5\0\3\0\0\0"),                          /* empty name */
    EXTENSIONS ("\0\0\0\7\0\5\1\0\2ab"),                        /* another type of name */
    EXTENSIONS ("\0\0\0\7\0\4\0\0\2ab"),                        /* the list is shorter than the extension */
    EXTENSIONS ("\0\0\0\7\0\5\0\0\3ab"),                        /* the name is longer than the list */
    EXTENSIONS ("\0\0\0\10\0\5\0\0\2ab"),                       /* the extension is longer than the hello */
    EXTENSIONS ("\0\12\0"),                                     /* half an extension */
  };
  static const guint8 RECORDS[][7] = {
    { 22, 3, 1, 0, 0 },                                         /* an empty record */
    { 22, 3, 1, 0x40, 1 },                                      /* a record of 16385 bytes */
    { 22, 3, 1, 0, 9, 2 },                                      /* a ServerHello */
    { 22, 3, 1, 0, 1, 1, 23 },                                  /* application data in the middle of it */
  };
  static const guint8 HUGE_MESSAGE[] = { 22, 3, 1, 0, 4, 1, 0x00, 0x80, 0x01 };
  g_autoptr (GByteArray) good = hello_with_extensions ("\0\0\0\7\0\5\0\0\2ab", 11);

  assert_name_at_every_split (good, "ab");
  for (gsize i = 0; i < G_N_ELEMENTS (BAD); i++) {
    g_autoptr (GByteArray) hello = hello_with_extensions (BAD[i].bytes, BAD[i].length);

    for (gsize split = 0; split <= hello->len; split++)
      g_assert_cmpint (parse (hello->data, hello->len, split, NULL), ==, CLOCHE_PARSE_BAD);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (RECORDS); i++)
    g_assert_cmpint (parse (RECORDS[i], sizeof RECORDS[i], 1, NULL), ==, CLOCHE_PARSE_BAD);
  g_assert_cmpint (parse (HUGE_MESSAGE, sizeof HUGE_MESSAGE, 1, NULL), ==, CLOCHE_PARSE_BAD);
}

/* A hello that claims the most and is fed a byte a record must neither be taken nor cost more than its bytes. */
static void
test_slow_drip (void)
{
  static const guint8 FIRST[] = { 22, 3, 1, 0, 4, 1, 0, 0x7f, 0xff };
  static const guint8 DRIP[] = { 22, 3, 1, 0, 1, 0 };
  g_autoptr (ClocheClientHello) hello = cloche_client_hello_new ();
  ClocheParse state = cloche_client_hello_feed (hello, FIRST, sizeof FIRST);
  gsize n = 0;

  for (; state == CLOCHE_PARSE_MORE; n++)
    state = cloche_client_hello_feed (hello, DRIP, sizeof DRIP);
  g_assert_cmpint (state, ==, CLOCHE_PARSE_BAD);
  g_assert_cmpuint (n, ==, 0x7fff);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gate/client-hello/every-split", test_every_split);
  g_test_add_func ("/gate/client-hello/fragmented", test_fragmented);
  g_test_add_func ("/gate/client-hello/prefixes", test_prefixes);
  g_test_add_func ("/gate/client-hello/other-protocols", test_other_protocols);
  g_test_add_func ("/gate/client-hello/malformed", test_malformed);
  g_test_add_func ("/gate/client-hello/slow-drip", test_slow_drip);

  return g_test_run ();
}
