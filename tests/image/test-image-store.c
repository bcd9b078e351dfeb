/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fd.h"
#include "cloche-image-draft.h"
#include "cloche-image-error.h"
#include "cloche-image-store.h"
#include "image-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void
test_publish (DataFolder   *folder,
              gconstpointer data)
{
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autofree char *kernel = g_build_filename (cloche_image_folder_get_path (image), "kernel", NULL);
  struct stat st;

  g_assert_cmpuint (strlen (cloche_image_folder_get_id (image)), ==, CLOCHE_IMAGE_ID_LENGTH);
  g_assert_cmpint (cloche_image_folder_get_built_us (image), ==, 7);
  g_assert_cmpuint (cloche_image_folder_get_bytes (image), ==, strlen ("kernelinitrdroot.erofs") + 3 * strlen ("guest"));
  g_assert_cmpint (stat (kernel, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0400);
  g_assert_cmpuint (data_folder_count_images (folder), ==, 1);
  g_assert_finalize_object (g_steal_pointer (&image));
}

static void
test_same_again (DataFolder   *folder,
                 gconstpointer data)
{
  g_autoptr (ClocheImageFolder) first = data_folder_add_image (folder, "guest", 7);
  g_autoptr (ClocheImageFolder) second = data_folder_add_image (folder, "guest", 7);

  g_assert_cmpstr (cloche_image_folder_get_id (first), ==, cloche_image_folder_get_id (second));
  g_assert_cmpuint (data_folder_count_images (folder), ==, 1);
}

static void
test_draft_leaves_nothing (DataFolder   *folder,
                           gconstpointer data)
{
  g_autofree char *images_path = cloche_image_store_dup_path (folder->path);
  g_autoptr (GError) error = NULL;

  for (int i = 0; i < 2; i++) {
    g_autoptr (ClocheImageDraft) draft = cloche_image_draft_new (images_path, &error);
    g_autoptr (ClocheImageDraft) second = NULL;
    cloche_autofd int fd = -1;

    g_assert_no_error (error);
    fd = cloche_open_beneath (cloche_image_draft_peek_fd (draft), "kernel", O_WRONLY | O_CREAT, 0600, NULL);
    g_assert_cmpuint (data_folder_count_images (folder), ==, 1);

    second = cloche_image_draft_new (images_path, &error);
    g_assert_null (second);
    g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_BUSY);
    g_clear_error (&error);
  }
  g_assert_cmpuint (data_folder_count_images (folder), ==, 0);
}

/* As a killed process leaves it: a draft without anybody who holds the lock. */
static void
test_stale_draft (DataFolder   *folder,
                  gconstpointer data)
{
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autofree char *images_path = cloche_image_store_dup_path (folder->path);
  g_autofree char *stale = g_build_filename (images_path, ".draft-abc", NULL);
  g_autofree char *file = g_build_filename (stale, "root.erofs", NULL);
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (ClocheImageDraft) draft = NULL;

  g_assert_cmpint (g_mkdir (stale, 0700), ==, 0);
  g_assert_true (g_file_set_contents (file, "half", -1, NULL));
  list = cloche_image_store_list (folder->path, NULL);
  g_assert_cmpuint (list->len, ==, 1);

  draft = cloche_image_draft_new (images_path, NULL);
  g_assert_false (g_file_test (stale, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (data_folder_count_images (folder), ==, 2);
}

static void
damage (ClocheImageFolder *image,
        const char        *name,
        const char        *content)
{
  g_autofree char *path = g_build_filename (cloche_image_folder_get_path (image), name, NULL);

  g_assert_cmpint (g_remove (path), ==, 0);
  if (content != NULL)
    g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
test_damaged (DataFolder   *folder,
              gconstpointer data)
{
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autoptr (ClocheImageFolder) again = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cloche_image_folder_verify_file (image, "kernel", NULL, &error));
  damage (image, "kernel", "kernelGUEST");      /* The same size. */
  g_assert_false (cloche_image_folder_verify_file (image, "kernel", NULL, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_DAMAGED);
  g_clear_error (&error);

  damage (image, "initrd", "short");
  again = cloche_image_folder_open (cloche_image_folder_get_path (image), &error);
  g_assert_null (again);
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_DAMAGED);
  g_clear_error (&error);

  damage (image, "manifest.json", "{\"format\":1}");
  again = cloche_image_folder_open (cloche_image_folder_get_path (image), &error);
  g_assert_null (again);
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID);
  g_clear_error (&error);

  damage (image, "manifest.json", NULL);
  again = cloche_image_folder_open (cloche_image_folder_get_path (image), &error);
  g_assert_null (again);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_list (DataFolder   *folder,
           gconstpointer data)
{
  g_autofree char *recipe_key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "recipe", -1);
  g_autofree char *guest_key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "old", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheImageFolder) none = cloche_image_store_newest (folder->path, &error);
  g_autoptr (ClocheImageFolder) newest = NULL;
  g_autoptr (ClocheImageFolder) by_recipe = NULL;
  g_autoptr (ClocheImageFolder) by_guest = NULL;
  g_autoptr (ClocheImageFolder) by_nothing = NULL;

  g_assert_null (none);
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NONE);

  g_object_unref (data_folder_add_image (folder, "newer", 2));
  g_object_unref (data_folder_add_image (folder, "old", 1));
  newest = cloche_image_store_newest (folder->path, NULL);
  g_assert_cmpint (cloche_image_folder_get_built_us (newest), ==, 2);
  by_recipe = cloche_image_store_find (folder->path, recipe_key, NULL);
  g_assert_cmpint (cloche_image_folder_get_built_us (by_recipe), ==, 2);
  by_guest = cloche_image_store_find (folder->path, recipe_key, guest_key);
  g_assert_cmpint (cloche_image_folder_get_built_us (by_guest), ==, 1);
  by_nothing = cloche_image_store_find (folder->path, guest_key, NULL);
  g_assert_null (by_nothing);
}

static void
test_collect (DataFolder   *folder,
              gconstpointer data)
{
  g_autoptr (ClocheImageFolder) old = data_folder_add_image (folder, "old", 1);
  g_autoptr (ClocheImageFolder) newest = data_folder_add_image (folder, "newest", 2);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) removed = cloche_image_store_collect (folder->path, folder->path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (removed->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (removed, 0), ==, cloche_image_folder_get_id (old));
  g_assert_cmpuint (data_folder_count_images (folder), ==, 1);
}

static void
test_link (DataFolder   *folder,
           gconstpointer data)
{
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  cloche_autofd int dir_fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  g_assert_true (cloche_image_folder_link_into (image, "kernel", dir_fd, &error));
  bytes = cloche_read_file_at (dir_fd, "kernel", 100, NULL);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "kernelguest", 11);

  g_assert_false (cloche_image_folder_link_into (image, "kernel", dir_fd, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS);
}

int
main (int    argc,
      char **argv)
{
  static const struct
  {
    const char *path;
    void (*test) (DataFolder   *folder,
                  gconstpointer data);
  } CASES[] = {
    { "/image/store/publish", test_publish },
    { "/image/store/same-again", test_same_again },
    { "/image/store/draft-leaves-nothing", test_draft_leaves_nothing },
    { "/image/store/stale-draft", test_stale_draft },
    { "/image/store/damaged", test_damaged },
    { "/image/store/list", test_list },
    { "/image/store/collect", test_collect },
    { "/image/store/link", test_link },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    g_test_add (CASES[i].path, DataFolder, NULL, data_folder_set_up, CASES[i].test, data_folder_tear_down);

  return g_test_run ();
}
