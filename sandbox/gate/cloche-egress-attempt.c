/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-attempt.h"

#include "cloche-egress-connect.h"
#include "cloche-egress-name.h"
#include "cloche-egress-rule.h"
#include "cloche-fd.h"
#include "cloche-splice.h"

#include <errno.h>
#include <sys/socket.h>

/*
 *   NEW ──policy says no──▶ FINISHED
 *   NEW ──policy says to ask──▶ WAITING ──stopped, a policy says no──▶ FINISHED
 *   NEW, WAITING ──allowed──▶ CONNECTING ──failed, stopped──▶ FINISHED
 *   CONNECTING ──connected──▶ OPEN ──ended, refused by its first bytes, stopped──▶ FINISHED
 *
 * After FINISHED the client's socket stays open, silent, until the attempt is dropped: see cloche-gate-frame.h, RESET.
 */

typedef enum {
  STATE_NEW,
  STATE_WAITING,
  STATE_CONNECTING,
  STATE_OPEN,
  STATE_FINISHED,
} State;

struct _ClocheEgressAttempt
{
  GObject parent_instance;

  /* owned */
  ClocheClock *clock;
  ClocheEgressPolicy *policy;   /* the newest, once started; with @rule if there is one */
  char *rule;                   /* of its own, which holds while the mode is to ask, or NULL */
  char *said_name;              /* as the keeper gave it */
  char *name;                   /* canonical, NULL if it is no name */
  char *program;
  char *address;                /* connected to, or NULL */
  GCancellable *cancellable;
  GSocket *client;
  ClocheSplice *splice;

  guint64 id;
  guint16 port;
  State state;
  gboolean was_opened;
  ClocheEgressGrant grant;
  ClocheEgressReason reason;    /* once finished */
  gint64 began_real_us;
  gint64 began_us;              /* monotonic */
  gint64 duration_us;
};

G_DEFINE_FINAL_TYPE (ClocheEgressAttempt, cloche_egress_attempt, G_TYPE_OBJECT)

enum {
  OPENED,
  FINISHED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
finish (ClocheEgressAttempt *self,
        ClocheEgressReason   reason)
{
  g_autoptr (ClocheEgressAttempt) hold = g_object_ref (self);

  if (self->state == STATE_FINISHED)
    return;

  self->state = STATE_FINISHED;
  self->reason = reason;
  self->duration_us = cloche_clock_get_monotonic_us (self->clock) - self->began_us;
  g_cancellable_cancel (self->cancellable);
  if (self->splice != NULL)
    cloche_splice_stop (self->splice, reason != CLOCHE_EGRESS_REASON_LISTED);
  g_signal_emit (self, signals[FINISHED], 0);
}

static void
splice_ended_cb (ClocheSplice *splice,
                 int           reason,
                 gpointer      data)
{
  finish (data, (ClocheEgressReason) reason);
}

static void
open_with (ClocheEgressAttempt *self,
           GSocket             *world)
{
  cloche_autofd int ours = -1;
  cloche_autofd int theirs = -1;
  int pair[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
    finish (self, CLOCHE_EGRESS_REASON_TOO_MANY);
    return;
  }
  ours = pair[0];
  theirs = pair[1];
  self->client = g_socket_new_from_fd (ours, NULL);
  g_assert (self->client != NULL);      /* It was made two lines above. */
  (void) g_steal_fd (&ours);
  g_socket_set_blocking (self->client, FALSE);

  self->state = STATE_OPEN;
  self->was_opened = TRUE;
  self->splice = cloche_splice_new (self->client, world, cloche_first_bytes_new (self->name, self->port, self->grant));
  g_signal_connect (self->splice, "ended", G_CALLBACK (splice_ended_cb), self);
  cloche_splice_start (self->splice);
  g_signal_emit (self, signals[OPENED], 0, theirs, g_socket_get_fd (self->client));
}

static gboolean
is_still_allowed (ClocheEgressAttempt *self)
{
  ClocheEgressReason reason;
  ClocheEgressGrant grant = cloche_egress_policy_check (self->policy, self->name, self->port, &reason);
  g_autoptr (GInetAddress) address = self->address != NULL ? g_inet_address_new_from_string (self->address) : NULL;

  if (grant == CLOCHE_EGRESS_GRANT_NONE)
    return FALSE;
  /* Before it has named its host or not, it was promised what the old policy said. */
  if (grant < self->grant && (self->splice == NULL || cloche_splice_is_unnamed (self->splice) ||
                              cloche_splice_get_bytes_out (self->splice) == 0))
    return FALSE;

  return address == NULL || cloche_egress_policy_allows_address (self->policy, address, self->port);
}

static void
connected_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (ClocheEgressAttempt) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) world = cloche_egress_connect_finish (result, &self->address, &error);

  if (self->state != STATE_CONNECTING)  /* Stopped meanwhile; the socket closes. */
    return;

  if (world != NULL && !is_still_allowed (self))
    finish (self, CLOCHE_EGRESS_REASON_POLICY_CHANGED);
  else if (world != NULL)
    open_with (self, world);
  else
    finish (self, error->domain == CLOCHE_EGRESS_REFUSAL ? (ClocheEgressReason) error->code
                                                         : CLOCHE_EGRESS_REASON_UNREACHABLE);
}

