/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-gate-link.h"
#include "cloche-keeper-boot.h"
#include "cloche-keeper-server.h"

G_BEGIN_DECLS

/**
 * ClocheKeeper:
 *
 * One machine and everybody who uses it: answers its own operations, hands the others to the agent, lets an idle machine
 * rest and ends one that nobody uses. Requests that come before the machine is there wait for it.
 *
 * Signal: "ended" (const char *reason): the machine is no more; the process should end. @reason is "stopped", "expired"
 * or, in plain facts, what went wrong.
 */
#define CLOCHE_TYPE_KEEPER (cloche_keeper_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeper, cloche_keeper, CLOCHE, KEEPER, GObject)

ClocheKeeper *cloche_keeper_new (ClocheKeeperServer *server,
                                 ClocheGateLink     *gate,
                                 ClocheBaseFolder   *base) G_GNUC_WARN_UNUSED_RESULT;

void          cloche_keeper_set_patience (ClocheKeeper     *self,
                                          guint             rest_ms,
                                          guint             expire_ms);
void          cloche_keeper_take_machine (ClocheKeeper     *self,
                                          ClocheKeeperBoot *boot);
void          cloche_keeper_stop         (ClocheKeeper     *self);

G_END_DECLS
