/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-replacement.h"

#include "cloche-app-error.h"
#include "cloche-fake-sandbox.h"
#include "cloche-test-isolated.h"
#include "cloche-test-small-disk.h"
#include "store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct
{
  StoreFixture store;
  char *folder;
  char *path;
  ClocheFakeSandbox *sandbox;
  ClocheFiles *files;
  ClocheOrigin *origin;
  GPtrArray *told;              /* of ClocheReplacement: what "replaced" has said */
} Fixture;

static void
replaced_cb (Fixture           *fixture,
             ClocheReplacement *replacement)
{
  g_ptr_array_add (fixture->told, g_object_ref (replacement));
}

static void
set_up_in (Fixture *fixture,
           char    *take_folder)
{
  g_autofree char *uri = NULL;
  struct stat status;

  store_fixture_set_up (&fixture->store, NULL);
  store_fixture_create (&fixture->store, "aaaaaaaaaaaa", "First");
  fixture->folder = take_folder;
  fixture->path = g_build_filename (fixture->folder, "a.txt", NULL);
  uri = g_filename_to_uri (fixture->path, NULL, NULL);
  g_assert_true (g_file_set_contents (fixture->path, "original", -1, NULL));
  g_assert_cmpint (stat (fixture->path, &status), ==, 0);
  fixture->origin = cloche_origin_new (uri, (guint64) status.st_size,
                                       (gint64) status.st_mtim.tv_sec * G_USEC_PER_SEC + status.st_mtim.tv_nsec / 1000);
  fixture->sandbox = cloche_fake_sandbox_new (NULL);
  fixture->files = cloche_files_new (fixture->store.store, "aaaaaaaaaaaa", CLOCHE_SANDBOX (fixture->sandbox), "/nowhere/at/all");
  fixture->told = g_ptr_array_new_with_free_func (g_object_unref);
  g_signal_connect_swapped (fixture->files, "replaced", G_CALLBACK (replaced_cb), fixture);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  set_up_in (fixture, g_dir_make_tmp ("cloche-XXXXXX", NULL));
}

static void
remove_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
  }
}

static void
clear (Fixture *fixture)
{
  g_ptr_array_unref (fixture->told);
  g_assert_finalize_object (fixture->files);
  g_assert_finalize_object (fixture->sandbox);
  cloche_origin_unref (fixture->origin);
  g_free (fixture->folder);
  g_free (fixture->path);
  store_fixture_tear_down (&fixture->store, NULL);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  remove_files (fixture->folder);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  clear (fixture);
}

static void
assert_file (const char *path,
             const char *expected)
{
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
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

/* @text: (nullable): NULL: the content is only in the machine. What the guest calls it leads nowhere. */
static ClocheReplacement *
replace (Fixture      *fixture,
         const char   *text,
         GCancellable *cancellable,
         GError      **error)
{
  g_autoptr (ClocheContent) content = text != NULL ? cloche_content_new_text ("text/plain", text)
                                                   : cloche_content_new_absent ("text/plain", 5);
  g_autoptr (ClocheFile) plain = cloche_file_new ("../../../etc/passwd", "/workspace/../b.txt", content);
  g_autoptr (ClocheFile) file = cloche_file_with_origin (plain, fixture->origin);
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_replacement_make_async (fixture->files, file, NULL, NULL, cancellable, cloche_test_result_cb,
                                                &result));

  return cloche_replacement_make_finish (result, error);
}

