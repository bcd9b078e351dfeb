/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-gate-link.h"
#include "cloche-wire-stream.h"

G_BEGIN_DECLS

#define CLOCHE_TYPE_KEEPER_EGRESS (cloche_keeper_egress_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeperEgress, cloche_keeper_egress, CLOCHE, KEEPER_EGRESS, GObject)

/**
 * ClocheKeeperEgress:
 *
 * Carries what the guest wants of the network to the gate and back. It decides nothing.
 */
ClocheKeeperEgress *cloche_keeper_egress_new (ClocheGateLink *link) G_GNUC_WARN_UNUSED_RESULT;

guint               cloche_keeper_egress_get_n_open (ClocheKeeperEgress *self);
void                cloche_keeper_egress_serve      (ClocheKeeperEgress *self,
                                                     ClocheWireStream   *stream);

G_END_DECLS
