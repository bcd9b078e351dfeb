/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * One side of the multiplexer against frames made by hand: every event, every breach, every cap.
 */
#include "cloche-yamux.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

enum { DATA, WINDOW, PING, GO_AWAY };
enum { SYN = 1, ACK = 2, FIN = 4, RST = 8 };

typedef struct
{
  cloche_yamux *mux;
  GString *log;         /* What the callbacks said. */
  gboolean accepts;
} Side;

static void
opened (uint32_t id,
        void    *user_data)
{
  Side *side = user_data;

  g_string_append_printf (side->log, "open%u ", id);
  if (side->accepts)
    g_assert_cmpint (cloche_yamux_accept (side->mux, id), ==, 0);
}

static void
received (uint32_t       id,
          const uint8_t *bytes,
          size_t         length,
          void          *user_data)
{
  Side *side = user_data;

  for (size_t i = 0; i < MIN (length, 8); i++)
    g_string_append_printf (side->log, "%u:%c ", id, bytes[i]);
}

static void
finished (uint32_t id,
          void    *user_data)
{
  Side *side = user_data;

  g_string_append_printf (side->log, "fin%u ", id);
}

static void
closed (uint32_t id,
        bool     was_reset,
        void    *user_data)
{
  Side *side = user_data;

  g_assert_cmpint (cloche_yamux_reset (side->mux, id), ==, -ENOENT);
  g_string_append_printf (side->log, "%s%u ", was_reset ? "reset" : "closed", id);
}

static void
writable (uint32_t id,
          void    *user_data)
{
  Side *side = user_data;

  g_string_append_printf (side->log, "writable%u ", id);
}

static void
ponged (uint32_t value,
        void    *user_data)
{
  Side *side = user_data;

  g_string_append_printf (side->log, "pong%u ", value);
}

static void
went_away (uint32_t code,
           void    *user_data)
{
  Side *side = user_data;

  g_string_append_printf (side->log, "away%u ", code);
}

static void
set_up (Side         *side,
        gconstpointer is_client)
{
  static const cloche_yamux_events EVENTS = { opened, received, finished, closed, writable, ponged, went_away };

  side->mux = cloche_yamux_new (is_client != NULL, &EVENTS, side);
  side->log = g_string_new (NULL);
  side->accepts = TRUE;
}

static void
tear_down (Side         *side,
           gconstpointer is_client)
{
  cloche_yamux_free (side->mux);
  g_string_free (side->log, TRUE);
}

static void
put_frame (GByteArray *out,
           guint8      type,
           guint16     flags,
           guint32     id,
           guint32     length,
           const char *body)
{
  guint8 header[12] = { 0, type, 0, (guint8) flags };
  guint32 be[2] = { GUINT32_TO_BE (id), GUINT32_TO_BE (length) };

  memcpy (header + 4, be, 8);
  g_byte_array_append (out, header, sizeof header);
  if (body != NULL)
    g_byte_array_append (out, (const guint8 *) body, length);
}

static int
feed (Side       *side,
      guint8      type,
      guint16     flags,
      guint32     id,
      guint32     length,
      const char *body)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();

  put_frame (frame, type, flags, id, length, body);

  return cloche_yamux_feed (side->mux, frame->data, frame->len);
}

/* Takes all output and describes its frames. */
static char *
take_output (Side *side)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  GString *text = g_string_new (NULL);
  const guint8 *bytes;
  gsize n;

  while ((n = cloche_yamux_peek_output (side->mux, &bytes)) > 0) {
    g_byte_array_append (all, bytes, (guint) n);
    cloche_yamux_output_sent (side->mux, n);
  }

  for (gsize at = 0; at < all->len;) {
    const guint8 *frame = all->data + at;
    guint32 be[2];

    g_assert_cmpuint (all->len - at, >=, 12);
    memcpy (be, frame + 4, 8);
    g_assert_cmpint (frame[0], ==, 0);
    g_string_append_printf (text, "%c%d.%u.%u ", "dwpg"[frame[1]], frame[3],
                            GUINT32_FROM_BE (be[0]), GUINT32_FROM_BE (be[1]));
    at += 12 + (frame[1] == DATA ? GUINT32_FROM_BE (be[1]) : 0);
  }

  return g_string_free (text, FALSE);
}

static void
assert_output (Side       *side,
               const char *expected)
{
  g_autofree char *output = take_output (side);

  g_assert_cmpstr (output, ==, expected);
}

static void
assert_log (Side       *side,
            const char *expected)
{
  g_assert_cmpstr (side->log->str, ==, expected);
  g_string_truncate (side->log, 0);
}

