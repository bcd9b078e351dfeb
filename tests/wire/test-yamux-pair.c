/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/*
 * Two sides of the multiplexer against each other: through a pipe that cuts at random, with random operations, with more
 * writers than room, and with an allocator that fails.
 */
#include "cloche-yamux.h"

#include <errno.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define N_IDS 4096

typedef struct
{
  cloche_yamux *mux;
  GRand *random;                /* Borrowed. */
  GByteArray *pipe;             /* On the way to this side. */
  guint32 sent[N_IDS];          /* bytes, by stream id. */
  guint32 received[N_IDS];
  guint32 unconsumed[N_IDS];
  gboolean finished[N_IDS];
  gboolean closed[N_IDS];
  guint n_writable;
  gboolean writes_when_told;
} Side;

/* Every byte of a stream follows from its place, and so the receiver can check it. */
static guint8
byte_at (guint32 id,
         guint32 offset)
{
  return (guint8) (id * 31 + offset * 7 + (offset >> 8));
}

static void
opened (uint32_t id,
        void    *user_data)
{
  Side *side = user_data;

  if (side->random == NULL || g_rand_int_range (side->random, 0, 8) > 0)
    g_assert_cmpint (cloche_yamux_accept (side->mux, id), ==, 0);
  else
    g_assert_cmpint (cloche_yamux_reset (side->mux, id), ==, 0);
}

static void
received (uint32_t       id,
          const uint8_t *bytes,
          size_t         length,
          void          *user_data)
{
  Side *side = user_data;

  g_assert_false (side->closed[id] || side->finished[id]);
  for (size_t i = 0; i < length; i++)
    g_assert_cmpint (bytes[i], ==, byte_at (id, side->received[id]++));
  side->unconsumed[id] += (guint32) length;
  g_assert_cmpuint (side->unconsumed[id], <=, CLOCHE_YAMUX_WINDOW_BYTES);
}

static void
finished (uint32_t id,
          void    *user_data)
{
  Side *side = user_data;

  g_assert_false (side->closed[id] || side->finished[id]);
  side->finished[id] = TRUE;
}

static void
closed (uint32_t id,
        bool     was_reset,
        void    *user_data)
{
  Side *side = user_data;

  g_assert_false (side->closed[id]);
  g_assert_true (was_reset || side->finished[id]);
  side->closed[id] = TRUE;
}

static gssize
write_next (Side   *side,
            guint32 id,
            gsize   length)
{
  g_autofree guint8 *bytes = g_malloc (length + 1);
  gssize n;

  for (gsize i = 0; i < length; i++)
    bytes[i] = byte_at (id, side->sent[id] + (guint32) i);
  n = cloche_yamux_write (side->mux, id, bytes, length);
  if (n > 0)
    side->sent[id] += (guint32) n;

  return n;
}

static void
writable (uint32_t id,
          void    *user_data)
{
  Side *side = user_data;

  side->n_writable++;
  if (side->writes_when_told)
    (void) write_next (side, id, 300000);
}

static const cloche_yamux_events EVENTS = { opened, received, finished, closed, writable, NULL, NULL };

static Side *
side_new (gboolean is_client,
          GRand   *random)
{
  Side *side = g_new0 (Side, 1);

  side->mux = cloche_yamux_new (is_client, &EVENTS, side);
  side->random = random;
  side->pipe = g_byte_array_new ();

  return side;
}

static void
side_free (Side *side)
{
  cloche_yamux_free (side->mux);
  g_byte_array_unref (side->pipe);
  g_free (side);
}

/* Moves at most @max bytes from one side's output into the other side's pipe. */
static gsize
send_some (Side *from,
           Side *to,
           gsize max)
{
  const guint8 *bytes;
  gsize n = MIN (cloche_yamux_peek_output (from->mux, &bytes), max);

  g_byte_array_append (to->pipe, bytes, (guint) n);
  cloche_yamux_output_sent (from->mux, n);

  return n;
}

static gsize
feed_some (Side *side,
           gsize max)
{
  gsize n = MIN (side->pipe->len, max);

  g_assert_cmpint (cloche_yamux_feed (side->mux, side->pipe->data, n), ==, 0);
  if (n > 0)
    g_byte_array_remove_range (side->pipe, 0, (guint) n);

  return n;
}

static void
settle (Side *a,
        Side *b)
{
  while (send_some (a, b, G_MAXSIZE) + send_some (b, a, G_MAXSIZE) +
         feed_some (a, G_MAXSIZE) + feed_some (b, G_MAXSIZE) > 0)
    ;
}

