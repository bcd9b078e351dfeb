/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-questions.h"

#include "cloche-egress-rule.h"

#include <string.h>

/*
 * One question for one host and port, however many connections wait for its answer, and a program that gives up and tries
 * again finds the same one:
 *
 *   hold ──answered within the last minute──▶ as that was
 *   hold ──no asker──▶ not-asked
 *   hold ──known question──▶ waits with the others
 *   hold ──too many, or too fast──▶ too-many-questions
 *   hold ──else──▶ a new question
 *   question ──yes, no, 30 seconds, no asker left, a policy that decides it──▶ cleared
 *
 * What a guest can do to the person and to us is bounded: at most eight questions, then one every few seconds, each on
 * screen for half a minute; at most 64 connections that wait, so that a keeper's streams are never used up by them.
 */

/* connections that wait for answers, all together; a keeper has 256 streams, of which its clients need some. */
#define MAX_HELD 64

/* µs: one more question each, once as many as may stand at a time have come at once. */
#define QUESTION_INTERVAL_US (4 * G_USEC_PER_SEC)

/* µs: how long an answer holds for later connections to the same host and port. A page, a download and a program that
 * tries again make several, and nobody wants to be asked for each. */
#define ANSWER_US (60 * G_USEC_PER_SEC)

typedef struct
{
  ClocheEgressQuestion question;
  ClocheEgressQuestions *owner; /* borrowed */
  GPtrArray *attempts;          /* of ClocheEgressAttempt; those that do not wait any more are let go of in time */
  guint timeout_id;
} Asked;

typedef struct
{
  gboolean is_yes;
  gint64 until_us;              /* monotonic */
} Answer;

struct _ClocheEgressQuestions
{
  GObject parent_instance;

  /* owned */
  ClocheClock *clock;
  GPtrArray *asked;             /* of Asked, oldest first */
  GHashTable *answers;          /* "NAME PORT" → Answer */

  guint hold_ms;
  guint n_askers;
  guint64 last_id;
  gint64 paid_until_us;         /* monotonic: each question moves it on by one interval; it must not be far ahead of now */
};

G_DEFINE_FINAL_TYPE (ClocheEgressQuestions, cloche_egress_questions, G_TYPE_OBJECT)

