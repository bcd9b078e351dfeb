/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine.h"
#include "cloche-wire-session.h"

G_BEGIN_DECLS

/* Starts the machine if need be, opens a stream, sends the request, reads the answer. */
void        _cloche_machine_open_async  (ClocheMachine        *self,
                                         JsonObject           *request,
                                         GCancellable         *cancellable,
                                         GAsyncReadyCallback   callback,
                                         gpointer              user_data);
JsonObject *_cloche_machine_open_finish (ClocheMachine        *self,
                                         GAsyncResult         *result,
                                         ClocheWireStream    **ret_stream,
                                         GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
