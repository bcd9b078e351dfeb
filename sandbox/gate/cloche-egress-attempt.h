/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-clock.h"
#include "cloche-egress-policy.h"
#include "cloche-egress-row.h"
#include "cloche-gate-frame.h"

G_BEGIN_DECLS

/**
 * ClocheEgressAttempt:
 *
 * One attempt of the guest to reach the network, from the keeper's OPEN to its end.
 *
 * Signals: "opened" (int fd, int own_fd): let through; @fd is the keeper's end, closed after the emission, @own_fd the other
 * one. "finished": once, last; the row is complete.
 */
#define CLOCHE_TYPE_EGRESS_ATTEMPT (cloche_egress_attempt_get_type ())
G_DECLARE_FINAL_TYPE (ClocheEgressAttempt, cloche_egress_attempt, CLOCHE, EGRESS_ATTEMPT, GObject)

ClocheEgressAttempt *cloche_egress_attempt_new (const ClocheGateFrame *open,
                                                ClocheClock           *clock) G_GNUC_WARN_UNUSED_RESULT;

guint64            cloche_egress_attempt_get_id      (ClocheEgressAttempt *self);
const char        *cloche_egress_attempt_get_name    (ClocheEgressAttempt *self);
guint16            cloche_egress_attempt_get_port    (ClocheEgressAttempt *self);
const char        *cloche_egress_attempt_get_program (ClocheEgressAttempt *self);
gboolean           cloche_egress_attempt_is_waiting  (ClocheEgressAttempt *self);
gboolean           cloche_egress_attempt_is_opened   (ClocheEgressAttempt *self);
gboolean           cloche_egress_attempt_is_finished (ClocheEgressAttempt *self);
ClocheEgressReason cloche_egress_attempt_get_reason  (ClocheEgressAttempt *self);
void               cloche_egress_attempt_get_row     (ClocheEgressAttempt *self,
                                                      ClocheEgressRow     *ret_row);

void               cloche_egress_attempt_start       (ClocheEgressAttempt *self,
                                                      ClocheEgressPolicy  *policy);
void               cloche_egress_attempt_allow       (ClocheEgressAttempt *self);
void               cloche_egress_attempt_set_policy  (ClocheEgressAttempt *self,
                                                      ClocheEgressPolicy  *policy);
void               cloche_egress_attempt_stop        (ClocheEgressAttempt *self,
                                                      ClocheEgressReason   reason);

G_END_DECLS
