/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A task that waits for something of ours and ends at once when it is cancelled.
 */
typedef struct _ClocheWireWait ClocheWireWait;

/* Runs in the task's context when it is cancelled: forget the wait, then steal its task and fail it. */
typedef void (*ClocheWireWaitCancelled) (ClocheWireWait *wait,
                                         gpointer        user_data);

ClocheWireWait *cloche_wire_wait_new        (GTask                   *task,
                                             ClocheWireWaitCancelled  cancelled,
                                             gpointer                 user_data) G_GNUC_WARN_UNUSED_RESULT;
GTask          *cloche_wire_wait_steal_task (ClocheWireWait         **wait) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
