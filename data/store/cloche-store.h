/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-clock.h"
#include "cloche-conversation.h"
#include "cloche-endpoint.h"
#include "cloche-message.h"
#include "cloche-origin.h"

G_BEGIN_DECLS

#define CLOCHE_TYPE_STORE (cloche_store_get_type ())
G_DECLARE_FINAL_TYPE (ClocheStore, cloche_store, CLOCHE, STORE, GObject)

void         cloche_store_open_async  (const char           *folder,
                                       ClocheClock          *clock,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
ClocheStore *cloche_store_open_finish (GAsyncResult         *result,
                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

const char  *cloche_store_get_folder       (ClocheStore *self);
const char  *cloche_store_get_damaged_path (ClocheStore *self);
gboolean     cloche_store_is_read_only     (ClocheStore *self);

/* Conversations */

void                cloche_store_list_conversations_async  (ClocheStore          *self,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
GPtrArray          *cloche_store_list_conversations_finish (ClocheStore          *self,
                                                            GAsyncResult         *result,
                                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_store_load_conversation_async   (ClocheStore          *self,
                                                            const char           *id,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
ClocheConversation *cloche_store_load_conversation_finish  (ClocheStore          *self,
                                                            GAsyncResult         *result,
                                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_store_create_conversation_async (ClocheStore          *self,
                                                            ClocheConversation   *conversation,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_rename_conversation_async (ClocheStore          *self,
                                                            const char           *id,
                                                            const char           *title,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_set_model_async           (ClocheStore          *self,
                                                            const char           *id,
                                                            const char           *endpoint,
                                                            const char           *model,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_set_machine_async         (ClocheStore          *self,
                                                            const char           *id,
                                                            const char           *machine_id,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_set_network_async         (ClocheStore          *self,
                                                            const char           *id,
                                                            ClocheNetworkMode     mode,
                                                            const char *const    *allowed_hosts,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_set_head_async            (ClocheStore          *self,
                                                            const char           *id,
                                                            const char           *message_id,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_delete_conversation_async (ClocheStore          *self,
                                                            const char           *id,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_undo_delete_async         (ClocheStore          *self,
                                                            const char           *id,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
gboolean            cloche_store_write_finish              (ClocheStore          *self,
                                                            GAsyncResult         *result,
                                                            GError              **error);
void                cloche_store_lock_conversation_async   (ClocheStore          *self,
                                                            const char           *id,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
void                cloche_store_unlock_conversation       (ClocheStore          *self,
                                                            const char           *id);
void                cloche_store_list_deleted_async        (ClocheStore          *self,
                                                            gint64                deleted_before_us,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
GPtrArray          *cloche_store_list_deleted_finish       (ClocheStore          *self,
                                                            GAsyncResult         *result,
                                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_store_purge_async               (ClocheStore          *self,
                                                            gint64                deleted_before_us,
                                                            GCancellable         *cancellable,
                                                            GAsyncReadyCallback   callback,
                                                            gpointer              user_data);
GPtrArray          *cloche_store_purge_finish              (ClocheStore          *self,
                                                            GAsyncResult         *result,
                                                            GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Messages */

void           cloche_store_save_message_async  (ClocheStore          *self,
                                                 const char           *conversation_id,
                                                 ClocheMessage        *message,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
ClocheMessage *cloche_store_save_message_finish (ClocheStore          *self,
                                                 GAsyncResult         *result,
                                                 GError              **error);
void           cloche_store_load_branch_async   (ClocheStore          *self,
                                                 const char           *conversation_id,
                                                 const char           *before_message_id,
                                                 guint                 max_messages,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
GPtrArray     *cloche_store_load_branch_finish  (ClocheStore          *self,
                                                 GAsyncResult         *result,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           cloche_store_search_async        (ClocheStore          *self,
                                                 const char           *text,
                                                 guint                 max_hits,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
GPtrArray     *cloche_store_search_finish       (ClocheStore          *self,
                                                 GAsyncResult         *result,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Blobs */

void           cloche_store_add_blob_async             (ClocheStore          *self,
                                                        const char           *mime_type,
                                                        GBytes               *bytes,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
void           cloche_store_add_blob_from_stream_async (ClocheStore          *self,
                                                        const char           *mime_type,
                                                        GInputStream         *stream,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
ClocheContent *cloche_store_add_blob_finish            (ClocheStore          *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void           cloche_store_load_content_async         (ClocheStore          *self,
                                                        ClocheContent        *content,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
ClocheContent *cloche_store_load_content_finish        (ClocheStore          *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;
char          *cloche_store_dup_blob_path              (ClocheStore          *self,
                                                        const char           *blob) G_GNUC_WARN_UNUSED_RESULT;
void           cloche_store_collect_blobs_async        (ClocheStore          *self,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);
gint64         cloche_store_collect_blobs_finish       (ClocheStore          *self,
                                                        GAsyncResult         *result,
                                                        GError              **error);

/* Endpoints; save and delete end in cloche_store_write_finish () */

void       cloche_store_list_endpoints_async  (ClocheStore          *self,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
GPtrArray *cloche_store_list_endpoints_finish (ClocheStore          *self,
                                               GAsyncResult         *result,
                                               GError              **error) G_GNUC_WARN_UNUSED_RESULT;
void       cloche_store_save_endpoint_async   (ClocheStore          *self,
                                               ClocheEndpoint       *endpoint,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);
void       cloche_store_delete_endpoint_async (ClocheStore          *self,
                                               const char           *id,
                                               GCancellable         *cancellable,
                                               GAsyncReadyCallback   callback,
                                               gpointer              user_data);

/* Files of this computer that were written */

void          cloche_store_set_original_async   (ClocheStore          *self,
                                                 const char           *conversation_id,
                                                 ClocheOrigin         *origin,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
void          cloche_store_find_original_async  (ClocheStore          *self,
                                                 const char           *conversation_id,
                                                 const char           *uri,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);
ClocheOrigin *cloche_store_find_original_finish (ClocheStore          *self,
                                                 GAsyncResult         *result,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Egress log */

void       cloche_store_import_egress_async  (ClocheStore          *self,
                                              const char           *machine_id,
                                              const char           *log_path,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
gint64     cloche_store_import_egress_finish (ClocheStore          *self,
                                              GAsyncResult         *result,
                                              GError              **error);
void       cloche_store_list_egress_async    (ClocheStore          *self,
                                              const char           *machine_id,
                                              guint                 max_rows,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
GPtrArray *cloche_store_list_egress_finish   (ClocheStore          *self,
                                              GAsyncResult         *result,
                                              GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
