/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

#include "cloche-egress-policy.h"

G_BEGIN_DECLS

void     cloche_egress_connect_async  (ClocheEgressPolicy   *policy,
                                       const char           *name,
                                       guint16               port,
                                       GCancellable         *cancellable,
                                       GAsyncReadyCallback   callback,
                                       gpointer              user_data);
GSocket *cloche_egress_connect_finish (GAsyncResult         *result,
                                       char                **ret_address,
                                       GError              **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
