/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-fd.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *path;
  int fd;
} Folder;

static void
set_up (Folder       *folder,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  folder->path = g_dir_make_tmp ("cloche-test-XXXXXX", &error);
  g_assert_no_error (error);
  folder->fd = open (folder->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  g_assert_cmpint (folder->fd, >=, 0);
}

static void
tear_down (Folder       *folder,
           gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (folder->path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_cmpint (unlinkat (folder->fd, name, 0), ==, 0);
  g_assert_cmpint (g_rmdir (folder->path), ==, 0);
  cloche_clear_fd (&folder->fd);
  g_free (folder->path);
}

static void
test_open_beneath (Folder       *folder,
                   gconstpointer data)
{
  static const char *const OUTSIDE[] = { "../x", "/etc/passwd", "link", "link/passwd" };
  cloche_autofd int fd = -1;

  g_assert_cmpint (symlinkat ("/etc", folder->fd, "link"), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (OUTSIDE); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_cmpint (cloche_open_beneath (folder->fd, OUTSIDE[i], O_RDONLY, 0, &error), <, 0);
    g_assert_nonnull (error);
    g_assert_true (error->domain == G_IO_ERROR);
  }

  fd = cloche_open_beneath (folder->fd, "inside", O_WRONLY | O_CREAT, 0600, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
}

static void
test_replace (Folder       *folder,
              gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  cloche_autofd int dir_fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_true (cloche_replace_file_at (dir_fd, "note", "old content", 11, 0600, &error));
  g_assert_no_error (error);
  g_assert_true (cloche_replace_file_at (dir_fd, "note", "new", 3, 0600, &error));
  g_assert_no_error (error);

  bytes = cloche_read_file_at (dir_fd, "note", 3, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "new", 3);
}

static void
test_read_cap (Folder       *folder,
               gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  cloche_autofd int dir_fd = open (folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  g_assert_true (cloche_replace_file_at (dir_fd, "note", "1234", 4, 0600, NULL));
  g_assert_null (cloche_read_file_at (dir_fd, "note", 3, &error));
  g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE);
}

static void
test_copy_sparse (Folder       *folder,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  cloche_autofd int from = openat (folder->fd, "from", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  cloche_autofd int to = openat (folder->fd, "to", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  struct stat st;
  char back[4] = { 0 };

  g_assert_cmpint (ftruncate (from, 64 * 1024 * 1024), ==, 0);
  g_assert_cmpint (pwrite (from, "data", 4, 32 * 1024 * 1024), ==, 4);

  g_assert_true (cloche_copy_sparse (from, to, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fstat (to, &st), ==, 0);
  g_assert_cmpint (st.st_size, ==, 64 * 1024 * 1024);
  g_assert_cmpint (st.st_blocks * 512, <, 1024 * 1024);
  g_assert_cmpint (pread (to, back, 4, 32 * 1024 * 1024), ==, 4);
  g_assert_cmpmem (back, 4, "data", 4);
}

static void
test_copy_across (Folder       *folder,
                  gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  cloche_autofd int from = openat (folder->fd, "from", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  cloche_autofd int to = memfd_create ("to", MFD_CLOEXEC);      /* Another file system. */
  struct stat st;
  char back[8] = { 0 };

  g_assert_cmpint (ftruncate (from, 64 * 1024 * 1024), ==, 0);
  g_assert_cmpint (pwrite (from, "one", 3, 4096), ==, 3);
  g_assert_cmpint (pwrite (from, "two", 3, 32 * 1024 * 1024), ==, 3);

  g_assert_true (cloche_copy_sparse (from, to, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fstat (to, &st), ==, 0);
  g_assert_cmpint (st.st_size, ==, 64 * 1024 * 1024);
  g_assert_cmpint (st.st_blocks * 512, <, 1024 * 1024);
  g_assert_cmpint (pread (to, back, 3, 4096), ==, 3);
  g_assert_cmpint (pread (to, back + 3, 3, 32 * 1024 * 1024), ==, 3);
  g_assert_cmpstr (back, ==, "onetwo");
}

static void
test_copy_cancelled (Folder       *folder,
                     gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  cloche_autofd int from = openat (folder->fd, "from", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  cloche_autofd int to = memfd_create ("to", MFD_CLOEXEC);      /* Another file system: no reflink. */

  g_assert_cmpint (pwrite (from, "data", 4, 0), ==, 4);
  g_cancellable_cancel (cancellable);
  g_assert_false (cloche_copy_sparse (from, to, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/base/fd/open-beneath", Folder, NULL, set_up, test_open_beneath, tear_down);
  g_test_add ("/base/fd/replace", Folder, NULL, set_up, test_replace, tear_down);
  g_test_add ("/base/fd/read-cap", Folder, NULL, set_up, test_read_cap, tear_down);
  g_test_add ("/base/fd/copy-sparse", Folder, NULL, set_up, test_copy_sparse, tear_down);
  g_test_add ("/base/fd/copy-across", Folder, NULL, set_up, test_copy_across, tear_down);
  g_test_add ("/base/fd/copy-cancelled", Folder, NULL, set_up, test_copy_cancelled, tear_down);

  return g_test_run ();
}
