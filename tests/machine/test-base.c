/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-agent-contract.h"
#include "cloche-base-draft.h"
#include "cloche-base-store.h"
#include "cloche-disk.h"
#include "cloche-fd.h"
#include "cloche-machine-error.h"
#include "cloche-machine-folder.h"
#include "cloche-page-hash.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MACHINE_ID "abcdefghjkmn"

typedef struct
{
  char *dir;
  char *bases;
  ClocheBaseStore *store;
} Fixture;

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *slot;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->dir = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->bases = g_build_filename (fixture->dir, "bases", NULL);
  fixture->store = cloche_base_store_new (fixture->dir);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_autofree char *lock = g_build_filename (fixture->bases, ".lock", NULL);
  g_autofree char *machines = g_build_filename (fixture->dir, "machines", NULL);
  g_autoptr (GPtrArray) left = cloche_base_store_collect (fixture->store, NULL, NULL);

  g_assert_nonnull (left);
  g_assert_finalize_object (g_steal_pointer (&fixture->store));
  g_assert_cmpint (g_unlink (lock), ==, 0);
  g_assert_cmpint (g_rmdir (fixture->bases), ==, 0);
  (void) g_rmdir (machines);    /* Only some tests make it. */
  g_assert_cmpint (g_rmdir (fixture->dir), ==, 0);
  g_free (fixture->bases);
  g_free (fixture->dir);
}

static ClocheBaseDraft *
new_draft (Fixture *fixture)
{
  static const char *const FILES[] = {
    CLOCHE_BASE_FILE_KERNEL, CLOCHE_BASE_FILE_INITRD, CLOCHE_BASE_FILE_ROOT,
    CLOCHE_BASE_FILE_DISK, CLOCHE_BASE_FILE_RAM, CLOCHE_BASE_FILE_STATE,
  };
  g_autoptr (GError) error = NULL;
  ClocheBaseDraft *draft = cloche_base_draft_new (fixture->bases, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (FILES); i++) {
    g_autofree char *path = g_build_filename (cloche_base_draft_get_path (draft), FILES[i], NULL);

    g_assert_true (g_file_set_contents (path, FILES[i], -1, NULL));
  }

  return draft;
}

static ClocheBaseFolder *
publish (ClocheBaseDraft  *draft,
         ClocheAccelerator accelerator,
         gint64            built_us)
{
  g_autoptr (ClocheMachineShape) shape =
    cloche_machine_shape_new ("7.2.22", accelerator, CLOCHE_MACHINE_SIZE_NORMAL);
  g_autoptr (JsonObject) image = json_object_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheBaseFolder *folder;

  cloche_base_draft_publish_async (draft, shape, image, built_us, NULL, NULL, NULL, result_cb, &result);
  folder = cloche_base_draft_publish_finish (draft, wait_for (&result), &error);
  g_assert_no_error (error);

  return folder;
}

static ClocheBaseFolder *
new_base (Fixture          *fixture,
          ClocheAccelerator accelerator,
          gint64            built_us)
{
  g_autoptr (ClocheBaseDraft) draft = new_draft (fixture);

  return publish (draft, accelerator, built_us);
}

static gboolean
verify (ClocheBaseFolder *folder,
        GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_base_folder_verify_async (folder, NULL, NULL, NULL, result_cb, &result);

  return cloche_base_folder_verify_finish (folder, wait_for (&result), error);
}

static void
test_publish (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (ClocheBaseFolder) base = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1000);
  g_autoptr (GError) error = NULL;
  struct stat st;
  cloche_autofd int fd = cloche_base_folder_open_file (base, CLOCHE_BASE_FILE_RAM, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 07777, ==, 0400);
  g_assert_cmpint (cloche_base_folder_get_built_us (base), ==, 1000);
  g_assert_true (verify (base, &error));
  g_assert_no_error (error);
}

static void
test_interrupted (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (ClocheBaseDraft) draft = new_draft (fixture);
  g_autofree char *path = g_strdup (cloche_base_draft_get_path (draft));
  g_autoptr (GPtrArray) entries = NULL;

  entries = cloche_base_store_list (fixture->store, NULL);
  g_assert_cmpuint (entries->len, ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_IS_DIR));
  g_assert_finalize_object (g_steal_pointer (&draft));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* A killed build cannot clean up: the next one does. A draft whose maker lives is left alone. */
