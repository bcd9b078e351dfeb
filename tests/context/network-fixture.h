/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-fake-sandbox.h"
#include "cloche-network.h"
#include "cloche-refusals.h"
#include "gate-fixture.h"
#include "store-fixture.h"

/*
 * A conversation's network with a real gate and no machine: what the keeper would ask for a guest is asked here. The hosts are
 * addresses of loopback with nobody behind them, so that what is let through ends as "unreachable".
 */

/* One of the programs that have the conversation open. */
typedef struct
{
  ClocheMachine *machine;
  ClocheFakeSandbox *sandbox;
  ClocheChat *chat;
  ClocheNetwork *network;
  ClocheRefusals *refusals;
  guint n_problems;
  guint n_asked;
} Program;

typedef struct
{
  StoreFixture store;
  Gate gate;
  ClocheMachineHost *host;
  Program one;
} NetworkFixture;

void                program_init       (Program        *program,
                                        NetworkFixture *fixture);
void                program_attach     (Program        *program,
                                        NetworkFixture *fixture,
                                        gboolean        is_asking);
void                program_clear      (Program        *program);

/* Until the gate has heard what was told, and what it tells has been heard. */
void                sync_with_gate     (Program        *program);

void                network_fixture_set_up    (NetworkFixture *fixture,
                                               gconstpointer   data);
void                network_fixture_tear_down (NetworkFixture *fixture,
                                               gconstpointer   data);

/* The conversation as it is in the store. */
ClocheConversation *load_conversation  (NetworkFixture *fixture);
void                assert_stored      (NetworkFixture *fixture,
                                        const char     *mode,
                                        const char     *rules);
