/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-qmp-sequence.h"

#include "cloche-fd.h"
#include "cloche-json.h"
#include "cloche-machine-error.h"

#include <fcntl.h>

typedef struct
{
  char *command;
  JsonObject *arguments;        /* (nullable) */
  int fd;                       /* -1: none */
} Step;

struct _ClocheQmpSequence
{
  /* Owned */
  ClocheQmp *qmp;
  GPtrArray *steps;
  GTask *task;                  /* while waiting for the migration only */
  GSource *cancel_source;

  guint next;
  gboolean awaits_migration;
  gboolean is_migrated;
  GError *migration_error;
  gulong event_id;
  gulong closed_id;
};

static void
step_free (Step *step)
{
  g_free (step->command);
  g_clear_pointer (&step->arguments, json_object_unref);
  cloche_clear_fd (&step->fd);
  g_free (step);
}

ClocheQmpSequence *
cloche_qmp_sequence_new (ClocheQmp *qmp)
{
  ClocheQmpSequence *self;

  g_return_val_if_fail (CLOCHE_IS_QMP (qmp), NULL);

  self = g_new0 (ClocheQmpSequence, 1);
  self->qmp = g_object_ref (qmp);
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) step_free);

  return self;
}

void
cloche_qmp_sequence_free (ClocheQmpSequence *self)
{
  if (self == NULL)
    return;

  g_clear_signal_handler (&self->event_id, self->qmp);
  g_clear_signal_handler (&self->closed_id, self->qmp);
  if (self->cancel_source != NULL)
    g_source_destroy (self->cancel_source);
  g_clear_pointer (&self->cancel_source, g_source_unref);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_clear_error (&self->migration_error);
  g_clear_object (&self->qmp);
  g_free (self);
}

static void
add_step (ClocheQmpSequence *self,
          const char        *command,
          JsonObject        *take_arguments,
          int                fd)
{
  Step *step = g_new0 (Step, 1);

  step->command = g_strdup (command);
  step->arguments = take_arguments;
  step->fd = fd;
  g_ptr_array_add (self->steps, step);
}

/**
 * cloche_qmp_sequence_add:
 * @arguments_json: (nullable): a JSON object of our own
 */
void
cloche_qmp_sequence_add (ClocheQmpSequence *self,
                         const char        *command,
                         const char        *arguments_json)
{
  JsonObject *arguments = arguments_json != NULL ? cloche_json_parse_object (arguments_json, -1, NULL) : NULL;

  g_assert ((arguments != NULL) == (arguments_json != NULL));
  add_step (self, command, arguments, -1);
}

/**
 * cloche_qmp_sequence_add_fd:
 * @name: what QEMU shall know it by
 * @fd: duplicated
 */
void
cloche_qmp_sequence_add_fd (ClocheQmpSequence *self,
                            const char        *name,
                            int                fd)
{
  JsonObject *arguments = json_object_new ();

  json_object_set_string_member (arguments, "fdname", name);
  add_step (self, "getfd", arguments, fcntl (fd, F_DUPFD_CLOEXEC, 3));
}

/**
 * cloche_qmp_sequence_await_migration:
 *
 * The last command starts a migration, out or in, whose end is the end of the sequence.
 */
void
cloche_qmp_sequence_await_migration (ClocheQmpSequence *self)
{
  self->awaits_migration = TRUE;
}

static ClocheQmpSequence *
get_sequence (GTask *task)
{
  return g_task_get_task_data (task);
}

static void
return_migration (ClocheQmpSequence *self)
{
  g_autoptr (GTask) task = g_steal_pointer (&self->task);

  if (self->migration_error != NULL)
    g_task_return_error (task, g_steal_pointer (&self->migration_error));
  else
    g_task_return_boolean (task, TRUE);
}

/* The event may come before the answer to the command that caused it. */
static void
migration_ended (ClocheQmpSequence *self,
                 GError            *take_error)
{
  if (self->is_migrated) {
    g_clear_error (&take_error);
    return;
  }

  self->is_migrated = TRUE;
  self->migration_error = take_error;
  if (self->task != NULL)
    return_migration (self);
}

static void
event_cb (ClocheQmp  *qmp,
          const char *name,
          JsonObject *data,
          gpointer    user_data)
{
  const char *status = data != NULL ? cloche_json_get_string (data, "status") : NULL;

  if (g_strcmp0 (name, "MIGRATION") != 0)
    return;

  if (g_strcmp0 (status, "completed") == 0)
    migration_ended (user_data, NULL);
  else if (g_strcmp0 (status, "failed") == 0 || g_strcmp0 (status, "cancelled") == 0)
    migration_ended (user_data, g_error_new (CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_MIGRATION,
                                             "QEMU could not save or load the machine's state"));
}

static void
closed_cb (ClocheQmp    *qmp,
           const GError *error,
           gpointer      user_data)
{
  migration_ended (user_data, g_error_copy (error));
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  ClocheQmpSequence *self = user_data;
  g_autoptr (GError) error = NULL;

  (void) g_cancellable_set_error_if_cancelled (cancellable, &error);
  migration_ended (self, g_steal_pointer (&error));

  return G_SOURCE_REMOVE;
}

static void
wait_for_migration (ClocheQmpSequence *self,
                    GTask             *take_task)
{
  GCancellable *cancellable = g_task_get_cancellable (take_task);

  self->task = take_task;
  if (self->is_migrated) {
    return_migration (self);
    return;
  }

  if (cancellable != NULL) {
    self->cancel_source = g_cancellable_source_new (cancellable);
    g_source_set_callback (self->cancel_source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
    g_source_attach (self->cancel_source, g_task_get_context (take_task));
  }
}

static void run_next (GTask *take_task);

static void
executed_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) value = cloche_qmp_execute_finish (CLOCHE_QMP (source), result, &error);

  if (value == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    run_next (g_steal_pointer (&task));
}

static void
run_next (GTask *take_task)
{
  g_autoptr (GTask) task = take_task;
  ClocheQmpSequence *self = get_sequence (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  Step *step;

  if (g_task_return_error_if_cancelled (task))
    return;

  if (self->next == self->steps->len) {
    if (self->awaits_migration)
      wait_for_migration (self, g_steal_pointer (&task));
    else
      g_task_return_boolean (task, TRUE);
    return;
  }

  step = g_ptr_array_index (self->steps, self->next++);
  cloche_qmp_execute_async (self->qmp, step->command, step->arguments, step->fd, cancellable,
                            executed_cb, g_steal_pointer (&task));
}

/**
 * cloche_qmp_sequence_run_async:
 *
 * Errors: those of cloche_qmp_execute_async(); %CLOCHE_MACHINE_ERROR_MIGRATION.
 */
void
cloche_qmp_sequence_run_async (ClocheQmpSequence  *take_self,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  ClocheQmpSequence *self = take_self;

  g_task_set_source_tag (task, cloche_qmp_sequence_run_async);
  g_task_set_task_data (task, self, (GDestroyNotify) cloche_qmp_sequence_free);
  if (self->awaits_migration) {
    self->event_id = g_signal_connect (self->qmp, "event", G_CALLBACK (event_cb), self);
    self->closed_id = g_signal_connect (self->qmp, "closed", G_CALLBACK (closed_cb), self);
  }
  run_next (g_steal_pointer (&task));
}

gboolean
cloche_qmp_sequence_run_finish (GAsyncResult *result,
                                GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
