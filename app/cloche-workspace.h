/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-clock.h"
#include "cloche-conversation-row.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheWorkspace:
 *
 * All conversations: a #GListModel of #ClocheConversationRow, the one that was used last first.
 */
#define CLOCHE_TYPE_WORKSPACE (cloche_workspace_get_type ())
G_DECLARE_FINAL_TYPE (ClocheWorkspace, cloche_workspace, CLOCHE, WORKSPACE, GObject)

ClocheWorkspace    *cloche_workspace_new          (ClocheStore          *store,
                                                   ClocheClock          *clock) G_GNUC_WARN_UNUSED_RESULT;
ClocheStore        *cloche_workspace_get_store    (ClocheWorkspace      *self);

/* Reads the list from the store, again if called again: another program may have written. */
void                cloche_workspace_load_async   (ClocheWorkspace      *self,
                                                   GCancellable         *cancellable,
                                                   GAsyncReadyCallback   callback,
                                                   gpointer              user_data);
gboolean            cloche_workspace_load_finish  (ClocheWorkspace      *self,
                                                   GAsyncResult         *result,
                                                   GError              **error);

void                cloche_workspace_create_async  (ClocheWorkspace      *self,
                                                    const char           *title,
                                                    GCancellable         *cancellable,
                                                    GAsyncReadyCallback   callback,
                                                    gpointer              user_data);
ClocheConversation *cloche_workspace_create_finish (ClocheWorkspace      *self,
                                                    GAsyncResult         *result,
                                                    GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Rename, delete and its undo end in cloche_workspace_change_finish (). */
void                cloche_workspace_rename_async      (ClocheWorkspace      *self,
                                                        const char           *id,
                                                        const char           *title,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
void                cloche_workspace_delete_async      (ClocheWorkspace      *self,
                                                        const char           *id,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
void                cloche_workspace_undo_delete_async (ClocheWorkspace      *self,
                                                        const char           *id,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gboolean            cloche_workspace_change_finish     (ClocheWorkspace      *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);

G_END_DECLS
