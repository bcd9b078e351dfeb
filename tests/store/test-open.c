/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-database.h"
#include "cloche-fd.h"
#include "cloche-store-error.h"
#include "cloche-test-isolated.h"
#include "cloche-test-small-disk.h"
#include "store-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define A "aaaaaaaaaaaa"

static void
close_store (StoreFixture *fixture)
{
  cloche_test_drain ();
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
}

static void
overwrite (StoreFixture *fixture,
           const char   *bytes,
           gsize         length)
{
  g_autofree char *path = g_build_filename (fixture->folder, "cloche.db", NULL);

  g_assert_true (g_file_set_contents (path, bytes, (gssize) length, NULL));
}

static guint
count_conversations (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) conversations = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_store_list_conversations_async (fixture->store, NULL, cloche_test_result_cb, &result));
  conversations = cloche_store_list_conversations_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return conversations->len;
}

/* What was written is there after the program ended. */
static void
test_reopen (StoreFixture *fixture,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  store_fixture_create (fixture, A, "First");
  close_store (fixture);
  fixture->store = store_fixture_open_second (fixture, &error);
  g_assert_no_error (error);
  g_assert_null (cloche_store_get_damaged_path (fixture->store));
  g_assert_cmpstr (cloche_store_get_folder (fixture->store), ==, fixture->folder);
  g_assert_cmpuint (count_conversations (fixture), ==, 1);
}

