/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-chat.h"
#include "cloche-machine.h"
#include "cloche-network-host.h"
#include "cloche-network-question.h"
#include "cloche-store.h"

G_BEGIN_DECLS

/**
 * ClocheNetworkAnswer:
 * @CLOCHE_NETWORK_NO: refuse it
 * @CLOCHE_NETWORK_ONCE: this time; for a minute, in fact, since one download makes several connections
 * @CLOCHE_NETWORK_CONVERSATION: whenever this conversation wants it
 */
typedef enum {
  CLOCHE_NETWORK_NO,
  CLOCHE_NETWORK_ONCE,
  CLOCHE_NETWORK_CONVERSATION,
} ClocheNetworkAnswer;

/**
 * ClocheNetwork:
 *
 * What a conversation's machine may reach, asks for and has tried. What is changed here holds at once, and is kept with the
 * conversation.
 *
 * Property: "mode" (#ClocheNetworkMode). Signals: "problem" (const char *sentence); "asked" (#ClocheNetworkQuestion): one more
 * stands in the list.
 */
#define CLOCHE_TYPE_NETWORK (cloche_network_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetwork, cloche_network, CLOCHE, NETWORK, GObject)

ClocheNetwork    *cloche_network_new (ClocheMachine *machine,
                                      ClocheChat    *chat,
                                      ClocheStore   *store,
                                      const char    *log_path) G_GNUC_WARN_UNUSED_RESULT;

const char       *cloche_network_get_conversation_id (ClocheNetwork *self);

/* Of #ClocheNetworkQuestion, the one that has waited longest first. */
GListModel       *cloche_network_get_questions (ClocheNetwork *self);
void              cloche_network_answer        (ClocheNetwork         *self,
                                                ClocheNetworkQuestion *question,
                                                ClocheNetworkAnswer    answer);

/* Of #ClocheNetworkHost, the newest first; filled by cloche_network_load (), and kept up to date from then on. */
GListModel       *cloche_network_get_hosts     (ClocheNetwork         *self);
void              cloche_network_load          (ClocheNetwork         *self);
void              cloche_network_decide        (ClocheNetwork         *self,
                                                ClocheNetworkHost     *host,
                                                ClocheNetworkDecision  decision);

ClocheNetworkMode cloche_network_get_mode      (ClocheNetwork         *self);
void              cloche_network_set_mode      (ClocheNetwork         *self,
                                                ClocheNetworkMode      mode);

/* Takes over what another program has kept, @conversation being as it is in the store now, and sees to it that it holds: that
 * program may have no way to the gate. A row that is older than what is known here changes nothing. */
void              cloche_network_follow        (ClocheNetwork         *self,
                                                ClocheConversation    *conversation);

/* Errors: CLOCHE_GATE_ERROR_RULE names the first of @rules that is none; nothing has changed then. */
gboolean          cloche_network_allow         (ClocheNetwork         *self,
                                                const char *const     *rules,
                                                GError               **error);

/* The same for one host that a person typed. What is wrong with it, as a sentence; %NULL: nothing. */
char             *cloche_network_allow_typed   (ClocheNetwork         *self,
                                                const char            *host) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
