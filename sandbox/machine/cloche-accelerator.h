/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-machine-shape.h"
#include "cloche-qemu-program.h"

G_BEGIN_DECLS

/* milliseconds: an emulated firmware is through in 400 on an idle computer; this is for a very busy one. */
#define CLOCHE_ACCELERATOR_TRY_MS 30000

void     cloche_accelerator_probe_async  (const ClocheQemuProgram  *program,
                                          const char               *cache_path,
                                          GCancellable             *cancellable,
                                          GAsyncReadyCallback       callback,
                                          gpointer                  user_data);
gboolean cloche_accelerator_probe_finish (GAsyncResult             *result,
                                          ClocheAccelerator        *ret_accelerator,
                                          char                    **ret_reason,
                                          GError                  **error);

void     cloche_accelerator_try_async    (const ClocheQemuProgram  *program,
                                          ClocheAccelerator         accelerator,
                                          guint                     timeout_ms,
                                          GCancellable             *cancellable,
                                          GAsyncReadyCallback       callback,
                                          gpointer                  user_data);
gboolean cloche_accelerator_try_finish   (GAsyncResult             *result,
                                          GError                  **error);

G_END_DECLS
