/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * ClocheNetworkMode:
 * @CLOCHE_NETWORK_OFF: no connection leaves the machine
 * @CLOCHE_NETWORK_ASK: the person is asked for each new host
 * @CLOCHE_NETWORK_LISTED: only hosts of the list
 * @CLOCHE_NETWORK_OPEN: every public host
 */
typedef enum {
  CLOCHE_NETWORK_OFF,
  CLOCHE_NETWORK_ASK,
  CLOCHE_NETWORK_LISTED,
  CLOCHE_NETWORK_OPEN,
} ClocheNetworkMode;

/**
 * ClocheConversation:
 *
 * What is known of a conversation besides its messages. May be changed only while nobody else holds a reference.
 */
typedef struct _ClocheConversation ClocheConversation;

#define CLOCHE_TYPE_CONVERSATION (cloche_conversation_get_type ())
GType               cloche_conversation_get_type (void);

ClocheConversation *cloche_conversation_new   (const char *id,
                                               const char *title,
                                               gint64      created_us) G_GNUC_WARN_UNUSED_RESULT;
ClocheConversation *cloche_conversation_copy  (ClocheConversation *self) G_GNUC_WARN_UNUSED_RESULT;
ClocheConversation *cloche_conversation_ref   (ClocheConversation *self);
void                cloche_conversation_unref (ClocheConversation *self);

const char         *cloche_conversation_get_id         (ClocheConversation *self);
gint64              cloche_conversation_get_created_us (ClocheConversation *self);

const char         *cloche_conversation_get_title      (ClocheConversation *self);
void                cloche_conversation_set_title      (ClocheConversation *self,
                                                        const char         *title);
gint64              cloche_conversation_get_updated_us (ClocheConversation *self);
void                cloche_conversation_set_updated_us (ClocheConversation *self,
                                                        gint64              updated_us);
const char         *cloche_conversation_get_head_id    (ClocheConversation *self);
void                cloche_conversation_set_head_id    (ClocheConversation *self,
                                                        const char         *message_id);

const char         *cloche_conversation_get_endpoint   (ClocheConversation *self);
const char         *cloche_conversation_get_model      (ClocheConversation *self);
void                cloche_conversation_set_model      (ClocheConversation *self,
                                                        const char         *endpoint,
                                                        const char         *model);

const char         *cloche_conversation_get_machine_id    (ClocheConversation *self);
void                cloche_conversation_set_machine_id    (ClocheConversation *self,
                                                           const char         *machine_id);
ClocheNetworkMode   cloche_conversation_get_network_mode  (ClocheConversation *self);
void                cloche_conversation_set_network_mode  (ClocheConversation *self,
                                                           ClocheNetworkMode   mode);
const char *const  *cloche_conversation_get_allowed_hosts (ClocheConversation *self);
void                cloche_conversation_set_allowed_hosts (ClocheConversation *self,
                                                           const char *const  *hosts);

const char         *cloche_network_mode_to_nick   (ClocheNetworkMode mode);
ClocheNetworkMode   cloche_network_mode_from_nick (const char        *nick,
                                                   ClocheNetworkMode  fallback);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheConversation, cloche_conversation_unref)

G_END_DECLS