static void
test_abandoned (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree char *abandoned = g_build_filename (fixture->bases, ".draft-left", NULL);
  g_autofree char *file = g_build_filename (abandoned, "root.erofs", NULL);
  g_autoptr (ClocheBaseDraft) first = NULL;
  g_autoptr (ClocheBaseDraft) second = NULL;

  g_assert_cmpint (g_mkdir_with_parents (abandoned, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "half", 4, NULL));
  first = new_draft (fixture);
  second = new_draft (fixture);
  g_assert_false (g_file_test (abandoned, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (cloche_base_draft_get_path (first), G_FILE_TEST_IS_DIR));
}

static void
overwrite (ClocheBaseFolder *base,
           const char       *name,
           const char       *content)
{
  g_autofree char *path = g_build_filename (cloche_base_folder_get_path (base), name, NULL);

  g_assert_cmpint (g_unlink (path), ==, 0);
  if (content != NULL)
    g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
expect_open_error (ClocheBaseFolder  *base,
                   ClocheMachineError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cloche_base_folder_open (cloche_base_folder_get_path (base), &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, (int) code);
}

static void
test_damaged (Fixture      *fixture,
              gconstpointer data)
{
  g_autoptr (ClocheBaseFolder) same_size = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1);
  g_autoptr (ClocheBaseFolder) short_file = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 2);
  g_autoptr (ClocheBaseFolder) no_file = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 3);
  g_autoptr (ClocheBaseFolder) no_manifest = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 4);
  g_autoptr (ClocheBaseFolder) manifest = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 5);
  g_autoptr (GError) error = NULL;

  overwrite (same_size, CLOCHE_BASE_FILE_ROOT, "ROOT.erofs");
  g_assert_false (verify (same_size, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_DAMAGED);

  overwrite (short_file, CLOCHE_BASE_FILE_ROOT, "root");
  expect_open_error (short_file, CLOCHE_MACHINE_ERROR_BASE_DAMAGED);
  overwrite (no_file, CLOCHE_BASE_FILE_KERNEL, NULL);
  expect_open_error (no_file, CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE);
  overwrite (no_manifest, CLOCHE_BASE_FILE_MANIFEST, NULL);
  expect_open_error (no_manifest, CLOCHE_MACHINE_ERROR_BASE_INCOMPLETE);
  overwrite (manifest, CLOCHE_BASE_FILE_MANIFEST, "{\"version\":1}");
  expect_open_error (manifest, CLOCHE_MACHINE_ERROR_BASE_DAMAGED);
}

/* What a program with another agent made: a manifest that is whole, and says so. */
static void
make_foreign (ClocheBaseFolder *base,
              const char       *from,
              const char       *to)
{
  g_autofree char *path = g_build_filename (cloche_base_folder_get_path (base), CLOCHE_BASE_FILE_MANIFEST, NULL);
  g_autofree char *bases = g_path_get_dirname (cloche_base_folder_get_path (base));
  g_autofree char *text = NULL;
  g_autofree char *sum = NULL;
  g_autofree char *renamed = NULL;
  g_autoptr (GString) manifest = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  manifest = g_string_new (text);
  g_assert_cmpuint (g_string_replace (manifest, from, to, 0), ==, 1);   /* How often. */
  sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, manifest->str, -1);
  sum[CLOCHE_BASE_ID_LENGTH] = '\0';
  renamed = g_build_filename (bases, sum, NULL);
  overwrite (base, CLOCHE_BASE_FILE_MANIFEST, manifest->str);
  g_assert_cmpint (g_rename (cloche_base_folder_get_path (base), renamed), ==, 0);
}

/* Nobody starts a base whose agent is not of this program; a new one takes its place. */
static void
test_other_agent (Fixture      *fixture,
                  gconstpointer data)
{
  g_autofree char *ours = g_strdup_printf ("\"agent\":%d", CLOCHE_AGENT_CONTRACT);
  g_autofree char *next = g_strdup_printf ("\"agent\":%d", CLOCHE_AGENT_CONTRACT + 1);
  g_autoptr (ClocheBaseFolder) newer = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1000);
  g_autoptr (ClocheBaseFolder) silent = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 2000);
  g_autoptr (ClocheBaseFolder) good = NULL;
  g_autoptr (ClocheBaseFolder) found = NULL;
  g_autoptr (GError) error = NULL;

  make_foreign (newer, ours, next);
  make_foreign (silent, ours, "\"other\":1");
  g_assert_null (cloche_base_store_newest (fixture->store, "7.2.22", CLOCHE_ACCELERATOR_TCG,
                                           CLOCHE_MACHINE_SIZE_NORMAL, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_MISMATCH);
  g_clear_error (&error);

  good = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 500);
  found = cloche_base_store_newest (fixture->store, "7.2.22", CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_base_folder_get_id (found), ==, cloche_base_folder_get_id (good));
}

