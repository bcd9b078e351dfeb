/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-provider.h"
#include "cloche-fake-tool.h"
#include "cloche-llm-error.h"
#include "cloche-test-async.h"
#include "cloche-turn.h"

#include <string.h>

typedef struct
{
  ClocheFakeProvider *provider;
  ClocheToolbox *toolbox;
  ClocheFakeTool *python;
  ClocheFakeTool *other;
  GPtrArray *history;
  ClocheTurn *turn;
  GCancellable *cancellable;
  GAsyncResult *result;
  GString *log;
} World;

static void
answer_started_cb (ClocheTurn       *turn,
                   ClocheCompletion *completion,
                   World            *world)
{
  g_string_append (world->log, "ask ");
}

static void
message_cb (ClocheTurn    *turn,
            ClocheMessage *message,
            World         *world)
{
  g_string_append (world->log, cloche_message_get_role (message) == CLOCHE_ROLE_ASSISTANT ? "answer " : "results ");
}

static void
tool_called_cb (ClocheTurn    *turn,
                ClocheToolRun *run,
                World         *world)
{
  g_string_append (world->log, "tool ");
}

static void
world_init (World                  *world,
            const ClocheFakeAnswer *answers,
            gsize                   n_answers,
            gboolean                holds_tools)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("fake", "m", "m");
  g_autoptr (ClocheClock) clock = cloche_clock_new_manual (1);
  ClocheMessage *question = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);

  memset (world, 0, sizeof *world);
  world->provider = cloche_fake_provider_new (answers, n_answers);
  world->toolbox = cloche_toolbox_new ();
  world->python = cloche_fake_tool_new ("run_python", "machine", holds_tools);
  world->other = cloche_fake_tool_new ("other", "other", holds_tools);
  cloche_toolbox_add (world->toolbox, CLOCHE_TOOL (world->python));
  cloche_toolbox_add (world->toolbox, CLOCHE_TOOL (world->other));
  world->history = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
  cloche_message_take_part (question, cloche_message_part_new_text ("question"));
  g_ptr_array_add (world->history, question);
  world->cancellable = g_cancellable_new ();
  world->log = g_string_new (NULL);
  world->turn = cloche_turn_new (CLOCHE_PROVIDER (world->provider), model, world->toolbox, "system",
                                 world->history, 0, clock);
  g_signal_connect (world->turn, "answer-started", G_CALLBACK (answer_started_cb), world);
  g_signal_connect (world->turn, "message", G_CALLBACK (message_cb), world);
  g_signal_connect (world->turn, "tool-called", G_CALLBACK (tool_called_cb), world);
  cloche_turn_run_async (world->turn, world->cancellable, cloche_test_result_cb, &world->result);
}

static ClocheTurnEnd
world_wait (World *world)
{
  cloche_test_wait (&world->result);

  return cloche_turn_run_finish (world->turn, world->result);
}

static void
world_clear (World *world)
{
  cloche_fake_tool_let_go (world->python);
  cloche_fake_tool_let_go (world->other);
  cloche_test_drain ();
  g_clear_object (&world->result);
  g_assert_finalize_object (world->turn);
  cloche_toolbox_unref (world->toolbox);
  g_assert_finalize_object (world->python);
  g_assert_finalize_object (world->other);
  g_assert_finalize_object (world->provider);
  g_assert_finalize_object (world->cancellable);
  g_ptr_array_unref (world->history);
  g_string_free (world->log, TRUE);
}

static ClocheMessage *
last_message (World *world)
{
  return g_ptr_array_index (world->history, world->history->len - 1);
}

static const char *
result_text (World      *world,
             const char *call_id)
{
  ClocheToolResult *result = cloche_message_find_result (last_message (world), call_id);

  g_assert_nonnull (result);
  return cloche_tool_result_get_text (result);
}

static void
test_answer (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .thinking = "hm", .text = "42" } };
  World world;
  ClocheMessage *answer;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);
  g_assert_cmpstr (world.log->str, ==, "ask answer ");
  answer = last_message (&world);
  g_assert_cmpstr (cloche_message_get_parent_id (answer), ==, cloche_message_get_id (world.history->pdata[0]));
  g_assert_cmpstr (cloche_message_get_model (answer), ==, "m");
  g_assert_cmpint (cloche_message_get_status (answer), ==, CLOCHE_MESSAGE_COMPLETE);
  world_clear (&world);
}

static void
test_tools (void)
{
  static const ClocheFakeAnswer ANSWERS[] = {
    { .text = "let me see", .calls = "a run_python {\"n\":1}\nb other {}" },
    { .text = "done" },
  };
  World world;
  ClocheChatRequest *second;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);
  g_assert_cmpstr (world.log->str, ==, "ask tool tool answer results ask answer ");
  g_assert_cmpuint (world.history->len, ==, 4);
  second = cloche_fake_provider_get_request (world.provider, 1);
  g_assert_cmpuint (cloche_chat_request_get_n_messages (second), ==, 4);
  g_assert_cmpuint (cloche_chat_request_get_n_tools (second), ==, 2);
  g_assert_cmpstr (cloche_tool_result_get_text (cloche_message_find_result (
                                                  cloche_chat_request_get_message (second, 3), "a")),
                   ==, "exit: ok\nresult: {\"n\":1}");
  world_clear (&world);
}

