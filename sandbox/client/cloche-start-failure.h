/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Why a machine did not start: @failure itself, or, if that is what a damaged base would lead to and the base at @base_path
 * is damaged, which of its files is. Reads all of the base in that case, some seconds. The failure is the error. */
void     cloche_start_failure_explain_async  (const char           *base_path,
                                              const GError         *failure,
                                              GCancellable         *cancellable,
                                              GAsyncReadyCallback   callback,
                                              gpointer              user_data);
GError  *cloche_start_failure_explain_finish (GAsyncResult         *result) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
