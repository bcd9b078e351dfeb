/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-qemu-spec.h"

G_BEGIN_DECLS

/**
 * ClocheQemu:
 *
 * One jailed QEMU process. It dies with the process that made it. Use it on the main thread only: QEMU is killed when
 * the thread that started it ends. Dropping the last reference kills it.
 *
 * Signals: "exited" (const GError *error): once, after a successful start; @error is %NULL if it was asked to quit or the
 * guest switched itself off. "port-opened" (const char *port): the guest has opened its end of the port "control-port" or
 * "bulk-port".
 */
#define CLOCHE_TYPE_QEMU (cloche_qemu_get_type ())
G_DECLARE_FINAL_TYPE (ClocheQemu, cloche_qemu, CLOCHE, QEMU, GObject)

ClocheQemu     *cloche_qemu_new (ClocheQemuSpec *spec) G_GNUC_WARN_UNUSED_RESULT;

gboolean        cloche_qemu_is_alive      (ClocheQemu *self);
GPid            cloche_qemu_get_pid       (ClocheQemu *self);
GPid            cloche_qemu_get_jail_pid  (ClocheQemu *self);
ClocheJailForm  cloche_qemu_get_jail_form (ClocheQemu *self);
gboolean        cloche_qemu_has_landlock  (ClocheQemu *self);
guint64         cloche_qemu_read_memory   (ClocheQemu *self);
char           *cloche_qemu_dup_log       (ClocheQemu *self) G_GNUC_WARN_UNUSED_RESULT;

GIOStream      *cloche_qemu_dup_control_stream (ClocheQemu *self) G_GNUC_WARN_UNUSED_RESULT;
GIOStream      *cloche_qemu_dup_bulk_stream    (ClocheQemu *self) G_GNUC_WARN_UNUSED_RESULT;

void            cloche_qemu_start_async          (ClocheQemu           *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        cloche_qemu_start_finish         (ClocheQemu           *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

void            cloche_qemu_cont_async           (ClocheQemu           *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        cloche_qemu_cont_finish          (ClocheQemu           *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

void            cloche_qemu_stop_async           (ClocheQemu           *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        cloche_qemu_stop_finish          (ClocheQemu           *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

void            cloche_qemu_save_template_async  (ClocheQemu           *self,
                                                  int                   state_fd,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        cloche_qemu_save_template_finish (ClocheQemu           *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

void            cloche_qemu_quit_async           (ClocheQemu           *self,
                                                  GCancellable         *cancellable,
                                                  GAsyncReadyCallback   callback,
                                                  gpointer              user_data);
gboolean        cloche_qemu_quit_finish          (ClocheQemu           *self,
                                                  GAsyncResult         *result,
                                                  GError              **error);

void            cloche_qemu_kill (ClocheQemu *self);

G_END_DECLS
