/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-app-error.h"
#include "cloche-attachment.h"
#include "cloche-chat.h"
#include "cloche-fake-provider.h"
#include "cloche-fake-sandbox.h"
#include "cloche-llm-error.h"
#include "cloche-notice.h"
#include "cloche-test-async.h"
#include "cloche-test-isolated.h"
#include "cloche-workspace.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char *folder;
  ClocheClock *clock;
  ClocheStore *store;
  ClocheWorkspace *workspace;
  ClocheConversation *conversation;
  ClocheFakeSandbox *sandbox;
  ClocheFakeProvider *provider;
  ClocheChat *chat;
  GAsyncResult *result;
} World;

static const char *
runner (ClocheFakeSandbox           *sandbox,
        gboolean                     is_shell,
        const char                  *text,
        const ClocheSandboxListener *listener)
{
  g_autofree char *large = g_strnfill (1024 * 1024, 'x');       /* small ones the store keeps in the message itself */

  if (g_str_equal (text, "hang"))
    return "";
  if (g_str_equal (text, "lose")) {
    cloche_chat_add_notice (g_object_get_data (G_OBJECT (sandbox), "chat"), CLOCHE_NOTICE_VARIABLES_LOST, NULL);
    return "{\"event\":\"end\",\"status\":\"ok\"}";
  }

  cloche_fake_sandbox_write (sandbox, "/workspace/out.csv", large);
  return "{\"event\":\"end\",\"status\":\"ok\"}";
}

static void
open_store (World *world)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&world->result);
  cloche_store_open_async (world->folder, world->clock, NULL, cloche_test_result_cb, &world->result);
  cloche_test_wait (&world->result);
  world->store = cloche_store_open_finish (world->result, &error);
  g_assert_no_error (error);
  g_clear_object (&world->result);
}

static void
open_chat (World *world)
{
  g_autoptr (GError) error = NULL;

  world->chat = cloche_chat_new (world->store, world->conversation, CLOCHE_SANDBOX (world->sandbox), world->clock);
  g_clear_object (&world->result);
  cloche_chat_load_async (world->chat, NULL, cloche_test_result_cb, &world->result);
  cloche_test_wait (&world->result);
  g_assert_true (cloche_chat_load_finish (world->chat, world->result, &error));
  g_assert_no_error (error);
  g_clear_object (&world->result);
}

static void
choose_model (World *world)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("fake", "m", "m");

  cloche_chat_set_model (world->chat, CLOCHE_PROVIDER (world->provider), model);
}

static void
world_init (World                  *world,
            const ClocheFakeAnswer *answers,
            gsize                   n_answers)
{
  g_autoptr (GError) error = NULL;

  memset (world, 0, sizeof *world);
  world->folder = g_dir_make_tmp ("cloche-chat-XXXXXX", &error);
  g_assert_no_error (error);
  world->clock = cloche_clock_new_manual (G_USEC_PER_SEC);
  open_store (world);
  world->workspace = cloche_workspace_new (world->store, world->clock);
  cloche_workspace_create_async (world->workspace, "New", NULL, cloche_test_result_cb, &world->result);
  cloche_test_wait (&world->result);
  world->conversation = cloche_workspace_create_finish (world->workspace, world->result, &error);
  g_assert_no_error (error);
  world->sandbox = cloche_fake_sandbox_new (runner);
  world->provider = cloche_fake_provider_new (answers, n_answers);
  open_chat (world);
  choose_model (world);
}

static void
close_chat (World *world)
{
  g_clear_object (&world->result);
  /* Saving still holds it. */
  while (G_OBJECT (world->chat)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (g_steal_pointer (&world->chat));
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      remove_folder (child);
    else
      g_assert_no_errno (g_unlink (child));
  }
  g_assert_no_errno (g_rmdir (path));
}

static void
world_clear (World *world)
{
  close_chat (world);
  cloche_conversation_unref (world->conversation);
  g_assert_finalize_object (world->workspace);
  g_assert_finalize_object (world->provider);
  g_assert_finalize_object (world->sandbox);
  g_assert_finalize_object (world->store);
  cloche_clock_unref (world->clock);
  remove_folder (world->folder);
  g_free (world->folder);
}

static void
start (World      *world,
       const char *text,
       GPtrArray  *files)
{
  g_clear_object (&world->result);
  cloche_chat_send_async (world->chat, text, files, cloche_test_result_cb, &world->result);
}

static gboolean
wait_for_answer (World   *world,
                 GError **error)
{
  cloche_test_wait (&world->result);

  return cloche_chat_send_finish (world->chat, world->result, error);
}

