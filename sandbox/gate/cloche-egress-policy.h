/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-egress-reason.h"
#include "cloche-egress-rule.h"

G_BEGIN_DECLS

/**
 * ClocheEgressMode:
 * @CLOCHE_EGRESS_MODE_OFF: nothing gets out
 * @CLOCHE_EGRESS_MODE_ASK: what a rule names gets out; of everything else a person is asked
 * @CLOCHE_EGRESS_MODE_LISTED: what a rule names gets out
 * @CLOCHE_EGRESS_MODE_OPEN: everything gets out but what a rule forbids
 *
 * In none of them is the floor reached, but for addresses that a rule names.
 */
typedef enum {
  CLOCHE_EGRESS_MODE_OFF,
  CLOCHE_EGRESS_MODE_ASK,
  CLOCHE_EGRESS_MODE_LISTED,
  CLOCHE_EGRESS_MODE_OPEN,
} ClocheEgressMode;

const char *cloche_egress_mode_to_string   (ClocheEgressMode  mode);
gboolean    cloche_egress_mode_from_string (const char       *text,
                                            ClocheEgressMode *ret_mode);

/**
 * ClocheEgressGrant:
 * @CLOCHE_EGRESS_GRANT_NONE: refused
 * @CLOCHE_EGRESS_GRANT_NAMED: may speak TLS or HTTP for exactly that host
 * @CLOCHE_EGRESS_GRANT_ANY_PROTOCOL: a rule names the port, or everything is open, so the client may speak anything; what
 *   is TLS or HTTP is still held to the host
 */
typedef enum {
  CLOCHE_EGRESS_GRANT_NONE,
  CLOCHE_EGRESS_GRANT_NAMED,
  CLOCHE_EGRESS_GRANT_ANY_PROTOCOL,
} ClocheEgressGrant;

/**
 * ClocheEgressPolicy:
 *
 * What a conversation may reach: a mode and rules. Immutable, counted; pure data, no I/O.
 */
typedef struct _ClocheEgressPolicy ClocheEgressPolicy;

ClocheEgressPolicy *cloche_egress_policy_new   (ClocheEgressMode     mode,
                                                const char *const   *rules,
                                                GError             **error) G_GNUC_WARN_UNUSED_RESULT;
ClocheEgressPolicy *cloche_egress_policy_new_with_rule (ClocheEgressPolicy *base,
                                                        const char         *rule) G_GNUC_WARN_UNUSED_RESULT;
ClocheEgressPolicy *cloche_egress_policy_ref   (ClocheEgressPolicy  *self);
void                cloche_egress_policy_unref (ClocheEgressPolicy  *self);

ClocheEgressMode    cloche_egress_policy_get_mode  (ClocheEgressPolicy *self);
const char *const  *cloche_egress_policy_get_rules (ClocheEgressPolicy *self);

ClocheEgressGrant   cloche_egress_policy_check          (ClocheEgressPolicy *self,
                                                         const char         *name,
                                                         guint16             port,
                                                         ClocheEgressReason *ret_reason);
gboolean            cloche_egress_policy_allows_address (ClocheEgressPolicy *self,
                                                         GInetAddress       *address,
                                                         guint16             port);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheEgressPolicy, cloche_egress_policy_unref)

G_END_DECLS
