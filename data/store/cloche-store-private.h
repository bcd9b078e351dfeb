/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-blob-folder.h"
#include "cloche-database.h"
#include "cloche-store-worker.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/*
 * What the store's thread works on. @blobs and @damaged_path are set when opening ends and constant afterwards, so that
 * others may read them.
 */
typedef struct
{
  char *folder;
  ClocheClock *clock;
  char *damaged_path;
  ClocheDatabase *database;
  ClocheBlobFolder *blobs;
  GHashTable *locks;            /* id of a conversation → descriptor */
} ClocheStoreCore;

ClocheStoreCore *cloche_store_get_core (ClocheStore *self);

GTask           *cloche_store_task_new (ClocheStore         *self,
                                        gpointer             source_tag,
                                        gpointer             data,
                                        GDestroyNotify       data_free,
                                        GCancellable        *cancellable,
                                        GAsyncReadyCallback  callback,
                                        gpointer             user_data);
void             cloche_store_run      (ClocheStore         *self,
                                        GTask               *task,
                                        ClocheStoreJob       job,
                                        GDestroyNotify       result_free);
gint64           cloche_store_count_finish (ClocheStore   *self,
                                            GAsyncResult  *result,
                                            gpointer       source_tag,
                                            GError       **error);

G_END_DECLS
