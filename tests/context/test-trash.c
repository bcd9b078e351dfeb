/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-trash.h"

#include "cloche-machine-folder.h"
#include "cloche-test-isolated.h"
#include "store-fixture.h"

#include <glib/gstdio.h>

#define KEPT "conversatn01"
#define DELETED "conversatn02"
#define MACHINE "abcdefghjkmn"

typedef struct
{
  ClocheMachineHost *host;
  ClocheTrash *trash;
  char *machine;                /* path of the folder of the deleted conversation's machine */
  int n_removed;
  int n_problems;
} Case;

static void
count_cb (int *n)
{
  ++*n;
}

static void
make_machine (StoreFixture *fixture,
              Case         *self)
{
  g_autofree char *machines = g_build_filename (fixture->folder, "machines", NULL);
  g_autofree char *disk = g_build_filename (fixture->folder, "empty.raw", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheMachineFolder) folder = NULL;

  g_assert_true (g_file_set_contents (disk, "disk", -1, &error));
  folder = cloche_machine_folder_create (machines, MACHINE, "base", disk, NULL, &error);
  g_assert_no_error (error);
  self->machine = g_build_filename (machines, MACHINE, NULL);
}

static void
set_up (StoreFixture *fixture,
        Case         *self)
{
  g_autofree char *cache = g_build_filename (fixture->folder, "cache", NULL);
  g_autofree char *config = g_build_filename (fixture->folder, "config", NULL);
  g_autofree char *run = g_build_filename (fixture->folder, "run", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClochePaths) paths = cloche_paths_new (fixture->folder, cache, config, run, &error);

  g_assert_no_error (error);
  self->host = cloche_machine_host_new (paths);
  self->trash = cloche_trash_new (fixture->store, self->host, fixture->clock);
  g_signal_connect_swapped (self->trash, "removed", G_CALLBACK (count_cb), &self->n_removed);
  g_signal_connect_swapped (self->trash, "problem", G_CALLBACK (count_cb), &self->n_problems);

  store_fixture_create (fixture, KEPT, "Kept");
  store_fixture_create (fixture, DELETED, "Deleted");
  AWAIT (result, cloche_store_set_machine_async (fixture->store, DELETED, MACHINE, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
  AWAIT (result, cloche_store_delete_conversation_async (fixture->store, DELETED, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_store_write_finish (fixture->store, result, &error));
}

static void
tear_down (Case *self)
{
  gpointer alive = self->trash;

  g_object_add_weak_pointer (G_OBJECT (self->trash), &alive);
  g_object_unref (self->trash);
  cloche_test_wait_until (alive == NULL);
  g_object_unref (self->host);
  g_free (self->machine);
}

static guint
count_deleted (StoreFixture *fixture)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) deleted = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_store_list_deleted_async (fixture->store, G_MAXINT64, NULL, cloche_test_result_cb, &result));
  deleted = cloche_store_list_deleted_finish (fixture->store, result, &error);
  g_assert_no_error (error);

  return deleted->len;
}

static void
test_machine_goes_first (StoreFixture *fixture,
                         gconstpointer data)
{
  Case self = { 0 };
  g_autofree char *disk = NULL;

  set_up (fixture, &self);
  make_machine (fixture, &self);
  cloche_trash_empty (self.trash);
  cloche_trash_empty (self.trash);      /* Asked for twice: done again, and nothing is left to do. */
  cloche_test_wait_until (self.n_removed == 1);
  g_assert_false (g_file_test (self.machine, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_deleted (fixture), ==, 0);
  g_assert_cmpint (self.n_problems, ==, 0);
  tear_down (&self);
}

/* A crash came between the machine and the rows; or the machine was never made. */
static void
test_machine_is_gone (StoreFixture *fixture,
                      gconstpointer data)
{
  Case self = { 0 };

  set_up (fixture, &self);
  cloche_trash_empty (self.trash);
  cloche_test_wait_until (self.n_removed == 1);
  g_assert_cmpuint (count_deleted (fixture), ==, 0);
  tear_down (&self);
}

/* Rows stay as long as the machine does, so that the next attempt finds it. */
static void
test_machine_stays (StoreFixture *fixture,
                    gconstpointer data)
{
  Case self = { 0 };
  g_autofree char *description = NULL;

  set_up (fixture, &self);
  make_machine (fixture, &self);
  description = g_build_filename (self.machine, "machine.json", NULL);
  g_assert_true (g_file_set_contents (description, "damaged", -1, NULL));
  cloche_trash_empty (self.trash);
  cloche_test_wait_until (self.n_problems == 1);
  g_assert_cmpint (self.n_removed, ==, 0);
  g_assert_cmpuint (count_deleted (fixture), ==, 1);
  tear_down (&self);
}

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);

  g_test_add ("/context/trash/machine-goes-first", StoreFixture, NULL, store_fixture_set_up, test_machine_goes_first,
              store_fixture_tear_down);
  g_test_add ("/context/trash/machine-is-gone", StoreFixture, NULL, store_fixture_set_up, test_machine_is_gone,
              store_fixture_tear_down);
  g_test_add ("/context/trash/machine-stays", StoreFixture, NULL, store_fixture_set_up, test_machine_stays,
              store_fixture_tear_down);

  return g_test_run ();
}
