/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-printer.h"

#include "cloche-item.h"

#include <stdlib.h>
#include <string.h>

/* What a conversation that grows looks like in a file or a terminal. */
typedef struct
{
  char *text;
  size_t length;
  FILE *stream;
  GListStore *items;
  ClocheCliPrinter *printer;
} World;

static void
world_init (World   *world,
            gboolean is_terminal)
{
  memset (world, 0, sizeof *world);
  world->stream = open_memstream (&world->text, &world->length);
  world->items = g_list_store_new (CLOCHE_TYPE_ITEM);
  world->printer = cloche_cli_printer_new (world->stream, is_terminal);
  cloche_cli_printer_follow (world->printer, G_LIST_MODEL (world->items));
}

static void
assert_written (World      *world,
                const char *expected)
{
  cloche_cli_printer_end (world->printer);
  g_assert_cmpstr (world->text, ==, expected);
}

static void
world_clear (World *world)
{
  cloche_cli_printer_free (world->printer);
  g_assert_finalize_object (world->items);
  fclose (world->stream);
  free (world->text);
}

static ClocheItem *
add (World         *world,
     ClocheItemKind kind,
     const char    *text)
{
  g_autoptr (ClocheItem) item = cloche_item_new (kind, text);

  g_list_store_append (world->items, item);

  return item;                  /* The list holds it. */
}

static ClocheToolRun *
add_run (World      *world,
         const char *tool,
         const char *arguments)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", tool, arguments);
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheItem) item = cloche_item_new_tool (run);

  g_list_store_append (world->items, item);

  return run;
}

static void
finish (ClocheToolRun   *run,
        ClocheToolStatus status,
        const char      *text)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", status, text);

  cloche_tool_run_finish (run, result);
}

static void
test_stream (void)
{
  World world;
  ClocheItem *item;

  world_init (&world, FALSE);
  item = add (&world, CLOCHE_ITEM_THINKING, "Let");
  cloche_item_add_text (item, " me\nsee");
  item = add (&world, CLOCHE_ITEM_ANSWER, "It");
  cloche_item_add_text (item, " is\n4");
  assert_written (&world, "  ~ Let me\n  ~ see\n\nIt is\n4\n");
  world_clear (&world);
}

static void
test_tool (void)
{
  World world;
  ClocheToolRun *run;
  g_autoptr (ClocheOutput) value = cloche_output_new_text (CLOCHE_OUTPUT_RESULT, "5");
  g_autoptr (ClocheOutput) picture = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);
  g_autoptr (GBytes) png = g_bytes_new_static ("png", 3);

  world_init (&world, FALSE);
  cloche_output_take_content (picture, cloche_content_new_bytes ("image/png", png));
  run = add_run (&world, "run_python", "{\"code\":\"print(4)\\n5\"}");
  g_assert_cmpuint (world.length, ==, 0);       /* Two calls at once: the second one waits for its turn to be shown. */
  cloche_tool_run_start (run);
  cloche_tool_run_add_text (run, FALSE, "4");
  cloche_tool_run_add_text (run, FALSE, "4\n");
  cloche_tool_run_add_text (run, TRUE, "oh\n");
  cloche_tool_run_add_output (run, value);
  cloche_tool_run_add_output (run, picture);
  finish (run, CLOCHE_TOOL_TIMEOUT, "exit: timeout\nnote: stopped after 120 s");
  assert_written (&world, "Python\n    print(4)\n    5\n  | 44\n  | oh\n  | 5\n  | (a picture)\n"
                  "  | Its time was over.\n  | stopped after 120 s\n");
  world_clear (&world);
}

/* A call that is refused never runs; it is shown all the same. */
static void
test_refused (void)
{
  World world;

  world_init (&world, FALSE);
  finish (add_run (&world, "run_shell", "{\"command\":\"ls\"}"), CLOCHE_TOOL_CANCELLED, "exit: cancelled by user");
  finish (add_run (&world, "made_up", "{}"), CLOCHE_TOOL_ERROR, "exit: error\nnote: There is no such tool.");
  assert_written (&world, "Shell\n    ls\n  | It was stopped.\n\nmade_up\n    {}\n  | It failed.\n"
                  "  | There is no such tool.\n");
  world_clear (&world);
}

/* Colours are ours; whatever else would move a cursor or set a title does not get through. */
static void
test_hostile (void)
{
  World world;

  world_init (&world, TRUE);
  add (&world, CLOCHE_ITEM_ANSWER, "a\033[2Jb\033]0;title\ac\x9b" "d");
  add (&world, CLOCHE_ITEM_NOTICE, "Stopped.");
  cloche_cli_printer_end (world.printer);
  g_assert_null (strstr (world.text, "\033[2J"));
  g_assert_null (strstr (world.text, "\033]"));
  g_assert_null (strchr (world.text, '\a'));
  g_assert_true (g_utf8_validate (world.text, -1, NULL));
  g_assert_nonnull (strstr (world.text, "\033[33m! Stopped.\033[0m\n"));
  world_clear (&world);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/printer/stream", test_stream);
  g_test_add_func ("/cli/printer/tool", test_tool);
  g_test_add_func ("/cli/printer/refused", test_refused);
  g_test_add_func ("/cli/printer/hostile", test_hostile);

  return g_test_run ();
}
