/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-egress-attempt.h"

G_BEGIN_DECLS

/* ms: how long a connection waits for a person. */
#define CLOCHE_EGRESS_HOLD_MS 30000

/* questions at a time: more is a storm, and nobody reads them. */
#define CLOCHE_EGRESS_MAX_QUESTIONS 8

/**
 * ClocheEgressQuestion:
 *
 * Somebody is asked whether the guest may reach a host.
 */
typedef struct {
  guint64 id;                   /* from 1, never used twice */
  char *name;                   /* as cloche_egress_name_parse() returns it */
  guint16 port;
  char *program;                /* which asked first, a claim of the guest: any bytes */
  char *rule;                   /* that would allow it for good */
} ClocheEgressQuestion;

/**
 * ClocheEgressQuestions:
 *
 * What waits for a person. Who can answer is an asker; without one nothing waits.
 *
 * Signals: "asked" (const ClocheEgressQuestion *question); "cleared" (guint64 id): it has been answered, or will not be.
 */
#define CLOCHE_TYPE_EGRESS_QUESTIONS (cloche_egress_questions_get_type ())
G_DECLARE_FINAL_TYPE (ClocheEgressQuestions, cloche_egress_questions, CLOCHE, EGRESS_QUESTIONS, GObject)

ClocheEgressQuestions *cloche_egress_questions_new (ClocheClock *clock,
                                                    guint        hold_ms) G_GNUC_WARN_UNUSED_RESULT;

void     cloche_egress_questions_add_asker    (ClocheEgressQuestions *self);
void     cloche_egress_questions_remove_asker (ClocheEgressQuestions *self);

void     cloche_egress_questions_foreach      (ClocheEgressQuestions *self,
                                               GFunc                  func,
                                               gpointer               user_data);
void     cloche_egress_questions_hold         (ClocheEgressQuestions *self,
                                               ClocheEgressAttempt   *attempt);
gboolean cloche_egress_questions_answer       (ClocheEgressQuestions *self,
                                               guint64                id,
                                               gboolean               is_yes);
void     cloche_egress_questions_set_policy   (ClocheEgressQuestions *self,
                                               ClocheEgressPolicy    *policy);

G_END_DECLS
