/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-gate-service.h"

#include "cloche-egress-attempt.h"

#include <fcntl.h>

/* rows that may wait for the disk, and frames that may wait for the keeper, before no more attempts are taken. What the
 * guest can make us remember is bounded by it; its connections wait in the keeper. */
#define MAX_WAITING 1024

struct _ClocheGateService
{
  GObject parent_instance;

  /* owned */
  ClocheGateChannel *keeper;
  ClocheEgressLog *log;
  ClocheClock *clock;
  ClocheEgressPolicy *policy;
  ClocheEgressQuestions *questions;
  GHashTable *attempts;         /* id → ClocheEgressAttempt: under way, or reset and not acknowledged */

  guint64 last_id;
};

G_DEFINE_FINAL_TYPE (ClocheGateService, cloche_gate_service, G_TYPE_OBJECT)

enum {
  REFUSED,
  POLICY_CHANGED,
  CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update_paused (ClocheGateService *self)
{
  gboolean is_full = cloche_egress_log_get_waiting (self->log) >= MAX_WAITING ||
                     cloche_gate_channel_get_queued (self->keeper) >= MAX_WAITING;

  cloche_gate_channel_set_paused (self->keeper, is_full);
}

static void
log_settled_cb (ClocheEgressLog *log,
                gpointer         data)
{
  update_paused (data);
}

static void
keeper_drained_cb (ClocheGateChannel *keeper,
                   gpointer           data)
{
  update_paused (data);
}

static void
opened_cb (ClocheEgressAttempt *attempt,
           int                  fd,
           int                  own_fd,
           gpointer             data)
{
  ClocheGateService *self = data;
  ClocheGateFrame guard = { .kind = CLOCHE_GATE_FRAME_GUARD, .id = cloche_egress_attempt_get_id (attempt) };
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_OPENED, .id = cloche_egress_attempt_get_id (attempt) };

  cloche_gate_channel_send (self->keeper, &guard, fcntl (own_fd, F_DUPFD_CLOEXEC, 3));
  cloche_gate_channel_send (self->keeper, &frame, fcntl (fd, F_DUPFD_CLOEXEC, 3));
}

static void
finished_cb (ClocheEgressAttempt *attempt,
             gpointer             data)
{
  ClocheGateService *self = data;
  gboolean was_opened = cloche_egress_attempt_is_opened (attempt);
  ClocheGateFrame frame = {
    .kind = was_opened ? CLOCHE_GATE_FRAME_RESET : CLOCHE_GATE_FRAME_REFUSED,
    .id = cloche_egress_attempt_get_id (attempt),
    .reason = cloche_egress_attempt_get_reason (attempt),
  };
  ClocheEgressRow row;

  cloche_egress_attempt_get_row (attempt, &row);
  cloche_egress_log_add (self->log, &row);
  if (row.verdict == CLOCHE_EGRESS_VERDICT_REFUSED)
    g_signal_emit (self, signals[REFUSED], 0, &row);

  if (frame.reason != CLOCHE_EGRESS_REASON_LISTED)
    cloche_gate_channel_send (self->keeper, &frame, -1);
  /* One that was reset keeps its end of the socket until the keeper has heard of it. */
  if (!was_opened || frame.reason == CLOCHE_EGRESS_REASON_LISTED)
    g_hash_table_remove (self->attempts, &frame.id);
  update_paused (self);
}

static void
start_attempt (ClocheGateService   *self,
               ClocheEgressAttempt *attempt)
{
  guint n = g_hash_table_size (self->attempts);

  if (n > CLOCHE_GATE_MAX_ATTEMPTS)
    cloche_egress_attempt_stop (attempt, CLOCHE_EGRESS_REASON_TOO_MANY);
  else if (!cloche_egress_log_make_room (self->log, n + cloche_egress_log_get_waiting (self->log)))
    cloche_egress_attempt_stop (attempt, CLOCHE_EGRESS_REASON_LOG_FAILED);
  else
    cloche_egress_attempt_start (attempt, self->policy);
  if (cloche_egress_attempt_is_waiting (attempt))
    cloche_egress_questions_hold (self->questions, attempt);
}