static void
cloche_egress_attempt_dispose (GObject *object)
{
  ClocheEgressAttempt *self = CLOCHE_EGRESS_ATTEMPT (object);

  if (self->splice != NULL)
    g_signal_handlers_disconnect_by_data (self->splice, self);
  g_clear_object (&self->splice);
  g_clear_object (&self->client);
  g_clear_object (&self->cancellable);

  G_OBJECT_CLASS (cloche_egress_attempt_parent_class)->dispose (object);
}

static void
cloche_egress_attempt_finalize (GObject *object)
{
  ClocheEgressAttempt *self = CLOCHE_EGRESS_ATTEMPT (object);

  g_clear_pointer (&self->clock, cloche_clock_unref);
  g_clear_pointer (&self->policy, cloche_egress_policy_unref);
  g_free (self->rule);
  g_free (self->said_name);
  g_free (self->name);
  g_free (self->program);
  g_free (self->address);

  G_OBJECT_CLASS (cloche_egress_attempt_parent_class)->finalize (object);
}

static void
cloche_egress_attempt_class_init (ClocheEgressAttemptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = cloche_egress_attempt_dispose;
  object_class->finalize = cloche_egress_attempt_finalize;

  signals[OPENED] = g_signal_new ("opened", CLOCHE_TYPE_EGRESS_ATTEMPT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_INT);
  signals[FINISHED] = g_signal_new ("finished", CLOCHE_TYPE_EGRESS_ATTEMPT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                    G_TYPE_NONE, 0);
}

static void
cloche_egress_attempt_init (ClocheEgressAttempt *self)
{
  self->cancellable = g_cancellable_new ();
}

/**
 * cloche_egress_attempt_new:
 * @open: the keeper's frame
 *
 * The attempt begins now; what becomes of it is up to cloche_egress_attempt_start() or _stop().
 */
ClocheEgressAttempt *
cloche_egress_attempt_new (const ClocheGateFrame *open,
                           ClocheClock           *clock)
{
  ClocheEgressAttempt *self = g_object_new (CLOCHE_TYPE_EGRESS_ATTEMPT, NULL);

  self->clock = cloche_clock_ref (clock);
  self->id = open->id;
  self->port = open->port;
  self->said_name = g_strdup (open->name);
  self->program = g_strdup (open->program);
  self->name = cloche_egress_name_parse (open->name, NULL, NULL);
  self->began_real_us = cloche_clock_get_real_us (clock);
  self->began_us = cloche_clock_get_monotonic_us (clock);

  return self;
}

/**
 * cloche_egress_attempt_get_name:
 *
 * Returns: (nullable): the host in its one form; %NULL if it is none
 */
const char *
cloche_egress_attempt_get_name (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), NULL);

  return self->name;
}

guint16
cloche_egress_attempt_get_port (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), 0);

  return self->port;
}

/**
 * cloche_egress_attempt_get_program:
 *
 * A claim of the guest: any bytes.
 */
const char *
cloche_egress_attempt_get_program (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), NULL);

  return self->program;
}

guint64
cloche_egress_attempt_get_id (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), 0);

  return self->id;
}

/**
 * cloche_egress_attempt_is_opened:
 *
 * Whether it was ever let through; stays so after the end.
 */
gboolean
cloche_egress_attempt_is_opened (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), FALSE);

  return self->was_opened;
}

gboolean
cloche_egress_attempt_is_finished (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), TRUE);

  return self->state == STATE_FINISHED;
}

ClocheEgressReason
cloche_egress_attempt_get_reason (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), CLOCHE_EGRESS_REASON_STOPPED);

  return self->reason;
}

static ClocheEgressVerdict
verdict_of (ClocheEgressReason reason,
            gboolean           was_opened)
{
  switch (reason) {
  case CLOCHE_EGRESS_REASON_LISTED:
    return CLOCHE_EGRESS_VERDICT_ALLOWED;

  case CLOCHE_EGRESS_REASON_POLICY_CHANGED:
  case CLOCHE_EGRESS_REASON_RESET:
  case CLOCHE_EGRESS_REASON_STOPPED:
    return was_opened ? CLOCHE_EGRESS_VERDICT_ALLOWED : CLOCHE_EGRESS_VERDICT_REFUSED;

  case CLOCHE_EGRESS_REASON_NAME_NOT_FOUND:
  case CLOCHE_EGRESS_REASON_UNREACHABLE:
  case CLOCHE_EGRESS_REASON_TIMEOUT:
    return CLOCHE_EGRESS_VERDICT_FAILED;

  case CLOCHE_EGRESS_REASON_MODE_OFF:
  case CLOCHE_EGRESS_REASON_NOT_LISTED:
  case CLOCHE_EGRESS_REASON_BAD_NAME:
  case CLOCHE_EGRESS_REASON_PRIVATE_ADDRESS:
  case CLOCHE_EGRESS_REASON_NO_SNI:
  case CLOCHE_EGRESS_REASON_SNI_MISMATCH:
  case CLOCHE_EGRESS_REASON_HOST_MISMATCH:
  case CLOCHE_EGRESS_REASON_BAD_REQUEST:
  case CLOCHE_EGRESS_REASON_UNKNOWN_PROTOCOL:
  case CLOCHE_EGRESS_REASON_TOO_MANY:
  case CLOCHE_EGRESS_REASON_LOG_FAILED:
  case CLOCHE_EGRESS_REASON_DENIED:
  case CLOCHE_EGRESS_REASON_NOT_ASKED:
  case CLOCHE_EGRESS_REASON_NOT_ANSWERED:
  case CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS:
  default:
    return CLOCHE_EGRESS_VERDICT_REFUSED;
  }
}

