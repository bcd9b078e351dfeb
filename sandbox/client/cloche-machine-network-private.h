/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine-network.h"

G_BEGIN_DECLS

ClocheMachineNetwork *_cloche_machine_network_new (void) G_GNUC_WARN_UNUSED_RESULT;

void     _cloche_machine_network_attach_async  (ClocheMachineNetwork *self,
                                                const char           *gate_path,
                                                const char           *token,
                                                GAsyncReadyCallback   callback,
                                                gpointer              user_data);
gboolean _cloche_machine_network_attach_finish (ClocheMachineNetwork *self,
                                                GAsyncResult         *result,
                                                GError              **error);
void     _cloche_machine_network_detach        (ClocheMachineNetwork *self);

G_END_DECLS
