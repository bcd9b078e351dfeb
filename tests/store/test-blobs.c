/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-store-error.h"
#include "store-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <utime.h>

#define A "aaaaaaaaaaaa"

static ClocheContent *
add (StoreFixture *fixture,
     const char   *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheContent *content;

  AWAIT (result, cloche_store_add_blob_async (fixture->store, "text/csv", bytes, NULL, cloche_test_result_cb, &result));
  content = cloche_store_add_blob_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return content;
}

static ClocheContent *
load (StoreFixture  *fixture,
      ClocheContent *content,
      GError       **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_store_load_content_async (fixture->store, content, NULL, cloche_test_result_cb, &result));

  return cloche_store_load_content_finish (fixture->store, result, error);
}

static guint
count_files (StoreFixture *fixture)
{
  g_autofree char *path = g_build_filename (fixture->folder, "blobs", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static gint64
collect (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 n;

  AWAIT (result, cloche_store_collect_blobs_async (fixture->store, NULL, cloche_test_result_cb, &result));
  n = cloche_store_collect_blobs_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return n;
}

static void
test_add (StoreFixture *fixture,
          gconstpointer data)
{
  g_autoptr (ClocheContent) content = add (fixture, "a,b\n");
  g_autoptr (ClocheContent) again = add (fixture, "a,b\n");
  g_autoptr (ClocheContent) empty = add (fixture, "");
  g_autoptr (ClocheContent) loaded = load (fixture, content, NULL);
  g_autoptr (ClocheContent) loaded_empty = load (fixture, empty, NULL);
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "a,b\n", -1);
  g_autofree char *path = cloche_store_dup_blob_path (fixture->store, cloche_content_get_blob (content));
  g_autofree char *text = cloche_content_dup_text (loaded);
  GStatBuf st;

  g_assert_cmpstr (cloche_content_get_blob (content), ==, expected);
  g_assert_cmpstr (cloche_content_get_blob (again), ==, expected);
  g_assert_cmpuint (count_files (fixture), ==, 2);
  g_assert_cmpstr (text, ==, "a,b\n");
  g_assert_cmpstr (cloche_content_get_mime_type (loaded), ==, "text/csv");
  g_assert_cmpuint (cloche_content_get_size (loaded_empty), ==, 0);
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0777, ==, 0400);
}

static void
test_stream (StoreFixture *fixture,
             gconstpointer data)
{
  gsize size = 3 * 1024 * 1024 + 1;
  g_autofree char *text = g_strnfill (size, 'x');
  g_autofree char *expected = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, (gssize) size);
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data (text, (gssize) size, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheContent) content = NULL;

  AWAIT (result, cloche_store_add_blob_from_stream_async (fixture->store, "text/plain", stream, NULL,
                                                          cloche_test_result_cb, &result));
  content = cloche_store_add_blob_finish (fixture->store, result, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_content_get_blob (content), ==, expected);
  g_assert_cmpuint (cloche_content_get_size (content), ==, size);
}

