/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-keeper-rest.h"

#include "cloche-json.h"
#include "cloche-keeper-identity.h"

/*
 * States and their transitions:
 *
 *   RUNNING   the machine runs; every rest_ms a look: held, connected, or with a job or a busy processor → RUNNING,
 *             else → STOPPING
 *   STOPPING  QMP stop is on its way → RESTING
 *   RESTING   a hold → WAKING
 *   WAKING    QMP cont, then the guest's clock is set → RUNNING, and the waiting holds are granted
 *
 * A hold that comes while STOPPING waits for RESTING and wakes then. The time to expire runs in every state.
 */
typedef enum {
  STATE_RUNNING,
  STATE_STOPPING,
  STATE_RESTING,
  STATE_WAKING,
} State;

/* per cent of one processor: what a kernel and its idle services take; above it somebody left something running. */
#define BUSY_PERCENT 2

struct _ClocheKeeperRest
{
  GObject parent_instance;

  /* Owned */
  ClocheQemu *qemu;
  ClocheKeeperGuest *guest;
  ClocheKeeperEgress *egress;
  GQueue waiting;               /* of GTask: holds that wait for the machine to run */
  GCancellable *cancellable;

  State state;
  guint n_holds;
  gboolean has_clients;
  guint rest_ms;
  guint expire_ms;
  guint look_source;
  gint64 idle_since_us;         /* monotonic; 0 = not idle */
  gint64 looked_us;             /* monotonic: when @cpu_us was read */
  gint64 cpu_us;                /* of the guest's processors, as it claims */
};

enum {
  SIGNAL_LOOKED,
  SIGNAL_EXPIRED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (ClocheKeeperRest, cloche_keeper_rest, G_TYPE_OBJECT)

static void schedule_look (ClocheKeeperRest *self);
static void wake (ClocheKeeperRest *self);

static void
set_state (ClocheKeeperRest *self,
           State             state)
{
  self->state = state;
  g_signal_emit (self, signals[SIGNAL_LOOKED], 0);
}

static void
answer_holds (ClocheKeeperRest *self,
              const GError     *error)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->waiting)) != NULL) {
    if (error != NULL) {
      self->n_holds--;
      g_task_return_error (task, g_error_copy (error));
    } else {
      g_task_return_boolean (task, TRUE);
    }
    g_object_unref (task);
  }
}

static void
clock_set_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  g_autoptr (ClocheKeeperRest) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = NULL;

  answer = cloche_keeper_guest_request_finish (CLOCHE_KEEPER_GUEST (source), result, NULL, &error);
  set_state (self, STATE_RUNNING);
  answer_holds (self, error);
  schedule_look (self);
}

static void
woken_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheKeeperRest) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) request = NULL;

  if (!cloche_qemu_cont_finish (self->qemu, result, &error)) {
    set_state (self, STATE_RESTING);
    answer_holds (self, error);
    return;
  }

  request = cloche_keeper_identity_new_clock ();
  cloche_keeper_guest_request_async (self->guest, FALSE, request, self->cancellable,
                                     clock_set_cb, g_object_ref (self));
}

static void
wake (ClocheKeeperRest *self)
{
  set_state (self, STATE_WAKING);
  cloche_qemu_cont_async (self->qemu, self->cancellable, woken_cb, g_object_ref (self));
}

static void
stopped_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (ClocheKeeperRest) self = user_data;
  gboolean stopped = cloche_qemu_stop_finish (self->qemu, result, NULL);

  set_state (self, stopped ? STATE_RESTING : STATE_RUNNING);
  if (!stopped)
    answer_holds (self, NULL);
  else if (self->n_holds > 0)
    wake (self);
  schedule_look (self);
}

static gboolean
has_running_job (JsonObject *stats)
{
  return cloche_json_get_int (stats, "jobs_running", 0) > 0;
}

static gboolean
is_busy (ClocheKeeperRest *self,
         JsonObject       *stats)
{
  gint64 now = g_get_monotonic_time ();
  gint64 cpu_us = cloche_json_get_int (stats, "cpu_us", 0);
  gint64 passed = MAX (now - self->looked_us, 1);
  gboolean is_first = self->looked_us == 0;
  gint64 used = cpu_us - self->cpu_us;

  self->looked_us = now;
  self->cpu_us = cpu_us;

  return is_first || has_running_job (stats) || used > passed * BUSY_PERCENT / 100;
}

static void
stats_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (ClocheKeeperRest) self = user_data;
  g_autoptr (JsonObject) stats = NULL;

  stats = cloche_keeper_guest_request_finish (CLOCHE_KEEPER_GUEST (source), result, NULL, NULL);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;

  if (stats == NULL || is_busy (self, stats) || self->n_holds > 0) {
    self->idle_since_us = 0;
    schedule_look (self);
    return;
  }

  if (self->idle_since_us == 0)
    self->idle_since_us = self->looked_us;
  set_state (self, STATE_STOPPING);
  cloche_qemu_stop_async (self->qemu, self->cancellable, stopped_cb, g_object_ref (self));
}

static gboolean
has_expired (ClocheKeeperRest *self)
{
  return !self->has_clients && self->n_holds == 0 && self->idle_since_us != 0 &&
         g_get_monotonic_time () - self->idle_since_us >= (gint64) self->expire_ms * 1000;
}

