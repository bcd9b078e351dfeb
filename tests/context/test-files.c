/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-files.h"

#include "cloche-fake-sandbox.h"
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

/* bytes: many of the pieces in which the fake machine gives it away. */
#define LARGE (10 * 1024)

static void
assert_content (GFile      *file,
                const char *expected)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_load_contents (file, NULL, &text, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, expected);
  g_assert_true (g_file_delete (file, NULL, NULL));
}

static ClocheContent *
add_blob (StoreFixture *fixture,
          const char   *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (ClocheContent) content = NULL;

  AWAIT (result, cloche_store_add_blob_async (fixture->store, "text/plain", bytes, NULL, cloche_test_result_cb, &result));
  content = cloche_store_add_blob_finish (fixture->store, result, NULL);

  /* As it comes back from the store: without its bytes. */
  return cloche_content_new_blob ("text/plain", cloche_content_get_blob (content), strlen (text));
}

static GFile *
stage (ClocheFiles   *files,
       const char    *name,
       const char    *path,
       ClocheContent *content,
       GError       **error)
{
  g_autoptr (ClocheFile) file = cloche_file_new (name, path, content);
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_files_stage_async (files, file, NULL, NULL, NULL, cloche_test_result_cb, &result));

  return cloche_files_stage_finish (files, result, error);
}

static void
remove_folder (GFile *staged)
{
  g_autoptr (GFile) folder = g_file_get_parent (staged);

  g_assert_true (g_file_delete (folder, NULL, NULL));
}

/* Wherever the bytes are, the copy has them, under a name that cannot leave its folder. */
static void
test_stage (StoreFixture *fixture,
            gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  ClocheFakeSandbox *sandbox = cloche_fake_sandbox_new (NULL);
  ClocheFiles *files = cloche_files_new (fixture->store, "aaaaaaaaaaaa", CLOCHE_SANDBOX (sandbox), folder);
  g_autoptr (ClocheContent) at_hand = cloche_content_new_text ("text/plain", "one");
  g_autoptr (ClocheContent) in_store = add_blob (fixture, "two");
  g_autoptr (ClocheContent) in_machine = cloche_content_new_absent ("text/plain", 5);
  g_autoptr (GFile) first = stage (files, "../../a\n.txt", NULL, at_hand, NULL);
  g_autoptr (GFile) second = stage (files, "b.txt", NULL, in_store, NULL);
  g_autoptr (GFile) third = NULL;
  g_autoptr (GFile) beside = g_file_new_build_filename (g_get_tmp_dir (), "c.txt", NULL);
  g_autofree char *name = g_file_get_basename (first);

  g_assert_cmpstr (name, ==, "a_.txt");
  g_assert_true (g_str_has_prefix (g_file_peek_path (first), folder));
  assert_content (first, "one");
  assert_content (second, "two");
  cloche_fake_sandbox_write (sandbox, "/workspace/c.txt", "three");
  third = stage (files, "c.txt", "/workspace/c.txt", in_machine, NULL);
  assert_content (third, "three");
  g_assert_true (cloche_files_is_staged (files, third));
  g_assert_false (cloche_files_is_staged (files, beside));

  remove_folder (first);
  remove_folder (second);
  remove_folder (third);
  g_assert_cmpint (g_remove (folder), ==, 0);
  g_assert_finalize_object (files);
  g_assert_finalize_object (sandbox);
}

