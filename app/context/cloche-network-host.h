/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheNetworkDecision:
 * @CLOCHE_NETWORK_UNDECIDED: as the mode says
 * @CLOCHE_NETWORK_ALLOWED: by a rule
 * @CLOCHE_NETWORK_FORBIDDEN: by a rule
 *
 * What a person has said of a host, for the whole conversation.
 */
typedef enum {
  CLOCHE_NETWORK_UNDECIDED,
  CLOCHE_NETWORK_ALLOWED,
  CLOCHE_NETWORK_FORBIDDEN,
} ClocheNetworkDecision;

/**
 * ClocheNetworkHost:
 *
 * A host that the machine tried to reach, or that there is a rule for, and what came of it.
 *
 * Properties: "summary" (string): how it went last, and how often; "decision" (#ClocheNetworkDecision).
 */
#define CLOCHE_TYPE_NETWORK_HOST (cloche_network_host_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetworkHost, cloche_network_host, CLOCHE, NETWORK_HOST, GObject)

ClocheNetworkHost    *cloche_network_host_new           (const char            *rule,
                                                         gboolean               is_decidable) G_GNUC_WARN_UNUSED_RESULT;

const char           *cloche_network_host_get_rule      (ClocheNetworkHost     *self);
gboolean              cloche_network_host_is_decidable  (ClocheNetworkHost     *self);
const char           *cloche_network_host_get_summary   (ClocheNetworkHost     *self);
ClocheNetworkDecision cloche_network_host_get_decision  (ClocheNetworkHost     *self);
void                  cloche_network_host_set_decision  (ClocheNetworkHost     *self,
                                                         ClocheNetworkDecision  decision);
void                  cloche_network_host_add           (ClocheNetworkHost     *self,
                                                         JsonObject            *row);

G_END_DECLS