static gboolean
undo (ClocheReplacement *replacement,
      GError           **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  AWAIT (result, cloche_replacement_undo_async (replacement, cloche_test_result_cb, &result));

  return cloche_replacement_undo_finish (replacement, result, error);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_replace_and_undo (Fixture      *fixture,
                       gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheReplacement) replacement = replace (fixture, "new", NULL, &error);
  guint n_undone = 0;

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_replacement_get_path (replacement), ==, fixture->path);
  assert_file (fixture->path, "new");
  assert_file (cloche_replacement_get_backup_path (replacement), "original");
  g_assert_cmpuint (count_entries (fixture->folder), ==, 2);
  g_assert_cmpuint (fixture->told->len, ==, 1);
  g_assert_true (fixture->told->pdata[0] == replacement);

  g_signal_connect_swapped (replacement, "undone", G_CALLBACK (count_cb), &n_undone);
  g_assert_true (undo (replacement, &error));
  g_assert_no_error (error);
  assert_file (fixture->path, "original");
  g_assert_cmpuint (count_entries (fixture->folder), ==, 1);
  g_assert_false (undo (replacement, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  assert_file (fixture->path, "original");
  g_assert_cmpuint (n_undone, ==, 1);
}

/* From the machine; and again later, although the file is not as it was when it was attached: it is as it was left. */
static void
test_again (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheReplacement) first = replace (fixture, "first new one", NULL, &error);
  g_autoptr (ClocheReplacement) second = NULL;

  g_assert_no_error (error);
  cloche_fake_sandbox_write (fixture->sandbox, "/workspace/../b.txt", "second");
  second = replace (fixture, NULL, NULL, &error);
  g_assert_no_error (error);
  assert_file (fixture->path, "second");
  assert_file (cloche_replacement_get_backup_path (second), "first new one");
  assert_file (cloche_replacement_get_backup_path (first), "original");
}

/* What an undo left is as well known as what was attached: it can be replaced anew. */
static void
test_after_undo (Fixture      *fixture,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheReplacement) first = replace (fixture, "first", NULL, &error);
  g_autoptr (ClocheReplacement) second = replace (fixture, "second one", NULL, &error);
  g_autoptr (ClocheReplacement) third = NULL;

  g_assert_no_error (error);
  g_assert_true (undo (second, &error));
  g_assert_no_error (error);
  assert_file (fixture->path, "first");
  third = replace (fixture, "third", NULL, &error);
  g_assert_no_error (error);
  assert_file (fixture->path, "third");
  assert_file (cloche_replacement_get_backup_path (third), "first");
}

/* What another conversation wrote is somebody else's. */
static void
test_other_conversation (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheReplacement) first = replace (fixture, "first new one", NULL, &error);

  g_assert_no_error (error);
  g_assert_finalize_object (fixture->files);
  fixture->files = cloche_files_new (fixture->store.store, "bbbbbbbbbbbb", NULL, "/nowhere/at/all");
  g_assert_null (replace (fixture, "second", NULL, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED);
  assert_file (fixture->path, "first new one");
}

static void
test_failed (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  /* The machine has it no more. */
  g_assert_null (replace (fixture, NULL, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_cmpuint (count_entries (fixture->folder), ==, 1);

  g_cancellable_cancel (cancelled);
  g_assert_null (replace (fixture, "new", cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_cmpuint (count_entries (fixture->folder), ==, 1);
  assert_file (fixture->path, "original");

  g_assert_true (g_file_set_contents (fixture->path, "the person's later work", -1, NULL));
  g_assert_null (replace (fixture, "new", NULL, &error));
  g_assert_error (error, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_ORIGINAL_CHANGED);
  assert_file (fixture->path, "the person's later work");
  g_assert_cmpuint (count_entries (fixture->folder), ==, 1);
  g_assert_cmpuint (fixture->told->len, ==, 0);
}

/* Nothing of the original is lost, and nothing of ours is left. */
static void
test_disk_full (void)
{
  Fixture fixture = { { NULL } };
  g_autofree char *large = NULL;
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

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_true (cloche_test_mount_small_disk (g_get_user_data_dir ()));
  set_up_in (&fixture, g_strdup (g_get_user_data_dir ()));
  large = g_strnfill (4 * 1024 * 1024, 'x');
  g_assert_null (replace (&fixture, large, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  assert_file (fixture.path, "original");
  g_assert_cmpuint (count_entries (fixture.folder), ==, 1);
  clear (&fixture);
}

#define ADD(name, func) g_test_add ("/app/replacement/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);
  ADD ("replace-and-undo", test_replace_and_undo);
  ADD ("again", test_again);
  ADD ("after-undo", test_after_undo);
  ADD ("other-conversation", test_other_conversation);
  ADD ("failed", test_failed);
  g_test_add_func ("/app/replacement/disk-full", test_disk_full);

  return g_test_run ();
}
