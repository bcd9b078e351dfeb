/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store-error.h"
#include "store-fixture.h"

#define A "aaaaaaaaaaaa"
#define B "bbbbbbbbbbbb"

static GPtrArray *
list (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *conversations;

  AWAIT (result, cloche_store_list_conversations_async (fixture->store, NULL, cloche_test_result_cb, &result));
  conversations = cloche_store_list_conversations_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return conversations;
}

static ClocheConversation *
load (StoreFixture *fixture,
      const char   *id,
      GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_load_conversation_async (fixture->store, id, NULL, cloche_test_result_cb, &result));

  return cloche_store_load_conversation_finish (fixture->store, result, error);
}

static void
assert_written (StoreFixture *fixture,
                GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

static void
test_list (StoreFixture *fixture,
           gconstpointer data)
{
  g_autoptr (GPtrArray) none = list (fixture);
  g_autoptr (GPtrArray) by_age = NULL;
  g_autoptr (GPtrArray) by_message = NULL;
  g_autofree char *message = NULL;

  g_assert_cmpuint (none->len, ==, 0);

  store_fixture_create (fixture, A, "First");
  cloche_clock_advance (fixture->clock, 10);
  store_fixture_create (fixture, B, "Second");
  by_age = list (fixture);
  g_assert_cmpuint (by_age->len, ==, 2);
  g_assert_cmpstr (cloche_conversation_get_id (by_age->pdata[0]), ==, B);

  /* A new message brings its conversation to the top. */
  cloche_clock_advance (fixture->clock, 10);
  message = store_fixture_save_text (fixture, A, NULL, "hello");
  by_message = list (fixture);
  g_assert_cmpstr (cloche_conversation_get_id (by_message->pdata[0]), ==, A);
  g_assert_cmpstr (cloche_conversation_get_head_id (by_message->pdata[0]), ==, message);
}

static void
test_change (StoreFixture *fixture,
             gconstpointer data)
{
  static const char *const HOSTS[] = { "deb.debian.org", "x\"y", NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheConversation) conversation = NULL;

  store_fixture_create (fixture, A, "First");
  AWAIT (result, cloche_store_rename_conversation_async (fixture->store, A, "Renamed \xff", NULL,
                                                         cloche_test_result_cb, &result));
  assert_written (fixture, result);
  AWAIT (result, cloche_store_set_model_async (fixture->store, A, "ep", "m", NULL, cloche_test_result_cb, &result));
  assert_written (fixture, result);
  AWAIT (result, cloche_store_set_machine_async (fixture->store, A, B, NULL, cloche_test_result_cb, &result));
  assert_written (fixture, result);
  AWAIT (result, cloche_store_set_network_async (fixture->store, A, CLOCHE_NETWORK_LISTED, HOSTS, NULL,
                                                 cloche_test_result_cb, &result));
  assert_written (fixture, result);

  conversation = load (fixture, A, NULL);
  g_assert_cmpstr (cloche_conversation_get_title (conversation), ==, "Renamed \ufffd");
  g_assert_cmpstr (cloche_conversation_get_endpoint (conversation), ==, "ep");
  g_assert_cmpstr (cloche_conversation_get_model (conversation), ==, "m");
  g_assert_cmpstr (cloche_conversation_get_machine_id (conversation), ==, B);
  g_assert_cmpint (cloche_conversation_get_network_mode (conversation), ==, CLOCHE_NETWORK_LISTED);
  g_assert_true (g_strv_equal (cloche_conversation_get_allowed_hosts (conversation), HOSTS));
}

static void
test_missing (StoreFixture *fixture,
              gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (load (fixture, A, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  AWAIT (result, cloche_store_rename_conversation_async (fixture->store, A, "x", NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);

  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
}

static void
test_same_id (StoreFixture *fixture,
              gconstpointer data)
{
  g_autoptr (ClocheConversation) conversation = cloche_conversation_new (A, "Again", 1);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_create (fixture, A, "First");
  AWAIT (result, cloche_store_create_conversation_async (fixture->store, conversation, NULL,
                                                         cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_FAILED);
}

static void
test_delete (StoreFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (ClocheConversation) back = NULL;
  g_autofree char *message = NULL;

  store_fixture_create (fixture, A, "First");
  message = store_fixture_save_text (fixture, A, NULL, "hello");

  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  assert_written (fixture, result);
  none = list (fixture);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_null (load (fixture, A, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);

  AWAIT (result, cloche_store_undo_delete_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  assert_written (fixture, result);
  back = load (fixture, A, NULL);
  g_assert_cmpstr (cloche_conversation_get_head_id (back), ==, message);
}

static GPtrArray *
purge (StoreFixture *fixture,
       gint64        before_us)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *purged;

  AWAIT (result, cloche_store_purge_async (fixture->store, before_us, NULL, cloche_test_result_cb, &result));
  purged = cloche_store_purge_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return purged;
}

static void
test_purge (StoreFixture *fixture,
            gconstpointer data)
{
  gint64 now = cloche_clock_get_real_us (fixture->clock);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) purged = NULL;
  g_autoptr (GPtrArray) left = NULL;
  g_autofree char *message = NULL;

  store_fixture_create (fixture, A, "First");
  store_fixture_create (fixture, B, "Second");
  message = store_fixture_save_text (fixture, A, NULL, "hello");
  AWAIT (result, cloche_store_set_machine_async (fixture->store, A, A, NULL, cloche_test_result_cb, &result));
  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, A, NULL, cloche_test_result_cb, &result));

  none = purge (fixture, now);
  g_assert_cmpuint (none->len, ==, 0);

  purged = purge (fixture, now + 1);
  g_assert_cmpuint (purged->len, ==, 1);
  g_assert_cmpstr (cloche_conversation_get_id (purged->pdata[0]), ==, A);
  g_assert_cmpstr (cloche_conversation_get_machine_id (purged->pdata[0]), ==, A);

  left = list (fixture);
  g_assert_cmpuint (left->len, ==, 1);
  AWAIT (result, cloche_store_undo_delete_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
}

static void
test_cancelled (StoreFixture *fixture,
                gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheConversation) conversation = NULL;

  store_fixture_create (fixture, A, "First");
  g_cancellable_cancel (cancellable);
  AWAIT (result, cloche_store_rename_conversation_async (fixture->store, A, "x", cancellable,
                                                         cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  conversation = load (fixture, A, NULL);
  g_assert_cmpstr (cloche_conversation_get_title (conversation), ==, "First");
}

/* Window and clochectl at once: each sees what the other wrote, and is told. */
static void
test_two_programs (StoreFixture *fixture,
                   gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheStore) second = store_fixture_open_second (fixture, &error);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) seen = NULL;
  gboolean is_changed = FALSE;

  g_assert_no_error (error);
  g_signal_connect_swapped (second, "changed", G_CALLBACK (g_atomic_int_inc), &is_changed);
  store_fixture_create (fixture, A, "From the first");
  cloche_test_wait_until (is_changed);

  AWAIT (result, cloche_store_list_conversations_async (second, NULL, cloche_test_result_cb, &result));
  seen = cloche_store_list_conversations_finish (second, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (seen->len, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/store/conversations/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("list", test_list);
  ADD ("change", test_change);
  ADD ("missing", test_missing);
  ADD ("same-id", test_same_id);
  ADD ("delete", test_delete);
  ADD ("purge", test_purge);
  ADD ("cancelled", test_cancelled);
  ADD ("two-programs", test_two_programs);

  return g_test_run ();
}