/* Whatever order they are found in: that one of this program's own is damaged is what there is to say. */
static void
test_damaged_before_other (Fixture      *fixture,
                           gconstpointer data)
{
  g_autofree char *ours = g_strdup_printf ("\"agent\":%d", CLOCHE_AGENT_CONTRACT);

  for (int i = 1; i <= 8; i++) {
    g_autofree char *other = g_strdup_printf ("\"agent\":%d", CLOCHE_AGENT_CONTRACT + i);
    g_autoptr (ClocheBaseFolder) foreign = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1000);
    g_autoptr (ClocheBaseFolder) damaged = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 2000 + i);
    g_autoptr (GError) error = NULL;

    make_foreign (foreign, ours, other);
    overwrite (damaged, CLOCHE_BASE_FILE_MANIFEST, "{\"version\":1}");
    g_assert_null (cloche_base_store_newest (fixture->store, "7.2.22", CLOCHE_ACCELERATOR_TCG,
                                             CLOCHE_MACHINE_SIZE_NORMAL, &error));
    g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_BASE_DAMAGED);
  }
}

/* A machine goes on from a base with the same root, if its own cannot be used; a root of the same name is not enough. */
static void
test_successor (Fixture      *fixture,
                gconstpointer data)
{
  static const char *const VERSION = "7.2.22";
  g_autoptr (ClocheBaseFolder) own = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1000);
  g_autoptr (ClocheBaseFolder) older = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 2000);
  g_autoptr (ClocheBaseFolder) newer = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 3000);
  g_autoptr (ClocheBaseDraft) draft = new_draft (fixture);
  g_autofree char *root = g_build_filename (cloche_base_draft_get_path (draft), CLOCHE_BASE_FILE_ROOT, NULL);
  g_autoptr (ClocheBaseFolder) other = NULL;
  g_autoptr (ClocheBaseFolder) none = NULL;
  g_autoptr (ClocheBaseFolder) found = NULL;
  const char *id = cloche_base_folder_get_id (own);

  g_assert_true (g_file_set_contents (root, "another", -1, NULL));
  other = publish (draft, CLOCHE_ACCELERATOR_TCG, 4000);

  none = cloche_base_store_find_successor (fixture->store, id, VERSION, CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL);
  g_assert_null (none);
  none = cloche_base_store_find_successor (fixture->store, id, "8.0.0", CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL);
  g_assert_null (none);

  overwrite (own, CLOCHE_BASE_FILE_RAM, "cut");
  found = cloche_base_store_find_successor (fixture->store, id, VERSION, CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL);
  g_assert_nonnull (found);
  g_assert_cmpstr (cloche_base_folder_get_id (found), ==, cloche_base_folder_get_id (newer));

  /* Whose manifest is damaged: nobody knows what its root was. */
  overwrite (own, CLOCHE_BASE_FILE_MANIFEST, "{\"version\":1}");
  none = cloche_base_store_find_successor (fixture->store, id, VERSION, CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL);
  g_assert_null (none);
}

static void
test_newest (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (ClocheBaseFolder) old = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1000);
  g_autoptr (ClocheBaseFolder) young = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 2000);
  g_autoptr (ClocheBaseFolder) other = new_base (fixture, CLOCHE_ACCELERATOR_KVM, 3000);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheBaseFolder) found =
    cloche_base_store_newest (fixture->store, "7.2.22", CLOCHE_ACCELERATOR_TCG, CLOCHE_MACHINE_SIZE_NORMAL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_base_folder_get_id (found), ==, cloche_base_folder_get_id (young));
  g_assert_null (cloche_base_store_newest (fixture->store, "8.0.0", CLOCHE_ACCELERATOR_TCG,
                                           CLOCHE_MACHINE_SIZE_NORMAL, &error));
  g_assert_error (error, CLOCHE_MACHINE_ERROR, CLOCHE_MACHINE_ERROR_NO_BASE);
}

static void
test_collect (Fixture      *fixture,
              gconstpointer data)
{
  g_autofree char *machines = g_build_filename (fixture->dir, "machines", NULL);
  g_autoptr (ClocheBaseFolder) held = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 1);
  g_autoptr (ClocheBaseFolder) kept = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 2);
  g_autoptr (ClocheBaseFolder) loose = new_base (fixture, CLOCHE_ACCELERATOR_TCG, 3);
  g_autoptr (ClocheBaseFolder) other = new_base (fixture, CLOCHE_ACCELERATOR_KVM, 4);
  g_autoptr (GPtrArray) keep_ids = g_ptr_array_new ();
  g_autofree char *disk = g_build_filename (cloche_base_folder_get_path (held), CLOCHE_BASE_FILE_DISK, NULL);
  g_autoptr (ClocheMachineFolder) machine = NULL;
  g_autoptr (GPtrArray) deleted = NULL;
  g_autoptr (GError) error = NULL;

  machine = cloche_machine_folder_create (machines, MACHINE_ID, cloche_base_folder_get_id (held), disk, NULL, &error);
  g_assert_no_error (error);
  g_ptr_array_add (keep_ids, (gpointer) cloche_base_folder_get_id (kept));
  g_ptr_array_add (keep_ids, (gpointer) cloche_base_folder_get_id (other));
  deleted = cloche_base_store_collect (fixture->store, keep_ids, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (deleted->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (deleted, 0), ==, cloche_base_folder_get_id (loose));
  g_assert_true (g_file_test (cloche_base_folder_get_path (held), G_FILE_TEST_IS_DIR));
  g_assert_true (g_file_test (cloche_base_folder_get_path (other), G_FILE_TEST_IS_DIR));
  g_assert_true (cloche_machine_folder_delete (machine, FALSE, NULL));
}

