/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-input.h"

#include <string.h>

struct _ClocheWireInput
{
  GInputStream parent_instance;

  /* Owned References */
  ClocheWireChannel *channel;
};

G_DEFINE_FINAL_TYPE (ClocheWireInput, cloche_wire_input, G_TYPE_INPUT_STREAM)

typedef struct
{
  void *buffer;
  gsize count;
} Read;

/* @task: (transfer full) */
static void
read_when_ready (ClocheWireChannel *channel,
                 GTask             *task)
{
  g_autoptr (GTask) owned = task;
  g_autoptr (GError) error = NULL;
  Read *read = g_task_get_task_data (task);
  const guint8 *bytes;
  gsize length;

  if (!cloche_wire_channel_is_readable (channel)) {
    cloche_wire_channel_wait_readable (channel, g_steal_pointer (&owned), read_when_ready);
    return;
  }

  bytes = cloche_wire_channel_peek (channel, &length, &error);
  if (bytes == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  length = MIN (length, read->count);
  memcpy (read->buffer, bytes, length);
  cloche_wire_channel_consume (channel, length);
  g_task_return_int (task, (gssize) length);
}

static void
cloche_wire_input_read_async (GInputStream       *stream,
                              void               *buffer,
                              gsize               count,
                              int                 io_priority,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  ClocheWireInput *self = CLOCHE_WIRE_INPUT (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Read *read = g_new (Read, 1);

  read->buffer = buffer;
  read->count = count;
  g_task_set_source_tag (task, cloche_wire_input_read_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, read, g_free);
  if (g_task_return_error_if_cancelled (task))
    return;

  /* Bytes that were taken must reach the caller, even if it cancels before it hears of them. */
  g_task_set_check_cancellable (task, FALSE);
  read_when_ready (self->channel, g_steal_pointer (&task));
}

static gssize
cloche_wire_input_read_finish (GInputStream *stream,
                               GAsyncResult *result,
                               GError      **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
cloche_wire_input_close (GInputStream *stream,
                         GCancellable *cancellable,
                         GError      **error)
{
  cloche_wire_channel_close_input (CLOCHE_WIRE_INPUT (stream)->channel);

  return TRUE;
}

static void
cloche_wire_input_close_async (GInputStream       *stream,
                               int                 io_priority,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_wire_input_close_async);
  g_task_return_boolean (task, cloche_wire_input_close (stream, cancellable, NULL));
}

static gboolean
cloche_wire_input_close_finish (GInputStream *stream,
                                GAsyncResult *result,
                                GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cloche_wire_input_finalize (GObject *object)
{
  ClocheWireInput *self = CLOCHE_WIRE_INPUT (object);

  cloche_wire_channel_unref (self->channel);

  G_OBJECT_CLASS (cloche_wire_input_parent_class)->finalize (object);
}

static void
cloche_wire_input_class_init (ClocheWireInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_wire_input_finalize;
  stream_class->read_async = cloche_wire_input_read_async;
  stream_class->read_finish = cloche_wire_input_read_finish;
  stream_class->close_fn = cloche_wire_input_close;
  stream_class->close_async = cloche_wire_input_close_async;
  stream_class->close_finish = cloche_wire_input_close_finish;
}

static void
cloche_wire_input_init (ClocheWireInput *self)
{
}

GInputStream *
cloche_wire_input_new (ClocheWireChannel *channel)
{
  ClocheWireInput *self = g_object_new (CLOCHE_TYPE_WIRE_INPUT, NULL);

  self->channel = cloche_wire_channel_ref (channel);

  return G_INPUT_STREAM (self);
}
