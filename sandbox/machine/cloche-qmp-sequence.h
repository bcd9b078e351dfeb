/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-qmp.h"

G_BEGIN_DECLS

/**
 * ClocheQmpSequence:
 *
 * Commands that are executed one after the other, the first failure ending them; then, if asked, the end of a migration
 * is waited for, which QEMU tells by an event.
 */
typedef struct _ClocheQmpSequence ClocheQmpSequence;

ClocheQmpSequence *cloche_qmp_sequence_new              (ClocheQmp           *qmp) G_GNUC_WARN_UNUSED_RESULT;
void               cloche_qmp_sequence_free             (ClocheQmpSequence   *self);

void               cloche_qmp_sequence_add              (ClocheQmpSequence   *self,
                                                         const char          *command,
                                                         const char          *arguments_json);
void               cloche_qmp_sequence_add_fd           (ClocheQmpSequence   *self,
                                                         const char          *name,
                                                         int                  fd);
void               cloche_qmp_sequence_await_migration  (ClocheQmpSequence   *self);

void               cloche_qmp_sequence_run_async        (ClocheQmpSequence   *take_self,
                                                         GCancellable        *cancellable,
                                                         GAsyncReadyCallback  callback,
                                                         gpointer             user_data);
gboolean           cloche_qmp_sequence_run_finish       (GAsyncResult        *result,
                                                         GError             **error);

G_END_DECLS
