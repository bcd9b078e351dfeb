/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-message.h"

#include "cloche-json.h"
#include "cloche-limits.h"
#include "cloche-wire-error.h"
#include "cloche-wire-stream-private.h"

#include <errno.h>
#include <string.h>

/* bytes: a payload up to this is copied behind its header, so that both leave in one frame. */
#define COPIED_PAYLOAD_BYTES (64 * 1024)

/**
 * cloche_wire_record_new:
 *
 * Takes a reference to @payload.
 */
ClocheWireRecord *
cloche_wire_record_new (guint8  type,
                        GBytes *payload)
{
  ClocheWireRecord *self = g_new0 (ClocheWireRecord, 1);

  self->type = type;
  self->payload = g_bytes_ref (payload);

  return self;
}

void
cloche_wire_record_free (ClocheWireRecord *self)
{
  if (self == NULL)
    return;

  g_bytes_unref (self->payload);
  g_free (self);
}

static void
return_errno (GTask      *task,
              int         result,
              const char *what)
{
  if (result == -EMSGSIZE)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_TOO_LARGE, "The peer sent too large a %s", what);
  else if (result == -EPROTO)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL, "The peer sent an unknown %s", what);
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Out of memory");
}

/* Peeks; at the stream's end or failure returns @task, and FALSE. */
static gboolean
peek_or_return (ClocheWireChannel *channel,
                GTask             *task,
                gboolean           is_at_border,
                const guint8     **ret_bytes,
                gsize             *ret_length)
{
  g_autoptr (GError) error = NULL;

  *ret_bytes = cloche_wire_channel_peek (channel, ret_length, &error);
  if (*ret_bytes == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else if (*ret_length > 0)
    return TRUE;
  else if (is_at_border)
    g_task_return_pointer (task, NULL, NULL);
  else
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_PROTOCOL, "The peer finished too early");

  return FALSE;
}

static GTask *
begin (ClocheWireStream   *stream,
       GCancellable       *cancellable,
       GAsyncReadyCallback callback,
       gpointer            user_data,
       gpointer            source_tag)
{
  GTask *task = g_task_new (stream, cancellable, callback, user_data);

  g_task_set_source_tag (task, source_tag);

  return task;
}

/* @task: (transfer full) */
static void
read_line_when_ready (ClocheWireChannel *channel,
                      GTask             *task)
{
  g_autoptr (GTask) owned = task;
  cloche_line_reader *reader = _cloche_wire_stream_get_line_reader (g_task_get_source_object (task));
  g_autoptr (GError) error = NULL;
  int result = reader != NULL ? 0 : -ENOMEM;
  JsonObject *object;
  const guint8 *bytes;
  gsize length, taken;

  while (result == 0 && cloche_wire_channel_is_readable (channel)) {
    if (!peek_or_return (channel, task, cloche_line_reader_is_at_border (reader), &bytes, &length))
      return;
    result = cloche_line_reader_feed (reader, bytes, length, &taken);
    cloche_wire_channel_consume (channel, taken);
  }

  if (result == 0) {
    cloche_wire_channel_wait_readable (channel, g_steal_pointer (&owned), read_line_when_ready);
  } else if (result < 0) {
    return_errno (task, result, "line");
  } else {
    bytes = (const guint8 *) cloche_line_reader_get_line (reader, &length);
    object = cloche_json_parse_object ((const char *) bytes, (gssize) length, &error);
    if (object == NULL)
      g_task_return_error (task, g_steal_pointer (&error));
    else
      g_task_return_pointer (task, object, (GDestroyNotify) json_object_unref);
  }
}

/**
 * cloche_wire_read_json_async:
 *
 * Reads one line of at most %CLOCHE_LIMIT_LINE_BYTES, which must be one JSON object.
 *
 * Errors: %CLOCHE_BASE_ERROR if it is not, %CLOCHE_WIRE_ERROR_TOO_LARGE, %CLOCHE_WIRE_ERROR_PROTOCOL if it was cut off,
 * those of #ClocheWireStream.
 */
void
cloche_wire_read_json_async (ClocheWireStream   *stream,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_WIRE_STREAM (stream));

  task = begin (stream, cancellable, callback, user_data, cloche_wire_read_json_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  g_task_set_check_cancellable (task, FALSE);
  read_line_when_ready (_cloche_wire_stream_get_channel (stream), g_steal_pointer (&task));
}

