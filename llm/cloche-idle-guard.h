/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * ClocheIdleGuard:
 *
 * A cancellable that fires when the caller's does or when our own timer runs out, and knows which of the two it was.
 * Lives in the thread's default main context.
 */
typedef struct _ClocheIdleGuard ClocheIdleGuard;

ClocheIdleGuard *cloche_idle_guard_new  (GCancellable    *outer) G_GNUC_WARN_UNUSED_RESULT;
void             cloche_idle_guard_free (ClocheIdleGuard *self);

GCancellable    *cloche_idle_guard_get_cancellable (ClocheIdleGuard *self);
gboolean         cloche_idle_guard_has_expired     (ClocheIdleGuard *self);

void             cloche_idle_guard_start (ClocheIdleGuard *self,
                                          guint            timeout_ms);
void             cloche_idle_guard_stop  (ClocheIdleGuard *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheIdleGuard, cloche_idle_guard_free)

G_END_DECLS
