/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-folder.h"

G_BEGIN_DECLS

/**
 * ClocheBaseDraft:
 *
 * A base in the making: a folder beside the finished ones that is removed with everything in it unless it is published.
 * The forge writes the files of cloche-base-folder.h into it.
 */
#define CLOCHE_TYPE_BASE_DRAFT (cloche_base_draft_get_type ())
G_DECLARE_FINAL_TYPE (ClocheBaseDraft, cloche_base_draft, CLOCHE, BASE_DRAFT, GObject)

ClocheBaseDraft  *cloche_base_draft_new (const char  *bases_path,
                                         GError     **error) G_GNUC_WARN_UNUSED_RESULT;

const char       *cloche_base_draft_get_path (ClocheBaseDraft *self);
int               cloche_base_draft_peek_fd  (ClocheBaseDraft *self);

void              cloche_base_draft_publish_async  (ClocheBaseDraft          *self,
                                                    const ClocheMachineShape *shape,
                                                    JsonObject               *image,
                                                    gint64                    built_us,
                                                    GCancellable             *cancellable,
                                                    GFileProgressCallback     progress,
                                                    gpointer                  progress_data,
                                                    GAsyncReadyCallback       callback,
                                                    gpointer                  user_data);
ClocheBaseFolder *cloche_base_draft_publish_finish (ClocheBaseDraft  *self,
                                                    GAsyncResult     *result,
                                                    GError          **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
