/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-settings.h"
#include "cloche-test-isolated.h"

#include <string.h>

/* The test's own, which does not exist yet. */
static char *
make_folder (void)
{
  return g_build_filename (g_get_user_config_dir (), "cloche", NULL);
}

static void
test_defaults (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "settings.ini", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSettings) settings = cloche_settings_new (folder, &error);
  g_autofree char *mode = NULL;
  g_autofree char *model = NULL;
  int width;
  int height;

  g_assert_no_error (error);
  mode = g_settings_get_string (settings, CLOCHE_SETTING_NETWORK_MODE);
  model = g_settings_get_string (settings, CLOCHE_SETTING_MODEL);
  g_settings_get (settings, CLOCHE_SETTING_WINDOW_SIZE, "(ii)", &width, &height);
  g_assert_cmpstr (mode, ==, "ask");
  g_assert_cmpstr (model, ==, "");
  g_assert_cmpint (width, >, 0);
  g_assert_cmpint (height, >, 0);
  g_assert_false (g_settings_get_boolean (settings, CLOCHE_SETTING_WINDOW_MAXIMIZED));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* What one program sets, the next one reads. */
static void
test_kept (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GSettings) settings = cloche_settings_new (folder, NULL);
  g_autoptr (GSettings) again = NULL;
  g_autofree char *endpoint = NULL;

  g_assert_true (g_settings_set_string (settings, CLOCHE_SETTING_ENDPOINT, "abc"));
  g_settings_sync ();

  again = cloche_settings_new (folder, NULL);
  endpoint = g_settings_get_string (again, CLOCHE_SETTING_ENDPOINT);
  g_assert_cmpstr (endpoint, ==, "abc");
}

static void
test_damaged (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "settings.ini", NULL);
  g_autoptr (GSettings) settings = NULL;
  g_autofree char *mode = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "\x7f" "ELF no settings \xff\n[settings\nnetwork-mode='wide'", -1, NULL));
  settings = cloche_settings_new (folder, NULL);
  mode = g_settings_get_string (settings, CLOCHE_SETTING_NETWORK_MODE);
  g_assert_cmpstr (mode, ==, "ask");
}

static void
test_not_installed (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (GError) error = NULL;

    g_setenv ("CLOCHE_PKGDATADIR", "/nonexistent", TRUE);
    g_assert_null (cloche_settings_new ("/nonexistent", &error));
    g_assert_nonnull (strstr (error->message, "/nonexistent"));
    return;
  }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);
  g_test_add_func ("/store/settings/defaults", test_defaults);
  g_test_add_func ("/store/settings/kept", test_kept);
  g_test_add_func ("/store/settings/damaged", test_damaged);
  g_test_add_func ("/store/settings/not-installed", test_not_installed);

  return g_test_run ();
}
