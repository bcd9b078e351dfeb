/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-app-error.h"
#include "cloche-chat.h"
#include "cloche-fake-provider.h"
#include "cloche-fake-sandbox.h"
#include "store-fixture.h"

#include <string.h>
#include <unistd.h>

#define A "conversation-a"

/* One of two programs that have the same conversation open. */
typedef struct
{
  ClocheStore *store;
  ClocheFakeSandbox *sandbox;
  ClocheFakeProvider *provider;
  ClocheChat *chat;
  GAsyncResult *result;
} Program;

static const char *
runner (ClocheFakeSandbox           *sandbox,
        gboolean                     is_shell,
        const char                  *text,
        const ClocheSandboxListener *listener)
{
  return "{\"event\":\"end\",\"status\":\"ok\"}";
}

static void
program_init (Program                *self,
              StoreFixture           *fixture,
              ClocheStore            *store,
              const ClocheFakeAnswer *answers,
              gsize                   n_answers)
{
  g_autoptr (ClocheModelInfo) model = cloche_model_info_new ("fake", "m", "m");
  g_autoptr (ClocheConversation) conversation = NULL;

  memset (self, 0, sizeof *self);
  self->store = g_object_ref (store);
  self->sandbox = cloche_fake_sandbox_new (runner);
  self->provider = cloche_fake_provider_new (answers, n_answers);
  AWAIT (self->result, cloche_store_load_conversation_async (store, A, NULL, cloche_test_result_cb, &self->result));
  conversation = cloche_store_load_conversation_finish (store, self->result, NULL);
  self->chat = cloche_chat_new (store, conversation, CLOCHE_SANDBOX (self->sandbox), fixture->clock);
  AWAIT (self->result, cloche_chat_load_async (self->chat, NULL, cloche_test_result_cb, &self->result));
  g_assert_true (cloche_chat_load_finish (self->chat, self->result, NULL));
  cloche_chat_set_model (self->chat, CLOCHE_PROVIDER (self->provider), model);
}

static void
program_clear (Program *self)
{
  g_clear_object (&self->result);
  while (G_OBJECT (self->chat)->ref_count > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_finalize_object (self->chat);
  g_assert_finalize_object (self->sandbox);
  g_assert_finalize_object (self->provider);
  g_object_unref (self->store);
}

static void
start (Program    *self,
       const char *text)
{
  g_clear_object (&self->result);
  cloche_chat_send_async (self->chat, text, NULL, cloche_test_result_cb, &self->result);
}

static gboolean
finish (Program *self,
        GError **error)
{
  cloche_test_wait (&self->result);

  return cloche_chat_send_finish (self->chat, self->result, error);
}

/* Until all that it has said is written, and the conversation given back. */
static void
settle (Program *self)
{
  g_autoptr (ClocheConversation) conversation = NULL;

  AWAIT (self->result, cloche_store_load_conversation_async (self->store, A, NULL, cloche_test_result_cb, &self->result));
  conversation = cloche_store_load_conversation_finish (self->store, self->result, NULL);
  g_assert_nonnull (conversation);
}

/* The rows' texts, one per line; of a call, whether there is a result. */
static char *
describe (Program *self)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->chat)); i++) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (G_LIST_MODEL (self->chat), i);
    ClocheToolRun *run = cloche_item_get_run (item);

    if (run != NULL)
      g_string_append (out, cloche_tool_run_get_result (run) != NULL ? "called\n" : "calling\n");
    else
      g_string_append_printf (out, "%s\n", cloche_item_get_text (item));
  }

  return g_string_free (out, FALSE);
}

static void
assert_rows (Program    *self,
             const char *expected)
{
  g_autofree char *rows = describe (self);

  g_assert_cmpstr (rows, ==, expected);
}

/* The second is told who is at it, and later goes on from what the first has said: there is one history, not two. */
static void
test_one_at_a_time (StoreFixture *fixture,
                    gconstpointer data)
{
  static const ClocheFakeAnswer HELD[] = { { .text = "half", .is_held = TRUE } };
  static const ClocheFakeAnswer FINE[] = { { .text = "fine" } };
  g_autoptr (ClocheStore) second_store = store_fixture_open_second (fixture, NULL);
  g_autofree char *holder = g_strdup_printf ("in use by %s (%d).", g_get_prgname (), (int) getpid ());
  g_autoptr (GFile) file = g_file_new_for_path ("/etc/passwd");
  g_autoptr (GError) error = NULL;
  Program first, second, later;

  store_fixture_create (fixture, A, "A");
  program_init (&first, fixture, fixture->store, HELD, 1);
  program_init (&second, fixture, second_store, FINE, 1);
  start (&first, "one");
  cloche_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (first.chat)) == 2);

  start (&second, "two");
  g_assert_false (finish (&second, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IN_USE);
  g_assert_nonnull (strstr (error->message, holder));
  g_clear_error (&error);
  g_assert_false (cloche_chat_is_busy (second.chat));
  assert_rows (&second, "");
  AWAIT (second.result, cloche_chat_attach_async (second.chat, file, TRUE, NULL, cloche_test_result_cb, &second.result));
  g_assert_null (cloche_chat_attach_finish (second.chat, second.result, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IN_USE);
  g_clear_error (&error);

  cloche_chat_stop (first.chat);
  g_assert_false (finish (&first, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  settle (&first);

  start (&second, "two");
  g_assert_true (finish (&second, &error));
  g_assert_no_error (error);
  assert_rows (&second, "one\nhalf\nStopped.\ntwo\nfine\n");

  settle (&second);
  program_init (&later, fixture, fixture->store, FINE, 1);
  assert_rows (&later, "one\nhalf\nStopped.\ntwo\nfine\n");
  program_clear (&later);
  program_clear (&first);
  program_clear (&second);
}

/* Who only looks sees what the other says, a call with its result, and nothing twice. */
static void
test_follow (StoreFixture *fixture,
             gconstpointer data)
{
  static const ClocheFakeAnswer CALLING[] = {
    { .text = "let me see", .calls = "1 run_python {\"code\":\"1+1\"}" }, { .text = "done" }, { .text = "again" },
  };
  g_autoptr (ClocheStore) second_store = store_fixture_open_second (fixture, NULL);
  Program first, second;

  store_fixture_create (fixture, A, "A");
  program_init (&first, fixture, fixture->store, CALLING, G_N_ELEMENTS (CALLING));
  program_init (&second, fixture, second_store, NULL, 0);
  g_signal_connect_object (second_store, "changed", G_CALLBACK (cloche_chat_follow), second.chat, G_CONNECT_SWAPPED);

  start (&first, "plot");
  g_assert_true (finish (&first, NULL));
  cloche_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (second.chat)) >= 4);
  assert_rows (&second, "plot\nlet me see\ncalled\ndone\n");

  start (&first, "more");
  g_assert_true (finish (&first, NULL));
  cloche_test_wait_until (g_list_model_get_n_items (G_LIST_MODEL (second.chat)) >= 6);
  assert_rows (&second, "plot\nlet me see\ncalled\ndone\nmore\nagain\n");
  assert_rows (&first, "plot\nlet me see\ncalled\ndone\nmore\nagain\n");

  program_clear (&second);
  program_clear (&first);
}

#define ADD(name, func) \
  g_test_add ("/app/chat-claim/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("one-at-a-time", test_one_at_a_time);
  ADD ("follow", test_follow);

  return g_test_run ();
}