/* A whole conversation in one go, cut at every byte. */
static void
test_splits (void)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();

  put_frame (in, WINDOW, SYN, 1, 0, NULL);
  put_frame (in, DATA, 0, 1, 3, "abc");
  put_frame (in, PING, SYN, 0, 7, NULL);
  put_frame (in, DATA, SYN | FIN, 3, 2, "xy");
  put_frame (in, PING, ACK, 0, 9, NULL);
  put_frame (in, WINDOW, FIN, 1, 0, NULL);
  put_frame (in, WINDOW, RST, 3, 0, NULL);
  put_frame (in, DATA, 0, 3, 4, "late");
  put_frame (in, GO_AWAY, 0, 0, 0, NULL);

  for (gsize i = 0; i <= in->len; i++) {
    Side side;

    set_up (&side, NULL);
    g_assert_cmpint (cloche_yamux_feed (side.mux, in->data, i), ==, 0);
    g_assert_cmpint (cloche_yamux_feed (side.mux, in->data + i, in->len - i), ==, 0);
    assert_log (&side, "open1 1:a 1:b 1:c open3 3:x 3:y fin3 pong9 fin1 reset3 away0 ");
    assert_output (&side, "p2.0.7 w2.1.0 ");
    g_assert_cmpuint (cloche_yamux_get_n_streams (side.mux), ==, 1);
    tear_down (&side, NULL);
  }
}

typedef struct
{
  const char *name;
  guint8 version;
  guint8 type;
  guint16 flags;
  guint32 id;
  guint32 length;
  const char *log;
} Breach;

/* Stream 1 is the peer's and open, 2 ours and open, 3 the peer's and finished by it, 5 gone. */
static void
test_breaches (void)
{
  static const Breach BREACHES[] = {
    { "version", 1, PING, SYN, 0, 0 },
    { "type", 0, 4, 0, 0, 0 },
    { "data on id 0", 0, DATA, 0, 0, 1 },
    { "room on id 0", 0, WINDOW, SYN, 0, 0 },
    { "ping on a stream", 0, PING, SYN, 1, 0 },
    { "go-away on a stream", 0, GO_AWAY, 0, 1, 0 },
    { "go-away code", 0, GO_AWAY, 0, 0, 3 },
    { "our parity", 0, WINDOW, SYN, 4, 0 },
    { "open again", 0, WINDOW, SYN, 1, 0 },
    { "open a gone id", 0, WINDOW, SYN, 5, 0 },
    { "data that nobody opened", 0, DATA, 0, 7, 1 },
    { "room that nobody opened", 0, WINDOW, 0, 4, 1 },
    { "more than the window", 0, DATA, 0, 1, CLOCHE_YAMUX_WINDOW_BYTES + 1 },
    { "more than the window at once", 0, DATA, SYN, 7, CLOCHE_YAMUX_WINDOW_BYTES + 1, "open7 " },
    { "more than a window when gone", 0, DATA, 0, 5, CLOCHE_YAMUX_WINDOW_BYTES + 1 },
    { "window overflow", 0, WINDOW, 0, 1, G_MAXUINT32 },
    { "data after finish", 0, DATA, 0, 3, 1 },
    { "finish twice", 0, WINDOW, FIN, 3, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (BREACHES); i++) {
    const Breach *breach = &BREACHES[i];
    g_autoptr (GByteArray) frame = g_byte_array_new ();
    Side side;

    set_up (&side, NULL);
    g_test_message ("%s", breach->name);
    g_assert_cmpint (feed (&side, WINDOW, SYN, 1, 0, NULL), ==, 0);
    g_assert_cmpint (cloche_yamux_open (side.mux), ==, 2);
    g_assert_cmpint (feed (&side, WINDOW, SYN | FIN, 3, 0, NULL), ==, 0);
    g_assert_cmpint (feed (&side, WINDOW, SYN | RST, 5, 0, NULL), ==, 0);
    g_free (take_output (&side));
    g_assert_cmpint (cloche_yamux_write (side.mux, 1, "unsent", 6), ==, 6);
    g_string_truncate (side.log, 0);

    put_frame (frame, breach->type, breach->flags, breach->id, breach->length, NULL);
    frame->data[0] = breach->version;
    g_assert_cmpint (cloche_yamux_feed (side.mux, frame->data, frame->len), ==, -EPROTO);

    g_assert_true (cloche_yamux_is_over (side.mux));
    g_assert_cmpint (feed (&side, PING, SYN, 0, 0, NULL), ==, -EPROTO);
    g_assert_cmpint (cloche_yamux_write (side.mux, 1, "x", 1), ==, -EPIPE);
    g_assert_cmpint (cloche_yamux_open (side.mux), ==, -EPIPE);
    g_assert_cmpint (cloche_yamux_ping (side.mux, 1), ==, -EPIPE);
    g_assert_cmpuint (cloche_yamux_get_n_streams (side.mux), ==, 0);
    assert_output (&side, "g0.0.1 ");
    assert_log (&side, breach->log != NULL ? breach->log : "");
    tear_down (&side, NULL);
  }
}

static void
test_window_is_exact (Side         *side,
                      gconstpointer data)
{
  g_autofree char *full = g_strnfill (CLOCHE_YAMUX_WINDOW_BYTES, 'x');
  const gsize HALF = CLOCHE_YAMUX_WINDOW_BYTES / 2;

  g_assert_cmpint (feed (side, WINDOW, SYN, 1, 0, NULL), ==, 0);
  g_assert_cmpint (feed (side, DATA, 0, 1, CLOCHE_YAMUX_WINDOW_BYTES, full), ==, 0);
  assert_output (side, "w2.1.0 ");

  /* Half a window is handed back at once, nothing below it; more than came cannot be. */
  g_assert_cmpint (cloche_yamux_consumed (side->mux, 1, HALF - 1), ==, 0);
  assert_output (side, "");
  g_assert_cmpint (cloche_yamux_consumed (side->mux, 1, 1), ==, 0);
  assert_output (side, "w0.1.131072 ");
  g_assert_cmpint (cloche_yamux_consumed (side->mux, 1, HALF + 1), ==, -EINVAL);
  g_assert_cmpint (feed (side, DATA, 0, 1, (guint32) HALF, full), ==, 0);
  g_assert_cmpint (feed (side, DATA, 0, 1, 1, "x"), ==, -EPROTO);
}

static void
test_send_window (Side         *side,
                  gconstpointer data)
{
  g_autofree char *full = g_strnfill (CLOCHE_YAMUX_WINDOW_BYTES + 10, 'x');

  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 1);
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, full, CLOCHE_YAMUX_WINDOW_BYTES + 10), ==,
                   CLOCHE_YAMUX_WINDOW_BYTES);
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, full, 1), ==, 0);
  g_free (take_output (side));
  assert_log (side, "");
  g_assert_cmpint (feed (side, WINDOW, ACK, 1, 5, NULL), ==, 0);
  assert_log (side, "writable1 ");
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, full, 10), ==, 5);
  assert_output (side, "d0.1.5 ");
}

