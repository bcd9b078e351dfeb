/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-attached-files.h"
#include "cloche-file.h"
#include "cloche-sandbox.h"

G_BEGIN_DECLS

/* files that one tool call is said to have made; a program that unpacks an archive makes thousands. */
#define CLOCHE_WORKSPACE_FILES_MAX_CHANGED 50

/* bytes: what is copied out at the end of a tool call; larger files stay inside until somebody wants them. */
#define CLOCHE_WORKSPACE_FILES_MAX_COPIED_BYTES (64 * 1024 * 1024)

/**
 * ClocheWorkspaceFiles:
 *
 * Knows what is in a machine's /workspace and so which files are new or have changed. Hidden files and folders do not
 * count.
 */
#define CLOCHE_TYPE_WORKSPACE_FILES (cloche_workspace_files_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWorkspaceFiles, cloche_workspace_files, CLOCHE, WORKSPACE_FILES, GObject)

ClocheWorkspaceFiles *cloche_workspace_files_new (ClocheSandbox *sandbox) G_GNUC_WARN_UNUSED_RESULT;

/* Whose changes are told with what they were before. */
ClocheAttachedFiles  *cloche_workspace_files_get_attached (ClocheWorkspaceFiles *self);

/* Looks at /workspace if that has not happened yet, so that what is there already does not count as new. */
void                  cloche_workspace_files_prepare_async  (ClocheWorkspaceFiles *self,
                                                             GCancellable         *cancellable,
                                                             GAsyncReadyCallback   callback,
                                                             gpointer              user_data);
gboolean              cloche_workspace_files_prepare_finish (ClocheWorkspaceFiles *self,
                                                             GAsyncResult         *result,
                                                             GError              **error);

/* Says what is new or has changed since, with the bytes of what is not too large. */
void                  cloche_workspace_files_collect_async  (ClocheWorkspaceFiles *self,
                                                             GCancellable         *cancellable,
                                                             GAsyncReadyCallback   callback,
                                                             gpointer              user_data);
GPtrArray            *cloche_workspace_files_collect_finish (ClocheWorkspaceFiles *self,
                                                             GAsyncResult         *result,
                                                             guint                *ret_n_more,
                                                             GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Somebody else wrote into /workspace: look again before the next call. */
void                  cloche_workspace_files_forget         (ClocheWorkspaceFiles *self);

G_END_DECLS