enum {
  ASKED,
  CLEARED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
asked_free (gpointer data)
{
  Asked *asked = data;

  g_clear_handle_id (&asked->timeout_id, g_source_remove);
  g_ptr_array_unref (asked->attempts);
  g_free (asked->question.name);
  g_free (asked->question.program);
  g_free (asked->question.rule);
  g_free (asked);
}

static char *
make_key (const char *name,
          guint16     port)
{
  return g_strdup_printf ("%s %u", name, port);
}

static gboolean
has_expired (gpointer key,
             gpointer answer,
             gpointer now_us)
{
  return ((Answer *) answer)->until_us <= *(gint64 *) now_us;
}

/* An answer to the same question that still holds, or NULL. */
static Answer *
find_answer (ClocheEgressQuestions *self,
             const char            *name,
             guint16                port)
{
  gint64 now_us = cloche_clock_get_monotonic_us (self->clock);
  g_autofree char *key = make_key (name, port);

  g_hash_table_foreach_remove (self->answers, has_expired, &now_us);

  return g_hash_table_lookup (self->answers, key);
}

static void
remember_answer (ClocheEgressQuestions *self,
                 Asked                 *asked,
                 gboolean               is_yes)
{
  Answer *answer = g_new0 (Answer, 1);

  answer->is_yes = is_yes;
  answer->until_us = cloche_clock_get_monotonic_us (self->clock) + ANSWER_US;
  g_hash_table_insert (self->answers, make_key (asked->question.name, asked->question.port), answer);
}

static void
settle_attempt (ClocheEgressAttempt *attempt,
                ClocheEgressReason   reason)
{
  if (!cloche_egress_attempt_is_waiting (attempt))
    return;
  if (reason == CLOCHE_EGRESS_REASON_LISTED)
    cloche_egress_attempt_allow (attempt);
  else
    cloche_egress_attempt_stop (attempt, reason);
}

/* Takes the question away, and ends or lets through what waits for it. */
static void
settle (ClocheEgressQuestions *self,
        Asked                 *asked,
        ClocheEgressReason     reason)
{
  guint index;
  gboolean is_known = g_ptr_array_find (self->asked, asked, &index);

  g_assert (is_known);
  g_ptr_array_steal_index (self->asked, index);
  for (guint i = 0; i < asked->attempts->len; i++)
    settle_attempt (asked->attempts->pdata[i], reason);
  g_signal_emit (self, signals[CLEARED], 0, asked->question.id);
  asked_free (asked);
}

static gboolean
timeout_cb (gpointer data)
{
  Asked *asked = data;

  asked->timeout_id = 0;
  settle (asked->owner, asked, CLOCHE_EGRESS_REASON_NOT_ANSWERED);

  return G_SOURCE_REMOVE;
}

static Asked *
find_asked (ClocheEgressQuestions *self,
            const char            *name,
            guint16                port)
{
  for (guint i = 0; i < self->asked->len; i++) {
    Asked *asked = self->asked->pdata[i];

    if (asked->question.port == port && strcmp (asked->question.name, name) == 0)
      return asked;
  }

  return NULL;
}

/* How many connections wait; lets go of those that do not any more. */
static guint
count_held (ClocheEgressQuestions *self)
{
  guint n = 0;

  for (guint i = 0; i < self->asked->len; i++) {
    GPtrArray *attempts = ((Asked *) self->asked->pdata[i])->attempts;

    for (guint j = attempts->len; j > 0; j--)
      if (!cloche_egress_attempt_is_waiting (attempts->pdata[j - 1]))
        g_ptr_array_remove_index_fast (attempts, j - 1);
    n += attempts->len;
  }

  return n;
}

/* Whether one more question is not too many, now and for the pace at which they come. */
static gboolean
take_turn (ClocheEgressQuestions *self)
{
  gint64 now_us = cloche_clock_get_monotonic_us (self->clock);
  gint64 paid_us = MAX (self->paid_until_us, now_us) + QUESTION_INTERVAL_US;

  if (self->asked->len >= CLOCHE_EGRESS_MAX_QUESTIONS ||
      paid_us - now_us > CLOCHE_EGRESS_MAX_QUESTIONS * QUESTION_INTERVAL_US)
    return FALSE;

  self->paid_until_us = paid_us;
  return TRUE;
}

static Asked *
ask (ClocheEgressQuestions *self,
     ClocheEgressAttempt   *attempt)
{
  Asked *asked = g_new0 (Asked, 1);
  const char *name = cloche_egress_attempt_get_name (attempt);
  guint16 port = cloche_egress_attempt_get_port (attempt);

  asked->question = (ClocheEgressQuestion) {
    .id = ++self->last_id,
    .name = g_strdup (name),
    .port = port,
    .program = g_strdup (cloche_egress_attempt_get_program (attempt)),
    .rule = cloche_egress_rule_new (name, port),
  };
  asked->owner = self;
  asked->attempts = g_ptr_array_new_with_free_func (g_object_unref);
  asked->timeout_id = g_timeout_add (self->hold_ms, timeout_cb, asked);
  g_ptr_array_add (self->asked, asked);

  return asked;
}

static void
cloche_egress_questions_dispose (GObject *object)
{
  ClocheEgressQuestions *self = CLOCHE_EGRESS_QUESTIONS (object);

  g_clear_pointer (&self->asked, g_ptr_array_unref);
  g_clear_pointer (&self->answers, g_hash_table_unref);
  g_clear_pointer (&self->clock, cloche_clock_unref);

  G_OBJECT_CLASS (cloche_egress_questions_parent_class)->dispose (object);
}

static void
cloche_egress_questions_class_init (ClocheEgressQuestionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_egress_questions_dispose;

  signals[ASKED] = g_signal_new ("asked", CLOCHE_TYPE_EGRESS_QUESTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[CLEARED] = g_signal_new ("cleared", CLOCHE_TYPE_EGRESS_QUESTIONS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
cloche_egress_questions_init (ClocheEgressQuestions *self)
{
  self->asked = g_ptr_array_new_with_free_func (asked_free);
  self->answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/**
 * cloche_egress_questions_new:
 * @hold_ms: how long a connection waits, at most
 */
ClocheEgressQuestions *
cloche_egress_questions_new (ClocheClock *clock,
                             guint        hold_ms)
{
  ClocheEgressQuestions *self = g_object_new (CLOCHE_TYPE_EGRESS_QUESTIONS, NULL);

  self->clock = cloche_clock_ref (clock);
  self->hold_ms = hold_ms;

  return self;
}

void
cloche_egress_questions_add_asker (ClocheEgressQuestions *self)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_QUESTIONS (self));

  self->n_askers++;
}

/**
 * cloche_egress_questions_remove_asker:
 *
 * With the last one goes everything that waits.
 */
void
cloche_egress_questions_remove_asker (ClocheEgressQuestions *self)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_QUESTIONS (self) && self->n_askers > 0);

  self->n_askers--;
  while (self->n_askers == 0 && self->asked->len > 0)
    settle (self, self->asked->pdata[0], CLOCHE_EGRESS_REASON_NOT_ASKED);
}

/**
 * cloche_egress_questions_foreach:
 * @func: called with each #ClocheEgressQuestion that stands, the oldest first
 */
void
cloche_egress_questions_foreach (ClocheEgressQuestions *self,
                                 GFunc                  func,
                                 gpointer               user_data)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_QUESTIONS (self));

  for (guint i = 0; i < self->asked->len; i++)
    func (&((Asked *) self->asked->pdata[i])->question, user_data);
}