/* Two calls of one lane run one after the other, one of another lane beside them; results come in the order of calls. */
static void
test_lanes (void)
{
  static const ClocheFakeAnswer ANSWERS[] = {
    { .calls = "a run_python {}\nb run_python {\"n\":2}\nc other {}" }, { .text = "done" },
  };
  World world;
  ClocheMessage *results;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), TRUE);
  cloche_test_wait_until (cloche_fake_tool_get_n_pending (world.other) == 1);
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.python), ==, 1);
  cloche_fake_tool_let_go (world.other);
  cloche_fake_tool_let_go (world.python);
  cloche_test_wait_until (cloche_fake_tool_get_n_begun (world.python) == 2);
  cloche_fake_tool_let_go (world.python);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);

  results = g_ptr_array_index (world.history, 2);
  for (guint i = 0; i < 3; i++) {
    static const char *const IDS[] = { "a", "b", "c" };
    ClocheToolResult *result = cloche_message_part_get_tool_result (cloche_message_get_part (results, i));

    g_assert_cmpstr (cloche_tool_result_get_call_id (result), ==, IDS[i]);
  }
  world_clear (&world);
}

static void
test_bad_calls (void)
{
  static const ClocheFakeAnswer ANSWERS[] = {
    { .calls = "a nosuch {}\nb run_python {\"code\":\nc run_python [1]\nd functions.Run-Python {\"n\":1}" },
    { .text = "done" },
  };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);
  g_ptr_array_remove_index (world.history, 3);
  g_assert_cmpstr (result_text (&world, "a"), ==,
                   "exit: error\nnote: There is no tool “nosuch”. The tools are: run_python, other.");
  g_assert_nonnull (strstr (result_text (&world, "b"), "Received: {\"code\":"));
  g_assert_nonnull (strstr (result_text (&world, "c"), "one JSON object"));
  g_assert_cmpstr (result_text (&world, "d"), ==, "exit: ok\nresult: {\"n\":1}");
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.python), ==, 1);
  world_clear (&world);
}

static void
test_stop_in_answer (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "half", .calls = "a run_python {}", .is_held = TRUE } };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_cancellable_cancel (world.cancellable);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_STOPPED);
  g_assert_cmpuint (world.history->len, ==, 3);
  g_assert_cmpint (cloche_message_get_status (world.history->pdata[1]), ==, CLOCHE_MESSAGE_INTERRUPTED);
  g_assert_cmpstr (result_text (&world, "a"), ==, "exit: cancelled by user");
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.python), ==, 0);
  world_clear (&world);
}

/* The tool does not react to being cancelled at all; what it says later is not listened to. */
static void
test_stop_in_tool (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .calls = "a run_python {}\nb run_python {}\nc other {}" } };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), TRUE);
  cloche_test_wait_until (cloche_fake_tool_get_n_pending (world.python) == 1);
  g_cancellable_cancel (world.cancellable);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_STOPPED);
  g_assert_cmpstr (result_text (&world, "a"), ==, "exit: cancelled by user\nstdout:\nworking\n");
  g_assert_cmpstr (result_text (&world, "b"), ==, "exit: cancelled by user");
  g_assert_cmpstr (result_text (&world, "c"), ==, "exit: cancelled by user\nstdout:\nworking\n");
  g_assert_cmpuint (cloche_fake_provider_get_n_requests (world.provider), ==, 1);
  world_clear (&world);
}

static void
test_stopped_before (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .is_held = TRUE } };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_cancellable_cancel (world.cancellable);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_STOPPED);
  g_assert_cmpuint (world.history->len, ==, 2);
  world_clear (&world);
}

static void
test_broken_off (void)
{
  static const ClocheFakeAnswer ANSWERS[] = {
    { .text = "half", .calls = "a run_python {}", .code = CLOCHE_LLM_ERROR_INTERRUPTED + 1 },
  };
  World world;
  ClocheMessage *answer;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_FAILED);
  answer = world.history->pdata[1];
  g_assert_cmpint (cloche_message_get_status (answer), ==, CLOCHE_MESSAGE_INTERRUPTED);
  g_assert_cmpstr (cloche_message_get_error_text (answer), ==, "told to");
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.python), ==, 0);
  g_assert_nonnull (strstr (result_text (&world, "a"), "not run"));
  world_clear (&world);
}

static void
test_failed (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .code = CLOCHE_LLM_ERROR_REFUSED + 1 } };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_FAILED);
  g_assert_cmpint (cloche_message_get_status (last_message (&world)), ==, CLOCHE_MESSAGE_FAILED);
  g_assert_cmpstr (cloche_message_get_error_code (last_message (&world)), ==, "llm-refused");
  world_clear (&world);
}

