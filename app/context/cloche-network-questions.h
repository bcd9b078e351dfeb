/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine-network.h"
#include "cloche-network-question.h"

G_BEGIN_DECLS

/**
 * ClocheNetworkQuestions:
 *
 * What a machine's gate asks now, as it tells of it.
 *
 * Signal: "asked" (#ClocheNetworkQuestion): one more stands in the list.
 */
#define CLOCHE_TYPE_NETWORK_QUESTIONS (cloche_network_questions_get_type ())
G_DECLARE_FINAL_TYPE (ClocheNetworkQuestions, cloche_network_questions, CLOCHE, NETWORK_QUESTIONS, GObject)

ClocheNetworkQuestions *cloche_network_questions_new (ClocheMachineNetwork *network) G_GNUC_WARN_UNUSED_RESULT;

/* Of #ClocheNetworkQuestion, the one that has waited longest first. */
GListModel             *cloche_network_questions_get_list (ClocheNetworkQuestions *self);

/* @question is answered; nothing happens if it is not there any more. */
void                    cloche_network_questions_remove   (ClocheNetworkQuestions *self,
                                                           ClocheNetworkQuestion  *question);

G_END_DECLS