static void
test_half_close (Side         *side,
                 gconstpointer data)
{
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 1);
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, "q", 1), ==, 1);
  g_assert_cmpint (cloche_yamux_finish (side->mux, 1), ==, 0);
  g_assert_cmpint (cloche_yamux_finish (side->mux, 1), ==, -EPIPE);
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, "x", 1), ==, -EPIPE);
  assert_output (side, "w1.1.0 d0.1.1 w4.1.0 ");
  g_assert_cmpint (feed (side, DATA, ACK, 1, 1, "a"), ==, 0);
  g_assert_cmpint (feed (side, DATA, FIN, 1, 1, "b"), ==, 0);
  assert_log (side, "1:a 1:b fin1 closed1 ");
  g_assert_cmpint (cloche_yamux_consumed (side->mux, 1, 2), ==, -ENOENT);

  /* The other order: closed only when our end was given to the transport. */
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 3);
  assert_output (side, "w1.3.0 ");
  g_assert_cmpint (feed (side, WINDOW, ACK | FIN, 3, 0, NULL), ==, 0);
  g_assert_cmpint (cloche_yamux_write (side->mux, 3, "x", 1), ==, 1);
  g_assert_cmpint (cloche_yamux_finish (side->mux, 3), ==, 0);
  assert_log (side, "fin3 ");
  assert_output (side, "d0.3.1 w4.3.0 ");
  assert_log (side, "closed3 ");
  g_assert_cmpuint (cloche_yamux_get_n_streams (side->mux), ==, 0);
}

