/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-machine-folder.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID "abcdefghjkmn"

typedef struct
{
  char *dir;
  char *machines;
  char *disk;
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->dir = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->machines = g_build_filename (fixture->dir, "machines", NULL);
  fixture->disk = g_build_filename (fixture->dir, "disk-empty.raw", NULL);
  g_assert_true (g_file_set_contents (fixture->disk, "disk", 4, NULL));
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  (void) g_unlink (fixture->disk);      /* Gone already in one test. */
  (void) g_rmdir (fixture->machines);   /* Never made in one test. */
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->disk);
  g_free (fixture->machines);
  g_free (fixture->dir);
}

static ClocheMachineFolder *
create (Fixture *fixture,
        GError **error)
{
  return cloche_machine_folder_create (fixture->machines, ID, "base1", fixture->disk, NULL, error);
}

static void
test_create_open_delete (Fixture      *fixture,
                         gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMachineFolder) made = create (fixture, &error);
  g_autoptr (ClocheMachineFolder) opened = NULL;

  g_assert_no_error (error);
  opened = cloche_machine_folder_open (fixture->machines, ID, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_machine_folder_get_base_id (opened), ==, "base1");
  g_assert_cmpstr (cloche_machine_folder_get_token (opened), ==, cloche_machine_folder_get_token (made));
  g_assert_cmpuint (strlen (cloche_machine_folder_get_token (made)), ==, CLOCHE_MACHINE_TOKEN_LENGTH);

  g_assert_true (cloche_machine_folder_delete (opened, FALSE, &error));
  g_assert_no_error (error);
  g_assert_null (cloche_machine_folder_open (fixture->machines, ID, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_exists (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMachineFolder) folder = create (fixture, &error);

  g_assert_no_error (error);
  g_assert_null (create (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
  g_assert_true (cloche_machine_folder_delete (folder, FALSE, NULL));
}

/* A crash in the middle leaves .new-ID; the next attempt starts over. */
static void
test_left_over (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *half = g_build_filename (fixture->machines, ".new-" ID, NULL);
  g_autofree char *file = g_build_filename (half, "disk.raw", NULL);
  g_autoptr (ClocheMachineFolder) folder = NULL;

  g_assert_cmpint (g_mkdir_with_parents (half, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "half", 4, NULL));
  g_assert_null (cloche_machine_folder_open (fixture->machines, ID, &error));
  g_clear_error (&error);

  folder = create (fixture, &error);
  g_assert_no_error (error);
  g_assert_true (cloche_machine_folder_delete (folder, FALSE, NULL));
}

static void
test_no_disk (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *half = g_build_filename (fixture->machines, ".new-" ID, NULL);

  g_assert_cmpint (g_unlink (fixture->disk), ==, 0);
  g_assert_null (create (fixture, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_false (g_file_test (half, G_FILE_TEST_EXISTS));
}

static void
test_locks (Fixture      *fixture,
            gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMachineFolder) folder = create (fixture, &error);
  int first = cloche_machine_folder_lock (folder, "running", FALSE, &error);

  g_assert_no_error (error);
  g_assert_cmpint (cloche_machine_folder_lock (folder, "running", FALSE, &error), <, 0);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);

  g_assert_false (cloche_machine_folder_delete (folder, FALSE, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  g_clear_error (&error);

  g_assert_cmpint (close (first), ==, 0);
  g_assert_true (cloche_machine_folder_delete (folder, FALSE, &error));
  g_assert_no_error (error);
}

static void
test_damaged (Fixture      *fixture,
              gconstpointer data)
{
  static const char *const DAMAGED[] = { "", "{", "[]", "{\"base\":7}", "{\"base\":\"../x\"}", "{\"base\":\".\"}" };
  g_autoptr (ClocheMachineFolder) folder = create (fixture, NULL);
  g_autofree char *path = g_build_filename (fixture->machines, ID, "machine.json", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (DAMAGED); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, DAMAGED[i], -1, NULL));
    g_assert_null (cloche_machine_folder_open (fixture->machines, ID, &error));
    g_assert_true (error != NULL && error->domain == CLOCHE_BASE_ERROR);
  }
  g_assert_true (cloche_machine_folder_delete (folder, FALSE, NULL));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/machine/folder/create-open-delete", Fixture, NULL, set_up, test_create_open_delete, tear_down);
  g_test_add ("/machine/folder/exists", Fixture, NULL, set_up, test_exists, tear_down);
  g_test_add ("/machine/folder/left-over", Fixture, NULL, set_up, test_left_over, tear_down);
  g_test_add ("/machine/folder/no-disk", Fixture, NULL, set_up, test_no_disk, tear_down);
  g_test_add ("/machine/folder/locks", Fixture, NULL, set_up, test_locks, tear_down);
  g_test_add ("/machine/folder/damaged", Fixture, NULL, set_up, test_damaged, tear_down);

  return g_test_run ();
}
