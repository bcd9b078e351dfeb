/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

/*
 * The machine has no network: every TCP connection that its programs make is redirected here by nftables, and leaves as an
 * "egress" stream on the bulk port; every question to a name server is answered here with addresses that stand for names.
 */

#include "cloche-agent.h"
#include "cloche-session.h"

/* Where ../tree/usr/lib/cloche/network.nft sends what it catches. */
#define CLOCHE_CATCH_TCP_PORT 61080
#define CLOCHE_CATCH_DNS_PORT 61053

/* Only as PID 1. Starts /usr/lib/cloche/network, which sets up the catching, and listens. */
cloche_catch *cloche_catch_new         (cloche_agent *agent);
/* NULL: nobody to carry anything; connections are then refused. */
void          cloche_catch_set_session (cloche_catch   *self,
                                        cloche_session *session);
