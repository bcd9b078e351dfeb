/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-forge-memory.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
/* Two chunks of the code and a bit, so that borders between chunks are met. */
#define PAGES 2055

static int
make_file (void)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("cloche-test-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);

  return fd;
}

static void
test_punch (void)
{
  g_autoptr (GError) error = NULL;
  cloche_autofd int fd = make_file ();
  g_autofree guint8 *before = g_malloc0 (PAGES * PAGE);
  g_autofree guint8 *after = g_malloc0 (PAGES * PAGE);
  struct stat st;

  /* Data at both ends of pages, alone, in a row, at a chunk's border, and in the last page. */
  before[0] = 1;
  before[3 * PAGE - 1] = 1;
  memset (before + 1023 * PAGE, 'x', 2 * PAGE);
  before[PAGES * PAGE - 1] = 1;
  g_assert_true (cloche_write_all (fd, before, PAGES * PAGE, NULL));

  g_assert_true (cloche_forge_memory_punch (fd, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (fstat (fd, &st), ==, 0);
  g_assert_cmpint (st.st_size, ==, PAGES * PAGE);
  g_assert_cmpint (st.st_blocks * 512, <, 64 * PAGE);
  g_assert_cmpint (pread (fd, after, PAGES * PAGE, 0), ==, PAGES * PAGE);
  g_assert_cmpmem (after, PAGES * PAGE, before, PAGES * PAGE);
}

static void
test_empty (void)
{
  cloche_autofd int fd = make_file ();

  g_assert_true (cloche_forge_memory_punch (fd, NULL, NULL));
  g_assert_cmpint (ftruncate (fd, 64 * PAGE), ==, 0);
  g_assert_true (cloche_forge_memory_punch (fd, NULL, NULL));
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  cloche_autofd int fd = make_file ();

  g_assert_true (cloche_write_all (fd, "data", 4, NULL));
  g_cancellable_cancel (cancellable);
  g_assert_false (cloche_forge_memory_punch (fd, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/forge-memory/punch", test_punch);
  g_test_add_func ("/image/forge-memory/empty", test_empty);
  g_test_add_func ("/image/forge-memory/cancelled", test_cancelled);

  return g_test_run ();
}
