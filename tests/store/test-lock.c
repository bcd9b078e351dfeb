/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store-error.h"
#include "store-fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define A "conversation-a"
#define B "conversation-b"

static gboolean
lock (ClocheStore *store,
      const char  *id,
      GError     **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_lock_conversation_async (store, id, NULL, cloche_test_result_cb, &result));

  return cloche_store_write_finish (store, result, error);
}

static void
assert_in_use (ClocheStore *store,
               const char  *id,
               const char  *holder)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (lock (store, id, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_IN_USE);
  g_assert_cmpstr (error->message, ==, holder);
}

static void
assert_free (ClocheStore *store,
             const char  *id)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (lock (store, id, &error));
  g_assert_no_error (error);
}

static void
test_one_holder (StoreFixture *fixture,
                 gconstpointer data)
{
  g_autoptr (ClocheStore) second = store_fixture_open_second (fixture, NULL);
  g_autofree char *holder = g_strdup_printf ("%s (%d)", g_get_prgname (), (int) getpid ());
  g_autofree char *path = g_build_filename (fixture->folder, "locks", A, NULL);

  assert_free (fixture->store, A);
  assert_in_use (second, A, holder);
  assert_in_use (fixture->store, A, holder);
  assert_free (second, B);
  cloche_store_unlock_conversation (second, B);

  cloche_store_unlock_conversation (fixture->store, A);
  /* What is asked later is done later. */
  assert_free (fixture->store, A);
  assert_in_use (second, A, holder);
  cloche_store_unlock_conversation (fixture->store, A);
  assert_free (fixture->store, B);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  cloche_store_unlock_conversation (fixture->store, B);
  assert_free (second, A);
}

/* The store goes without giving it back. */
static void
test_store_gone (StoreFixture *fixture,
                 gconstpointer data)
{
  ClocheStore *second = store_fixture_open_second (fixture, NULL);

  assert_free (second, A);
  g_assert_finalize_object (second);
  assert_free (fixture->store, A);
}

/* --hold FOLDER: the other program. */
static int
hold (const char *folder)
{
  StoreFixture fixture = { .folder = (char *) folder };
  g_autoptr (GError) error = NULL;

  fixture.clock = cloche_clock_new_manual (1);
  fixture.store = store_fixture_open_second (&fixture, &error);
  g_assert_no_error (error);
  assert_free (fixture.store, A);
  puts ("held");
  fflush (stdout);
  pause ();

  return 1;     /* It is killed. */
}

static void
test_holder_killed (StoreFixture *fixture,
                    gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) other = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "/proc/self/exe", "--hold",
                                                    fixture->folder, NULL);
  g_autoptr (GDataInputStream) output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (other));
  g_autofree char *line = g_data_input_stream_read_line (output, NULL, NULL, &error);
  g_autofree char *holder = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (line, ==, "held");
  holder = g_strdup_printf ("exe (%s)", g_subprocess_get_identifier (other));
  assert_in_use (fixture->store, A, holder);
  g_subprocess_force_exit (other);
  g_assert_true (g_subprocess_wait (other, NULL, &error));
  assert_free (fixture->store, A);
}

#define ADD(name, func) \
  g_test_add ("/store/lock/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  if (argc == 3 && g_str_equal (argv[1], "--hold")) {
    g_set_prgname ("exe");
    return hold (argv[2]);
  }

  g_test_init (&argc, &argv, NULL);
  ADD ("one-holder", test_one_holder);
  ADD ("store-gone", test_store_gone);
  ADD ("holder-killed", test_holder_killed);

  return g_test_run ();
}
