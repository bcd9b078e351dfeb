/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheStoreWorker:
 *
 * One thread that runs jobs in the order in which they came.
 */
typedef struct _ClocheStoreWorker ClocheStoreWorker;

/**
 * ClocheStoreJob:
 * @core: what belongs to the thread
 * @data: the task's data
 *
 * Returns: (transfer full): the result, or %NULL with @error set
 */
typedef gpointer (*ClocheStoreJob) (gpointer   core,
                                    gpointer   data,
                                    GError   **error);

ClocheStoreWorker *cloche_store_worker_new  (gpointer core) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_store_worker_free (ClocheStoreWorker *self);

void               cloche_store_worker_push (ClocheStoreWorker *self,
                                             GTask             *task,
                                             ClocheStoreJob     job,
                                             GDestroyNotify     result_free);

G_END_DECLS