/* FALSE if the keeper uses an id twice, which would let it mix up connections. */
static gboolean
take_open (ClocheGateService     *self,
           const ClocheGateFrame *frame)
{
  g_autoptr (ClocheEgressAttempt) attempt = NULL;

  if (frame->id <= self->last_id)
    return FALSE;

  self->last_id = frame->id;
  attempt = cloche_egress_attempt_new (frame, self->clock);
  g_signal_connect (attempt, "opened", G_CALLBACK (opened_cb), self);
  g_signal_connect (attempt, "finished", G_CALLBACK (finished_cb), self);
  g_hash_table_insert (self->attempts, g_memdup2 (&frame->id, sizeof frame->id), g_object_ref (attempt));
  start_attempt (self, attempt);

  return TRUE;
}

static void
take_close (ClocheGateService *self,
            guint64            id)
{
  ClocheEgressAttempt *known = g_hash_table_lookup (self->attempts, &id);
  g_autoptr (ClocheEgressAttempt) attempt = known != NULL ? g_object_ref (known) : NULL;

  if (attempt == NULL)
    return;

  /* If it was not finished yet, RESET or REFUSED goes out all the same: the frames may have crossed, so the keeper has
   * to expect them anyway. */
  cloche_egress_attempt_stop (attempt, CLOCHE_EGRESS_REASON_RESET);
  g_hash_table_remove (self->attempts, &id);
}

static void
frame_cb (ClocheGateChannel     *keeper,
          const ClocheGateFrame *frame,
          int                    fd,
          gpointer               data)
{
  g_autoptr (ClocheGateService) self = g_object_ref (data);
  gboolean is_good = fd < 0;

  if (is_good && frame->kind == CLOCHE_GATE_FRAME_OPEN)
    is_good = take_open (self, frame);
  else if (is_good && frame->kind == CLOCHE_GATE_FRAME_CLOSE)
    take_close (self, frame->id);
  else
    is_good = FALSE;

  if (!is_good)
    cloche_gate_channel_fail (self->keeper, "Frame out of place");
}

/* The attempts, held: ending one takes it out of the table. */
static GPtrArray *
dup_attempts (ClocheGateService *self)
{
  GPtrArray *attempts = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer attempt;

  g_hash_table_iter_init (&iter, self->attempts);
  while (g_hash_table_iter_next (&iter, NULL, &attempt))
    g_ptr_array_add (attempts, g_object_ref (attempt));

  return attempts;
}

static void
stop_all (ClocheGateService *self)
{
  g_autoptr (GPtrArray) attempts = dup_attempts (self);

  for (guint i = 0; i < attempts->len; i++)
    cloche_egress_attempt_stop (attempts->pdata[i], CLOCHE_EGRESS_REASON_STOPPED);
  g_hash_table_remove_all (self->attempts);
}

static void
closed_cb (ClocheGateChannel *keeper,
           GError            *error,
           gpointer           data)
{
  g_autoptr (ClocheGateService) self = g_object_ref (data);

  stop_all (self);
  g_signal_emit (self, signals[CLOSED], 0, error);
}

static void
attempt_drop (gpointer data)
{
  g_autoptr (ClocheEgressAttempt) attempt = data;

  g_signal_handlers_disconnect_matched (attempt, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, opened_cb, NULL);
  g_signal_handlers_disconnect_matched (attempt, G_SIGNAL_MATCH_FUNC, 0, 0, NULL, finished_cb, NULL);
}

