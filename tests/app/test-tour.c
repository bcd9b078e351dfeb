/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-tool.h"
#include "cloche-json.h"
#include "cloche-test-async.h"
#include "cloche-tour.h"
#include "cloche-turn.h"

#include <string.h>

typedef struct
{
  ClocheProvider *tour;
  ClocheToolbox *toolbox;
  GPtrArray *history;
  ClocheTurn *turn;
  GCancellable *cancellable;
  GAsyncResult *result;
} World;

static void
world_init (World      *world,
            const char *file_name)
{
  g_autoptr (ClocheModelInfo) model = cloche_tour_make_model_info ();
  g_autoptr (ClocheClock) clock = cloche_clock_new_manual (1);
  g_autoptr (ClocheTool) python = CLOCHE_TOOL (cloche_fake_tool_new ("run_python", "machine", FALSE));
  g_autoptr (ClocheTool) shell = CLOCHE_TOOL (cloche_fake_tool_new ("run_shell", "machine", FALSE));
  g_autoptr (ClocheTool) navigate = CLOCHE_TOOL (cloche_fake_tool_new ("browser_navigate", "machine", FALSE));
  g_autoptr (ClocheTool) click = CLOCHE_TOOL (cloche_fake_tool_new ("browser_click", "machine", FALSE));
  g_autoptr (ClocheTool) picture = CLOCHE_TOOL (cloche_fake_tool_new ("browser_take_screenshot", "machine", FALSE));
  ClocheMessage *question = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);

  memset (world, 0, sizeof *world);
  world->tour = cloche_tour_new ();
  world->toolbox = cloche_toolbox_new ();
  cloche_toolbox_add (world->toolbox, python);
  cloche_toolbox_add (world->toolbox, shell);
  cloche_toolbox_add (world->toolbox, navigate);
  cloche_toolbox_add (world->toolbox, click);
  cloche_toolbox_add (world->toolbox, picture);
  world->history = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_message_unref);
  cloche_message_take_part (question, cloche_message_part_new_text ("look"));
  if (file_name != NULL) {
    g_autofree char *path = g_strconcat ("/workspace/", file_name, NULL);
    g_autoptr (ClocheContent) content = cloche_content_new_absent ("text/csv", 100);
    g_autoptr (ClocheFile) file = cloche_file_new (file_name, path, content);

    cloche_message_take_part (question, cloche_message_part_new_file (file));
  }
  g_ptr_array_add (world->history, question);
  world->cancellable = g_cancellable_new ();
  world->turn = cloche_turn_new (world->tour, model, world->toolbox, "system", world->history, 16384, clock);
  cloche_turn_run_async (world->turn, world->cancellable, cloche_test_result_cb, &world->result);
}

static void
world_clear (World *world)
{
  g_clear_object (&world->result);
  cloche_test_drain ();
  g_assert_finalize_object (world->turn);
  g_assert_finalize_object (world->tour);
  g_assert_finalize_object (world->cancellable);
  cloche_toolbox_unref (world->toolbox);
  g_ptr_array_unref (world->history);
}

/* The calls of the history as "name:code" in lines. */
static char *
dup_calls (World *world)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < world->history->len; i++) {
    ClocheMessage *message = g_ptr_array_index (world->history, i);

    for (guint j = 0; j < cloche_message_get_n_parts (message); j++) {
      ClocheToolCall *call = cloche_message_part_get_tool_call (cloche_message_get_part (message, j));
      JsonObject *arguments = call != NULL ? cloche_tool_call_get_arguments (call) : NULL;
      const char *code = cloche_json_get_string (arguments, "code");

      if (code == NULL)
        code = cloche_json_get_string (arguments, "command");
      if (code == NULL)
        code = cloche_json_get_string (arguments, "url");
      if (call != NULL)
        g_string_append_printf (out, "%s:%s\n", cloche_tool_call_get_name (call), code);
    }
  }

  return g_string_free (out, FALSE);
}

