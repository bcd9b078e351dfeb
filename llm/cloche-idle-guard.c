/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-idle-guard.h"

struct _ClocheIdleGuard
{
  GCancellable *inner;
  GSource *outer_source;        /* fires when the caller's cancellable does; NULL without one */
  GSource *timer;               /* NULL while no timer runs */
  gboolean has_expired;
};

static gboolean
outer_cancelled_cb (GCancellable *outer,
                    gpointer      user_data)
{
  ClocheIdleGuard *self = user_data;

  g_cancellable_cancel (self->inner);

  return G_SOURCE_REMOVE;
}

static gboolean
timer_expired_cb (gpointer user_data)
{
  ClocheIdleGuard *self = user_data;

  self->has_expired = TRUE;
  g_cancellable_cancel (self->inner);

  return G_SOURCE_REMOVE;
}

/**
 * cloche_idle_guard_new:
 * @outer: (nullable): the caller's cancellable
 *
 * A source and not a handler carries @outer over: g_cancellable_disconnect() waits for running handlers, so a guard
 * freed because of the very cancelling would wait for itself.
 */
ClocheIdleGuard *
cloche_idle_guard_new (GCancellable *outer)
{
  ClocheIdleGuard *self = g_new0 (ClocheIdleGuard, 1);

  self->inner = g_cancellable_new ();
  if (outer == NULL)
    return self;

  if (g_cancellable_is_cancelled (outer))
    g_cancellable_cancel (self->inner);
  self->outer_source = g_cancellable_source_new (outer);
  g_source_set_callback (self->outer_source, G_SOURCE_FUNC (outer_cancelled_cb), self, NULL);
  g_source_set_priority (self->outer_source, G_PRIORITY_HIGH);
  g_source_attach (self->outer_source, g_main_context_get_thread_default ());

  return self;
}

static void
clear_source (GSource **source)
{
  if (*source == NULL)
    return;

  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
cloche_idle_guard_free (ClocheIdleGuard *self)
{
  clear_source (&self->outer_source);
  clear_source (&self->timer);
  g_clear_object (&self->inner);
  g_free (self);
}

/**
 * cloche_idle_guard_get_cancellable:
 *
 * What the guarded operations are given.
 */
GCancellable *
cloche_idle_guard_get_cancellable (ClocheIdleGuard *self)
{
  return self->inner;
}

/**
 * cloche_idle_guard_has_expired:
 *
 * Whether the timer, and not the caller, ended it.
 */
gboolean
cloche_idle_guard_has_expired (ClocheIdleGuard *self)
{
  return self->has_expired;
}

/**
 * cloche_idle_guard_start:
 * @timeout_ms: from now on; 0 = for as long as it takes
 */
void
cloche_idle_guard_start (ClocheIdleGuard *self,
                         guint            timeout_ms)
{
  clear_source (&self->timer);
  if (timeout_ms == 0)
    return;

  self->timer = g_timeout_source_new (timeout_ms);
  g_source_set_callback (self->timer, timer_expired_cb, self, NULL);
  g_source_attach (self->timer, g_main_context_get_thread_default ());
}

void
cloche_idle_guard_stop (ClocheIdleGuard *self)
{
  clear_source (&self->timer);
}
