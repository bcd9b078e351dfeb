/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * ClocheClock:
 *
 * The time, injected, so that whatever waits or stamps can be tested without waiting.
 */
typedef struct _ClocheClock ClocheClock;

ClocheClock *cloche_clock_new_system (void) G_GNUC_WARN_UNUSED_RESULT;
ClocheClock *cloche_clock_new_manual (gint64 real_us) G_GNUC_WARN_UNUSED_RESULT;
ClocheClock *cloche_clock_ref        (ClocheClock *self);
void         cloche_clock_unref      (ClocheClock *self);

gint64       cloche_clock_get_real_us      (ClocheClock *self);
gint64       cloche_clock_get_monotonic_us (ClocheClock *self);

void         cloche_clock_advance (ClocheClock *self,
                                   gint64       us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheClock, cloche_clock_unref)

G_END_DECLS