/* The same bytes have the same hash however the holes lie, and another page of the same content has another. */
static void
test_page_hash (void)
{
  cloche_autofd int sparse = memfd_create ("sparse", MFD_CLOEXEC);
  cloche_autofd int dense = memfd_create ("dense", MFD_CLOEXEC);
  cloche_autofd int moved = memfd_create ("moved", MFD_CLOEXEC);
  g_autofree char *zeros = g_malloc0 (1024 * 1024);
  g_autofree char *a = NULL;
  g_autofree char *b = NULL;
  g_autofree char *c = NULL;

  g_assert_cmpint (ftruncate (sparse, 1024 * 1024), ==, 0);
  g_assert_cmpint (pwrite (sparse, "data", 4, 8192), ==, 4);
  g_assert_cmpint (pwrite (dense, zeros, 1024 * 1024, 0), ==, 1024 * 1024);
  g_assert_cmpint (pwrite (dense, "data", 4, 8192), ==, 4);
  g_assert_cmpint (ftruncate (moved, 1024 * 1024), ==, 0);
  g_assert_cmpint (pwrite (moved, "data", 4, 4096), ==, 4);
  a = cloche_page_hash_file (sparse, NULL, NULL, NULL, NULL);
  b = cloche_page_hash_file (dense, NULL, NULL, NULL, NULL);
  c = cloche_page_hash_file (moved, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (strlen (a), ==, CLOCHE_PAGE_HASH_LENGTH);
  g_assert_cmpstr (a, ==, b);
  g_assert_cmpstr (a, !=, c);
}

static void
test_empty_disk (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  cloche_autofd int dir = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GAsyncResult) result = NULL;
  guint16 magic = 0;
  struct stat st;
  cloche_autofd int fd = -1;

  cloche_disk_make_empty_async (dir, "disk", CLOCHE_DISK_BYTES, NULL, result_cb, &result);
  g_assert_true (cloche_disk_make_empty_finish (wait_for (&result), &error));
  g_assert_no_error (error);

  fd = openat (dir, "disk", O_RDONLY | O_CLOEXEC);
  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpint (st.st_size, ==, (gint64) CLOCHE_DISK_BYTES);
  g_assert_cmpint (st.st_blocks * 512, <, 16 * 1024 * 1024);
  g_assert_cmpint (pread (fd, &magic, 2, 1024 + 0x38), ==, 2);
  g_assert_cmpuint (GUINT16_FROM_LE (magic), ==, 0xef53);       /* ext4(5), s_magic */
  g_assert_cmpint (unlinkat (dir, "disk", 0), ==, 0);
  g_assert_cmpint (g_rmdir (path), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/machine/base/publish", Fixture, NULL, set_up, test_publish, tear_down);
  g_test_add ("/machine/base/interrupted", Fixture, NULL, set_up, test_interrupted, tear_down);
  g_test_add ("/machine/base/abandoned", Fixture, NULL, set_up, test_abandoned, tear_down);
  g_test_add ("/machine/base/damaged", Fixture, NULL, set_up, test_damaged, tear_down);
  g_test_add ("/machine/base/other-agent", Fixture, NULL, set_up, test_other_agent, tear_down);
  g_test_add ("/machine/base/damaged-before-other", Fixture, NULL, set_up, test_damaged_before_other, tear_down);
  g_test_add ("/machine/base/successor", Fixture, NULL, set_up, test_successor, tear_down);
  g_test_add ("/machine/base/newest", Fixture, NULL, set_up, test_newest, tear_down);
  g_test_add ("/machine/base/collect", Fixture, NULL, set_up, test_collect, tear_down);
  g_test_add_func ("/machine/base/page-hash", test_page_hash);
  g_test_add_func ("/machine/base/empty-disk", test_empty_disk);

  return g_test_run ();
}
