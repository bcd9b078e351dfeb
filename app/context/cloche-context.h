/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-chat.h"
#include "cloche-files.h"
#include "cloche-models.h"
#include "cloche-network.h"
#include "cloche-paths.h"
#include "cloche-status.h"
#include "cloche-workspace.h"

G_BEGIN_DECLS

/**
 * ClocheContext:
 *
 * What one run of a program owns: store, settings, endpoints and their keys, machines. Made in main() and handed down.
 *
 * Signals: "endpoints-changed"; "problem" (const char *sentence): something could not be saved; "asked"
 * (#ClocheNetwork, #ClocheNetworkQuestion): what runs in a conversation wants to reach a host, and no other question stood
 * there.
 */
#define CLOCHE_TYPE_CONTEXT (cloche_context_get_type ())
G_DECLARE_FINAL_TYPE (ClocheContext, cloche_context, CLOCHE, CONTEXT, GObject)

ClocheContext   *cloche_context_new (ClochePaths *paths) G_GNUC_WARN_UNUSED_RESULT;

/* Opens the store and reads conversations and endpoints. To be called once, before anything below. */
void             cloche_context_open_async  (ClocheContext        *self,
                                             GCancellable         *cancellable,
                                             GAsyncReadyCallback   callback,
                                             gpointer              user_data);
gboolean         cloche_context_open_finish (ClocheContext        *self,
                                             GAsyncResult         *result,
                                             GError              **error);

GSettings       *cloche_context_get_settings  (ClocheContext *self);
ClocheWorkspace *cloche_context_get_workspace (ClocheContext *self);
ClocheModels    *cloche_context_get_models    (ClocheContext *self);

/* One object for each conversation, however often it is asked for. */
ClocheChat      *cloche_context_open_chat     (ClocheContext      *self,
                                               ClocheConversation *conversation) G_GNUC_WARN_UNUSED_RESULT;
ClocheMachine   *cloche_context_get_machine   (ClocheContext      *self,
                                               ClocheChat         *chat);
ClocheNetwork   *cloche_context_get_network   (ClocheContext      *self,
                                               ClocheChat         *chat);
void             cloche_context_set_asking    (ClocheContext      *self,
                                               gboolean            is_asking);
ClocheFiles     *cloche_context_open_files    (ClocheContext      *self,
                                               ClocheChat         *chat) G_GNUC_WARN_UNUSED_RESULT;
ClocheStatus    *cloche_context_open_status   (ClocheContext      *self,
                                               ClocheChat         *chat) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_context_stop_chat     (ClocheContext *self,
                                               const char    *conversation_id);

/* The guided tour as whoever answers; it is not among the models. */
void             cloche_context_use_tour      (ClocheContext      *self,
                                               ClocheChat         *chat);

/* Deleted conversations go for good, with their machines: when nobody can undo it any more. */
void             cloche_context_empty_trash   (ClocheContext *self);

/* Copies that other programs were given long ago go. */
void             cloche_context_clean_up      (ClocheContext *self);

/* (element-type ClocheEndpoint); the signal "endpoints-changed" says when; changes are saved and models asked for again. */
GPtrArray       *cloche_context_get_endpoints      (ClocheContext        *self);
char            *cloche_context_dup_base_url   (const char *kind,
                                                const char *address) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_context_read_keys_from_environment (ClocheContext *self);
gboolean         cloche_context_is_saving_endpoints (ClocheContext *self);
gboolean         cloche_context_are_keys_kept      (ClocheContext        *self);
void             cloche_context_save_endpoint      (ClocheContext        *self,
                                                    ClocheEndpoint       *endpoint,
                                                    const char           *key);
void             cloche_context_delete_endpoint    (ClocheContext        *self,
                                                    const char           *id);
void             cloche_context_refresh_models     (ClocheContext        *self);
gboolean         cloche_context_are_models_known   (ClocheContext        *self);

G_END_DECLS
