/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 *
 * How fast two sessions in one thread are over a socket pair: the throughput of one bulk stream, and the round trip of
 * a small message on another stream, alone and while the bulk runs. Prints n, median and 95th percentile.
 */
#include "cloche-wire-session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
  N_RUNS = 20,
  BULK_BYTES = 64 * 1024 * 1024,
  BLOCK_BYTES = 256 * 1024,
  N_ROUND_TRIPS = 2000,
  MESSAGE_BYTES = 64,
};

typedef struct
{
  ClocheWireSession *client;
  ClocheWireSession *server;
  GQueue opened;                /* Owned ClocheWireStreams. */
  guint8 block[BLOCK_BYTES];
  guint8 read_block[BLOCK_BYTES];
  gsize to_write;
  gsize to_read;
  gboolean is_endless;
} Bench;

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
print (const char *name,
       const char *unit,
       double     *values,
       guint       n,
       gboolean    more_is_better)
{
  qsort (values, n, sizeof *values, compare);
  printf ("%-28s n %5u  median %10.1f %s  p95 %10.1f %s\n", name, n, values[n / 2], unit,
          values[more_is_better ? n / 20 : n - 1 - n / 20], unit);
}

static void
opened_cb (ClocheWireSession *session,
           ClocheWireStream  *stream,
           gpointer           user_data)
{
  Bench *bench = user_data;

  g_queue_push_tail (&bench->opened, g_object_ref (stream));
}

static GIOStream *
connect_fd (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static void
set_up (Bench *bench)
{
  g_autoptr (GIOStream) a = NULL;
  g_autoptr (GIOStream) b = NULL;
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
    g_error ("No socket pair");
  a = connect_fd (fds[0]);
  b = connect_fd (fds[1]);
  bench->client = cloche_wire_session_new (a, CLOCHE_WIRE_ROLE_CLIENT);
  bench->server = cloche_wire_session_new (b, CLOCHE_WIRE_ROLE_SERVER);
  g_signal_connect (bench->server, "stream-opened", G_CALLBACK (opened_cb), bench);
}

static ClocheWireStream *
open_stream (Bench             *bench,
             ClocheWireStream **ret_there)
{
  ClocheWireStream *here = cloche_wire_session_open_stream (bench->client, NULL);

  while (g_queue_is_empty (&bench->opened))
    g_main_context_iteration (NULL, TRUE);
  *ret_there = g_queue_pop_head (&bench->opened);

  return here;
}

static void
write_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Bench *bench = user_data;
  gssize n = g_output_stream_write_finish (G_OUTPUT_STREAM (source), result, NULL);

  if (n < 0)
    return;
  bench->to_write -= bench->is_endless ? 0 : (gsize) n;
  if (bench->to_write > 0)
    g_output_stream_write_async (G_OUTPUT_STREAM (source), bench->block, MIN (BLOCK_BYTES, bench->to_write),
                                 G_PRIORITY_DEFAULT, NULL, write_cb, bench);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Bench *bench = user_data;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, NULL);

  if (n <= 0)
    return;
  bench->to_read -= bench->is_endless ? 0 : (gsize) n;
  if (bench->to_read > 0)
    g_input_stream_read_async (G_INPUT_STREAM (source), bench->read_block, BLOCK_BYTES, G_PRIORITY_DEFAULT, NULL,
                               read_cb, bench);
}

static void
start_bulk (Bench            *bench,
            ClocheWireStream *here,
            ClocheWireStream *there)
{
  bench->to_write = bench->to_read = BULK_BYTES;
  g_output_stream_write_async (g_io_stream_get_output_stream (G_IO_STREAM (here)), bench->block, BLOCK_BYTES,
                               G_PRIORITY_DEFAULT, NULL, write_cb, bench);
  g_input_stream_read_async (g_io_stream_get_input_stream (G_IO_STREAM (there)), bench->read_block, BLOCK_BYTES,
                             G_PRIORITY_DEFAULT, NULL, read_cb, bench);
}

static void
measure_throughput (Bench *bench)
{
  double mib_s[N_RUNS];

  for (guint i = 0; i < N_RUNS; i++) {
    g_autoptr (ClocheWireStream) there = NULL;
    g_autoptr (ClocheWireStream) here = open_stream (bench, &there);
    gint64 start_us = g_get_monotonic_time ();

    start_bulk (bench, here, there);
    while (bench->to_read > 0)
      g_main_context_iteration (NULL, TRUE);
    mib_s[i] = BULK_BYTES / 1048576.0 / ((double) (g_get_monotonic_time () - start_us) / G_USEC_PER_SEC);
  }
  print ("bulk", "MiB/s", mib_s, N_RUNS, TRUE);
}

static void
keep_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  GAsyncResult **place = user_data;

  *place = g_object_ref (result);
}

/* Moves one small message; it is far below a window, and so it is written and read in one piece. */
static void
move_message (ClocheWireStream *from,
              ClocheWireStream *to)
{
  g_autoptr (GAsyncResult) written = NULL;
  g_autoptr (GAsyncResult) read = NULL;
  guint8 message[MESSAGE_BYTES] = { 0 };
  guint8 back[MESSAGE_BYTES];
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (to));

  g_input_stream_read_async (input, back, sizeof back, G_PRIORITY_DEFAULT, NULL, keep_cb, &read);
  g_output_stream_write_async (g_io_stream_get_output_stream (G_IO_STREAM (from)), message, sizeof message,
                               G_PRIORITY_DEFAULT, NULL, keep_cb, &written);
  while (read == NULL || written == NULL)
    g_main_context_iteration (NULL, TRUE);
  if (g_input_stream_read_finish (input, read, NULL) != MESSAGE_BYTES)
    g_error ("The message was lost");
}

static void
measure_round_trips (Bench      *bench,
                     const char *name)
{
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = open_stream (bench, &there);
  g_autofree double *us = g_new (double, N_ROUND_TRIPS);

  for (guint i = 0; i < N_ROUND_TRIPS; i++) {
    gint64 start_us = g_get_monotonic_time ();

    move_message (here, there);
    move_message (there, here);
    us[i] = (double) (g_get_monotonic_time () - start_us);
  }
  print (name, "µs", us, N_ROUND_TRIPS, FALSE);
}

int
main (void)
{
  g_autofree Bench *bench = g_new0 (Bench, 1);
  g_autoptr (ClocheWireStream) there = NULL;
  g_autoptr (ClocheWireStream) here = NULL;

  set_up (bench);
  measure_throughput (bench);
  measure_round_trips (bench, "round trip, idle");

  here = open_stream (bench, &there);
  bench->is_endless = TRUE;
  start_bulk (bench, here, there);
  measure_round_trips (bench, "round trip, beside bulk");

  cloche_wire_session_close (bench->client);
  while (!cloche_wire_session_is_over (bench->server) || g_main_context_pending (NULL))
    g_main_context_iteration (NULL, TRUE);
  g_object_unref (bench->client);
  g_object_unref (bench->server);

  return 0;
}
