/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-private.h"

#include "cloche-base-error.h"
#include "cloche-json.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"
#include "cloche-wire-request.h"

/* bytes: one step of a transfer; the agent's port is fastest with large ones. */
#define CHUNK_BYTES (256 * 1024)

/* entries of one list: more is nothing that a person looks at; the agent cuts at the same number. */
#define MAX_ENTRIES 10000

/* A file on its way in or out, chunk by chunk. */
typedef struct
{
  GInputStream *from;
  GOutputStream *to;
  ClocheWireStream *stream;
  GBytes *chunk;
  guint64 done;                 /* bytes */
  guint64 total;                /* bytes, as was said before */
  guint64 max;                  /* bytes; more is an error */
  GFileProgressCallback progress;
  gpointer progress_data;
  void (*copied)(GTask *take_task);
} Transfer;

static void
transfer_free (Transfer *transfer)
{
  if (transfer->stream != NULL)
    cloche_wire_stream_reset (transfer->stream);
  g_clear_object (&transfer->stream);
  g_clear_object (&transfer->from);
  g_clear_object (&transfer->to);
  g_clear_pointer (&transfer->chunk, g_bytes_unref);
  g_free (transfer);
}

static Transfer *
attach_transfer (GTask                *task,
                 GFileProgressCallback progress,
                 gpointer              progress_data)
{
  Transfer *transfer = g_new0 (Transfer, 1);

  transfer->progress = progress;
  transfer->progress_data = progress_data;
  g_task_set_task_data (task, transfer, (GDestroyNotify) transfer_free);

  return transfer;
}

/* An orderly end; without it the stream is reset. */
static void
end_transfer (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);

  (void) g_io_stream_close (G_IO_STREAM (transfer->stream), NULL, NULL);        /* In memory; cannot fail. */
  g_clear_object (&transfer->stream);
}

static void copy_chunk (GTask *task);

static void
chunk_written_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Transfer *transfer = g_task_get_task_data (task);
  GError *error = NULL;
  gsize written;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, &error)) {
    g_task_return_error (task, error);
    return;
  }

  transfer->done += written;
  if (transfer->progress != NULL)
    transfer->progress ((goffset) transfer->done, (goffset) transfer->total, transfer->progress_data);
  copy_chunk (g_steal_pointer (&task));
}

static void
chunk_read_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GCancellable *cancellable = g_task_get_cancellable (task);
  Transfer *transfer = g_task_get_task_data (task);
  GError *error = NULL;

  g_clear_pointer (&transfer->chunk, g_bytes_unref);
  transfer->chunk = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  if (transfer->chunk == NULL) {
    g_task_return_error (task, error);
    return;
  }

  if (g_bytes_get_size (transfer->chunk) == 0) {
    transfer->copied (g_steal_pointer (&task));
    return;
  }

  if (transfer->done + g_bytes_get_size (transfer->chunk) > transfer->max) {
    g_task_return_new_error (task, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE,
                             "The file is larger than %" G_GUINT64_FORMAT " bytes", transfer->max);
    return;
  }

  g_output_stream_write_all_async (transfer->to, g_bytes_get_data (transfer->chunk, NULL),
                                   g_bytes_get_size (transfer->chunk), G_PRIORITY_DEFAULT,
                                   cancellable, chunk_written_cb, g_steal_pointer (&task));
}

static void
copy_chunk (GTask *task)
{
  Transfer *transfer = g_task_get_task_data (task);

  g_input_stream_read_bytes_async (transfer->from, CHUNK_BYTES, G_PRIORITY_DEFAULT, g_task_get_cancellable (task),
                                   chunk_read_cb, task);
}

static void
put_confirmed_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = cloche_wire_read_json_finish (CLOCHE_WIRE_STREAM (source), result, &error);
  if (answer == NULL && error == NULL)
    error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The machine did not confirm the file");
  if (error == NULL)
    (void) cloche_wire_answer_check (answer, &error);

  if (error != NULL) {
    g_task_return_error (task, error);
  } else {
    end_transfer (task);
    g_task_return_boolean (task, TRUE);
  }
}

static void
put_copied (GTask *take_task)
{
  Transfer *transfer = g_task_get_task_data (take_task);

  cloche_wire_stream_finish (transfer->stream);
  cloche_wire_read_json_async (transfer->stream, g_task_get_cancellable (take_task), put_confirmed_cb, take_task);
}

static void
put_opened_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Transfer *transfer = g_task_get_task_data (task);
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = _cloche_machine_open_finish (CLOCHE_MACHINE (source), result, &transfer->stream, &error);
  if (answer == NULL) {
    g_task_return_error (task, error);
    return;
  }

  transfer->to = g_object_ref (g_io_stream_get_output_stream (G_IO_STREAM (transfer->stream)));
  copy_chunk (g_steal_pointer (&task));
}

/**
 * cloche_machine_put_async:
 * @content: read to its end
 * @size: bytes that are expected; the machine refuses what does not fit
 * @path: absolute, in the machine
 * @overwrite: whether a file of that name may be replaced
 * @progress: (nullable): called after each chunk
 *
 * Copies a file into the machine. A file that did not arrive whole is not there at all.
 *
 * Errors: %CLOCHE_WIRE_ERROR_EXISTS, %CLOCHE_WIRE_ERROR_NO_SPACE, %CLOCHE_WIRE_ERROR_DENIED; those of @content.
 */
