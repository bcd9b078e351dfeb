/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-paths.h"
#include "cloche-test-isolated.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static void
test_user (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClochePaths) paths = cloche_paths_new_for_user (&error);
  g_autofree char *machines = NULL;
  struct stat st;

  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (cloche_paths_get_data_dir (paths), g_get_user_data_dir ()));
  g_assert_cmpint (g_stat (cloche_paths_get_runtime_dir (paths), &st), ==, 0);
  g_assert_cmpuint (st.st_mode & 0077, ==, 0);
  machines = cloche_paths_dup_machines_dir (paths);
  g_assert_true (g_str_has_suffix (machines, "/cloche/machines"));
}

/* "No XDG_RUNTIME_DIR" of the issue: the fallback serves, and a folder that others can enter does not. */
static void
test_no_runtime_dir (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (GError) error = NULL;
    g_autoptr (ClochePaths) paths = NULL;

    g_unsetenv ("XDG_RUNTIME_DIR");
    paths = cloche_paths_new_for_user (&error);
    g_assert_no_error (error);
    g_assert_true (g_str_has_prefix (cloche_paths_get_runtime_dir (paths), "/tmp/cloche-"));
    return;
  }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_installed (void)
{
  g_autofree char *program = cloche_paths_dup_program ("cloche-keeper");
  g_autofree char *expected = g_build_filename (g_getenv ("CLOCHE_LIBEXECDIR"), "cloche-keeper", NULL);

  g_assert_cmpstr (program, ==, expected);
}

static void
test_too_long (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strnfill (90, 'x');
  g_autofree char *runtime = g_build_filename (g_get_user_cache_dir (), name, NULL);

  g_assert_null (cloche_paths_new (g_get_user_cache_dir (), g_get_user_cache_dir (),
                                   g_get_user_cache_dir (), runtime, &error));
  g_assert_error (error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE);
}

static void
test_cannot_create (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (cloche_paths_new ("/proc/none", "/proc/none", "/proc/none", "/tmp", &error));
  g_assert_true (error != NULL && error->domain == G_IO_ERROR);
}

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);
  g_test_add_func ("/base/paths/user", test_user);
  g_test_add_func ("/base/paths/no-runtime-dir", test_no_runtime_dir);
  g_test_add_func ("/base/paths/installed", test_installed);
  g_test_add_func ("/base/paths/too-long", test_too_long);
  g_test_add_func ("/base/paths/cannot-create", test_cannot_create);

  return g_test_run ();
}