static void
test_gone (StoreFixture *fixture,
           gconstpointer data)
{
  g_autoptr (ClocheFiles) files = cloche_files_new (fixture->store, "aaaaaaaaaaaa", NULL, "/nowhere/at/all");
  g_autofree char *folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  g_autoptr (ClocheFiles) here = cloche_files_new (fixture->store, "aaaaaaaaaaaa", NULL, folder);
  g_autoptr (ClocheContent) absent = cloche_content_new_absent ("text/plain", 5);
  g_autoptr (ClocheFile) file = cloche_file_new ("a", "/workspace/a", absent);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GFile) target = g_file_new_build_filename (folder, "a", NULL);
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_files_save_async (here, file, target, NULL, NULL, NULL, cloche_test_result_cb, &result));
  g_assert_false (cloche_files_save_finish (here, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);

  AWAIT (result, cloche_files_load_async (here, absent, NULL, cloche_test_result_cb, &result));
  g_assert_null (cloche_files_load_finish (here, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpint (g_remove (folder), ==, 0);

  if (g_access ("/", W_OK) != 0) {
    g_assert_null (stage (files, "a", NULL, absent, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
  }
}

typedef struct
{
  goffset done;
  guint n_calls;
  GCancellable *cancel_now;     /* or NULL: at the first call */
} Progress;

static void
progress_cb (goffset  done,
             goffset  total,
             gpointer user_data)
{
  Progress *progress = user_data;

  g_assert_cmpint (total, ==, LARGE);
  g_assert_cmpint (done, >, progress->done);
  progress->done = done;
  progress->n_calls++;
  g_cancellable_cancel (progress->cancel_now);
}

static guint
count_entries (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
test_empty (StoreFixture *fixture,
            gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  g_autoptr (ClocheFiles) files = cloche_files_new (fixture->store, "aaaaaaaaaaaa", NULL, folder);
  g_autoptr (GBytes) bytes = g_bytes_new (NULL, 0);
  g_autoptr (ClocheContent) content = cloche_content_new_bytes ("text/plain", bytes);
  g_autoptr (GFile) staged = stage (files, "empty.txt", NULL, content, NULL);

  assert_content (staged, "");
  remove_folder (staged);
  g_assert_cmpint (g_remove (folder), ==, 0);
}

/* From the machine, piece by piece; what was at the target stays until the new one is whole, and stays if it never is. */
static void
test_large (StoreFixture *fixture,
            gconstpointer data)
{
  g_autofree char *folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  g_autofree char *text = g_strnfill (LARGE, 'x');
  g_autoptr (ClocheFakeSandbox) sandbox = cloche_fake_sandbox_new (NULL);
  g_autoptr (ClocheFiles) files = cloche_files_new (fixture->store, "aaaaaaaaaaaa", CLOCHE_SANDBOX (sandbox), folder);
  g_autoptr (ClocheContent) absent = cloche_content_new_absent ("text/plain", LARGE);
  g_autoptr (ClocheFile) file = cloche_file_new ("a.txt", "/workspace/a.txt", absent);
  g_autoptr (GFile) target = g_file_new_build_filename (folder, "a.txt", NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Progress progress = { .cancel_now = cancellable };

  cloche_fake_sandbox_write (sandbox, "/workspace/a.txt", text);
  g_assert_true (g_file_replace_contents (target, "older", 5, NULL, FALSE, 0, NULL, NULL, NULL));
  AWAIT (result, cloche_files_save_async (files, file, target, progress_cb, &progress, cancellable,
                                          cloche_test_result_cb, &result));
  g_assert_false (cloche_files_save_finish (files, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (progress.n_calls, ==, 1);
  g_assert_cmpuint (count_entries (folder), ==, 1);

  AWAIT (result, cloche_files_stage_async (files, file, NULL, NULL, cancellable, cloche_test_result_cb, &result));
  g_assert_null (cloche_files_stage_finish (files, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (count_entries (folder), ==, 1);
  assert_content (target, "older");

  progress = (Progress) { 0 };
  AWAIT (result, cloche_files_save_async (files, file, target, progress_cb, &progress, NULL, cloche_test_result_cb,
                                          &result));
  g_assert_true (cloche_files_save_finish (files, result, &error));
  g_assert_no_error (error);
  g_assert_cmpint (progress.done, ==, LARGE);
  g_assert_cmpuint (count_entries (folder), ==, 1);
  assert_content (target, text);
  g_assert_cmpint (g_remove (folder), ==, 0);
}

static void
test_load (StoreFixture *fixture,
           gconstpointer data)
{
  g_autoptr (ClocheFiles) files = cloche_files_new (fixture->store, "aaaaaaaaaaaa", NULL, "/tmp");
  g_autoptr (ClocheContent) in_store = add_blob (fixture, "two");
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_files_load_async (files, in_store, NULL, cloche_test_result_cb, &result));
  bytes = cloche_files_load_finish (files, result, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "two", 3);

  g_cancellable_cancel (cancelled);
  AWAIT (result, cloche_files_load_async (files, in_store, cancelled, cloche_test_result_cb, &result));
  g_assert_null (cloche_files_load_finish (files, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

#define ADD(name, func) \
  g_test_add ("/app/files/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("stage", test_stage);
  ADD ("gone", test_gone);
  ADD ("empty", test_empty);
  ADD ("large", test_large);
  ADD ("load", test_load);

  return g_test_run ();
}
