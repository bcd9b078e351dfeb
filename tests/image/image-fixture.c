/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "image-fixture.h"

#include "cloche-fd.h"
#include "cloche-image-draft.h"
#include "cloche-image-store.h"
#include "cloche-json.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void
data_folder_set_up (DataFolder   *folder,
                    gconstpointer data)
{
  folder->path = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  g_assert_nonnull (folder->path);
}

static int
remove_cb (const char        *path,
           const struct stat *st,
           int                type,
           struct FTW        *ftw)
{
  return remove (path);
}

void
data_folder_tear_down (DataFolder   *folder,
                       gconstpointer data)
{
  g_assert_cmpint (nftw (folder->path, remove_cb, 16, FTW_DEPTH | FTW_PHYS), ==, 0);
  g_free (folder->path);
}

/* The manifest of the files that are in @dir_fd; the keys are the hashes of a word and of @guest. */
char *
data_folder_make_manifest (int         dir_fd,
                           const char *guest,
                           gint64      built_us)
{
  g_autoptr (JsonObject) manifest = json_object_new ();
  g_autofree char *recipe_key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "recipe", -1);
  g_autofree char *guest_key = g_compute_checksum_for_string (G_CHECKSUM_SHA256, guest, -1);
  g_autoptr (GError) error = NULL;

  json_object_set_int_member (manifest, "format", CLOCHE_IMAGE_FORMAT);
  json_object_set_int_member (manifest, "built_us", built_us);
  json_object_set_string_member (manifest, "recipe_key", recipe_key);
  json_object_set_string_member (manifest, "guest_key", guest_key);
  json_object_set_object_member (manifest, "packages", json_object_new ());
  json_object_set_object_member (manifest, "files", json_object_new ());
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++)
    g_assert_true (cloche_image_manifest_add_file (manifest, dir_fd, CLOCHE_IMAGE_FILES[i], NULL, &error));

  return cloche_json_object_to_line (manifest);
}

ClocheImageFolder *
data_folder_add_image (DataFolder *folder,
                       const char *guest,
                       gint64      built_us)
{
  g_autofree char *images_path = cloche_image_store_dup_path (folder->path);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheImageDraft) draft = cloche_image_draft_new (images_path, &error);
  g_autoptr (GBytes) manifest = NULL;
  ClocheImageFolder *image;
  char *text;

  g_assert_no_error (error);
  for (gsize i = 0; CLOCHE_IMAGE_FILES[i] != NULL; i++) {
    cloche_autofd int fd = cloche_open_beneath (cloche_image_draft_peek_fd (draft), CLOCHE_IMAGE_FILES[i],
                                                O_WRONLY | O_CREAT | O_EXCL, 0600, NULL);

    g_assert_true (cloche_write_all (fd, CLOCHE_IMAGE_FILES[i], strlen (CLOCHE_IMAGE_FILES[i]), NULL));
    g_assert_true (cloche_write_all (fd, guest, strlen (guest), NULL));
  }

  text = data_folder_make_manifest (cloche_image_draft_peek_fd (draft), guest, built_us);
  manifest = g_bytes_new_take (text, strlen (text));
  image = cloche_image_draft_publish (draft, manifest, &error);
  g_assert_no_error (error);

  return image;
}

/* How many names there are in the folder of the images, besides the lock: drafts count, so that what is left shows. */
guint
data_folder_count_images (DataFolder *folder)
{
  g_autofree char *images_path = cloche_image_store_dup_path (folder->path);
  g_autoptr (GDir) dir = g_dir_open (images_path, 0, NULL);
  guint n = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += strcmp (name, ".lock") != 0 ? 1 : 0;

  return n;
}
