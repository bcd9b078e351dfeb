/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-splice.h"

#include "cloche-wire-stream.h"

#include <sys/socket.h>

/* bytes held in each direction. */
#define BUFFER_BYTES (64 * 1024)

typedef struct _Splice Splice;

typedef struct
{
  Splice *splice;
  GIOStream *from;              /* Owned. */
  GIOStream *to;                /* Owned. */
  GTask *task;                  /* Owned while the direction runs. */
  guint64 n_bytes;
  guint8 buffer[BUFFER_BYTES];
} Direction;

struct _Splice
{
  GCancellable *cancellable;    /* Owned: stops both directions. */
  GError *error;                /* Owned: what ended the first of them. */
  guint n_running;
  Direction a_to_b;
  Direction b_to_a;
};

static void
splice_free (gpointer data)
{
  Splice *self = data;

  g_clear_object (&self->cancellable);
  g_clear_error (&self->error);
  g_clear_object (&self->a_to_b.from);
  g_clear_object (&self->a_to_b.to);
  g_clear_object (&self->b_to_a.from);
  g_clear_object (&self->b_to_a.to);
  g_free (self);
}

/* Ends @stream so that its peer sees, where that is possible, that it did not end in order. */
static void
abort_stream (GIOStream *stream)
{
  const struct linger AT_ONCE = { .l_onoff = 1, .l_linger = 0 };

  if (CLOCHE_IS_WIRE_STREAM (stream)) {
    cloche_wire_stream_reset (CLOCHE_WIRE_STREAM (stream));
    return;
  }

  /* A close with no time to linger sends an RST: tcp(7). Unix sockets ignore it. */
  if (G_IS_SOCKET_CONNECTION (stream)) {
    GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));

    (void) setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &AT_ONCE, sizeof AT_ONCE);
  }
  g_io_stream_close_async (stream, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

static void
end_direction (Direction *direction,
               GError    *error)
{
  Splice *splice = direction->splice;
  g_autoptr (GTask) task = g_steal_pointer (&direction->task);

  if (error != NULL && splice->error == NULL) {
    splice->error = g_error_copy (error);
    g_cancellable_cancel (splice->cancellable);
  }
  g_clear_error (&error);

  if (--splice->n_running > 0)
    return;

  if (splice->error != NULL) {
    abort_stream (splice->a_to_b.from);
    abort_stream (splice->a_to_b.to);
    g_task_return_error (task, g_steal_pointer (&splice->error));
    return;
  }

  g_io_stream_close_async (splice->a_to_b.from, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_io_stream_close_async (splice->a_to_b.to, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
output_closed_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  GError *error = NULL;

  (void) g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error);
  end_direction (user_data, error);
}

/* Passes the end of the input on. Closing a socket's output stream alone does not tell its peer. */
static void
half_close (Direction *direction)
{
  GError *error = NULL;

  if (G_IS_SOCKET_CONNECTION (direction->to)) {
    GSocket *socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (direction->to));

    (void) g_socket_shutdown (socket, FALSE, TRUE, &error);
    end_direction (direction, error);
    return;
  }

  g_output_stream_close_async (g_io_stream_get_output_stream (direction->to), G_PRIORITY_DEFAULT,
                               direction->splice->cancellable, output_closed_cb, direction);
}

static void read_next (Direction *direction);

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Direction *direction = user_data;
  GError *error = NULL;
  gsize n;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &n, &error)) {
    end_direction (direction, error);
    return;
  }

  direction->n_bytes += n;
  read_next (direction);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Direction *direction = user_data;
  GError *error = NULL;
  gssize n = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);

  if (n < 0)
    end_direction (direction, error);
  else if (n == 0)
    half_close (direction);
  else
    g_output_stream_write_all_async (g_io_stream_get_output_stream (direction->to), direction->buffer, (gsize) n,
                                     G_PRIORITY_DEFAULT, direction->splice->cancellable, written_cb, direction);
}

static void
read_next (Direction *direction)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (direction->from), direction->buffer, BUFFER_BYTES,
                             G_PRIORITY_DEFAULT, direction->splice->cancellable, read_cb, direction);
}

static void
start_direction (Splice    *splice,
                 Direction *direction,
                 GIOStream *from,
                 GIOStream *to,
                 GTask     *task)
{
  direction->splice = splice;
  direction->from = g_object_ref (from);
  direction->to = g_object_ref (to);
  direction->task = g_object_ref (task);
  splice->n_running++;
}

static void
caller_cancelled_cb (GCancellable *cancellable,
                     gpointer      user_data)
{
  g_cancellable_cancel (user_data);
}

void
cloche_wire_splice_async (GIOStream          *a,
                          GIOStream          *b,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Splice *splice = g_new0 (Splice, 1);

  splice->cancellable = g_cancellable_new ();
  g_task_set_source_tag (task, cloche_wire_splice_async);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, splice, splice_free);
  start_direction (splice, &splice->a_to_b, a, b, task);
  start_direction (splice, &splice->b_to_a, b, a, task);
  if (cancellable != NULL)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (caller_cancelled_cb), splice->cancellable, 0);
  if (g_cancellable_is_cancelled (cancellable))
    g_cancellable_cancel (splice->cancellable);

  read_next (&splice->a_to_b);
  read_next (&splice->b_to_a);
}

/**
 * cloche_wire_splice_finish:
 *
 * %TRUE if both directions ended in order. Else what ended the first of them; both streams were reset.
 */
gboolean
cloche_wire_splice_finish (GAsyncResult *result,
                           guint64      *ret_a_to_b_bytes,
                           guint64      *ret_b_to_a_bytes,
                           GError      **error)
{
  Splice *splice;

  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  splice = g_task_get_task_data (G_TASK (result));
  if (ret_a_to_b_bytes != NULL)
    *ret_a_to_b_bytes = splice->a_to_b.n_bytes;
  if (ret_b_to_a_bytes != NULL)
    *ret_b_to_a_bytes = splice->b_to_a.n_bytes;

  return g_task_propagate_boolean (G_TASK (result), error);
}
