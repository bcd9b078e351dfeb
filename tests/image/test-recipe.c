/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-bootstrap.h"
#include "cloche-image-error.h"
#include "cloche-image-recipe.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static const char *const NAMES[] = { "suite", "packages.list", "exclude.list", "modules.list", "customise.sh" };

typedef struct
{
  char *path;
} Folder;

static void
write_part (Folder     *folder,
            const char *name,
            const char *text)
{
  g_autofree char *path = g_build_filename (folder->path, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Folder       *folder,
        gconstpointer data)
{
  folder->path = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  write_part (folder, "suite", "trixie\n");
  write_part (folder, "packages.list", "# why\npython3\n\n  git  \n");
  write_part (folder, "exclude.list", "/usr/share/doc/*\n+/usr/share/doc/*/copyright\n");
  write_part (folder, "modules.list", "erofs\n");
  write_part (folder, "customise.sh", "#!/bin/sh\n");
}

static void
tear_down (Folder       *folder,
           gconstpointer data)
{
  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    g_autofree char *path = g_build_filename (folder->path, NAMES[i], NULL);

    (void) g_remove (path);     /* A case may have removed it. */
  }
  g_assert_cmpint (g_rmdir (folder->path), ==, 0);
  g_free (folder->path);
}

static void
test_load (Folder       *folder,
           gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheImageRecipe) recipe = cloche_image_recipe_load (folder->path, &error);
  const char *const packages[] = { "python3", "git", NULL };
  const char *const rules[] = { "path-exclude=/usr/share/doc/*", "path-include=/usr/share/doc/*/copyright", NULL };

  g_assert_no_error (error);
  g_assert_cmpstr (cloche_image_recipe_get_suite (recipe), ==, "trixie");
  g_assert_true (g_strv_equal (cloche_image_recipe_get_packages (recipe), packages));
  g_assert_true (g_strv_equal (cloche_image_recipe_get_path_rules (recipe), rules));
  g_assert_cmpstr (cloche_image_recipe_get_modules (recipe)[0], ==, "erofs");
}

static void
test_key (Folder       *folder,
          gconstpointer data)
{
  g_autoptr (ClocheImageRecipe) first = cloche_image_recipe_load (folder->path, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (NAMES); i++) {
    g_autofree char *path = g_build_filename (folder->path, NAMES[i], NULL);
    g_autofree char *text = NULL;
    g_autofree char *longer = NULL;
    g_autoptr (ClocheImageRecipe) changed = NULL;
    g_autoptr (ClocheImageRecipe) again = NULL;

    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    longer = g_strconcat (text, "\n", NULL);
    write_part (folder, NAMES[i], longer);
    changed = cloche_image_recipe_load (folder->path, NULL);
    g_assert_cmpstr (cloche_image_recipe_get_key (changed), !=, cloche_image_recipe_get_key (first));

    write_part (folder, NAMES[i], text);
    again = cloche_image_recipe_load (folder->path, NULL);
    g_assert_cmpstr (cloche_image_recipe_get_key (again), ==, cloche_image_recipe_get_key (first));
  }
}

