/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-wait.h"

struct _ClocheWireWait
{
  /* Owned References */
  GTask *task;
  GSource *source;

  ClocheWireWaitCancelled cancelled;
  gpointer user_data;
};

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  ClocheWireWait *self = user_data;

  self->cancelled (self, self->user_data);

  return G_SOURCE_REMOVE;
}

/* @task: (transfer full) */
ClocheWireWait *
cloche_wire_wait_new (GTask                  *task,
                      ClocheWireWaitCancelled cancelled,
                      gpointer                user_data)
{
  ClocheWireWait *self = g_new0 (ClocheWireWait, 1);
  GCancellable *cancellable = g_task_get_cancellable (task);

  self->task = task;
  self->cancelled = cancelled;
  self->user_data = user_data;
  if (cancellable != NULL) {
    self->source = g_cancellable_source_new (cancellable);
    g_source_set_callback (self->source, G_SOURCE_FUNC (cancelled_cb), self, NULL);
    g_source_set_priority (self->source, g_task_get_priority (task));
    g_source_attach (self->source, g_task_get_context (task));
  }

  return self;
}

/* Ends the wait and clears @wait; %NULL if there was none. */
GTask *
cloche_wire_wait_steal_task (ClocheWireWait **wait)
{
  ClocheWireWait *self = g_steal_pointer (wait);
  GTask *task;

  if (self == NULL)
    return NULL;

  task = self->task;
  if (self->source != NULL) {
    g_source_destroy (self->source);
    g_source_unref (self->source);
  }
  g_free (self);

  return task;
}