static void
cloche_gate_service_dispose (GObject *object)
{
  ClocheGateService *self = CLOCHE_GATE_SERVICE (object);

  if (self->keeper != NULL)
    g_signal_handlers_disconnect_by_data (self->keeper, self);
  if (self->log != NULL)
    g_signal_handlers_disconnect_by_data (self->log, self);
  g_clear_pointer (&self->attempts, g_hash_table_unref);
  g_clear_object (&self->keeper);
  g_clear_object (&self->log);
  g_clear_object (&self->questions);
  g_clear_pointer (&self->clock, cloche_clock_unref);
  g_clear_pointer (&self->policy, cloche_egress_policy_unref);

  G_OBJECT_CLASS (cloche_gate_service_parent_class)->dispose (object);
}

static void
cloche_gate_service_class_init (ClocheGateServiceClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_gate_service_dispose;

  signals[REFUSED] = g_signal_new ("refused", CLOCHE_TYPE_GATE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[POLICY_CHANGED] = g_signal_new ("policy-changed", CLOCHE_TYPE_GATE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
  signals[CLOSED] = g_signal_new ("closed", CLOCHE_TYPE_GATE_SERVICE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
cloche_gate_service_init (ClocheGateService *self)
{
  self->attempts = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, attempt_drop);
}

/**
 * cloche_gate_service_new:
 *
 * Starts to serve. Until cloche_gate_service_set_policy() nothing gets out.
 */
ClocheGateService *
cloche_gate_service_new (ClocheGateChannel *keeper,
                         ClocheEgressLog   *log,
                         ClocheClock       *clock)
{
  ClocheGateService *self = g_object_new (CLOCHE_TYPE_GATE_SERVICE, NULL);

  self->keeper = g_object_ref (keeper);
  self->log = g_object_ref (log);
  self->clock = cloche_clock_ref (clock);
  self->policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_OFF, NULL, NULL);
  self->questions = cloche_egress_questions_new (clock, CLOCHE_EGRESS_HOLD_MS);
  g_signal_connect (keeper, "frame", G_CALLBACK (frame_cb), self);
  g_signal_connect (keeper, "closed", G_CALLBACK (closed_cb), self);
  g_signal_connect (keeper, "drained", G_CALLBACK (keeper_drained_cb), self);
  g_signal_connect (log, "settled", G_CALLBACK (log_settled_cb), self);
  cloche_gate_channel_start (keeper);

  return self;
}

ClocheEgressLog *
cloche_gate_service_get_log (ClocheGateService *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_SERVICE (self), NULL);

  return self->log;
}

/**
 * cloche_gate_service_get_connections:
 *
 * How many attempts are under way or wait to be acknowledged.
 */
guint
cloche_gate_service_get_connections (ClocheGateService *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_SERVICE (self), 0);

  return g_hash_table_size (self->attempts);
}

ClocheEgressQuestions *
cloche_gate_service_get_questions (ClocheGateService *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_SERVICE (self), NULL);

  return self->questions;
}

ClocheEgressPolicy *
cloche_gate_service_get_policy (ClocheGateService *self)
{
  g_return_val_if_fail (CLOCHE_IS_GATE_SERVICE (self), NULL);

  return self->policy;
}

/**
 * cloche_gate_service_set_policy:
 *
 * Holds from now on, also for what is under way: when this returns, what it forbids has been broken off, and what waited
 * for a person and is decided by it waits no more.
 */
void
cloche_gate_service_set_policy (ClocheGateService  *self,
                                ClocheEgressPolicy *policy)
{
  g_autoptr (GPtrArray) attempts = NULL;

  g_return_if_fail (CLOCHE_IS_GATE_SERVICE (self));

  cloche_egress_policy_ref (policy);
  cloche_egress_policy_unref (self->policy);
  self->policy = policy;

  attempts = dup_attempts (self);
  for (guint i = 0; i < attempts->len; i++)
    cloche_egress_attempt_set_policy (attempts->pdata[i], policy);
  cloche_egress_questions_set_policy (self->questions, policy);
  g_signal_emit (self, signals[POLICY_CHANGED], 0);
}