JsonObject *
cloche_wire_read_json_finish (ClocheWireStream *stream,
                              GAsyncResult     *result,
                              GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static ClocheWireRecord *
copy_record (cloche_record_decoder *decoder)
{
  gsize length;
  const guint8 *payload = cloche_record_decoder_get_payload (decoder, &length);
  g_autoptr (GBytes) bytes = g_bytes_new (payload, length);

  return cloche_wire_record_new (cloche_record_decoder_get_type (decoder), bytes);
}

/* @task: (transfer full) */
static void
read_record_when_ready (ClocheWireChannel *channel,
                        GTask             *task)
{
  g_autoptr (GTask) owned = task;
  cloche_record_decoder *decoder = _cloche_wire_stream_get_record_decoder (g_task_get_source_object (task));
  int result = decoder != NULL ? 0 : -ENOMEM;
  const guint8 *bytes;
  gsize length, taken;

  while (result == 0 && cloche_wire_channel_is_readable (channel)) {
    if (!peek_or_return (channel, task, cloche_record_decoder_is_at_border (decoder), &bytes, &length))
      return;
    result = cloche_record_decoder_feed (decoder, bytes, length, &taken);
    cloche_wire_channel_consume (channel, taken);
  }

  if (result == 0)
    cloche_wire_channel_wait_readable (channel, g_steal_pointer (&owned), read_record_when_ready);
  else if (result < 0)
    return_errno (task, result, "record");
  else
    g_task_return_pointer (task, copy_record (decoder), (GDestroyNotify) cloche_wire_record_free);
}

/**
 * cloche_wire_read_record_async:
 *
 * Reads one record of at most %CLOCHE_LIMIT_RECORD_BYTES.
 *
 * Errors: %CLOCHE_WIRE_ERROR_TOO_LARGE, %CLOCHE_WIRE_ERROR_PROTOCOL if its type is unknown or it was cut off, those of
 * #ClocheWireStream.
 */
void
cloche_wire_read_record_async (ClocheWireStream   *stream,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_WIRE_STREAM (stream));

  task = begin (stream, cancellable, callback, user_data, cloche_wire_read_record_async);
  if (g_task_return_error_if_cancelled (task))
    return;

  g_task_set_check_cancellable (task, FALSE);
  read_record_when_ready (_cloche_wire_stream_get_channel (stream), g_steal_pointer (&task));
}

ClocheWireRecord *
cloche_wire_read_record_finish (ClocheWireStream *stream,
                                GAsyncResult     *result,
                                GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  GBytes *first;                /* Owned: what is written first. */
  GBytes *rest;                 /* Owned, nullable. */
} Message;

static void
message_free (gpointer data)
{
  Message *self = data;

  g_bytes_unref (self->first);
  g_clear_pointer (&self->rest, g_bytes_unref);
  g_free (self);
}

static void
rest_written_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
first_written_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  Message *message = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  gsize length;
  gconstpointer bytes;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }
  if (message->rest == NULL) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  bytes = g_bytes_get_data (message->rest, &length);
  g_output_stream_write_all_async (G_OUTPUT_STREAM (source), bytes, length, G_PRIORITY_DEFAULT, cancellable,
                                   rest_written_cb, g_steal_pointer (&task));
}

/* @task: (transfer full), @first: (transfer full), @rest: (nullable) */
static void
write_message (GTask  *task,
               GBytes *first,
               GBytes *rest)
{
  ClocheWireStream *stream = g_task_get_source_object (task);
  Message *message = g_new0 (Message, 1);
  gsize length;
  gconstpointer bytes = g_bytes_get_data (first, &length);

  message->first = first;
  message->rest = rest != NULL ? g_bytes_ref (rest) : NULL;
  g_task_set_task_data (task, message, message_free);
  g_task_set_check_cancellable (task, FALSE);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (G_IO_STREAM (stream)), bytes, length,
                                   G_PRIORITY_DEFAULT, g_task_get_cancellable (task), first_written_cb, task);
}

/**
 * cloche_wire_write_json_async:
 *
 * Writes @object as one line. Nothing is sent if it is longer than %CLOCHE_LIMIT_LINE_BYTES
 * (%CLOCHE_WIRE_ERROR_TOO_LARGE). Other errors: those of #ClocheWireStream.
 */
void
cloche_wire_write_json_async (ClocheWireStream   *stream,
                              JsonObject         *object,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autofree char *line = NULL;
  g_autofree char *whole = NULL;
  gsize length;

  g_return_if_fail (CLOCHE_IS_WIRE_STREAM (stream));

  task = begin (stream, cancellable, callback, user_data, cloche_wire_write_json_async);
  line = cloche_json_object_to_line (object);
  length = strlen (line);
  if (length > CLOCHE_LIMIT_LINE_BYTES) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_TOO_LARGE, "The line is too long to be sent");
    return;
  }

  whole = g_strconcat (line, "\n", NULL);
  write_message (g_steal_pointer (&task), g_bytes_new_take (g_steal_pointer (&whole), length + 1), NULL);
}

gboolean
cloche_wire_write_json_finish (ClocheWireStream *stream,
                               GAsyncResult     *result,
                               GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_wire_write_record_async:
 *
 * Writes one record. Nothing is sent if @payload is larger than %CLOCHE_LIMIT_RECORD_BYTES
 * (%CLOCHE_WIRE_ERROR_TOO_LARGE). Other errors: those of #ClocheWireStream.
 */
void
cloche_wire_write_record_async (ClocheWireStream   *stream,
                                guint8              type,
                                GBytes             *payload,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (GByteArray) first = NULL;
  guint8 header[CLOCHE_RECORD_HEADER_BYTES];
  gsize length;
  gconstpointer bytes = g_bytes_get_data (payload, &length);
  gboolean is_copied = length <= COPIED_PAYLOAD_BYTES;

  g_return_if_fail (CLOCHE_IS_WIRE_STREAM (stream));

  task = begin (stream, cancellable, callback, user_data, cloche_wire_write_record_async);
  if (length > CLOCHE_LIMIT_RECORD_BYTES) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_TOO_LARGE, "The record is too large to be sent");
    return;
  }

  cloche_record_write_header (header, type, (uint32_t) length);
  first = g_byte_array_new ();
  g_byte_array_append (first, header, sizeof header);
  if (is_copied && length > 0)
    g_byte_array_append (first, bytes, (guint) length);
  write_message (g_steal_pointer (&task), g_byte_array_free_to_bytes (g_steal_pointer (&first)),
                 is_copied ? NULL : payload);
}

gboolean
cloche_wire_write_record_finish (ClocheWireStream *stream,
                                 GAsyncResult     *result,
                                 GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, stream), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
