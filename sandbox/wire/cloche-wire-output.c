/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-output.h"

struct _ClocheWireOutput
{
  GOutputStream parent_instance;

  /* Owned References */
  ClocheWireChannel *channel;
};

G_DEFINE_FINAL_TYPE (ClocheWireOutput, cloche_wire_output, G_TYPE_OUTPUT_STREAM)

typedef struct
{
  const void *buffer;
  gsize count;
} Write;

/* @task: (transfer full) */
static void
write_when_ready (ClocheWireChannel *channel,
                  GTask             *task)
{
  g_autoptr (GTask) owned = task;
  g_autoptr (GError) error = NULL;
  Write *write = g_task_get_task_data (task);
  gssize n = cloche_wire_channel_write (channel, write->buffer, write->count, &error);

  if (n < 0)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (n == 0 && write->count > 0)
    cloche_wire_channel_wait_writable (channel, g_steal_pointer (&owned), write_when_ready);
  else
    g_task_return_int (task, n);
}

static void
cloche_wire_output_write_async (GOutputStream      *stream,
                                const void         *buffer,
                                gsize               count,
                                int                 io_priority,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  ClocheWireOutput *self = CLOCHE_WIRE_OUTPUT (stream);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Write *write = g_new (Write, 1);

  write->buffer = buffer;
  write->count = count;
  g_task_set_source_tag (task, cloche_wire_output_write_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, write, g_free);
  if (g_task_return_error_if_cancelled (task))
    return;

  /* The caller must hear of what was taken, even if it cancels before it does. */
  g_task_set_check_cancellable (task, FALSE);
  write_when_ready (self->channel, g_steal_pointer (&task));
}

static gssize
cloche_wire_output_write_finish (GOutputStream *stream,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_int (G_TASK (result), error);
}

static gboolean
cloche_wire_output_close (GOutputStream *stream,
                          GCancellable  *cancellable,
                          GError       **error)
{
  cloche_wire_channel_finish (CLOCHE_WIRE_OUTPUT (stream)->channel);

  return TRUE;
}

static void
cloche_wire_output_close_async (GOutputStream      *stream,
                                int                 io_priority,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_wire_output_close_async);
  g_task_return_boolean (task, cloche_wire_output_close (stream, cancellable, NULL));
}

static gboolean
cloche_wire_output_close_finish (GOutputStream *stream,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cloche_wire_output_finalize (GObject *object)
{
  ClocheWireOutput *self = CLOCHE_WIRE_OUTPUT (object);

  cloche_wire_channel_unref (self->channel);

  G_OBJECT_CLASS (cloche_wire_output_parent_class)->finalize (object);
}

static void
cloche_wire_output_class_init (ClocheWireOutputClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_wire_output_finalize;
  stream_class->write_async = cloche_wire_output_write_async;
  stream_class->write_finish = cloche_wire_output_write_finish;
  stream_class->close_fn = cloche_wire_output_close;
  stream_class->close_async = cloche_wire_output_close_async;
  stream_class->close_finish = cloche_wire_output_close_finish;
}

static void
cloche_wire_output_init (ClocheWireOutput *self)
{
}

GOutputStream *
cloche_wire_output_new (ClocheWireChannel *channel)
{
  ClocheWireOutput *self = g_object_new (CLOCHE_TYPE_WIRE_OUTPUT, NULL);

  self->channel = cloche_wire_channel_ref (channel);

  return G_OUTPUT_STREAM (self);
}