static void
consume_some (Side   *side,
              guint32 id,
              GRand  *random)
{
  guint32 n = side->unconsumed[id];

  if (n > 1 && random != NULL)
    n = (guint32) g_rand_int_range (random, 0, (gint32) n + 1);
  (void) cloche_yamux_consumed (side->mux, id, n);
  side->unconsumed[id] -= n;
}

/* One random thing. The soak looks at what must hold after each. */
static void
do_something (Side    *side,
              Side    *peer,
              GRand   *random,
              guint32 *next_id)
{
  guint32 newest = *next_id;
  guint32 id = (guint32) g_rand_int_range (random, newest > 40 ? (gint32) newest - 40 : 1, (gint32) newest + 1);

  switch (g_rand_int_range (random, 0, 12)) {
  case 0: {
    int64_t opened_id = newest < N_IDS - 4 ? cloche_yamux_open (side->mux) : -1;

    if (opened_id > 0)
      *next_id = MAX (newest, (guint32) opened_id);
    break;
  }
  case 1:
    (void) cloche_yamux_finish (side->mux, id);
    break;
  case 2:
    if (g_rand_int_range (random, 0, 4) == 0 && cloche_yamux_reset (side->mux, id) == 0)
      side->closed[id] = TRUE;
    break;
  case 3:
    g_assert_cmpint (cloche_yamux_ping (side->mux, id), ==, 0);
    break;
  case 4:
  case 5:
  case 6:
    (void) write_next (side, id, (gsize) g_rand_int_range (random, 0, 100000));
    break;
  case 7:
  case 8:
    consume_some (side, id, random);
    break;
  case 9:
  case 10:
    (void) send_some (side, peer, (gsize) g_rand_int_range (random, 1, 20000));
    break;
  default:
    (void) feed_some (side, (gsize) g_rand_int_range (random, 1, 20000));
    break;
  }
  g_assert_cmpuint (cloche_yamux_get_output_bytes (side->mux), <=,
                    CLOCHE_YAMUX_MAX_OUTPUT_BYTES + CLOCHE_YAMUX_MAX_STREAMS * CLOCHE_YAMUX_QUANTUM_BYTES +
                    CLOCHE_YAMUX_MAX_CONTROL_OUTPUT_FRAMES * 12 + CLOCHE_YAMUX_STAGE_BYTES);
}

static void
test_soak (void)
{
  for (guint32 seed = 1; seed <= 3; seed++) {
    g_autoptr (GRand) random = g_rand_new_with_seed (seed);
    Side *client = side_new (TRUE, random);
    Side *server = side_new (FALSE, random);
    guint32 newest = 1;

    for (guint i = 0; i < 30000; i++) {
      gboolean is_client = g_rand_boolean (random);

      do_something (is_client ? client : server, is_client ? server : client, random, &newest);
    }

    /* In the end everything that was not reset arrives. */
    for (guint round = 0; round < 20; round++) {
      settle (client, server);
      for (guint32 id = 1; id < N_IDS; id++) {
        consume_some (client, id, NULL);
        consume_some (server, id, NULL);
        (void) cloche_yamux_finish (client->mux, id);
        (void) cloche_yamux_finish (server->mux, id);
      }
    }
    g_assert_cmpuint (newest, >, 200);
    g_assert_cmpuint (cloche_yamux_get_n_streams (client->mux), ==, 0);
    g_assert_cmpuint (cloche_yamux_get_n_streams (server->mux), ==, 0);
    for (guint32 id = 1; id < N_IDS; id++) {
      if (client->finished[id])
        g_assert_cmpuint (client->received[id], ==, server->sent[id]);
      if (server->finished[id])
        g_assert_cmpuint (server->received[id], ==, client->sent[id]);
    }
    side_free (client);
    side_free (server);
  }
}

