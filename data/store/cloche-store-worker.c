/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store-worker.h"

/*
 * g_task_run_in_thread() would drop the last reference of a task, and with it of the store, in the thread now and then; a
 * store that is finalized there would have to wait for its own thread. Here a task is touched by its own main context
 * only: the thread runs the job and sends the outcome there.
 */

struct _ClocheStoreWorker
{
  GThread *thread;
  GAsyncQueue *queue;           /* of Job, owned */

  gpointer core;                /* borrowed; used by the thread only */
};

typedef struct
{
  ClocheStoreJob func;          /* NULL: the thread shall end */
  GTask *task;
  GDestroyNotify result_free;
  gpointer result;
  GError *error;
} Job;

static void
job_free (Job *job)
{
  if (job->result != NULL && job->result_free != NULL)
    job->result_free (job->result);
  g_clear_error (&job->error);
  g_clear_object (&job->task);
  g_free (job);
}

/* In the task's main context. */
static gboolean
job_done_cb (gpointer user_data)
{
  Job *job = user_data;

  if (job->error != NULL)
    g_task_return_error (job->task, g_steal_pointer (&job->error));
  else
    g_task_return_pointer (job->task, g_steal_pointer (&job->result), job->result_free);

  return G_SOURCE_REMOVE;
}

static void
send_back (Job *job)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_priority (source, g_task_get_priority (job->task));
  g_source_set_static_name (source, "cloche_store_worker");
  g_source_set_callback (source, job_done_cb, job, (GDestroyNotify) job_free);
  g_source_attach (source, g_task_get_context (job->task));
}

static gpointer
work (gpointer data)
{
  ClocheStoreWorker *self = data;

  for (;;) {
    Job *job = g_async_queue_pop (self->queue);

    if (job->func == NULL) {
      job_free (job);
      return NULL;
    }

    if (!g_cancellable_set_error_if_cancelled (g_task_get_cancellable (job->task), &job->error))
      job->result = job->func (self->core, g_task_get_task_data (job->task), &job->error);
    send_back (job);
  }
}

/**
 * cloche_store_worker_new:
 * @core: given to every job; outlives the worker
 */
ClocheStoreWorker *
cloche_store_worker_new (gpointer core)
{
  ClocheStoreWorker *self = g_new0 (ClocheStoreWorker, 1);

  self->core = core;
  self->queue = g_async_queue_new_full ((GDestroyNotify) job_free);
  self->thread = g_thread_new ("cloche-store", work, self);

  return self;
}

/**
 * cloche_store_worker_free:
 *
 * Waits for the jobs that were pushed.
 */
void
cloche_store_worker_free (ClocheStoreWorker *self)
{
  g_async_queue_push (self->queue, g_new0 (Job, 1));
  g_thread_join (self->thread);
  g_async_queue_unref (self->queue);
  g_free (self);
}

/**
 * cloche_store_worker_push:
 * @task: (transfer full): returns what @job returns, in its own main context; a job that began is not cancelled
 */
void
cloche_store_worker_push (ClocheStoreWorker *self,
                          GTask             *task,
                          ClocheStoreJob     func,
                          GDestroyNotify     result_free)
{
  Job *job = g_new0 (Job, 1);

  /* A write that was made is reported as made, even if somebody cancelled meanwhile. */
  g_task_set_check_cancellable (task, FALSE);
  job->func = func;
  job->task = task;
  job->result_free = result_free;
  g_async_queue_push (self->queue, job);
}
