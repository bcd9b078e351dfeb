/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-job-private.h"

#include "cloche-json.h"
#include "cloche-record.h"
#include "cloche-wire-error.h"
#include "cloche-wire-message.h"

struct _ClocheJob
{
  GObject parent_instance;

  ClocheWireStream *stream;     /* NULL once nothing more comes */
  gint64 id;
  gboolean is_listening;
};

enum {
  SIGNAL_OUTPUT,
  SIGNAL_EVENT,
  SIGNAL_ENDED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheJob, cloche_job, G_TYPE_OBJECT)

static void read_record (ClocheJob *self);

static void
end (ClocheJob    *self,
     JsonObject   *event,
     const GError *error)
{
  /* In memory; cannot fail. Not merely dropped, which would be a reset. */
  (void) g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  g_clear_object (&self->stream);
  g_signal_emit (self, signals[SIGNAL_ENDED], 0, event, error);
}

static void
handle_event (ClocheJob *self,
              GBytes    *payload)
{
  g_autoptr (GError) error = NULL;
  gsize length;
  const char *text = g_bytes_get_data (payload, &length);
  g_autoptr (JsonObject) event = cloche_json_parse_object (text, (gssize) length, &error);

  if (event == NULL)
    end (self, NULL, error);
  else if (g_strcmp0 (cloche_json_get_string (event, "event"), "end") == 0)
    end (self, event, NULL);
  else
    g_signal_emit (self, signals[SIGNAL_EVENT], 0, event);
}

static void
record_read_cb (GObject      *source,
                GAsyncResult *result,
                gpointer      user_data)
{
  g_autoptr (ClocheJob) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheWireRecord) record = NULL;

  record = cloche_wire_read_record_finish (CLOCHE_WIRE_STREAM (source), result, &error);
  if (record == NULL) {
    if (error == NULL)
      error = g_error_new_literal (CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The job’s output ended before the job did");
    end (self, NULL, error);
    return;
  }

  if (record->type == CLOCHE_RECORD_EVENT)
    handle_event (self, record->payload);
  else
    g_signal_emit (self, signals[SIGNAL_OUTPUT], 0, record->type == CLOCHE_RECORD_ERROR, record->payload);

  if (self->stream != NULL)
    read_record (self);
}

/* Whoever listens keeps the job alive until it ends, or until they let go of it: see cloche_job_dispose(). */
static void
read_record (ClocheJob *self)
{
  cloche_wire_read_record_async (self->stream, NULL, record_read_cb, g_object_ref (self));
}

static void
cloche_job_dispose (GObject *object)
{
  ClocheJob *self = CLOCHE_JOB (object);

  g_clear_object (&self->stream);

  G_OBJECT_CLASS (cloche_job_parent_class)->dispose (object);
}

static void
cloche_job_class_init (ClocheJobClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_job_dispose;

  signals[SIGNAL_OUTPUT] = g_signal_new ("output", CLOCHE_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_BYTES);
  signals[SIGNAL_EVENT] = g_signal_new ("event", CLOCHE_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 1, JSON_TYPE_OBJECT);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", CLOCHE_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, JSON_TYPE_OBJECT, G_TYPE_ERROR);
}

static void
cloche_job_init (ClocheJob *self)
{
}

ClocheJob *
_cloche_job_new (gint64            id,
                 ClocheWireStream *stream)
{
  ClocheJob *self = g_object_new (CLOCHE_TYPE_JOB, NULL);

  self->id = id;
  self->stream = g_object_ref (stream);

  return self;
}

/**
 * cloche_job_get_id:
 *
 * What the agent calls it; for the operations interrupt, signal and attach.
 */
gint64
cloche_job_get_id (ClocheJob *self)
{
  g_return_val_if_fail (CLOCHE_IS_JOB (self), 0);

  return self->id;
}

gboolean
cloche_job_is_over (ClocheJob *self)
{
  g_return_val_if_fail (CLOCHE_IS_JOB (self), TRUE);

  return self->stream == NULL;
}

void
cloche_job_listen (ClocheJob *self)
{
  g_return_if_fail (CLOCHE_IS_JOB (self) && !self->is_listening);

  self->is_listening = TRUE;
  read_record (self);
}

/**
 * cloche_job_detach:
 *
 * Listens no more. The job runs on in the machine.
 */
void
cloche_job_detach (ClocheJob *self)
{
  g_return_if_fail (CLOCHE_IS_JOB (self));

  if (self->stream != NULL)
    cloche_wire_stream_reset (self->stream);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_wire_write_record_finish (CLOCHE_WIRE_STREAM (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
cloche_job_write_async (ClocheJob          *self,
                        GBytes             *bytes,
                        GCancellable       *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_JOB (self));

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, cloche_job_write_async);
  if (self->stream == NULL)
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_GONE, "The job has ended");
  else
    cloche_wire_write_record_async (self->stream, CLOCHE_RECORD_INPUT, bytes, cancellable,
                                    written_cb, g_steal_pointer (&task));
}

gboolean
cloche_job_write_finish (ClocheJob    *self,
                         GAsyncResult *result,
                         GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