/* More bulk writers than the output cap has room for, that write as soon as they may, or each in its time. */
static void
test_fair (gconstpointer writes_when_told)
{
  enum { N_BULK = 12, BULK_BYTES = 4 * 1024 * 1024 };
  Side *client = side_new (TRUE, NULL);
  Side *server = side_new (FALSE, NULL);
  guint32 slowest = 0;
  guint32 fastest = 0;

  client->writes_when_told = writes_when_told != NULL;
  for (guint i = 0; i < N_BULK; i++)
    g_assert_cmpint (cloche_yamux_open (client->mux), ==, 2 * i + 1);
  settle (client, server);

  for (guint round = 0; fastest < BULK_BYTES; round++) {
    for (guint i = 0; i < N_BULK; i++) {
      if (round == 0 || writes_when_told == NULL)
        (void) write_next (client, 2 * i + 1, 300000);
      consume_some (server, 2 * i + 1, NULL);
    }
    (void) send_some (client, server, G_MAXSIZE);
    (void) feed_some (server, G_MAXSIZE);
    (void) send_some (server, client, G_MAXSIZE);
    (void) feed_some (client, G_MAXSIZE);

    slowest = G_MAXUINT32;
    for (guint i = 0; i < N_BULK; i++) {
      slowest = MIN (slowest, server->received[2 * i + 1]);
      fastest = MAX (fastest, server->received[2 * i + 1]);
    }
  }
  g_test_message ("slowest %u, fastest %u bytes", slowest, fastest);
  g_assert_cmpuint (client->n_writable, >, N_BULK);
  g_assert_cmpuint (fastest - slowest, <=, 2 * CLOCHE_YAMUX_WINDOW_BYTES);
  side_free (client);
  side_free (server);
}

static void
test_overtakes (void)
{
  Side *client = side_new (TRUE, NULL);
  Side *server = side_new (FALSE, NULL);
  gsize before = 0;

  g_assert_cmpint (cloche_yamux_open (client->mux), ==, 1);
  g_assert_cmpint (cloche_yamux_open (client->mux), ==, 3);
  settle (client, server);
  g_assert_cmpint (write_next (client, 1, 1000000), ==, CLOCHE_YAMUX_WINDOW_BYTES);
  (void) send_some (client, server, 1);
  g_assert_cmpint (write_next (client, 3, 10), ==, 10);
  while (server->received[3] == 0) {
    before += send_some (client, server, 1000);
    (void) feed_some (server, G_MAXSIZE);
  }
  g_assert_cmpuint (before, <=, 2 * CLOCHE_YAMUX_STAGE_BYTES);
  side_free (client);
  side_free (server);
}

/* The linker puts these in place of the C library's for this program: see meson.build. */
void *__real_malloc (size_t size);
void *__real_calloc (size_t n,
                     size_t size);
void *__wrap_malloc (size_t size);
void *__wrap_calloc (size_t n,
                     size_t size);

static int allocations_left = -1;       /* Negative: no limit. */

static gboolean
may_allocate (void)
{
  if (allocations_left == 0)
    return FALSE;
  if (allocations_left > 0)
    allocations_left--;

  return TRUE;
}

void *
__wrap_malloc (size_t size)
{
  return may_allocate () ? __real_malloc (size) : NULL;
}

void *
__wrap_calloc (size_t n,
               size_t size)
{
  return may_allocate () ? __real_calloc (n, size) : NULL;
}

static gboolean
run_short_of_memory (int n_allocations)
{
  static const guint8 IN[] = {
    0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, /* SYN of stream 1 */
    0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, /* ping */
  };
  static const cloche_yamux_events NONE = { NULL };
  gboolean failed = FALSE;
  cloche_yamux *mux;
  const guint8 *bytes;
  int result;

  allocations_left = n_allocations;
  mux = cloche_yamux_new (false, &NONE, NULL);
  if (mux != NULL) {
    result = cloche_yamux_feed (mux, IN, sizeof IN);
    failed |= result == -ENOMEM;
    if (result == 0) {
      cloche_yamux_accept (mux, 1);
      failed |= cloche_yamux_write (mux, 1, IN, sizeof IN) == -ENOMEM;
      failed |= cloche_yamux_open (mux) == -ENOMEM;
    } else {
      /* Code 2: internal error. */
      g_assert_cmpuint (cloche_yamux_peek_output (mux, &bytes), ==, 12);
      g_assert_cmpint (bytes[1], ==, 3);
      g_assert_cmpint (bytes[11], ==, 2);
    }
  }
  allocations_left = -1;
  failed |= mux == NULL;
  cloche_yamux_free (mux);

  return failed;
}

static void
test_out_of_memory (void)
{
  int n = 0;

  while (run_short_of_memory (n))
    n++;
  g_assert_cmpint (n, ==, 5);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/yamux-pair/soak", test_soak);
  g_test_add_data_func ("/wire/yamux-pair/fair-when-told", "told", test_fair);
  g_test_add_data_func ("/wire/yamux-pair/fair-when-asking", NULL, test_fair);
  g_test_add_func ("/wire/yamux-pair/overtakes", test_overtakes);
  g_test_add_func ("/wire/yamux-pair/out-of-memory", test_out_of_memory);

  return g_test_run ();
}
