/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include "cloche-clock.h"
#include "cloche-provider.h"
#include "cloche-toolbox.h"

G_BEGIN_DECLS

/* rounds of asking and running tools in one turn. Nobody waits for more without having a word in it. */
#define CLOCHE_TURN_MAX_ROUNDS 25

/* the same calls with the same arguments in this many rounds after each other: the model is stuck. */
#define CLOCHE_TURN_MAX_REPEATS 3

/**
 * ClocheTurnEnd:
 * @CLOCHE_TURN_ANSWERED: the model is done
 * @CLOCHE_TURN_STOPPED: the person pressed stop
 * @CLOCHE_TURN_FAILED: the provider failed; the last message has the error
 * @CLOCHE_TURN_CUT: the model's limit of output was reached; calls of that answer were not run
 * @CLOCHE_TURN_REFUSED: the model or its filter declined; calls of that answer were not run
 * @CLOCHE_TURN_TOO_MANY_ROUNDS: %CLOCHE_TURN_MAX_ROUNDS
 * @CLOCHE_TURN_REPEATED: %CLOCHE_TURN_MAX_REPEATS; the last calls were not run
 * @CLOCHE_TURN_EMPTY: the model said nothing, asked twice
 *
 * How a turn ended. The history is one from which the next request can be built in every case.
 */
typedef enum {
  CLOCHE_TURN_ANSWERED,
  CLOCHE_TURN_STOPPED,
  CLOCHE_TURN_FAILED,
  CLOCHE_TURN_CUT,
  CLOCHE_TURN_REFUSED,
  CLOCHE_TURN_TOO_MANY_ROUNDS,
  CLOCHE_TURN_REPEATED,
  CLOCHE_TURN_EMPTY,
} ClocheTurnEnd;

/**
 * ClocheTurn:
 *
 * From a question to the end of its answer: ask, show, run the tools that were called, ask again. Knows no store and no
 * window; whoever runs it keeps what its signals bring.
 *
 * Signals, in this order per round: "answer-started" (ClocheCompletion *completion); "tool-called" (ClocheToolRun *run) for
 * each call, among the completion's own signals; "message" (ClocheMessage *answer); if there are calls, "message"
 * (ClocheMessage *results) once each run is done, be it that it was not run at all. A second "answer-started" without a
 * "message" before it means: forget the first, it held nothing but thinking. Besides: "model-changed"
 * (ClocheModelInfo *model): a refusal taught what the model cannot do.
 */
#define CLOCHE_TYPE_TURN (cloche_turn_get_type ())
G_DECLARE_FINAL_TYPE (ClocheTurn, cloche_turn, CLOCHE, TURN, GObject)

ClocheTurn    *cloche_turn_new (ClocheProvider  *provider,
                                ClocheModelInfo *model,
                                ClocheToolbox   *toolbox,
                                const char      *system_text,
                                GPtrArray       *history,
                                gint64           context_tokens,
                                ClocheClock     *clock) G_GNUC_WARN_UNUSED_RESULT;

void           cloche_turn_set_notices (ClocheTurn *self,
                                        GPtrArray  *notices);

void           cloche_turn_run_async  (ClocheTurn          *self,
                                       GCancellable        *cancellable,
                                       GAsyncReadyCallback  callback,
                                       gpointer             user_data);
ClocheTurnEnd  cloche_turn_run_finish (ClocheTurn          *self,
                                       GAsyncResult        *result);

const char    *cloche_turn_end_to_notice (ClocheTurnEnd end);

G_END_DECLS