/* "q:text a:text h:thinking t:name=status n:notice". */
static char *
describe (World *world)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (world->chat)); i++) {
    static const char *const KINDS[] = { "q", "a", "h", "t", "n" };
    g_autoptr (ClocheItem) item = g_list_model_get_item (G_LIST_MODEL (world->chat), i);
    ClocheToolRun *run = cloche_item_get_run (item);

    g_assert_false (cloche_item_is_open (item));
    g_string_append_printf (out, "%s%s:", i > 0 ? " " : "", KINDS[cloche_item_get_kind (item)]);
    if (run == NULL) {
      g_string_append (out, cloche_item_get_text (item));
    } else {
      ClocheToolResult *result = cloche_tool_run_get_result (run);

      g_string_append_printf (out, "%s=%s", cloche_tool_call_get_name (cloche_tool_run_get_call (run)),
                              result != NULL ? cloche_tool_status_to_nick (cloche_tool_result_get_status (result)) : "?");
    }
    for (guint j = 0; j < cloche_item_get_n_files (item); j++)
      g_string_append_printf (out, "+%s", cloche_file_get_name (cloche_item_get_file (item, j)));
  }

  return g_string_free (out, FALSE);
}

static void
assert_items (World      *world,
              const char *expected)
{
  g_autofree char *items = describe (world);

  g_assert_cmpstr (items, ==, expected);
}

static void
notify_cb (GObject    *object,
           GParamSpec *pspec,
           guint      *n)
{
  (*n)++;
}

static const ClocheFakeAnswer WITH_TOOL[] = {
  { .thinking = "hm", .text = "let me see", .calls = "1 run_python {\"code\":\"1+1\"}" },
  { .text = "done" },
};

/* The same rows stand there after the conversation was closed and opened again. */
static void
test_turn_and_reload (void)
{
  static const char EXPECTED[] = "q:plot h:hm a:let me see t:run_python=ok a:done";
  World world;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheItem) tool = NULL;
  ClocheToolResult *result;
  guint n_busy = 0;

  world_init (&world, WITH_TOOL, G_N_ELEMENTS (WITH_TOOL));
  g_signal_connect (world.chat, "notify::busy", G_CALLBACK (notify_cb), &n_busy);
  start (&world, "plot", NULL);
  g_assert_true (cloche_chat_is_busy (world.chat));
  g_assert_true (wait_for_answer (&world, &error));
  g_assert_no_error (error);
  g_assert_false (cloche_chat_is_busy (world.chat));
  g_assert_cmpuint (n_busy, ==, 2);
  assert_items (&world, EXPECTED);
  close_chat (&world);

  open_chat (&world);
  assert_items (&world, EXPECTED);
  tool = g_list_model_get_item (G_LIST_MODEL (world.chat), 3);
  result = cloche_tool_run_get_result (cloche_item_get_run (tool));
  g_assert_cmpuint (cloche_tool_result_get_n_files (result), ==, 1);
  g_assert_cmpstr (cloche_file_get_name (cloche_tool_result_get_file (result, 0)), ==, "out.csv");
  g_assert_nonnull (cloche_content_get_blob (cloche_file_get_content (cloche_tool_result_get_file (result, 0))));
  g_clear_object (&tool);
  world_clear (&world);
}

/* Once saved, a running chat does not hold the bytes of files either. */
static void
test_bytes_go (void)
{
  World world;
  g_autoptr (ClocheItem) tool = NULL;
  ClocheToolRun *run;

  world_init (&world, WITH_TOOL, G_N_ELEMENTS (WITH_TOOL));
  start (&world, "plot", NULL);
  g_assert_true (wait_for_answer (&world, NULL));
  tool = g_list_model_get_item (G_LIST_MODEL (world.chat), 3);
  run = cloche_item_get_run (tool);
  cloche_test_wait_until (cloche_content_get_bytes (cloche_file_get_content (cloche_tool_result_get_file (
                                                                               cloche_tool_run_get_result (run), 0))) == NULL);
  g_clear_object (&tool);
  world_clear (&world);
}

static void
test_second_question (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "one" }, { .text = "two" } };
  World world;
  ClocheChatRequest *request;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  start (&world, "first", NULL);
  g_assert_true (wait_for_answer (&world, NULL));
  close_chat (&world);
  open_chat (&world);
  choose_model (&world);
  cloche_chat_add_notice (world.chat, CLOCHE_NOTICE_VARIABLES_LOST, NULL);
  start (&world, "second", NULL);
  g_assert_true (wait_for_answer (&world, NULL));
  assert_items (&world, "q:first a:one n:The machine was started anew. Variables are lost, files are kept. q:second a:two");

  request = cloche_fake_provider_get_request (world.provider, 1);
  g_assert_cmpuint (cloche_chat_request_get_n_messages (request), ==, 4);
  {
    g_autofree char *text = cloche_message_dup_text (cloche_chat_request_get_message (request, 3));

    g_assert_nonnull (strstr (text, "variables are lost"));
    g_assert_nonnull (strstr (text, "second"));
  }
  close_chat (&world);
  open_chat (&world);
  assert_items (&world, "q:first a:one n:The machine was started anew. Variables are lost, files are kept. q:second a:two");
  world_clear (&world);
}