static gboolean
look_cb (gpointer user_data)
{
  ClocheKeeperRest *self = user_data;
  g_autoptr (JsonObject) request = NULL;

  self->look_source = 0;
  g_signal_emit (self, signals[SIGNAL_LOOKED], 0);

  if (has_expired (self)) {
    g_signal_emit (self, signals[SIGNAL_EXPIRED], 0);
    return G_SOURCE_REMOVE;
  }

  if (self->state != STATE_RUNNING || self->n_holds > 0 || cloche_keeper_egress_get_n_open (self->egress) > 0) {
    if (self->state == STATE_RUNNING)
      self->idle_since_us = 0;
    schedule_look (self);
    return G_SOURCE_REMOVE;
  }

  request = json_object_new ();
  json_object_set_string_member (request, "op", "stats");
  cloche_keeper_guest_request_async (self->guest, FALSE, request, self->cancellable, stats_cb, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

/* A resting machine with clients needs no look at all; one without is looked at when its time is up. */
static void
schedule_look (ClocheKeeperRest *self)
{
  guint delay = self->rest_ms;

  if (self->look_source != 0 || g_cancellable_is_cancelled (self->cancellable))
    return;
  if (self->state == STATE_RESTING && self->has_clients)
    return;
  if (self->state == STATE_RESTING)
    delay = (guint) MAX ((gint64) self->expire_ms - (g_get_monotonic_time () - self->idle_since_us) / 1000, 1);

  self->look_source = g_timeout_add (delay, look_cb, self);
}

static void
cloche_keeper_rest_dispose (GObject *object)
{
  ClocheKeeperRest *self = CLOCHE_KEEPER_REST (object);

  cloche_keeper_rest_stop (self);
  g_clear_object (&self->qemu);
  g_clear_object (&self->guest);
  g_clear_object (&self->egress);

  G_OBJECT_CLASS (cloche_keeper_rest_parent_class)->dispose (object);
}

static void
cloche_keeper_rest_finalize (GObject *object)
{
  ClocheKeeperRest *self = CLOCHE_KEEPER_REST (object);

  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (cloche_keeper_rest_parent_class)->finalize (object);
}

static void
cloche_keeper_rest_class_init (ClocheKeeperRestClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_keeper_rest_dispose;
  G_OBJECT_CLASS (klass)->finalize = cloche_keeper_rest_finalize;

  signals[SIGNAL_LOOKED] = g_signal_new ("looked", CLOCHE_TYPE_KEEPER_REST, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_EXPIRED] = g_signal_new ("expired", CLOCHE_TYPE_KEEPER_REST, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
cloche_keeper_rest_init (ClocheKeeperRest *self)
{
  g_queue_init (&self->waiting);
  self->cancellable = g_cancellable_new ();
}

/**
 * cloche_keeper_rest_new:
 * @rest_ms: ms of idleness before the machine is stopped; normally %CLOCHE_KEEPER_REST_MS
 * @expire_ms: ms of idleness without clients before "expired"; normally %CLOCHE_KEEPER_EXPIRE_MS
 */
ClocheKeeperRest *
cloche_keeper_rest_new (ClocheQemu         *qemu,
                        ClocheKeeperGuest  *guest,
                        ClocheKeeperEgress *egress,
                        guint               rest_ms,
                        guint               expire_ms)
{
  ClocheKeeperRest *self = g_object_new (CLOCHE_TYPE_KEEPER_REST, NULL);

  self->qemu = g_object_ref (qemu);
  self->guest = g_object_ref (guest);
  self->egress = g_object_ref (egress);
  self->rest_ms = rest_ms;
  self->expire_ms = expire_ms;
  schedule_look (self);

  return self;
}

gboolean
cloche_keeper_rest_is_resting (ClocheKeeperRest *self)
{
  g_return_val_if_fail (CLOCHE_IS_KEEPER_REST (self), FALSE);

  return self->state == STATE_RESTING;
}

void
cloche_keeper_rest_set_has_clients (ClocheKeeperRest *self,
                                    gboolean          has_clients)
{
  g_return_if_fail (CLOCHE_IS_KEEPER_REST (self));

  if (self->has_clients == has_clients)
    return;

  self->has_clients = has_clients;
  /* The ten minutes begin when the last client goes. */
  if (!has_clients && self->idle_since_us != 0)
    self->idle_since_us = g_get_monotonic_time ();
  schedule_look (self);
}

void
cloche_keeper_rest_hold_async (ClocheKeeperRest   *self,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_KEEPER_REST (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, cloche_keeper_rest_hold_async);

  self->n_holds++;
  self->idle_since_us = 0;
  if (self->state == STATE_RUNNING) {
    g_task_return_boolean (task, TRUE);
    g_object_unref (task);
    return;
  }

  g_queue_push_tail (&self->waiting, task);
  if (self->state == STATE_RESTING)
    wake (self);
}

gboolean
cloche_keeper_rest_hold_finish (ClocheKeeperRest *self,
                                GAsyncResult     *result,
                                GError          **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

void
cloche_keeper_rest_release (ClocheKeeperRest *self)
{
  g_return_if_fail (CLOCHE_IS_KEEPER_REST (self) && self->n_holds > 0);

  self->n_holds--;
}

/**
 * cloche_keeper_rest_stop:
 *
 * Looks no more; the machine is about to end.
 */
void
cloche_keeper_rest_stop (ClocheKeeperRest *self)
{
  g_autoptr (GError) gone = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The machine is stopping");

  g_return_if_fail (CLOCHE_IS_KEEPER_REST (self));

  g_clear_handle_id (&self->look_source, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  answer_holds (self, gone);
}
