/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-egress-questions.h"

#include <string.h>

/* Hosts are addresses of the floor with a rule for others, so that an attempt that is let through never leaves this process:
 * it ends in "private-address" or, where its own rule lifts the floor, in a connection to loopback where nobody listens. */

typedef struct
{
  ClocheClock *clock;
  ClocheEgressPolicy *policy;
  ClocheEgressQuestions *questions;
  GPtrArray *attempts;          /* of ClocheEgressAttempt */
  GArray *asked;                /* of guint64: ids, in order */
  GArray *cleared;
  guint64 last_id;
  char *last_rule;
} Fixture;

static void
asked_cb (ClocheEgressQuestions      *questions,
          const ClocheEgressQuestion *question,
          Fixture                    *fixture)
{
  g_array_append_val (fixture->asked, question->id);
  g_free (fixture->last_rule);
  fixture->last_rule = g_strdup (question->rule);
}

static void
cleared_cb (ClocheEgressQuestions *questions,
            guint64                id,
            Fixture               *fixture)
{
  g_array_append_val (fixture->cleared, id);
}

static void
set_up_with (Fixture *fixture,
             guint    hold_ms)
{
  fixture->clock = cloche_clock_new_manual (0);
  fixture->policy = cloche_egress_policy_new (CLOCHE_EGRESS_MODE_ASK, NULL, NULL);
  fixture->questions = cloche_egress_questions_new (fixture->clock, hold_ms);
  fixture->attempts = g_ptr_array_new_with_free_func (g_object_unref);
  fixture->asked = g_array_new (FALSE, FALSE, sizeof (guint64));
  fixture->cleared = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_signal_connect (fixture->questions, "asked", G_CALLBACK (asked_cb), fixture);
  g_signal_connect (fixture->questions, "cleared", G_CALLBACK (cleared_cb), fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  set_up_with (fixture, 600 * 1000);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  for (guint i = 0; i < fixture->attempts->len; i++)
    cloche_egress_attempt_stop (fixture->attempts->pdata[i], CLOCHE_EGRESS_REASON_STOPPED);
  g_signal_handlers_disconnect_by_data (fixture->questions, fixture);
  g_assert_finalize_object (fixture->questions);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (fixture->attempts);
  cloche_egress_policy_unref (fixture->policy);
  cloche_clock_unref (fixture->clock);
  g_array_unref (fixture->asked);
  g_array_unref (fixture->cleared);
  g_free (fixture->last_rule);
}

/* One attempt of the guest: borrowed. */
static ClocheEgressAttempt *
attempt (Fixture    *fixture,
         const char *name,
         guint16     port)
{
  ClocheGateFrame frame = { .kind = CLOCHE_GATE_FRAME_OPEN, .id = ++fixture->last_id, .port = port };
  ClocheEgressAttempt *new;

  g_strlcpy (frame.name, name, sizeof frame.name);
  g_strlcpy (frame.program, "curl", sizeof frame.program);
  new = cloche_egress_attempt_new (&frame, fixture->clock);
  g_ptr_array_add (fixture->attempts, new);
  cloche_egress_attempt_start (new, fixture->policy);
  if (cloche_egress_attempt_is_waiting (new))
    cloche_egress_questions_hold (fixture->questions, new);

  return new;
}

static void
assert_refused (ClocheEgressAttempt *attempt,
                ClocheEgressReason   reason)
{
  g_assert_true (cloche_egress_attempt_is_finished (attempt));
  g_assert_cmpstr (cloche_egress_reason_to_string (cloche_egress_attempt_get_reason (attempt)), ==,
                   cloche_egress_reason_to_string (reason));
}

static void
assert_let_through (ClocheEgressAttempt *attempt)
{
  g_assert_false (cloche_egress_attempt_is_waiting (attempt));
  if (cloche_egress_attempt_is_finished (attempt))
    assert_refused (attempt, CLOCHE_EGRESS_REASON_UNREACHABLE);
}

static void
test_nobody_to_ask (Fixture      *fixture,
                    gconstpointer data)
{
  ClocheEgressAttempt *held;

  assert_refused (attempt (fixture, "127.0.0.1", 1), CLOCHE_EGRESS_REASON_NOT_ASKED);
  g_assert_cmpuint (fixture->asked->len, ==, 0);

  cloche_egress_questions_add_asker (fixture->questions);
  cloche_egress_questions_add_asker (fixture->questions);
  held = attempt (fixture, "127.0.0.1", 1);
  cloche_egress_questions_remove_asker (fixture->questions);
  g_assert_true (cloche_egress_attempt_is_waiting (held));
  cloche_egress_questions_remove_asker (fixture->questions);
  assert_refused (held, CLOCHE_EGRESS_REASON_NOT_ASKED);
  g_assert_cmpuint (fixture->cleared->len, ==, 1);
}

static void
test_merged (Fixture      *fixture,
             gconstpointer data)
{
  ClocheEgressAttempt *first, *second, *other;

  cloche_egress_questions_add_asker (fixture->questions);
  first = attempt (fixture, "127.0.0.1", 1);
  second = attempt (fixture, "127.0.0.1", 1);
  other = attempt (fixture, "127.0.0.1", 2);
  g_assert_cmpuint (fixture->asked->len, ==, 2);
  g_assert_cmpstr (fixture->last_rule, ==, "127.0.0.1:2");

  g_assert_true (cloche_egress_questions_answer (fixture->questions, 1, TRUE));
  assert_let_through (first);
  assert_let_through (second);
  g_assert_true (cloche_egress_attempt_is_waiting (other));
  g_assert_false (cloche_egress_questions_answer (fixture->questions, 1, FALSE));
  g_assert_false (cloche_egress_questions_answer (fixture->questions, 0, TRUE));
  g_assert_cmpuint (fixture->cleared->len, ==, 1);
}

/* An answer is good for a minute, to that host and port only. */
static void
test_remembered (Fixture      *fixture,
                 gconstpointer data)
{
  ClocheEgressAttempt *held;

  cloche_egress_questions_add_asker (fixture->questions);
  held = attempt (fixture, "127.0.0.1", 1);
  g_assert_true (cloche_egress_questions_answer (fixture->questions, 1, FALSE));
  assert_refused (held, CLOCHE_EGRESS_REASON_DENIED);
  assert_refused (attempt (fixture, "127.0.0.1", 1), CLOCHE_EGRESS_REASON_DENIED);
  g_assert_true (cloche_egress_attempt_is_waiting (attempt (fixture, "127.0.0.2", 1)));
  g_assert_true (cloche_egress_questions_answer (fixture->questions, 2, TRUE));
  assert_let_through (attempt (fixture, "127.0.0.2", 1));

  cloche_clock_advance (fixture->clock, 61 * G_USEC_PER_SEC);
  g_assert_true (cloche_egress_attempt_is_waiting (attempt (fixture, "127.0.0.1", 1)));
  g_assert_true (cloche_egress_attempt_is_waiting (attempt (fixture, "127.0.0.2", 1)));
  g_assert_cmpuint (fixture->asked->len, ==, 4);
}

/* A thousand hosts at once: eight questions, everything else refused; then one more every four seconds. */
static void
test_storm (Fixture      *fixture,
            gconstpointer data)
{
  cloche_egress_questions_add_asker (fixture->questions);
  for (guint i = 0; i < 1000; i++) {
    g_autofree char *name = g_strdup_printf ("10.0.%u.%u", i / 250, i % 250);
    ClocheEgressAttempt *one = attempt (fixture, name, 80);

    if (i < CLOCHE_EGRESS_MAX_QUESTIONS)
      g_assert_true (cloche_egress_attempt_is_waiting (one));
    else
      assert_refused (one, CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS);
  }
  g_assert_cmpuint (fixture->asked->len, ==, CLOCHE_EGRESS_MAX_QUESTIONS);

  for (guint64 id = 1; id <= CLOCHE_EGRESS_MAX_QUESTIONS; id++)
    g_assert_true (cloche_egress_questions_answer (fixture->questions, id, FALSE));
  assert_refused (attempt (fixture, "10.1.0.1", 80), CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS);
  cloche_clock_advance (fixture->clock, 4 * G_USEC_PER_SEC);
  g_assert_true (cloche_egress_attempt_is_waiting (attempt (fixture, "10.1.0.1", 80)));
  assert_refused (attempt (fixture, "10.1.0.2", 80), CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS);
}

/* One host a thousand times: one question, and no more connections wait than a keeper can spare. */
static void
test_storm_of_one (Fixture      *fixture,
                   gconstpointer data)
{
  guint n_waiting = 0;

  cloche_egress_questions_add_asker (fixture->questions);
  for (guint i = 0; i < 1000; i++)
    n_waiting += cloche_egress_attempt_is_waiting (attempt (fixture, "10.0.0.1", 80));
  g_assert_cmpuint (n_waiting, ==, 64);
  g_assert_cmpuint (fixture->asked->len, ==, 1);

  /* Those that give up make room. */
  cloche_egress_attempt_stop (fixture->attempts->pdata[3], CLOCHE_EGRESS_REASON_RESET);
  g_assert_true (cloche_egress_attempt_is_waiting (attempt (fixture, "10.0.0.1", 80)));
  assert_refused (attempt (fixture, "10.0.0.1", 80), CLOCHE_EGRESS_REASON_TOO_MANY_QUESTIONS);
}

static void
test_not_answered (void)
{
  Fixture fixture = { 0 };
  ClocheEgressAttempt *held, *later;

  set_up_with (&fixture, 20);
  cloche_egress_questions_add_asker (fixture.questions);
  held = attempt (&fixture, "127.0.0.1", 1);
  while (fixture.cleared->len == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_refused (held, CLOCHE_EGRESS_REASON_NOT_ANSWERED);
  later = attempt (&fixture, "127.0.0.1", 1);
  g_assert_true (cloche_egress_attempt_is_waiting (later));
  g_assert_cmpuint (fixture.asked->len, ==, 2);
  tear_down (&fixture, NULL);
}

static void
set_policy (Fixture         *fixture,
            ClocheEgressMode mode,
            const char      *rule)
{
  const char *rules[] = { rule, NULL };

  cloche_egress_policy_unref (fixture->policy);
  fixture->policy = cloche_egress_policy_new (mode, rules, NULL);
  for (guint i = 0; i < fixture->attempts->len; i++)
    cloche_egress_attempt_set_policy (fixture->attempts->pdata[i], fixture->policy);
  cloche_egress_questions_set_policy (fixture->questions, fixture->policy);
}

/* What a policy decides is asked no more; what it does not decide is. */
static void
test_policy (Fixture      *fixture,
             gconstpointer data)
{
  ClocheEgressAttempt *allowed, *forbidden, *open;

  cloche_egress_questions_add_asker (fixture->questions);
  allowed = attempt (fixture, "127.0.0.1", 1);
  forbidden = attempt (fixture, "127.0.0.2", 1);
  open = attempt (fixture, "127.0.0.3", 1);
  set_policy (fixture, CLOCHE_EGRESS_MODE_ASK, "127.0.0.1:1");
  assert_let_through (allowed);
  set_policy (fixture, CLOCHE_EGRESS_MODE_ASK, "!127.0.0.2");
  assert_refused (forbidden, CLOCHE_EGRESS_REASON_DENIED);
  g_assert_true (cloche_egress_attempt_is_waiting (open));
  g_assert_cmpuint (fixture->cleared->len, ==, 2);

  g_assert_true (cloche_egress_questions_answer (fixture->questions, 3, TRUE));
  set_policy (fixture, CLOCHE_EGRESS_MODE_LISTED, NULL);
  set_policy (fixture, CLOCHE_EGRESS_MODE_ASK, NULL);
  g_assert_true (cloche_egress_attempt_is_waiting (attempt (fixture, "127.0.0.3", 1)));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add ("/gate/questions/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("nobody-to-ask", test_nobody_to_ask);
  ADD ("merged", test_merged);
  ADD ("remembered", test_remembered);
  ADD ("storm", test_storm);
  ADD ("storm-of-one", test_storm_of_one);
  ADD ("policy", test_policy);
#undef ADD
  g_test_add_func ("/gate/questions/not-answered", test_not_answered);

  return g_test_run ();
}
