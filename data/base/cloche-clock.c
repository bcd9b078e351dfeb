/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-clock.h"

struct _ClocheClock
{
  gatomicrefcount ref_count;
  gboolean is_manual;
  gint64 real_us;             /* µs since 1970; manual clocks only */
  gint64 monotonic_us;        /* µs since the clock was made; manual clocks only */
};

static ClocheClock *
clock_new (gboolean is_manual,
           gint64   real_us)
{
  ClocheClock *self = g_new0 (ClocheClock, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->is_manual = is_manual;
  self->real_us = real_us;

  return self;
}

ClocheClock *
cloche_clock_new_system (void)
{
  return clock_new (FALSE, 0);
}

/**
 * cloche_clock_new_manual:
 * @real_us: the time to start at, in µs since 1970 UTC
 *
 * Makes a clock that stands still until cloche_clock_advance() moves it. Not for several threads at once.
 */
ClocheClock *
cloche_clock_new_manual (gint64 real_us)
{
  return clock_new (TRUE, real_us);
}

ClocheClock *
cloche_clock_ref (ClocheClock *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
cloche_clock_unref (ClocheClock *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * cloche_clock_get_real_us:
 *
 * Wall-clock time in µs since 1970 UTC. May jump.
 */
gint64
cloche_clock_get_real_us (ClocheClock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->is_manual ? self->real_us : g_get_real_time ();
}

/**
 * cloche_clock_get_monotonic_us:
 *
 * Time in µs since some moment in the past. Never goes back.
 */
gint64
cloche_clock_get_monotonic_us (ClocheClock *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->is_manual ? self->monotonic_us : g_get_monotonic_time ();
}

/**
 * cloche_clock_advance:
 * @us: µs, not negative
 *
 * Moves a manual clock on.
 */
void
cloche_clock_advance (ClocheClock *self,
                      gint64       us)
{
  g_return_if_fail (self != NULL && self->is_manual);
  g_return_if_fail (us >= 0);

  self->real_us += us;
  self->monotonic_us += us;
}