/* What happens while a tool runs is told to the model with the result, and is in its place when opened again. */
static void
test_notice_in_turn (void)
{
  static const ClocheFakeAnswer ANSWERS[] = {
    { .text = "x", .calls = "1 run_shell {\"command\":\"lose\"}" },
    { .text = "y" },
  };
  World world;
  ClocheToolResult *result;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  g_object_set_data (G_OBJECT (world.sandbox), "chat", world.chat);
  start (&world, "go", NULL);
  g_assert_true (wait_for_answer (&world, NULL));

  result = cloche_message_find_result (cloche_chat_request_get_message (
                                         cloche_fake_provider_get_request (world.provider, 1), 3), "1");
  g_assert_nonnull (strstr (cloche_tool_result_get_text (result), "variables are lost"));
  close_chat (&world);
  open_chat (&world);
  assert_items (&world, "q:go a:x t:run_shell=ok n:The machine was started anew. Variables are lost, files are kept. a:y");
  world_clear (&world);
}

static void
test_stop (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "x", .calls = "1 run_shell {\"command\":\"hang\"}" } };
  World world;
  g_autoptr (GError) error = NULL;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  cloche_chat_stop (world.chat);
  start (&world, "go", NULL);
  cloche_test_wait_until (cloche_fake_sandbox_get_n_runs (world.sandbox) == 1);
  cloche_chat_stop (world.chat);
  g_assert_false (wait_for_answer (&world, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_items (&world, "q:go a:x t:run_shell=cancelled n:Stopped.");
  world_clear (&world);
}

static void
test_failure (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "half", .code = CLOCHE_LLM_ERROR_REFUSED + 1 } };
  World world;
  g_autoptr (GError) error = NULL;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  start (&world, "go", NULL);
  g_assert_false (wait_for_answer (&world, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_FAILED);
  assert_items (&world, "q:go a:half n:The model's server is not running.");
  close_chat (&world);
  open_chat (&world);
  assert_items (&world, "q:go a:half n:The model's server is not running.");
  world_clear (&world);
}

/* An answer that is asked for again takes its rows with it. */
static void
test_asked_again (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .thinking = "hm" }, { .thinking = "ah", .text = "yes" } };
  World world;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  start (&world, "go", NULL);
  g_assert_true (wait_for_answer (&world, NULL));
  assert_items (&world, "q:go h:ah a:yes");
  world_clear (&world);
}