static void
test_bad (Folder       *folder,
          gconstpointer data)
{
  static const struct
  {
    const char *name;
    const char *text;
  } CASES[] = {
    { "packages.list", "# nothing\n" },
    { "packages.list", "python3, git\n" },
    { "packages.list", "two words\n" },
    { "modules.list", "\xff\xfe\n" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autoptr (GError) error = NULL;

    write_part (folder, CASES[i].name, CASES[i].text);
    g_assert_null (cloche_image_recipe_load (folder->path, &error));
    g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_RECIPE);
    write_part (folder, CASES[i].name, "fine\n");
  }

  {
    g_autoptr (GError) error = NULL;
    g_autofree char *path = g_build_filename (folder->path, "suite", NULL);

    g_assert_cmpint (g_remove (path), ==, 0);
    g_assert_null (cloche_image_recipe_load (folder->path, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  }
}

static void
test_ours (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "sandbox", "image", "recipe", NULL);
  g_autofree char *script = NULL;
  g_autoptr (ClocheImageRecipe) recipe = cloche_image_recipe_load (path, &error);

  g_assert_no_error (error);
  g_assert_true (g_strv_contains (cloche_image_recipe_get_packages (recipe), "python3-ipykernel"));
  g_assert_true (g_file_test (cloche_image_recipe_get_script (recipe), G_FILE_TEST_IS_EXECUTABLE));

  /* What keeps mmdebstrap's apt inside of the tree is a file in its /tmp: without it the host's own lists are emptied. */
  g_assert_true (g_file_get_contents (cloche_image_recipe_get_script (recipe), &script, NULL, NULL));
  g_assert_null (strstr (script, "$root/tmp"));
}

static void
test_argv (Folder       *folder,
           gconstpointer data)
{
  g_autoptr (ClocheImageRecipe) recipe = cloche_image_recipe_load (folder->path, NULL);
  g_autoptr (ClocheAptMirror) mirror = cloche_apt_mirror_new ("http://near.example/debian/", NULL);
  g_auto (GStrv) argv = cloche_bootstrap_build_argv (recipe, mirror,
                                                     "APT::Get::Assume-Yes \"true\";\n"
                                                     "Acquire::http::Proxy \"http://proxy.example:3142\";\n"
                                                     "Acquire::https::Proxy \"\";\n"
                                                     "Dir::Cache \"/elsewhere\";\n", "/cache/tree; rm -rf x");
  const char *const *args = (const char *const *) argv;
  g_auto (GStrv) environment = cloche_bootstrap_build_environment (recipe, mirror);

  g_assert_cmpstr (argv[0], ==, "mmdebstrap");
  g_assert_true (g_strv_contains (args, "--include=python3,git"));
  g_assert_true (g_strv_contains (args, "--aptopt=Acquire::http::Proxy \"http://proxy.example:3142\";"));
  g_assert_false (g_strv_contains (args, "--aptopt=APT::Get::Assume-Yes \"true\";"));
  g_assert_false (g_strv_contains (args, "--aptopt=Acquire::https::Proxy \"\";"));
  g_assert_true (g_strv_contains (args, "--dpkgopt=path-exclude=/usr/share/doc/*"));
  g_assert_true (g_strv_contains (args, "/cache/tree; rm -rf x"));
  g_assert_true (g_strv_contains (args, "deb http://near.example/debian trixie main"));
  g_assert_true (g_strv_contains (args, "deb http://near.example/debian trixie-updates main"));
  for (gsize i = 0; argv[i] != NULL; i++)
    g_assert_null (strstr (argv[i], "trixie-security"));

  g_assert_cmpstr (environment[4], ==, "CLOCHE_SECURITY_MIRROR");
  g_assert_cmpstr (environment[5], ==, "");
}

static void
test_progress (void)
{
  static const char *const LINES[] = {
    "I: running apt-get update...", "Get:1 http://near.example/debian trixie InRelease [140 kB]",
    "0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 http://near.example/debian trixie/main amd64 libc6 [1 kB]", "Unpacking libc6:amd64 (2.41-12) ...",
    "Setting up libc6:amd64 (2.41-12) ...",
    "0 upgraded, 2 newly installed, 0 to remove and 0 not upgraded.",
    "Get:1 a", "Get:2 b", "Get:3 more than announced", "Unpacking a (1) ...", "Unpacking b (1) ...", "Setting up a (1) ...",
    "Setting up b (1) ...", "Setting up b (1) ...", "I: cleaning package lists and apt cache...",
  };
  ClocheBootstrapProgress progress = { 0 };
  double last = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (LINES); i++) {
    double done = cloche_bootstrap_progress_feed (&progress, LINES[i]);

    g_assert_cmpfloat (done, >=, last);
    g_assert_cmpfloat (done, <=, 1.0001);
    last = done;
  }
  g_assert_cmpfloat_with_epsilon (last, 1, 0.0001);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/image/recipe/load", Folder, NULL, set_up, test_load, tear_down);
  g_test_add ("/image/recipe/key", Folder, NULL, set_up, test_key, tear_down);
  g_test_add ("/image/recipe/bad", Folder, NULL, set_up, test_bad, tear_down);
  g_test_add_func ("/image/recipe/ours", test_ours);
  g_test_add ("/image/bootstrap/argv", Folder, NULL, set_up, test_argv, tear_down);
  g_test_add_func ("/image/bootstrap/progress", test_progress);

  return g_test_run ();
}
