/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-staging.h"

#include "cloche-test-async.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#define NOW_S G_GINT64_CONSTANT (2000000000)
#define OLD_S (NOW_S - CLOCHE_STAGING_KEPT_S - 1)

static void
set_time (const char *path,
          gint64      mtime_s)
{
  const struct timespec times[2] = { { .tv_sec = mtime_s }, { .tv_sec = mtime_s } };

  g_assert_no_errno (utimensat (AT_FDCWD, path, times, 0));
}

static char *
add_copy (const char *folder,
          const char *id,
          gint64      written_s,
          gint64      changed_s)
{
  g_autofree char *own = g_build_filename (folder, id, NULL);
  char *path = g_build_filename (own, "a.csv", NULL);

  g_assert_no_errno (g_mkdir (own, 0700));
  g_assert_true (g_file_set_contents (path, "1", 1, NULL));
  set_time (path, changed_s);
  set_time (own, written_s);

  return path;
}

static guint
clean (const char *folder)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_staging_clean_async (folder, NOW_S, cloche_test_result_cb, &result);
  cloche_test_wait (&result);

  return cloche_staging_clean_finish (result);
}

static void
test_clean (void)
{
  g_autofree char *folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  g_autofree char *old = add_copy (folder, "old", OLD_S, OLD_S);
  g_autofree char *young = add_copy (folder, "young", OLD_S + 1, OLD_S + 1);
  g_autofree char *changed = add_copy (folder, "changed", OLD_S, NOW_S);

  g_assert_cmpuint (clean ("/nowhere/at/all"), ==, 0);
  g_assert_cmpuint (clean (folder), ==, 1);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (young, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (changed, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (clean (folder), ==, 0);

  set_time (young, OLD_S);
  set_time (changed, OLD_S);
  {
    g_autofree char *young_folder = g_path_get_dirname (young);

    set_time (young_folder, OLD_S);
  }
  g_assert_cmpuint (clean (folder), ==, 2);
  g_assert_no_errno (g_rmdir (folder));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/staging/clean", test_clean);

  return g_test_run ();
}