static void
test_resets (Side         *side,
             gconstpointer data)
{
  /* Before its SYN left, nobody need hear of a stream. */
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 1);
  g_assert_cmpint (cloche_yamux_reset (side->mux, 1), ==, 0);
  assert_output (side, "");

  /* What was written is dropped; what was under way is ignored, whatever it was. */
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 3);
  assert_output (side, "w1.3.0 ");
  g_assert_cmpint (cloche_yamux_write (side->mux, 3, "x", 1), ==, 1);
  g_assert_cmpint (cloche_yamux_reset (side->mux, 3), ==, 0);
  g_assert_cmpint (cloche_yamux_reset (side->mux, 3), ==, -ENOENT);
  assert_output (side, "w8.3.0 ");
  g_assert_cmpint (feed (side, WINDOW, ACK, 3, 0, NULL), ==, 0);
  g_assert_cmpint (feed (side, DATA, 0, 3, 4, "late"), ==, 0);
  g_assert_cmpint (feed (side, WINDOW, FIN, 3, 0, NULL), ==, 0);
  g_assert_cmpint (feed (side, WINDOW, RST, 3, 0, NULL), ==, 0);
  assert_log (side, "");

  /* The peer's reset, on a data frame whose body is skipped. */
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 5);
  assert_output (side, "w1.5.0 ");
  g_assert_cmpint (feed (side, DATA, RST, 5, 3, "abc"), ==, 0);
  assert_log (side, "reset5 ");
  g_assert_cmpint (cloche_yamux_write (side->mux, 5, "x", 1), ==, -EPIPE);
  assert_output (side, "");
}

static void
test_unaccepted (Side         *side,
                 gconstpointer data)
{
  side->accepts = FALSE;
  g_assert_cmpint (feed (side, WINDOW, SYN, 1, 0, NULL), ==, 0);
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, "x", 1), ==, -EPIPE);
  g_assert_cmpint (cloche_yamux_finish (side->mux, 1), ==, -EPIPE);
  g_assert_cmpint (cloche_yamux_accept (side->mux, 9), ==, -ENOENT);
  g_assert_cmpint (cloche_yamux_accept (side->mux, 1), ==, 0);
  g_assert_cmpint (cloche_yamux_accept (side->mux, 1), ==, -EINVAL);
  assert_output (side, "w2.1.0 ");
}

static void
test_open_caps (Side         *side,
                gconstpointer data)
{
  for (guint i = 0; i < CLOCHE_YAMUX_MAX_UNACCEPTED; i++)
    g_assert_cmpint (cloche_yamux_open (side->mux), ==, 2 * i + 1);
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, -EMFILE);
  g_free (take_output (side));

  for (guint i = 0; i < CLOCHE_YAMUX_MAX_STREAMS - CLOCHE_YAMUX_MAX_UNACCEPTED; i++) {
    g_assert_cmpint (feed (side, WINDOW, ACK, 2 * i + 1, 0, NULL), ==, 0);
    g_assert_cmpint (cloche_yamux_open (side->mux), >, 0);
    g_free (take_output (side));
  }
  g_assert_cmpint (feed (side, WINDOW, ACK, 400, 0, NULL), ==, -EPROTO);
}

static void
test_stream_flood (Side         *side,
                   gconstpointer data)
{
  /* Accepted ones up to the cap, one more is reset, the session lives. */
  for (guint i = 0; i < CLOCHE_YAMUX_MAX_STREAMS; i++)
    g_assert_cmpint (feed (side, WINDOW, SYN, 2 * i + 1, 0, NULL), ==, 0);
  g_free (take_output (side));
  g_assert_cmpint (feed (side, DATA, SYN, 999, 1, "x"), ==, 0);
  assert_output (side, "w8.999.0 ");
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, -EMFILE);
}

static void
test_unaccepted_flood (Side         *side,
                       gconstpointer data)
{
  side->accepts = FALSE;
  for (guint i = 0; i < CLOCHE_YAMUX_MAX_UNACCEPTED; i++)
    g_assert_cmpint (feed (side, WINDOW, SYN, 2 * i + 1, 0, NULL), ==, 0);
  g_assert_cmpint (feed (side, WINDOW, SYN, 999, 0, NULL), ==, -EMSGSIZE);
  assert_output (side, "g0.0.1 ");
}

static void
test_control_flood (Side         *side,
                    gconstpointer data)
{
  g_autoptr (GByteArray) in = g_byte_array_new ();

  for (guint i = 0; i < CLOCHE_YAMUX_MAX_CONTROL_FRAMES_PER_64K; i++)
    put_frame (in, PING, ACK, 0, i, NULL);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpint (cloche_yamux_feed (side->mux, in->data, in->len), ==, 0);
  put_frame (in, WINDOW, 0, 0, 0, NULL);
  g_assert_cmpint (cloche_yamux_feed (side->mux, in->data, in->len), ==, -EMSGSIZE);
}

