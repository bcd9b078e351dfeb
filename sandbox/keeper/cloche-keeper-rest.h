/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-keeper-egress.h"
#include "cloche-keeper-guest.h"
#include "cloche-qemu.h"

G_BEGIN_DECLS

/* ms: idle for so long, a machine is stopped in its tracks: thirty idle ones would burn a core and more. */
#define CLOCHE_KEEPER_REST_MS (5 * 1000)

/* ms: without a client and with nothing to do for so long, a machine ends. */
#define CLOCHE_KEEPER_EXPIRE_MS (10 * 60 * 1000)

/**
 * ClocheKeeperRest:
 *
 * Lets a machine rest when it has nothing to do and wakes it before somebody wants something of it. Idle = nobody holds
 * it, no connection is open, no job runs, and its processors did less than 2 % since the last look.
 *
 * Property: "resting". Signals: "looked": some seconds have passed, figures may have changed; "expired": it has been idle
 * and without clients for so long that it should end.
 */
#define CLOCHE_TYPE_KEEPER_REST (cloche_keeper_rest_get_type ())
G_DECLARE_FINAL_TYPE (ClocheKeeperRest, cloche_keeper_rest, CLOCHE, KEEPER_REST, GObject)

ClocheKeeperRest *cloche_keeper_rest_new (ClocheQemu         *qemu,
                                          ClocheKeeperGuest  *guest,
                                          ClocheKeeperEgress *egress,
                                          guint               rest_ms,
                                          guint               expire_ms) G_GNUC_WARN_UNUSED_RESULT;

gboolean          cloche_keeper_rest_is_resting (ClocheKeeperRest *self);

void              cloche_keeper_rest_set_has_clients (ClocheKeeperRest *self,
                                                      gboolean          has_clients);

/* From the finish of a hold until its release the machine runs. */
void              cloche_keeper_rest_hold_async  (ClocheKeeperRest     *self,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean          cloche_keeper_rest_hold_finish (ClocheKeeperRest     *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);
void              cloche_keeper_rest_release     (ClocheKeeperRest     *self);

void              cloche_keeper_rest_stop        (ClocheKeeperRest     *self);

G_END_DECLS