void
cloche_machine_put_async (ClocheMachine        *self,
                          GInputStream         *content,
                          guint64               size,
                          const char           *path,
                          gboolean              overwrite,
                          GCancellable         *cancellable,
                          GFileProgressCallback progress,
                          gpointer              progress_data,
                          GAsyncReadyCallback   callback,
                          gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (JsonObject) request = NULL;
  Transfer *transfer;

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_put_async);
  transfer = attach_transfer (task, progress, progress_data);
  transfer->from = g_object_ref (content);
  transfer->total = size;
  transfer->max = G_MAXINT64;
  transfer->copied = put_copied;

  request = json_object_new ();
  json_object_set_string_member (request, "op", "put");
  json_object_set_string_member (request, "path", path);
  json_object_set_int_member (request, "size", (gint64) size);
  json_object_set_int_member (request, "mode", 0644);
  json_object_set_boolean_member (request, "overwrite", overwrite);
  _cloche_machine_open_async (self, request, cancellable, put_opened_cb, g_steal_pointer (&task));
}

gboolean
cloche_machine_put_finish (ClocheMachine *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
get_copied (GTask *take_task)
{
  g_autoptr (GTask) task = take_task;
  Transfer *transfer = g_task_get_task_data (task);

  if (transfer->done < transfer->total) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The file came only in part");
  } else {
    end_transfer (task);
    g_task_return_boolean (task, TRUE);
  }
}

static void
get_opened_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Transfer *transfer = g_task_get_task_data (task);
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = _cloche_machine_open_finish (CLOCHE_MACHINE (source), result, &transfer->stream, &error);
  if (answer == NULL) {
    g_task_return_error (task, error);
    return;
  }

  transfer->total = (guint64) MAX (cloche_json_get_int (answer, "size", 0), 0);
  if (transfer->total > transfer->max) {
    g_task_return_new_error (task, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE,
                             "The file is larger than %" G_GUINT64_FORMAT " bytes", transfer->max);
    return;
  }

  cloche_wire_stream_finish (transfer->stream);
  transfer->from = g_object_ref (g_io_stream_get_input_stream (G_IO_STREAM (transfer->stream)));
  copy_chunk (g_steal_pointer (&task));
}

/**
 * cloche_machine_get_async:
 * @path: absolute, in the machine
 * @target: gets the bytes; not closed
 * @max_bytes: a file that is or turns out to be larger is an error
 *
 * Copies a file out of the machine.
 *
 * Errors: %CLOCHE_BASE_ERROR_TOO_LARGE, %CLOCHE_WIRE_ERROR_NOT_FOUND, %CLOCHE_WIRE_ERROR_DENIED; those of @target.
 */
void
cloche_machine_get_async (ClocheMachine        *self,
                          const char           *path,
                          GOutputStream        *target,
                          guint64               max_bytes,
                          GCancellable         *cancellable,
                          GFileProgressCallback progress,
                          gpointer              progress_data,
                          GAsyncReadyCallback   callback,
                          gpointer              user_data)
{
  g_autoptr (GTask) task = NULL;
  g_autoptr (JsonObject) request = NULL;
  Transfer *transfer;

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_machine_get_async);
  transfer = attach_transfer (task, progress, progress_data);
  transfer->to = g_object_ref (target);
  transfer->max = max_bytes;
  transfer->copied = get_copied;

  request = json_object_new ();
  json_object_set_string_member (request, "op", "get");
  json_object_set_string_member (request, "path", path);
  _cloche_machine_open_async (self, request, cancellable, get_opened_cb, g_steal_pointer (&task));
}

/**
 * cloche_machine_get_finish:
 * @ret_size: (out) (optional): bytes written
 */
gboolean
cloche_machine_get_finish (ClocheMachine *self,
                           GAsyncResult  *result,
                           guint64       *ret_size,
                           GError       **error)
{
  Transfer *transfer;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  transfer = g_task_get_task_data (G_TASK (result));
  if (ret_size != NULL)
    *ret_size = transfer->done;

  return TRUE;
}

void
cloche_machine_list_async (ClocheMachine      *self,
                           const char         *path,
                           guint               depth,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (JsonObject) request = json_object_new ();

  g_return_if_fail (CLOCHE_IS_MACHINE (self));

  json_object_set_string_member (request, "op", "list");
  json_object_set_string_member (request, "path", path);
  json_object_set_int_member (request, "depth", depth);
  json_object_set_int_member (request, "max", MAX_ENTRIES);
  _cloche_machine_open_async (self, request, cancellable, callback, user_data);
}

/**
 * cloche_machine_list_finish:
 *
 * Returns: (transfer full) (element-type ClocheMachineEntry): at most 10,000; whatever is not shaped like an entry is
 *   left out
 */
GPtrArray *
cloche_machine_list_finish (ClocheMachine *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_autoptr (JsonObject) answer = _cloche_machine_open_finish (self, result, NULL, error);
  GPtrArray *entries;
  JsonArray *array;

  if (answer == NULL)
    return NULL;

  entries = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_machine_entry_free);
  array = cloche_json_get_array (answer, "entries");
  for (guint i = 0; array != NULL && i < MIN (json_array_get_length (array), MAX_ENTRIES); i++) {
    JsonObject *object = cloche_json_array_get_object (array, i);
    const char *path = object != NULL ? cloche_json_get_string (object, "path") : NULL;
    const char *kind = object != NULL ? cloche_json_get_string (object, "kind") : NULL;
    ClocheMachineEntry *entry;

    if (path == NULL || kind == NULL)
      continue;
    entry = g_new0 (ClocheMachineEntry, 1);
    entry->path = g_strdup (path);
    entry->kind = g_strdup (kind);
    entry->size = (guint64) MAX (cloche_json_get_int (object, "size", 0), 0);
    entry->mtime_us = cloche_json_get_int (object, "mtime_us", 0);
    g_ptr_array_add (entries, entry);
  }

  return entries;
}

void
cloche_machine_entry_free (ClocheMachineEntry *self)
{
  if (self == NULL)
    return;

  g_free (self->path);
  g_free (self->kind);
  g_free (self);
}