static void
run (const char        *file_name,
     guint              n_calls,
     const char *const *parts)
{
  World world;
  g_autofree char *calls = NULL;
  g_autofree char *last = NULL;

  world_init (&world, file_name);
  cloche_test_wait (&world.result);
  g_assert_cmpint (cloche_turn_run_finish (world.turn, world.result), ==, CLOCHE_TURN_ANSWERED);
  g_assert_cmpuint (world.history->len, ==, 2 + 2 * n_calls);
  calls = dup_calls (&world);
  for (gsize i = 0; parts[i] != NULL; i++)
    if (strstr (calls, parts[i]) == NULL)
      g_error ("No “%s” in %s", parts[i], calls);
  last = cloche_message_dup_text (g_ptr_array_index (world.history, world.history->len - 1));
  g_assert_nonnull (strstr (last, "AI"));
  world_clear (&world);
}

static void
test_stops (void)
{
  run ("sales, \"2025\".csv", 3,
       (const char *const[]) { "run_python:import pandas", "pd.read_csv(\"/workspace/sales, \\\"2025\\\".csv\")",
                               "table.describe()", "chart.png", NULL });
  run ("Photo.JPG", 2,
       (const char *const[]) { "Image.open(\"/workspace/Photo.JPG\")", "convert(\"L\")", "small-grey.png", NULL });
  run ("it's.mp4", 3,
       (const char *const[]) { "run_shell:ffprobe", "-ss 1 -to 3 -i '/workspace/it'\\''s.mp4'", "poster.png", NULL });
  run ("my page.html", 4,
       (const char *const[]) { "run_python:import http.server", "browser_navigate:http://localhost:8765/my%20page.html",
                               "browser_click", "browser_take_screenshot", NULL });
}

static void
test_nothing_to_show (void)
{
  static const char *const NAMES[] = { NULL, "notes.txt", "csv", "archive.csv.gz" };

  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++)
    run (NAMES[i], 0, (const char *const[]) { NULL });
}

static void
test_stop (void)
{
  World world;

  world_init (&world, "sales.csv");
  g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (world.cancellable);
  cloche_test_wait (&world.result);
  g_assert_cmpint (cloche_turn_run_finish (world.turn, world.result), ==, CLOCHE_TURN_STOPPED);
  world_clear (&world);
}

/* A step that fails ends the tour. */
static void
test_failed_step (void)
{
  g_autoptr (ClocheProvider) tour = cloche_tour_new ();
  g_autoptr (ClocheModelInfo) model = cloche_tour_make_model_info ();
  g_autoptr (ClocheChatRequest) request = cloche_chat_request_new (model);
  g_autoptr (ClocheMessage) question = cloche_message_new (CLOCHE_ROLE_USER, NULL, 0);
  g_autoptr (ClocheMessage) results = cloche_message_new (CLOCHE_ROLE_TOOL, NULL, 0);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_ERROR, "exit: error");
  g_autoptr (ClocheCompletion) completion = cloche_completion_new ();
  g_autoptr (GAsyncResult) async_result = NULL;

  cloche_message_take_part (question, cloche_message_part_new_text ("[Attached file: /workspace/a.csv, 1 byte, text/csv]\n"));
  cloche_message_take_part (results, cloche_message_part_new_tool_result (result));
  cloche_chat_request_add_message (request, question);
  cloche_chat_request_add_message (request, results);
  cloche_provider_chat_async (tour, request, completion, NULL, cloche_test_result_cb, &async_result);
  cloche_test_wait (&async_result);
  g_assert_true (cloche_provider_chat_finish (tour, async_result, NULL));
  g_assert_cmpuint (cloche_completion_get_n_calls (completion), ==, 0);
  g_assert_true (cloche_completion_has_text (completion));
}

static void
test_samples (void)
{
  for (int stop = 0; stop < CLOCHE_TOUR_N_STOPS; stop++) {
    g_autofree char *path = cloche_tour_dup_sample_path ((ClocheTourStop) stop);

    g_assert_true (g_file_test (path, G_FILE_TEST_IS_REGULAR));
    g_assert_cmpuint (strlen (cloche_tour_get_question ((ClocheTourStop) stop)), >, 0);
  }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/tour/stops", test_stops);
  g_test_add_func ("/app/tour/nothing-to-show", test_nothing_to_show);
  g_test_add_func ("/app/tour/case-56-stop", test_stop);
  g_test_add_func ("/app/tour/failed-step", test_failed_step);
  g_test_add_func ("/app/tour/samples", test_samples);

  return g_test_run ();
}