/**
 * cloche_egress_attempt_get_row:
 * @ret_row: (out caller-allocates): its strings live as long as @self
 *
 * The row for the log of a finished attempt.
 */
void
cloche_egress_attempt_get_row (ClocheEgressAttempt *self,
                               ClocheEgressRow     *ret_row)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self) && self->state == STATE_FINISHED);

  *ret_row = (ClocheEgressRow) {
    .time_us = self->began_real_us,
    .name = self->name != NULL ? self->name : self->said_name,
    .port = self->port,
    .address = self->address,
    .program = self->program,
    .verdict = verdict_of (self->reason, self->was_opened),
    .reason = self->reason,
    .bytes_in = self->splice != NULL ? cloche_splice_get_bytes_in (self->splice) : 0,
    .bytes_out = self->splice != NULL ? cloche_splice_get_bytes_out (self->splice) : 0,
    .duration_us = self->duration_us,
  };
}

static void
take_policy (ClocheEgressAttempt *self,
             ClocheEgressPolicy  *policy)
{
  ClocheEgressPolicy *old = self->policy;

  if (self->rule != NULL && cloche_egress_policy_get_mode (policy) == CLOCHE_EGRESS_MODE_ASK)
    self->policy = cloche_egress_policy_new_with_rule (policy, self->rule);
  else
    self->policy = cloche_egress_policy_ref (policy);
  g_clear_pointer (&old, cloche_egress_policy_unref);
}

/* Goes on as its policy says. */
static void
decide (ClocheEgressAttempt *self)
{
  ClocheEgressReason reason;

  self->grant = cloche_egress_policy_check (self->policy, self->name, self->port, &reason);
  if (self->grant != CLOCHE_EGRESS_GRANT_NONE) {
    self->state = STATE_CONNECTING;
    cloche_egress_connect_async (self->policy, self->name, self->port, self->cancellable, connected_cb,
                                 g_object_ref (self));
  } else if (reason == CLOCHE_EGRESS_REASON_NOT_ASKED) {
    self->state = STATE_WAITING;
  } else {
    finish (self, reason);
  }
}

/**
 * cloche_egress_attempt_start:
 *
 * Asks @policy and, if it allows, connects; if it says that a person is to be asked, waits for cloche_egress_attempt_allow()
 * or _stop(). "finished" may be emitted before this returns.
 */
void
cloche_egress_attempt_start (ClocheEgressAttempt *self,
                             ClocheEgressPolicy  *policy)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self) && self->state == STATE_NEW);

  if (self->name == NULL) {
    finish (self, CLOCHE_EGRESS_REASON_BAD_NAME);
    return;
  }

  take_policy (self, policy);
  decide (self);
}

gboolean
cloche_egress_attempt_is_waiting (ClocheEgressAttempt *self)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self), FALSE);

  return self->state == STATE_WAITING;
}

/**
 * cloche_egress_attempt_allow:
 *
 * Somebody said yes to what waits: it connects, and goes on for as long as the policy is to ask and does not forbid it.
 */
void
cloche_egress_attempt_allow (ClocheEgressAttempt *self)
{
  g_autoptr (ClocheEgressPolicy) policy = NULL;

  g_return_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self) && self->state == STATE_WAITING);

  policy = cloche_egress_policy_ref (self->policy);
  self->rule = cloche_egress_rule_new (self->name, self->port);
  take_policy (self, policy);
  decide (self);
}

/**
 * cloche_egress_attempt_set_policy:
 *
 * Breaks off what @policy does not allow, and lets go on what waited and is allowed now. While it is connecting its
 * address is not known yet; that is judged by the newest policy once it is.
 */
void
cloche_egress_attempt_set_policy (ClocheEgressAttempt *self,
                                  ClocheEgressPolicy  *policy)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self));

  if (self->state == STATE_FINISHED)
    return;

  take_policy (self, policy);
  if (self->state == STATE_WAITING)
    decide (self);
  else if (!is_still_allowed (self))
    finish (self, CLOCHE_EGRESS_REASON_POLICY_CHANGED);
}

/**
 * cloche_egress_attempt_stop:
 * @reason: why
 *
 * Ends it in whatever state it is.
 */
void
cloche_egress_attempt_stop (ClocheEgressAttempt *self,
                            ClocheEgressReason   reason)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_ATTEMPT (self));

  finish (self, reason);
}
