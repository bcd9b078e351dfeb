/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-archive.h"
#include "cloche-fd.h"
#include "cloche-image-error.h"
#include "cloche-initrd.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A tree with one kernel that has two modules, one of them compressed. */
typedef struct
{
  char *path;
  char *modules;
} Tree;

static void
write_file (const char *folder,
            const char *name,
            const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, content, -1, NULL));
}

static void
write_xz (const char *folder,
          const char *name,
          const char *content)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct archive *writer = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();

  g_assert_cmpint (archive_write_set_format_raw (writer), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_add_filter_xz (writer), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open_filename (writer, path), ==, ARCHIVE_OK);
  archive_entry_set_filetype (entry, AE_IFREG);
  g_assert_cmpint (archive_write_header (writer, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (writer, content, strlen (content)), ==, (la_ssize_t) strlen (content));
  archive_entry_free (entry);
  g_assert_cmpint (archive_write_free (writer), ==, ARCHIVE_OK);
}

static void
set_up (Tree         *tree,
        gconstpointer data)
{
  tree->path = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  tree->modules = g_build_filename (tree->path, "usr", "lib", "modules", "6.12-cloud", NULL);
  write_file (tree->modules, "modules.dep", "kernel/fs/erofs.ko.xz: kernel/lib/crc.ko\nkernel/lib/crc.ko:\n");
  write_file (tree->modules, "modules.builtin", "kernel/fs/ext4.ko\n");
  write_file (tree->modules, "kernel/lib/crc.ko", "\177ELF crc");
  write_file (tree->modules, "kernel/fs/x", "");
  write_xz (tree->modules, "kernel/fs/erofs.ko.xz", "\177ELF erofs");
}

static void
tear_down (Tree         *tree,
           gconstpointer data)
{
  const char *const argv[] = { "rm", "-rf", "--", tree->path, NULL };

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL));
  g_free (tree->path);
  g_free (tree->modules);
}

static GHashTable *
read_cpio (int fd)
{
  g_autoptr (ClocheArchiveReader) reader = archive_read_new ();
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  struct archive_entry *entry;

  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_assert_cmpint (archive_read_support_format_cpio (reader), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_read_open_fd (reader, fd, 512), ==, ARCHIVE_OK);
  while (archive_read_next_header (reader, &entry) == ARCHIVE_OK) {
    g_autofree char *content = g_malloc0 ((gsize) archive_entry_size (entry) + 1);

    g_assert_cmpint (archive_entry_uid (entry), ==, 0);
    g_assert_cmpint (archive_entry_mtime (entry), ==, 0);
    g_assert_cmpint (archive_read_data (reader, content, (size_t) archive_entry_size (entry)), >=, 0);
    g_hash_table_insert (files, g_strdup (archive_entry_pathname (entry)), g_steal_pointer (&content));
  }

  return g_steal_pointer (&files);
}

static void
test_modules (Tree         *tree,
              gconstpointer data)
{
  const char *const names[] = { "ext4", "erofs", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) files = NULL;
  cloche_autofd int fd = memfd_create ("initrd", MFD_CLOEXEC);
  gsize bytes;

  g_assert_true (cloche_initrd_write_modules (fd, tree->path, names, &bytes, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (bytes % 4, ==, 0);
  g_assert_cmpint (lseek (fd, 0, SEEK_END), ==, (off_t) bytes);

  files = read_cpio (fd);
  g_assert_cmpstr (g_hash_table_lookup (files, "modules.list"), ==, "/modules/crc.ko\n/modules/erofs.ko\n");
  g_assert_cmpstr (g_hash_table_lookup (files, "modules/erofs.ko"), ==, "\177ELF erofs");
  g_assert_cmpstr (g_hash_table_lookup (files, "modules/crc.ko"), ==, "\177ELF crc");
  g_assert_nonnull (g_hash_table_lookup (files, "newroot"));
}

static void
test_unknown_module (Tree         *tree,
                     gconstpointer data)
{
  const char *const names[] = { "no-such", NULL };
  g_autoptr (GError) error = NULL;
  cloche_autofd int fd = memfd_create ("initrd", MFD_CLOEXEC);
  gsize bytes;

  g_assert_false (cloche_initrd_write_modules (fd, tree->path, names, &bytes, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE);
}

static void
test_damaged_module (Tree         *tree,
                     gconstpointer data)
{
  const char *const names[] = { "erofs", NULL };
  g_autoptr (GError) error = NULL;
  cloche_autofd int fd = memfd_create ("initrd", MFD_CLOEXEC);
  gsize bytes;

  write_file (tree->modules, "kernel/fs/erofs.ko.xz", "\xfd" "7zXZ\x01 cut");
  g_assert_false (cloche_initrd_write_modules (fd, tree->path, names, &bytes, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_INVALID);
}

static void
test_two_kernels (Tree         *tree,
                  gconstpointer data)
{
  const char *const names[] = { "erofs", NULL };
  g_autoptr (GError) error = NULL;
  cloche_autofd int fd = memfd_create ("initrd", MFD_CLOEXEC);
  gsize bytes;

  write_file (tree->path, "usr/lib/modules/6.13/modules.dep", "");
  g_assert_false (cloche_initrd_write_modules (fd, tree->path, names, &bytes, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/image/initrd/modules", Tree, NULL, set_up, test_modules, tear_down);
  g_test_add ("/image/initrd/unknown-module", Tree, NULL, set_up, test_unknown_module, tear_down);
  g_test_add ("/image/initrd/damaged-module", Tree, NULL, set_up, test_damaged_module, tear_down);
  g_test_add ("/image/initrd/two-kernels", Tree, NULL, set_up, test_two_kernels, tear_down);

  return g_test_run ();
}
