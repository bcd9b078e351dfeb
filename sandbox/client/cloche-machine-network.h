/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <json-glib/json-glib.h>

#include "cloche-egress-policy.h"

G_BEGIN_DECLS

/**
 * ClocheMachineNetwork:
 *
 * What one machine may reach, and what it asks for, told between this client and the machine's gate, past the keeper. Belongs
 * to a #ClocheMachine: attached before the machine's first operation begins, detached when the machine stops; attached anew
 * when the connection is lost in between.
 *
 * Signals: "attached": the gate is reached. "detached": it is not any more, and all questions are gone. "ended": it has
 * ended under the machine, which goes on; nothing gets out until it starts again. "attempt" (GBytes
 * *row): a new line of the log. "refused", "policy", "question" (JsonObject *event) and "cleared" (gint64 id): as in
 * cloche-gate-lines.h; what is in them has been checked for being there, and is for showing.
 */
#define CLOCHE_TYPE_MACHINE_NETWORK (cloche_machine_network_get_type ())
G_DECLARE_FINAL_TYPE (ClocheMachineNetwork, cloche_machine_network, CLOCHE, MACHINE_NETWORK, GObject)

/* From the next start on, this client is one that can be asked. */
void                cloche_machine_network_set_asking    (ClocheMachineNetwork *self,
                                                          gboolean              is_asking);

gboolean            cloche_machine_network_is_attached   (ClocheMachineNetwork *self);
gboolean            cloche_machine_network_has_ended     (ClocheMachineNetwork *self);

/* Holds from now on, and from every start on, until another client sets another. Without one, a client leaves the gate as it
 * is, which is off at first. */
void                cloche_machine_network_set_policy_async  (ClocheMachineNetwork *self,
                                                              ClocheEgressPolicy   *policy,
                                                              GCancellable         *cancellable,
                                                              GAsyncReadyCallback   callback,
                                                              gpointer              user_data);
gboolean            cloche_machine_network_set_policy_finish (ClocheMachineNetwork *self,
                                                              GAsyncResult         *result,
                                                              GError              **error);

/* Errors: CLOCHE_GATE_ERROR_GONE if somebody else was faster, or it was too late. */
void                cloche_machine_network_answer_async  (ClocheMachineNetwork *self,
                                                          gint64                question,
                                                          gboolean              is_yes,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);

/* Ends when the signals of all that has happened until now have been emitted. */
void                cloche_machine_network_sync_async    (ClocheMachineNetwork *self,
                                                          GCancellable         *cancellable,
                                                          GAsyncReadyCallback   callback,
                                                          gpointer              user_data);

/* Of answer and sync. */
gboolean            cloche_machine_network_request_finish (ClocheMachineNetwork *self,
                                                           GAsyncResult         *result,
                                                           GError              **error);

G_END_DECLS