/* A peer that asks and never reads. */
static void
test_unread_answers (Side         *side,
                     gconstpointer data)
{
  for (guint i = 0; i < CLOCHE_YAMUX_MAX_CONTROL_OUTPUT_FRAMES; i++)
    g_assert_cmpint (feed (side, PING, SYN, 0, i, NULL), ==, 0);
  g_assert_cmpint (cloche_yamux_ping (side->mux, 1), ==, -EAGAIN);
  g_assert_cmpint (feed (side, PING, SYN, 0, 0, NULL), ==, -EMSGSIZE);
  assert_output (side, "g0.0.1 ");
}

static void
test_go_away (Side         *side,
              gconstpointer data)
{
  g_assert_cmpint (feed (side, WINDOW, SYN, 1, 0, NULL), ==, 0);
  g_assert_cmpint (cloche_yamux_go_away (side->mux, 0), ==, 0);
  assert_output (side, "g0.0.0 w2.1.0 ");
  g_assert_cmpint (feed (side, WINDOW, SYN, 3, 0, NULL), ==, 0);
  assert_output (side, "w8.3.0 ");
  g_assert_cmpint (feed (side, GO_AWAY, 0, 0, 0, NULL), ==, 0);
  assert_log (side, "open1 away0 ");
  g_assert_cmpint (cloche_yamux_open (side->mux), ==, -EPIPE);
  g_assert_cmpint (cloche_yamux_write (side->mux, 1, "x", 1), ==, 1);
}

static void
test_stream_data (Side         *side,
                  gconstpointer data)
{
  int value;

  g_assert_cmpint (cloche_yamux_open (side->mux), ==, 1);
  g_assert_null (cloche_yamux_get_stream_data (side->mux, 1));
  g_assert_cmpint (cloche_yamux_set_stream_data (side->mux, 1, &value), ==, 0);
  g_assert_true (cloche_yamux_get_stream_data (side->mux, 1) == &value);
  g_assert_cmpint (cloche_yamux_reset (side->mux, 1), ==, 0);
  g_assert_null (cloche_yamux_get_stream_data (side->mux, 1));
  g_assert_cmpint (cloche_yamux_set_stream_data (side->mux, 1, &value), ==, -ENOENT);
}

/* What is given out stays where it is until it is sent, whatever happens meanwhile. */
static void
test_output_is_stable (Side         *side,
                       gconstpointer data)
{
  const guint8 *first, *second;
  gsize n;

  g_assert_cmpint (cloche_yamux_ping (side->mux, 1), ==, 0);
  g_assert_cmpuint (cloche_yamux_peek_output (side->mux, &first), ==, 12);
  g_assert_cmpint (feed (side, PING, SYN, 0, 2, NULL), ==, 0);
  g_assert_cmpuint (cloche_yamux_peek_output (side->mux, &second), ==, 12);
  g_assert_true (first == second);
  cloche_yamux_output_sent (side->mux, 5);
  g_assert_cmpint (feed (side, PING, 0, 9, 2, NULL), ==, -EPROTO);
  n = cloche_yamux_peek_output (side->mux, &second);
  g_assert_cmpuint (n, ==, 7);
  g_assert_true (second == first + 5);
  cloche_yamux_output_sent (side->mux, n);
  assert_output (side, "g0.0.1 ");
}

int
main (int    argc,
      char **argv)
{
  static const struct { const char *path; gboolean is_client; void (*test) (Side *,
                                                                            gconstpointer); } TESTS[] = {
    { "/wire/yamux/window-is-exact", FALSE, test_window_is_exact },
    { "/wire/yamux/send-window", TRUE, test_send_window },
    { "/wire/yamux/half-close", TRUE, test_half_close },
    { "/wire/yamux/resets", TRUE, test_resets },
    { "/wire/yamux/unaccepted", FALSE, test_unaccepted },
    { "/wire/yamux/open-caps", TRUE, test_open_caps },
    { "/wire/yamux/stream-flood", FALSE, test_stream_flood },
    { "/wire/yamux/unaccepted-flood", FALSE, test_unaccepted_flood },
    { "/wire/yamux/control-flood", FALSE, test_control_flood },
    { "/wire/yamux/unread-answers", FALSE, test_unread_answers },
    { "/wire/yamux/go-away", FALSE, test_go_away },
    { "/wire/yamux/stream-data", TRUE, test_stream_data },
    { "/wire/yamux/output-is-stable", FALSE, test_output_is_stable },
  };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/yamux/splits", test_splits);
  g_test_add_func ("/wire/yamux/breaches", test_breaches);
  for (gsize i = 0; i < G_N_ELEMENTS (TESTS); i++)
    g_test_add (TESTS[i].path, Side, TESTS[i].is_client ? "client" : NULL, set_up, TESTS[i].test, tear_down);

  return g_test_run ();
}
