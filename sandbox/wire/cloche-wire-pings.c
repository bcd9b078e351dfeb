/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-wire-pings.h"

#include "cloche-wire-error.h"
#include "cloche-wire-wait.h"

#include <errno.h>

/* pings: nobody has more than one or two under way. */
#define MAX_PINGS 64

struct _ClocheWirePings
{
  GHashTable *waits;            /* value -> ClocheWireWait, owned by hand: stealing its task frees it. */
  guint32 last_value;
};

ClocheWirePings *
cloche_wire_pings_new (void)
{
  ClocheWirePings *self = g_new0 (ClocheWirePings, 1);

  self->waits = g_hash_table_new (NULL, NULL);

  return self;
}

void
cloche_wire_pings_free (ClocheWirePings *self)
{
  g_assert (cloche_wire_pings_is_empty (self));
  g_hash_table_unref (self->waits);
  g_free (self);
}

gboolean
cloche_wire_pings_is_empty (ClocheWirePings *self)
{
  return g_hash_table_size (self->waits) == 0;
}

static gboolean
is_value (gpointer key,
          gpointer value,
          gpointer user_data)
{
  return value == user_data;
}

static void
cancelled_cb (ClocheWireWait *wait,
              gpointer        user_data)
{
  ClocheWirePings *self = user_data;
  g_autoptr (GTask) task = NULL;

  g_hash_table_foreach_remove (self->waits, is_value, wait);
  task = cloche_wire_wait_steal_task (&wait);
  (void) g_task_return_error_if_cancelled (task);
}

/* @task: (transfer full) */
void
cloche_wire_pings_send (ClocheWirePings *self,
                        cloche_yamux    *mux,
                        GTask           *task)
{
  g_autoptr (GTask) owned = task;
  int result = g_hash_table_size (self->waits) >= MAX_PINGS ? -EAGAIN : cloche_yamux_ping (mux, ++self->last_value);
  gint64 *start_us;

  if (result < 0) {
    g_task_return_new_error (task, CLOCHE_WIRE_ERROR, result == -EPIPE ? CLOCHE_WIRE_ERROR_CLOSED :
                             CLOCHE_WIRE_ERROR_BUSY, "No ping could be sent");
    return;
  }

  start_us = g_new (gint64, 1);
  *start_us = g_get_monotonic_time ();
  g_task_set_task_data (task, start_us, g_free);
  g_hash_table_insert (self->waits, GUINT_TO_POINTER (self->last_value),
                       cloche_wire_wait_new (g_steal_pointer (&owned), cancelled_cb, self));
}

/* An answer that nobody waits for, or no longer, is ignored. */
void
cloche_wire_pings_answered (ClocheWirePings *self,
                            guint32          value)
{
  gpointer stolen = NULL;
  ClocheWireWait *wait;
  g_autoptr (GTask) task = NULL;

  if (!g_hash_table_steal_extended (self->waits, GUINT_TO_POINTER (value), NULL, &stolen))
    return;

  wait = stolen;
  task = cloche_wire_wait_steal_task (&wait);
  g_task_return_int (task, g_get_monotonic_time () - *(gint64 *) g_task_get_task_data (task));
}

void
cloche_wire_pings_fail (ClocheWirePings *self,
                        const GError    *error)
{
  g_autoptr (GHashTable) waits = g_steal_pointer (&self->waits);
  GHashTableIter iter;
  gpointer value;

  /* A task's callback may send the next one. */
  self->waits = g_hash_table_new (NULL, NULL);
  g_hash_table_iter_init (&iter, waits);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    ClocheWireWait *wait = value;
    g_autoptr (GTask) task = cloche_wire_wait_steal_task (&wait);

    g_task_return_error (task, g_error_copy (error));
  }
}
