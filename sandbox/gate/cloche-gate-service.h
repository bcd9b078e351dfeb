/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-clock.h"
#include "cloche-egress-log.h"
#include "cloche-egress-policy.h"
#include "cloche-egress-questions.h"
#include "cloche-egress-row.h"
#include "cloche-gate-channel.h"

G_BEGIN_DECLS

/* connections of one machine at a time: a browser with many tabs has fewer, and each costs two buffers of 64 KiB. */
#define CLOCHE_GATE_MAX_ATTEMPTS 256

/**
 * ClocheGateService:
 *
 * Serves the keeper: every OPEN becomes one attempt, every attempt one row of the log.
 *
 * Signals: "refused" (const ClocheEgressRow *row): just now; its row will be written. "policy-changed". "closed" (GError
 * *error): the keeper is gone, or broke the protocol; every attempt has been ended and has its row, which may still have to
 * be written.
 */
#define CLOCHE_TYPE_GATE_SERVICE (cloche_gate_service_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateService, cloche_gate_service, CLOCHE, GATE_SERVICE, GObject)

ClocheGateService  *cloche_gate_service_new             (ClocheGateChannel  *keeper,
                                                         ClocheEgressLog    *log,
                                                         ClocheClock        *clock) G_GNUC_WARN_UNUSED_RESULT;

ClocheEgressLog    *cloche_gate_service_get_log         (ClocheGateService  *self);
guint               cloche_gate_service_get_connections (ClocheGateService  *self);
ClocheEgressQuestions *cloche_gate_service_get_questions (ClocheGateService *self);
ClocheEgressPolicy *cloche_gate_service_get_policy      (ClocheGateService  *self);
void                cloche_gate_service_set_policy      (ClocheGateService  *self,
                                                         ClocheEgressPolicy *policy);

G_END_DECLS
