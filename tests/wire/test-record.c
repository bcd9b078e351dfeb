/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-limits.h"
#include "cloche-line-reader.h"
#include "cloche-record.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

/* Three records: "hi", an empty one, one of 300 bytes. */
static GByteArray *
make_records (void)
{
  static const struct { guint8 type; guint32 length; } RECORDS[] = {
    { CLOCHE_RECORD_OUTPUT, 2 }, { CLOCHE_RECORD_INPUT, 0 }, { CLOCHE_RECORD_EVENT, 300 },
  };
  GByteArray *bytes = g_byte_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (RECORDS); i++) {
    guint8 header[CLOCHE_RECORD_HEADER_BYTES];
    guint8 payload[300];

    memset (payload, 'a' + (int) i, sizeof payload);
    cloche_record_write_header (header, RECORDS[i].type, RECORDS[i].length);
    g_byte_array_append (bytes, header, sizeof header);
    g_byte_array_append (bytes, payload, RECORDS[i].length);
  }

  return bytes;
}

/* Feeds one piece and describes the records that end in it. */
static void
feed_records (cloche_record_decoder *decoder,
              const guint8          *bytes,
              gsize                  length,
              GString               *seen)
{
  do {
    gsize taken, n;
    int result = cloche_record_decoder_feed (decoder, bytes, length, &taken);

    g_assert_cmpint (result, >=, 0);
    if (result == 1) {
      const guint8 *payload = cloche_record_decoder_get_payload (decoder, &n);

      g_assert_nonnull (payload);
      g_string_append_printf (seen, "%c%" G_GSIZE_FORMAT "%.*s ", cloche_record_decoder_get_type (decoder), n,
                              n > 0, (const char *) payload);
      g_assert_true (cloche_record_decoder_is_at_border (decoder));
    }
    bytes += taken;
    length -= taken;
  } while (length > 0);
}

static void
test_record_splits (void)
{
  g_autoptr (GByteArray) bytes = make_records ();

  for (gsize i = 0; i <= bytes->len; i++)
    for (gsize j = i; j <= bytes->len; j += 7) {
      g_autoptr (GString) seen = g_string_new (NULL);
      cloche_record_decoder *decoder = cloche_record_decoder_new (300);

      feed_records (decoder, bytes->data, i, seen);
      feed_records (decoder, bytes->data + i, j - i, seen);
      feed_records (decoder, bytes->data + j, bytes->len - j, seen);
      g_assert_cmpstr (seen->str, ==, "o2a i0 j300c ");
      g_assert_true (cloche_record_decoder_is_at_border (decoder));
      cloche_record_decoder_free (decoder);
    }
}

static void
test_record_breaches (void)
{
  static const struct { guint8 bytes[5]; gsize length; int result; } CASES[] = {
    { { 'o', 0, 0, 1, 1 }, 5, -EMSGSIZE },
    { { 'o', 0xff, 0xff, 0xff, 0xff }, 5, -EMSGSIZE },
    { { 'x', 0, 0, 0, 0 }, 1, -EPROTO },
    { { 0, 0, 0, 0, 0 }, 5, -EPROTO },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    cloche_record_decoder *decoder = cloche_record_decoder_new (256);
    gsize taken;

    g_assert_cmpint (cloche_record_decoder_feed (decoder, CASES[i].bytes, CASES[i].length, &taken), ==,
                     CASES[i].result);
    g_assert_cmpint (cloche_record_decoder_feed (decoder, (const guint8 *) "o", 1, &taken), ==, CASES[i].result);
    g_assert_cmpuint (taken, ==, 0);
    cloche_record_decoder_free (decoder);
  }
}

static void
test_record_cut (void)
{
  cloche_record_decoder *decoder = cloche_record_decoder_new (CLOCHE_LIMIT_RECORD_BYTES);
  gsize taken, n;

  g_assert_true (cloche_record_decoder_is_at_border (decoder));
  g_assert_cmpint (cloche_record_decoder_feed (decoder, (const guint8 *) "o\0\0\0\2x", 6, &taken), ==, 0);
  g_assert_cmpuint (taken, ==, 6);
  g_assert_false (cloche_record_decoder_is_at_border (decoder));
  g_assert_null (cloche_record_decoder_get_payload (decoder, &n));
  cloche_record_decoder_free (decoder);
}

static void
test_line_splits (void)
{
  static const char TEXT[] = "{\"op\":\"hello\"}\n\nlast\nrest";

  for (gsize i = 0; i < sizeof TEXT; i++) {
    cloche_line_reader *reader = cloche_line_reader_new (100);
    g_autoptr (GString) seen = g_string_new (NULL);
    const gsize PIECES[][2] = { { 0, i }, { i, sizeof TEXT - 1 } };

    for (gsize k = 0; k < 2; k++) {
      gsize at = PIECES[k][0];

      do {
        gsize taken, n;

        if (cloche_line_reader_feed (reader, (const guint8 *) TEXT + at, PIECES[k][1] - at, &taken) == 1) {
          const char *line = cloche_line_reader_get_line (reader, &n);

          g_assert_cmpuint (strlen (line), ==, n);
          g_string_append_printf (seen, "%s|", line);
        }
        at += taken;
      } while (at < PIECES[k][1]);
    }
    g_assert_cmpstr (seen->str, ==, "{\"op\":\"hello\"}||last|");
    g_assert_false (cloche_line_reader_is_at_border (reader));
    cloche_line_reader_free (reader);
  }
}

static void
test_line_cap (void)
{
  cloche_line_reader *reader = cloche_line_reader_new (4);
  gsize taken, n;

  g_assert_cmpint (cloche_line_reader_feed (reader, (const guint8 *) "1234\n", 5, &taken), ==, 1);
  g_assert_cmpstr (cloche_line_reader_get_line (reader, &n), ==, "1234");
  g_assert_cmpint (cloche_line_reader_feed (reader, (const guint8 *) "123", 3, &taken), ==, 0);
  g_assert_null (cloche_line_reader_get_line (reader, &n));
  g_assert_cmpint (cloche_line_reader_feed (reader, (const guint8 *) "45\n", 3, &taken), ==, -EMSGSIZE);
  g_assert_cmpint (cloche_line_reader_feed (reader, (const guint8 *) "\n", 1, &taken), ==, -EMSGSIZE);
  cloche_line_reader_free (reader);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/record/splits", test_record_splits);
  g_test_add_func ("/wire/record/breaches", test_record_breaches);
  g_test_add_func ("/wire/record/cut", test_record_cut);
  g_test_add_func ("/wire/line/splits", test_line_splits);
  g_test_add_func ("/wire/line/cap", test_line_cap);

  return g_test_run ();
}