static void
test_not_now (void)
{
  static const ClocheFakeAnswer HELD[] = { { .is_held = TRUE } };
  World world;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  world_init (&world, HELD, G_N_ELEMENTS (HELD));
  start (&world, "go", NULL);
  cloche_chat_send_async (world.chat, "too soon", NULL, cloche_test_result_cb, &second);
  cloche_test_wait (&second);
  g_assert_false (cloche_chat_send_finish (world.chat, second, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_BUSY);
  g_clear_error (&error);
  g_clear_object (&second);
  cloche_chat_stop (world.chat);
  g_assert_false (wait_for_answer (&world, NULL));
  close_chat (&world);

  open_chat (&world);
  start (&world, "no model", NULL);
  g_assert_false (wait_for_answer (&world, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_NO_MODEL);
  world_clear (&world);
}

static ClocheFile *
attach (World      *world,
        const char *path,
        GError    **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;

  cloche_chat_attach_async (world->chat, file, TRUE, NULL, cloche_test_result_cb, &result);
  cloche_test_wait (&result);

  return cloche_chat_attach_finish (world->chat, result, error);
}

static void
test_attach (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "seen" } };
  World world;
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_file_unref);
  g_autofree char *again = NULL;
  g_autofree char *uri = NULL;
  g_autoptr (GError) error = NULL;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  path = g_build_filename (world.folder, "sales\n.csv", NULL);
  g_assert_true (g_file_set_contents (path, "a,b\n", -1, NULL));
  for (int i = 0; i < 2; i++) {
    ClocheFile *file = attach (&world, path, &error);

    g_assert_no_error (error);
    g_ptr_array_add (files, file);
  }
  g_assert_cmpstr (cloche_file_get_path (files->pdata[0]), ==, "/workspace/sales_.csv");
  g_assert_cmpstr (cloche_file_get_path (files->pdata[1]), ==, "/workspace/sales_-2.csv");
  uri = g_filename_to_uri (path, NULL, NULL);
  g_assert_cmpstr (cloche_origin_get_uri (cloche_file_get_origin (files->pdata[0])), ==, uri);
  g_assert_cmpuint (cloche_origin_get_size (cloche_file_get_origin (files->pdata[0])), ==, 4);
  again = cloche_fake_sandbox_dup_text (world.sandbox, "/workspace/sales_-2.csv");
  g_assert_cmpstr (again, ==, "a,b\n");

  g_assert_null (attach (&world, world.folder, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IS_FOLDER);
  g_clear_error (&error);
  g_assert_null (attach (&world, "/nonexistent", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (attach (&world, "/dev/null", &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE);

  start (&world, "", files);
  g_assert_true (wait_for_answer (&world, NULL));
  assert_items (&world, "q:+sales_.csv+sales_-2.csv a:seen");
  world_clear (&world);
}

static void
test_too_large (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "seen" } };
  World world;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  FILE *file;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  path = g_build_filename (world.folder, "huge.bin", NULL);
  file = g_fopen (path, "we");
  g_assert_no_errno (ftruncate (fileno (file), (off_t) CLOCHE_ATTACHMENT_MAX_BYTES + 1));
  fclose (file);
  g_assert_null (attach (&world, path, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_TOO_LARGE);
  g_assert_nonnull (strstr (error->message, "huge.bin"));
  world_clear (&world);
}

static ClocheToolResult *
call (World        *world,
      const char   *command,
      GCancellable *cancellable,
      GError      **error)
{
  g_autofree char *arguments = g_strdup_printf ("{\"command\":\"%s\"}", command);
  g_autoptr (ClocheToolCall) tool_call = cloche_tool_call_new (command, "run_shell", arguments);
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (tool_call);

  g_clear_object (&world->result);
  cloche_chat_call_async (world->chat, run, cancellable, cloche_test_result_cb, &world->result);
  if (g_str_equal (command, "hang")) {
    cloche_test_wait_until (cloche_tool_run_get_state (run) == CLOCHE_TOOL_RUN_RUNNING);
    g_cancellable_cancel (cancellable);
  }
  cloche_test_wait (&world->result);

  return cloche_chat_call_finish (world->chat, world->result, error);
}

/* What another program calls is kept like what a model calls, and a model goes on from there. */
static void
test_call (void)
{
  static const ClocheFakeAnswer ANSWERS[] = { { .text = "I see" } };
  static const char EXPECTED[] = "t:run_shell=ok t:run_shell=ok n:The machine was started anew. Variables are "
                                 "lost, files are kept. t:run_shell=cancelled";
  World world;
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (ClocheToolResult) made = NULL;
  g_autoptr (ClocheToolResult) lost = NULL;
  g_autoptr (ClocheToolResult) cancelled = NULL;

  world_init (&world, ANSWERS, G_N_ELEMENTS (ANSWERS));
  g_object_set_data (G_OBJECT (world.sandbox), "chat", world.chat);
  made = call (&world, "make", NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (cloche_content_get_bytes (cloche_file_get_content (cloche_tool_result_get_file (made, 0))));
  lost = call (&world, "lose", NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (cloche_tool_result_get_text (lost), "variables are lost"));
  cancelled = call (&world, "hang", cancellable, &error);
  g_assert_no_error (error);
  g_assert_cmpint (cloche_tool_result_get_status (cancelled), ==, CLOCHE_TOOL_CANCELLED);
  g_assert_false (cloche_chat_is_busy (world.chat));
  close_chat (&world);

  open_chat (&world);
  assert_items (&world, EXPECTED);
  choose_model (&world);
  start (&world, "what was that?", NULL);
  g_assert_true (wait_for_answer (&world, NULL));
  /* System text, three calls with their results, the question. */
  g_assert_cmpuint (cloche_chat_request_get_n_messages (cloche_fake_provider_get_request (world.provider, 0)), ==, 8);
  world_clear (&world);
}

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);
  g_test_add_func ("/app/chat/turn-and-reload", test_turn_and_reload);
  g_test_add_func ("/app/chat/bytes-go", test_bytes_go);
  g_test_add_func ("/app/chat/second-question", test_second_question);
  g_test_add_func ("/app/chat/notice-in-turn", test_notice_in_turn);
  g_test_add_func ("/app/chat/case-56-stop", test_stop);
  g_test_add_func ("/app/chat/case-39-failure", test_failure);
  g_test_add_func ("/app/chat/asked-again", test_asked_again);
  g_test_add_func ("/app/chat/not-now", test_not_now);
  g_test_add_func ("/app/chat/attach", test_attach);
  g_test_add_func ("/app/chat/call", test_call);
  g_test_add_func ("/app/chat/too-large", test_too_large);

  return g_test_run ();
}
