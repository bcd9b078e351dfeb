/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-archive.h"
#include "cloche-image-artefact.h"
#include "cloche-image-error.h"
#include "image-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return g_steal_pointer (slot);
}

static gboolean
export_image (ClocheImageFolder *image,
              const char        *path,
              GCancellable      *cancellable,
              GError           **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  cloche_image_artefact_export_async (image, path, cancellable, ready_cb, &slot);
  result = wait_for (&slot);

  return cloche_image_artefact_export_finish (result, error);
}

static ClocheImageFolder *
import_image (DataFolder   *folder,
              const char   *path,
              GCancellable *cancellable,
              GError      **error)
{
  GAsyncResult *slot = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  cloche_image_artefact_import_async (path, folder->path, cancellable, ready_cb, &slot);
  result = wait_for (&slot);

  return cloche_image_artefact_import_finish (result, error);
}

static void
test_round_trip (DataFolder   *folder,
                 gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autofree char *path = g_build_filename (folder->path, "image.tar", NULL);
  g_autoptr (ClocheImageFolder) imported = NULL;
  DataFolder other = { NULL };

  g_assert_true (export_image (image, path, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (export_image (image, path, NULL, &error));     /* Replaces it. */

  data_folder_set_up (&other, NULL);
  imported = import_image (&other, path, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cloche_image_folder_get_id (imported), ==, cloche_image_folder_get_id (image));
  g_assert_true (cloche_image_folder_verify_file (imported, "root.erofs", NULL, &error));
  data_folder_tear_down (&other, NULL);
}

static void
test_cancelled (DataFolder   *folder,
                gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autofree char *path = g_build_filename (folder->path, "image.tar", NULL);
  g_autoptr (GDir) dir = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (export_image (image, path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  dir = g_dir_open (folder->path, 0, NULL);
  g_assert_cmpstr (g_dir_read_name (dir), ==, "images");        /* And nothing else. */
  g_assert_null (g_dir_read_name (dir));

  g_assert_true (export_image (image, path, NULL, NULL));
  g_assert_null (import_image (folder, path, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (data_folder_count_images (folder), ==, 1);
}

/* One member of a hostile artefact; without content it is what the good one has. */
typedef struct
{
  const char *name;
  const char *content;
  mode_t type;
} Member;

static void
write_tar (ClocheImageFolder *image,
           const char        *path,
           const Member      *members)
{
  struct archive *writer = archive_write_new ();

  g_assert_cmpint (archive_write_set_format_pax_restricted (writer), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_filename (writer, path), ==, ARCHIVE_OK);
  for (gsize i = 0; members[i].name != NULL; i++) {
    g_autofree char *source = g_build_filename (cloche_image_folder_get_path (image), members[i].name, NULL);
    g_autofree char *content = g_strdup (members[i].content);
    struct archive_entry *entry = archive_entry_new ();

    if (content == NULL)
      g_assert_true (g_file_get_contents (source, &content, NULL, NULL));
    archive_entry_set_pathname (entry, members[i].name);
    archive_entry_set_filetype (entry, members[i].type != 0 ? members[i].type : AE_IFREG);
    archive_entry_set_perm (entry, 0644);
    if (members[i].type == AE_IFLNK)
      archive_entry_set_symlink (entry, content);
    else
      archive_entry_set_size (entry, (la_int64_t) strlen (content));
    g_assert_cmpint (archive_write_header (writer, entry), ==, ARCHIVE_OK);
    if (members[i].type != AE_IFLNK)
      g_assert_cmpint (archive_write_data (writer, content, strlen (content)), ==, (la_ssize_t) strlen (content));
    archive_entry_free (entry);
  }
  g_assert_cmpint (archive_write_free (writer), ==, ARCHIVE_OK);
}

static void
test_hostile (DataFolder   *folder,
              gconstpointer data)
{
  static const Member CASES[][6] = {
    { { "kernel" }, { "manifest.json" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "initrd" }, { "kernel" }, { "root.erofs" } },
    { { "manifest.json" }, { "kernel" }, { "initrd" } },
    { { "manifest.json" }, { "../kernel", "x" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "/tmp/kernel", "x" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "./kernel", "x" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "kernel", "/etc/passwd", AE_IFLNK }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json", "not json" }, { "kernel" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json", "{\"format\":2}" }, { "kernel" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "kernel", "kernelguest and more" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "kernel", "kernel" }, { "initrd" }, { "root.erofs" } },
    { { "manifest.json" }, { "kernel", "kernelGUEST" }, { "initrd" }, { "root.erofs" } },
  };
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autofree char *path = g_build_filename (folder->path, "image.tar", NULL);
  DataFolder other = { NULL };

  data_folder_set_up (&other, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (ClocheImageFolder) imported = NULL;

    write_tar (image, path, CASES[i]);
    imported = import_image (&other, path, NULL, &error);
    g_test_message ("case %" G_GSIZE_FORMAT ": %s", i, error != NULL ? error->message : "taken");
    g_assert_null (imported);
    g_assert_nonnull (error);
    g_assert_cmpuint (data_folder_count_images (&other), ==, 0);
  }
  data_folder_tear_down (&other, NULL);
}

/* Cut anywhere, it is refused and nothing stays. */
static void
test_truncated (DataFolder   *folder,
                gconstpointer data)
{
  g_autoptr (ClocheImageFolder) image = data_folder_add_image (folder, "guest", 7);
  g_autofree char *path = g_build_filename (folder->path, "image.tar", NULL);
  g_autofree char *content = NULL;
  gsize length, end;
  DataFolder other = { NULL };

  g_assert_true (export_image (image, path, NULL, NULL));
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  for (end = length; end > 0 && content[end - 1] == '\0'; end--)
    ;                           /* The end of the last member's content. */

  data_folder_set_up (&other, NULL);
  for (gsize cut = 0; cut < end; cut += 97) {
    g_autoptr (GError) error = NULL;

    g_assert_true (g_file_set_contents (path, content, (gssize) cut, NULL));
    g_assert_null (import_image (&other, path, NULL, &error));
    g_assert_nonnull (error);
    g_assert_cmpuint (data_folder_count_images (&other), ==, 0);
  }
  data_folder_tear_down (&other, NULL);
}

static void
test_not_one (DataFolder   *folder,
              gconstpointer data)
{
  g_autofree char *path = g_build_filename (folder->path, "notes.txt", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "Something else altogether.\n", -1, NULL));
  g_assert_null (import_image (folder, path, NULL, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID);
  g_clear_error (&error);

  g_assert_null (import_image (folder, "/nowhere/image.tar", NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
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
    { "/image/artefact/round-trip", test_round_trip },
    { "/image/artefact/cancelled", test_cancelled },
    { "/image/artefact/hostile", test_hostile },
    { "/image/artefact/truncated", test_truncated },
    { "/image/artefact/not-one", test_not_one },
  };

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    g_test_add (CASES[i].path, DataFolder, NULL, data_folder_set_up, CASES[i].test, data_folder_tear_down);

  return g_test_run ();
}