static void
test_damaged (StoreFixture *fixture,
              gconstpointer data)
{
  g_autofree char *rubbish = g_strnfill (10000, 'x');
  g_autofree char *kept = NULL;
  g_autoptr (GError) error = NULL;
  const char *path;

  close_store (fixture);
  overwrite (fixture, rubbish, 10000);
  fixture->store = store_fixture_open_second (fixture, &error);
  g_assert_no_error (error);

  path = cloche_store_get_damaged_path (fixture->store);
  g_assert_nonnull (path);
  g_assert_true (g_file_get_contents (path, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, rubbish);
  store_fixture_create (fixture, A, "In the new one");
  g_assert_cmpuint (count_conversations (fixture), ==, 1);
}

/* A file of the first version gets what has been added since, and keeps what is in it. */
static void
test_older (StoreFixture *fixture,
            gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "cloche.db", NULL);
  g_autoptr (ClocheDatabase) database = NULL;
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///a", 1, 2);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_create (fixture, A, "First");
  close_store (fixture);
  database = cloche_database_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (cloche_database_execute (database, "DROP TABLE originals; PRAGMA user_version = 1", &error));
  g_clear_pointer (&database, cloche_database_free);

  fixture->store = store_fixture_open_second (fixture, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_conversations (fixture), ==, 1);
  AWAIT (result, cloche_store_set_original_async (fixture->store, A, origin, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

/* A file that a newer program wrote is neither changed nor set aside. */
static void
test_newer (StoreFixture *fixture,
            gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "cloche.db", NULL);
  g_autoptr (ClocheDatabase) database = NULL;
  g_autoptr (GError) error = NULL;

  close_store (fixture);
  database = cloche_database_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (cloche_database_execute (database, "PRAGMA user_version = 9999", &error));
  g_clear_pointer (&database, cloche_database_free);

  g_assert_null (store_fixture_open_second (fixture, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NEWER);
  cloche_test_drain ();
}

static void
test_not_a_folder (StoreFixture *fixture,
                   gconstpointer data)
{
  g_autofree char *file = g_build_filename (fixture->folder, "file", NULL);
  g_autofree char *folder = g_build_filename (file, "cloche", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (file, "", 0, NULL));
  AWAIT (result, cloche_store_open_async (folder, fixture->clock, NULL, cloche_test_result_cb, &result));
  g_assert_null (cloche_store_open_finish (result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, folder));
}

/* Another program sits on the database: an error in the end, not a hang, and the next try works. */
static void
test_busy (StoreFixture *fixture,
           gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "cloche.db", NULL);
  g_autoptr (ClocheDatabase) other = cloche_database_open (path, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  store_fixture_create (fixture, A, "First");
  g_assert_true (cloche_database_begin (other, NULL));
  AWAIT (result, cloche_store_rename_conversation_async (fixture->store, A, "x", NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_BUSY);
  g_clear_error (&error);

  cloche_database_rollback (other);
  AWAIT (result, cloche_store_rename_conversation_async (fixture->store, A, "x", NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_no_error (error);
}

static void
fill (StoreFixture *fixture)
{
  g_autofree char *noise = g_strnfill (60000, 'x');
  g_autoptr (GError) error = NULL;
  guint n = 0;

  while (error == NULL) {
    g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 1);
    g_autoptr (ClocheMessage) stored = NULL;

    cloche_message_take_part (message, cloche_message_part_new_text (noise));
    stored = store_fixture_save (fixture, A, message, &error);
    g_assert_cmpuint (n++, <, 1000);
  }
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NO_SPACE);
  g_assert_nonnull (strstr (error->message, fixture->folder));
}

static void
add_large_blob (StoreFixture *fixture)
{
  g_autofree char *text = g_malloc0 (4 * 1024 * 1024);
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_steal_pointer (&text), 4 * 1024 * 1024);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_store_add_blob_async (fixture->store, "video/webm", bytes, NULL,
                                              cloche_test_result_cb, &result));
  g_assert_null (cloche_store_add_blob_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NO_SPACE);
}

static void
run_on_small_disk (void (*func)(StoreFixture *fixture))
{
  StoreFixture fixture = { NULL };
  g_autoptr (GError) error = NULL;

  if (!g_test_subprocess ()) {
    if (!cloche_test_can_mount ()) {
      g_test_skip ("this user may not mount a small disk in a namespace");
      return;
    }
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
    g_test_trap_assert_passed ();
    return;
  }

  fixture.folder = g_strdup (g_get_user_data_dir ());
  g_assert_cmpint (g_mkdir_with_parents (fixture.folder, 0700), ==, 0);
  g_assert_true (cloche_test_mount_small_disk (fixture.folder));
  fixture.clock = cloche_clock_new_manual (1);
  fixture.store = store_fixture_open_second (&fixture, &error);
  g_assert_no_error (error);
  store_fixture_create (&fixture, A, "First");
  func (&fixture);
  close_store (&fixture);
  cloche_clock_unref (fixture.clock);
  g_free (fixture.folder);
}

/* The write fails and says so; what was there is there, and writing works again once there is room. */
static void
full_disk (StoreFixture *fixture)
{
  g_autofree char *ballast = g_build_filename (fixture->folder, "ballast", NULL);
  g_autofree char *bytes = g_malloc0 (512 * 1024);

  g_assert_true (g_file_set_contents (ballast, bytes, 512 * 1024, NULL));
  add_large_blob (fixture);
  fill (fixture);
  g_assert_cmpuint (count_conversations (fixture), ==, 1);

  g_assert_cmpint (g_unlink (ballast), ==, 0);
  g_free (store_fixture_save_text (fixture, A, NULL, "there is room again"));
}

static void
test_full (void)
{
  run_on_small_disk (full_disk);
}

/* Reading goes on, writing says why it cannot. */
static void
read_only_disk (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  close_store (fixture);
  g_assert_cmpint (g_chdir ("/"), ==, 0);
  g_assert_cmpint (mount (NULL, fixture->folder, NULL, MS_REMOUNT | MS_RDONLY | MS_BIND, NULL), ==, 0);
  fixture->store = store_fixture_open_second (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (cloche_store_is_read_only (fixture->store));
  g_assert_cmpuint (count_conversations (fixture), ==, 1);

  AWAIT (result, cloche_store_rename_conversation_async (fixture->store, A, "x", NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_store_write_finish (fixture->store, result, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_READ_ONLY);
  g_assert_nonnull (strstr (error->message, fixture->folder));
}

static void
test_read_only (void)
{
  run_on_small_disk (read_only_disk);
}

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);
#define ADD(name, func) \
  g_test_add ("/store/open/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("reopen", test_reopen);
  ADD ("damaged", test_damaged);
  ADD ("older", test_older);
  ADD ("newer", test_newer);
  ADD ("not-a-folder", test_not_a_folder);
  ADD ("busy", test_busy);
  g_test_add_func ("/store/open/full", test_full);
  g_test_add_func ("/store/open/read-only", test_read_only);

  return g_test_run ();
}
