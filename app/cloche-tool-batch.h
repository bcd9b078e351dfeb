/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-message.h"
#include "cloche-toolbox.h"

G_BEGIN_DECLS

void     cloche_tool_batch_run_async  (ClocheToolbox       *toolbox,
                                       GPtrArray           *runs,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
gboolean cloche_tool_batch_run_finish (GAsyncResult        *result);

G_END_DECLS
