/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-base-folder.h"
#include "cloche-qemu-program.h"

G_BEGIN_DECLS

/**
 * ClocheTemplateMemory:
 *
 * The RAM of a base's template in a form that a jailed QEMU can map privately and nobody can write: the read-only file
 * (QEMU ≥ 8.2) or a sealed memfd that a holder process keeps (older). Keep the object while the machine lives.
 */
#define CLOCHE_TYPE_TEMPLATE_MEMORY (cloche_template_memory_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTemplateMemory, cloche_template_memory, CLOCHE, TEMPLATE_MEMORY, GObject)

int                   cloche_template_memory_peek_fd      (ClocheTemplateMemory *self);
gboolean              cloche_template_memory_is_read_only (ClocheTemplateMemory *self);

void                  cloche_template_memory_open_async  (ClocheBaseFolder        *base,
                                                          const ClocheQemuProgram *program,
                                                          const char              *runtime_path,
                                                          GCancellable            *cancellable,
                                                          GAsyncReadyCallback      callback,
                                                          gpointer                 user_data);
ClocheTemplateMemory *cloche_template_memory_open_finish (GAsyncResult  *result,
                                                          GError       **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
