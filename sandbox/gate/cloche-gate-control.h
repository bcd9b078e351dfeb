/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-egress-policy.h"

G_BEGIN_DECLS

/**
 * ClocheGateControl:
 *
 * A client's connection to one gate: sets the policy, follows the attempts, answers for the person. Requests are answered in
 * order.
 *
 * Signals: "attempt" (GBytes *row): one finished attempt, the line of the log without its newline; "refused" (JsonObject
 * *event): one that just was, its row will follow; "policy" (JsonObject *event): what holds now. These only after
 * cloche_gate_control_follow_async(). "question" (JsonObject *event), "cleared" (gint64 id): only after
 * cloche_gate_control_ask_async(). See cloche-gate-lines.h for the events. "closed": the gate is gone or broke the protocol.
 */
#define CLOCHE_TYPE_GATE_CONTROL (cloche_gate_control_get_type ())
G_DECLARE_FINAL_TYPE (ClocheGateControl, cloche_gate_control, CLOCHE, GATE_CONTROL, GObject)

void               cloche_gate_control_open_async        (const char           *path,
                                                          const char           *token,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
ClocheGateControl *cloche_gate_control_open_finish       (GAsyncResult         *result,
                                                          GError              **error) G_GNUC_WARN_UNUSED_RESULT;

void               cloche_gate_control_set_policy_async  (ClocheGateControl    *self,
                                                          ClocheEgressPolicy   *policy,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
gboolean           cloche_gate_control_set_policy_finish (ClocheGateControl    *self,
                                                          GAsyncResult         *result,
                                                          GError              **error);

void               cloche_gate_control_follow_async      (ClocheGateControl    *self,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);
gboolean           cloche_gate_control_follow_finish     (ClocheGateControl    *self,
                                                          GAsyncResult         *result,
                                                          GError              **error);

/* From its success on this client can be asked. */
void               cloche_gate_control_ask_async         (ClocheGateControl    *self,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);

/* Errors of the finish: CLOCHE_GATE_ERROR_GONE if somebody else was faster, or it was too late. */
void               cloche_gate_control_answer_async      (ClocheGateControl    *self,
                                                          gint64                question,
                                                          gboolean              is_yes,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);

/* Nothing: when it has been answered, all events of what the gate had done until then have been told. */
void               cloche_gate_control_sync_async        (ClocheGateControl    *self,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);

/* Of ask, answer and sync. */
gboolean           cloche_gate_control_request_finish    (ClocheGateControl    *self,
                                                          GAsyncResult         *result,
                                                          GError              **error);

void               cloche_gate_control_close             (ClocheGateControl    *self);

G_END_DECLS
