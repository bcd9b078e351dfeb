/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-stream.h"

#include "cloche-limits.h"
#include "cloche-wire-input.h"
#include "cloche-wire-output.h"
#include "cloche-wire-stream-private.h"

struct _ClocheWireStream
{
  GIOStream parent_instance;

  /* Owned References */
  ClocheWireChannel *channel;
  GInputStream *input;
  GOutputStream *output;
  cloche_line_reader *line_reader;              /* Made at first use. */
  cloche_record_decoder *record_decoder;        /* Made at first use. */
};

G_DEFINE_FINAL_TYPE (ClocheWireStream, cloche_wire_stream, G_TYPE_IO_STREAM)

static GInputStream *
cloche_wire_stream_get_input_stream (GIOStream *stream)
{
  return CLOCHE_WIRE_STREAM (stream)->input;
}

static GOutputStream *
cloche_wire_stream_get_output_stream (GIOStream *stream)
{
  return CLOCHE_WIRE_STREAM (stream)->output;
}

static gboolean
cloche_wire_stream_close (GIOStream    *stream,
                          GCancellable *cancellable,
                          GError      **error)
{
  ClocheWireStream *self = CLOCHE_WIRE_STREAM (stream);

  cloche_wire_channel_finish (self->channel);
  cloche_wire_channel_close_input (self->channel);

  return TRUE;
}

static void
cloche_wire_stream_close_async (GIOStream          *stream,
                                int                 io_priority,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_wire_stream_close_async);
  g_task_return_boolean (task, cloche_wire_stream_close (stream, cancellable, NULL));
}

static gboolean
cloche_wire_stream_close_finish (GIOStream    *stream,
                                 GAsyncResult *result,
                                 GError      **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* Before the parent's dispose, which would close, and so finish what is to be reset. */
static void
cloche_wire_stream_dispose (GObject *object)
{
  ClocheWireStream *self = CLOCHE_WIRE_STREAM (object);

  if (self->channel != NULL)
    cloche_wire_channel_release (self->channel);

  G_OBJECT_CLASS (cloche_wire_stream_parent_class)->dispose (object);
}

static void
cloche_wire_stream_finalize (GObject *object)
{
  ClocheWireStream *self = CLOCHE_WIRE_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_pointer (&self->line_reader, cloche_line_reader_free);
  g_clear_pointer (&self->record_decoder, cloche_record_decoder_free);
  g_clear_pointer (&self->channel, cloche_wire_channel_unref);

  G_OBJECT_CLASS (cloche_wire_stream_parent_class)->finalize (object);
}

static void
cloche_wire_stream_class_init (ClocheWireStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = cloche_wire_stream_dispose;
  object_class->finalize = cloche_wire_stream_finalize;
  stream_class->get_input_stream = cloche_wire_stream_get_input_stream;
  stream_class->get_output_stream = cloche_wire_stream_get_output_stream;
  stream_class->close_fn = cloche_wire_stream_close;
  stream_class->close_async = cloche_wire_stream_close_async;
  stream_class->close_finish = cloche_wire_stream_close_finish;
}

static void
cloche_wire_stream_init (ClocheWireStream *self)
{
}

ClocheWireStream *
_cloche_wire_stream_new (ClocheWireChannel *channel)
{
  ClocheWireStream *self = g_object_new (CLOCHE_TYPE_WIRE_STREAM, NULL);

  self->channel = cloche_wire_channel_ref (channel);
  self->input = cloche_wire_input_new (channel);
  self->output = cloche_wire_output_new (channel);

  return self;
}

ClocheWireChannel *
_cloche_wire_stream_get_channel (ClocheWireStream *self)
{
  return self->channel;
}

/* %NULL if out of memory. */
cloche_line_reader *
_cloche_wire_stream_get_line_reader (ClocheWireStream *self)
{
  if (self->line_reader == NULL)
    self->line_reader = cloche_line_reader_new (CLOCHE_LIMIT_LINE_BYTES);

  return self->line_reader;
}

/* %NULL if out of memory. */
cloche_record_decoder *
_cloche_wire_stream_get_record_decoder (ClocheWireStream *self)
{
  if (self->record_decoder == NULL)
    self->record_decoder = cloche_record_decoder_new (CLOCHE_LIMIT_RECORD_BYTES);

  return self->record_decoder;
}

guint32
cloche_wire_stream_get_id (ClocheWireStream *self)
{
  g_return_val_if_fail (CLOCHE_IS_WIRE_STREAM (self), 0);

  return cloche_wire_channel_get_id (self->channel);
}

gboolean
cloche_wire_stream_is_reset (ClocheWireStream *self)
{
  g_return_val_if_fail (CLOCHE_IS_WIRE_STREAM (self), FALSE);

  return cloche_wire_channel_is_reset (self->channel);
}

/**
 * cloche_wire_stream_reset:
 *
 * Ends both directions now. Operations under way fail with %CLOCHE_WIRE_ERROR_RESET.
 */
void
cloche_wire_stream_reset (ClocheWireStream *self)
{
  g_return_if_fail (CLOCHE_IS_WIRE_STREAM (self));

  cloche_wire_channel_reset (self->channel);
}

/**
 * cloche_wire_stream_finish:
 *
 * Says that nothing more will be sent, after what was written.
 */
void
cloche_wire_stream_finish (ClocheWireStream *self)
{
  g_return_if_fail (CLOCHE_IS_WIRE_STREAM (self));

  cloche_wire_channel_finish (self->channel);
}
