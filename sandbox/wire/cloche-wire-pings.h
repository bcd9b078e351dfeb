/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-yamux.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The pings of a session that wait for their answers: private to this folder.
 */
typedef struct _ClocheWirePings ClocheWirePings;

ClocheWirePings *cloche_wire_pings_new  (void) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_wire_pings_free (ClocheWirePings *self);

gboolean         cloche_wire_pings_is_empty (ClocheWirePings *self);

/* @task returns the round trip in µs, or fails when it is cancelled or by cloche_wire_pings_fail(). */
void             cloche_wire_pings_send     (ClocheWirePings *self,
                                             cloche_yamux    *mux,
                                             GTask           *task);
void             cloche_wire_pings_answered (ClocheWirePings *self,
                                             guint32          value);
void             cloche_wire_pings_fail     (ClocheWirePings *self,
                                             const GError    *error);

G_END_DECLS