/**
 * cloche_egress_questions_hold:
 * @attempt: one that waits
 *
 * Keeps it until there is an answer. It may be finished, or go on, before this returns.
 */
void
cloche_egress_questions_hold (ClocheEgressQuestions *self,
                              ClocheEgressAttempt   *attempt)
{
  const char *name = cloche_egress_attempt_get_name (attempt);
  guint16 port = cloche_egress_attempt_get_port (attempt);
  Answer *answer;
  Asked *asked, *known;

  g_return_if_fail (CLOCHE_IS_EGRESS_QUESTIONS (self) && cloche_egress_attempt_is_waiting (attempt));

  answer = find_answer (self, name, port);
  if (answer != NULL) {
    settle_attempt (attempt, answer->is_yes ? CLOCHE_EGRESS_REASON_LISTED : CLOCHE_EGRESS_REASON_DENIED);
    return;
  }
  if (self->n_askers == 0) {
    cloche_egress_attempt_stop (attempt, CLOCHE_EGRESS_REASON_NOT_ASKED);
    return;
  }

  known = find_asked (self, name, port);
  if (count_held (self) >= MAX_HELD || (known == NULL && !take_turn (self))) {
    cloche_egress_attempt_stop (attempt, CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS);
    return;
  }

  asked = known != NULL ? known : ask (self, attempt);
  g_ptr_array_add (asked->attempts, g_object_ref (attempt));
  if (known == NULL)
    g_signal_emit (self, signals[ASKED], 0, &asked->question);
}

/**
 * cloche_egress_questions_answer:
 * @is_yes: whether it may, this time: what waits goes on, and what asks the same within a minute
 *
 * Returns: %FALSE if there is no such question any more
 */
gboolean
cloche_egress_questions_answer (ClocheEgressQuestions *self,
                                guint64                id,
                                gboolean               is_yes)
{
  g_return_val_if_fail (CLOCHE_IS_EGRESS_QUESTIONS (self), FALSE);

  for (guint i = 0; i < self->asked->len; i++) {
    Asked *asked = self->asked->pdata[i];

    if (asked->question.id != id)
      continue;
    remember_answer (self, asked, is_yes);
    settle (self, asked, is_yes ? CLOCHE_EGRESS_REASON_LISTED : CLOCHE_EGRESS_REASON_DENIED);
    return TRUE;
  }

  return FALSE;
}

/**
 * cloche_egress_questions_set_policy:
 *
 * To be called after the attempts have been told: takes away the questions that @policy has decided, and forgets the
 * answers if it is not to ask.
 */
void
cloche_egress_questions_set_policy (ClocheEgressQuestions *self,
                                    ClocheEgressPolicy    *policy)
{
  g_return_if_fail (CLOCHE_IS_EGRESS_QUESTIONS (self));

  if (cloche_egress_policy_get_mode (policy) != CLOCHE_EGRESS_MODE_ASK)
    g_hash_table_remove_all (self->answers);

  for (guint i = self->asked->len; i > 0; i--) {
    Asked *asked;
    ClocheEgressReason reason;

    if (i > self->asked->len)   /* The last asker went, being told of the one before. */
      continue;
    asked = self->asked->pdata[i - 1];
    (void) cloche_egress_policy_check (policy, asked->question.name, asked->question.port, &reason);
    if (reason != CLOCHE_EGRESS_REASON_NOT_ASKED)
      settle (self, asked, reason);
  }
}