static void
test_not_run (void)
{
  static const ClocheFakeAnswer CUT[] = { { .calls = "a run_python {}", .finish = CLOCHE_FINISH_LENGTH } };
  static const ClocheFakeAnswer REFUSED[] = { { .text = "no", .finish = CLOCHE_FINISH_REFUSED } };
  World world;

  world_init (&world, CUT, G_N_ELEMENTS (CUT), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_CUT);
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.python), ==, 0);
  g_assert_nonnull (strstr (result_text (&world, "a"), "cut"));
  world_clear (&world);

  world_init (&world, REFUSED, G_N_ELEMENTS (REFUSED), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_REFUSED);
  world_clear (&world);
}

/* A refusal of tools is learnt from, once; the person sees one answer. */
static void
test_learn (void)
{
  static const ClocheFakeAnswer ANSWERS[] = {
    { .code = CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED + 1 },
    { .code = CLOCHE_LLM_ERROR_THINKING_UNSUPPORTED + 1 },
    { .text = "without" },
  };
  static const ClocheFakeAnswer STUBBORN[] = { { .code = CLOCHE_LLM_ERROR_TOOLS_UNSUPPORTED + 1 } };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);
  g_assert_cmpstr (world.log->str, ==, "ask ask ask answer ");
  g_assert_cmpuint (cloche_chat_request_get_n_tools (cloche_fake_provider_get_request (world.provider, 0)), ==, 2);
  g_assert_cmpuint (cloche_chat_request_get_n_tools (cloche_fake_provider_get_request (world.provider, 2)), ==, 0);
  world_clear (&world);

  world_init (&world, STUBBORN, G_N_ELEMENTS (STUBBORN), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_FAILED);
  g_assert_cmpuint (cloche_fake_provider_get_n_requests (world.provider), ==, 2);
  world_clear (&world);
}

static void
test_empty (void)
{
  static const ClocheFakeAnswer SILENT[] = { { .thinking = "hm" } };
  static const ClocheFakeAnswer SHY[] = { { .thinking = "hm" }, { .text = "well" } };
  static const ClocheFakeAnswer CLUMSY[] = { { .code = CLOCHE_LLM_ERROR_BAD_TOOL_CALL + 1 }, { .text = "well" } };
  World world;

  world_init (&world, SILENT, G_N_ELEMENTS (SILENT), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_EMPTY);
  g_assert_cmpuint (cloche_fake_provider_get_n_requests (world.provider), ==, 2);
  world_clear (&world);

  world_init (&world, SHY, G_N_ELEMENTS (SHY), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);
  world_clear (&world);

  world_init (&world, CLUMSY, G_N_ELEMENTS (CLUMSY), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_ANSWERED);
  world_clear (&world);
}

static void
test_stuck (void)
{
  static const ClocheFakeAnswer SAME[] = { { .calls = "a run_python {\"n\":1}" } };
  World world;

  world_init (&world, SAME, G_N_ELEMENTS (SAME), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_REPEATED);
  g_assert_cmpuint (cloche_fake_tool_get_n_begun (world.python), ==, CLOCHE_TURN_MAX_REPEATS - 1);
  g_assert_nonnull (strstr (result_text (&world, "a"), "again and again"));
  world_clear (&world);
}

static void
test_too_many_rounds (void)
{
  static const ClocheFakeAnswer TWO[] = {
    { .calls = "a run_python {\"n\":1}" }, { .calls = "a run_python {\"n\":2}" }, { .calls = "a run_python {\"n\":1}" },
    { .calls = "a run_python {\"n\":2}" },
  };
  ClocheFakeAnswer many[CLOCHE_TURN_MAX_ROUNDS + 5];
  World world;

  for (gsize i = 0; i < G_N_ELEMENTS (many); i++)
    many[i] = TWO[i % 2];
  world_init (&world, many, G_N_ELEMENTS (many), FALSE);
  g_assert_cmpint (world_wait (&world), ==, CLOCHE_TURN_TOO_MANY_ROUNDS);
  g_assert_cmpuint (cloche_fake_provider_get_n_requests (world.provider), ==, CLOCHE_TURN_MAX_ROUNDS);
  world_clear (&world);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/turn/answer", test_answer);
  g_test_add_func ("/app/turn/case-18-tools", test_tools);
  g_test_add_func ("/app/turn/lanes", test_lanes);
  g_test_add_func ("/app/turn/case-14-15-22-bad-calls", test_bad_calls);
  g_test_add_func ("/app/turn/case-56-stop-in-answer", test_stop_in_answer);
  g_test_add_func ("/app/turn/case-56-stop-in-tool", test_stop_in_tool);
  g_test_add_func ("/app/turn/stopped-before", test_stopped_before);
  g_test_add_func ("/app/turn/case-09-40-broken-off", test_broken_off);
  g_test_add_func ("/app/turn/failed", test_failed);
  g_test_add_func ("/app/turn/case-17-55-not-run", test_not_run);
  g_test_add_func ("/app/turn/case-31-learn", test_learn);
  g_test_add_func ("/app/turn/case-25-empty", test_empty);
  g_test_add_func ("/app/turn/stuck", test_stuck);
  g_test_add_func ("/app/turn/too-many-rounds", test_too_many_rounds);

  return g_test_run ();
}