/* Neither a stream that fails nor one that is cancelled leaves a file. */
static void
test_stream_fails (StoreFixture *fixture,
                   gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GInputStream) stream = g_memory_input_stream_new_from_data ("x", 1, NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_input_stream_close (stream, NULL, NULL));
  AWAIT (result, cloche_store_add_blob_from_stream_async (fixture->store, "text/plain", stream, NULL,
                                                          cloche_test_result_cb, &result));
  g_assert_null (cloche_store_add_blob_finish (fixture->store, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  AWAIT (result, cloche_store_add_blob_from_stream_async (fixture->store, "text/plain", stream, cancellable,
                                                          cloche_test_result_cb, &result));
  g_assert_null (cloche_store_add_blob_finish (fixture->store, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (fixture), ==, 0);
}

static void
test_gone (StoreFixture *fixture,
           gconstpointer data)
{
  g_autoptr (ClocheContent) content = add (fixture, "a,b\n");
  g_autofree char *path = cloche_store_dup_blob_path (fixture->store, cloche_content_get_blob (content));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_chmod (path, 0600), ==, 0);
  g_assert_cmpint (truncate (path, 2), ==, 0);
  g_assert_null (load (fixture, content, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_DAMAGED);
  g_clear_error (&error);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_null (load (fixture, content, &error));
  g_assert_error (error, CLOCHE_STORE_ERROR, CLOCHE_STORE_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, path));
}

/* A link that somebody put there is not followed. */
static void
test_link (StoreFixture *fixture,
           gconstpointer data)
{
  g_autoptr (ClocheContent) content = add (fixture, "a,b\n");
  g_autofree char *path = cloche_store_dup_blob_path (fixture->store, cloche_content_get_blob (content));
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (symlink ("/etc/passwd", path), ==, 0);
  g_assert_null (load (fixture, content, &error));
  g_assert_nonnull (error);
}

static void
test_collect (StoreFixture *fixture,
              gconstpointer data)
{
  g_autoptr (ClocheContent) named = add (fixture, "named");
  g_autoptr (ClocheContent) orphan = add (fixture, "orphan");
  g_autoptr (ClocheFile) file = cloche_file_new ("a.csv", NULL, named);
  g_autoptr (ClocheMessage) message = cloche_message_new (CLOCHE_ROLE_USER, NULL, 1);
  g_autoptr (ClocheMessage) stored = NULL;
  g_autoptr (ClocheContent) loaded = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *foreign = g_build_filename (fixture->folder, "blobs", "notes.txt", NULL);
  g_autofree char *half = g_build_filename (fixture->folder, "blobs", ".aaaaaaaaaaaa", NULL);

  store_fixture_create (fixture, A, "First");
  cloche_message_take_part (message, cloche_message_part_new_file (file));
  stored = store_fixture_save (fixture, A, message, NULL);
  g_assert_true (g_file_set_contents (foreign, "mine", -1, NULL));
  g_assert_true (g_file_set_contents (half, "half", -1, NULL));

  /* What is new may be about to be named. */
  g_assert_cmpint (collect (fixture), ==, 0);

  cloche_clock_advance (fixture->clock, G_GINT64_CONSTANT (7200) * G_USEC_PER_SEC);
  g_assert_cmpint (collect (fixture), ==, 2);
  g_assert_cmpuint (count_files (fixture), ==, 2);
  loaded = load (fixture, named, NULL);
  g_assert_nonnull (loaded);

  /* A deleted conversation can come back, a purged one cannot. */
  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, A, NULL, cloche_test_result_cb, &result));
  g_assert_cmpint (collect (fixture), ==, 0);
  AWAIT (result, cloche_store_purge_async (fixture->store, G_MAXINT64, NULL, cloche_test_result_cb, &result));
  g_assert_cmpint (collect (fixture), ==, 1);
  g_assert_cmpuint (count_files (fixture), ==, 1);
}

/* Adding what is there already makes it new again. */
static void
test_touch (StoreFixture *fixture,
            gconstpointer data)
{
  g_autoptr (ClocheContent) content = add (fixture, "a,b\n");
  g_autofree char *path = cloche_store_dup_blob_path (fixture->store, cloche_content_get_blob (content));
  struct utimbuf long_ago = { 1000000, 1000000 };
  g_autoptr (ClocheContent) again = NULL;

  g_assert_cmpint (utime (path, &long_ago), ==, 0);
  again = add (fixture, "a,b\n");
  g_assert_cmpint (collect (fixture), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) \
  g_test_add ("/store/blobs/" name, StoreFixture, NULL, store_fixture_set_up, func, store_fixture_tear_down)
  ADD ("add", test_add);
  ADD ("stream", test_stream);
  ADD ("stream-fails", test_stream_fails);
  ADD ("gone", test_gone);
  ADD ("link", test_link);
  ADD ("collect", test_collect);
  ADD ("touch", test_touch);

  return g_test_run ();
}
