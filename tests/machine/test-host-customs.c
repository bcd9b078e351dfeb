/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
/* What machines are told of the computer: where it has packages from, without its secrets; what has changed since. */
#include "cloche-host-customs.h"
#include "cloche-host-registry.h"
#include "cloche-json.h"

#include <glib/gstdio.h>

typedef struct
{
  char *root;
  char *home;
  GPtrArray *environment;       /* as environ */
} Fixture;

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->root = g_dir_make_tmp ("cloche-customs-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->home = g_build_filename (fixture->root, "home", NULL);
  fixture->environment = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (fixture->environment, g_strdup_printf ("HOME=%s", fixture->home));
  g_ptr_array_add (fixture->environment, NULL);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    remove_tree (child);
  }
  g_assert_cmpint (g_remove (path), ==, 0);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  remove_tree (fixture->root);
  g_free (fixture->root);
  g_free (fixture->home);
  g_ptr_array_unref (fixture->environment);
}

static void
set_variable (Fixture    *fixture,
              const char *assignment)
{
  g_ptr_array_insert (fixture->environment, 0, g_strdup (assignment));
}

/* @path: below the test's root, where the home is "home" */
static void
write_file (Fixture    *fixture,
            const char *path,
            const char *text)
{
  g_autofree char *whole = g_build_filename (fixture->root, path, NULL);
  g_autofree char *folder = g_path_get_dirname (whole);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, &error));
}

static void
expect_npm (Fixture    *fixture,
            const char *wanted)
{
  g_autofree char *found = cloche_host_registry_find_npm ((const char *const *) fixture->environment->pdata, fixture->root);

  g_assert_cmpstr (found, ==, wanted);
}

static void
expect_pip (Fixture    *fixture,
            const char *wanted)
{
  g_autofree char *found = cloche_host_registry_find_pip ((const char *const *) fixture->environment->pdata, fixture->root);

  g_assert_cmpstr (found, ==, wanted);
}

/* ---- addresses ---- */

static void
test_addresses (void)
{
  static const struct
  {
    const char *address;
    const char *normal;         /* NULL: not told */
  } cases[] = {
    { "https://npm.example/", "https://npm.example/" },
    { "http://npm.example:8081/repository/npm-all", "http://npm.example:8081/repository/npm-all" },
    { "https://dev.example/_packaging/feed@Release/npm/", "https://dev.example/_packaging/feed@Release/npm/" },
    { "https://[2001:db8::1]:4873/a%20b", "https://[2001:db8::1]:4873/a%20b" },
    { "https://npm.example/a b\nc", "https://npm.example/a%20b%0Ac" },
    { "https://m\303\274nchen.example/", "https://xn--mnchen-3ya.example/" },

    /* Nothing that lets anybody in. */
    { "https://jane:secret@npm.example/x/", "https://npm.example/x/" },
    { "https://secret@npm.example:444", "https://npm.example:444" },
    { "https://jane:sec@ret@npm.example/x", "https://npm.example/x" },
    { "https://npm.example/x?token=secret", "https://npm.example/x" },
    { "https://npm.example/x#secret", "https://npm.example/x" },
    { "https://npm.example?jane@secret", "https://npm.example" },
    { "https://jane:sec/ret@npm.example/", NULL },

    /* This computer's loopback is not the machine's. */
    { "http://localhost:4873/", NULL },
    { "http://LocalHost/", NULL },
    { "http://npm.localhost/", NULL },
    { "http://127.0.0.1:4873/", NULL },
    { "http://127.9.9.9/", NULL },
    { "http://0.0.0.0/", NULL },
    { "http://[::1]/", NULL },

    { "", NULL },
    { "npm.example", NULL },
    { "https://", NULL },
    { "https:///x", NULL },
    { "ftp://npm.example/", NULL },
    { "file:///srv/packages", NULL },
    { "https://npm.example:port/", NULL },
    { "https://npm.example/${HOME}", NULL },
    { "https://npm.example/a;b", NULL },
    { "https://npm.example/'", NULL },
  };
  g_autofree char *path = g_strnfill (CLOCHE_HOST_REGISTRY_MAX_BYTES, 'a');
  g_autofree char *long_address = g_strdup_printf ("https://npm.example/%s", path);
  g_autofree char *too_long = cloche_host_registry_normalize (long_address);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *normal = cloche_host_registry_normalize (cases[i].address);

    if (g_strcmp0 (normal, cases[i].normal) != 0)
      g_error ("“%s” became “%s” instead of “%s”", cases[i].address, normal, cases[i].normal);
  }
  g_assert_null (too_long);
}

/* ---- npm ---- */

static void
test_npm_files (Fixture      *fixture,
                gconstpointer data)
{
  expect_npm (fixture, NULL);
  write_file (fixture, "etc/npmrc", "registry=https://all.example/\n");
  expect_npm (fixture, "https://all.example/");
  write_file (fixture, "home/.npmrc", "fund=false\n");
  expect_npm (fixture, "https://all.example/");
  write_file (fixture, "home/.npmrc",
              "; registry=https://commented.example/\r\n"
              "# registry=https://commented.example/\r\n"
              "fund = false\r\n"
              "cafile[]=/x\r\n"
              "@scope:registry=https://scope.example/\r\n"
              "//mine.example/npm/:_authToken=secret\r\n"
              "registry = \"https://mine.example/npm/\" ; mine\r\n"
              "[section]\r\n"
              "registry=https://section.example/\r\n");
  expect_npm (fixture, "https://mine.example/npm/");
  /* What the user says counts, even where a machine has no use for it. */
  write_file (fixture, "home/.npmrc", "registry=http://localhost:4873/\n");
  expect_npm (fixture, NULL);
}

static void
test_npm_beside (Fixture      *fixture,
                 gconstpointer data)
{
  g_autofree char *npm = g_build_filename (fixture->root, "opt", "node", "bin", "npm", NULL);
  g_autofree char *path = g_strdup_printf ("PATH=relative::%s/nothing:%s/opt/node/bin", fixture->root, fixture->root);

  write_file (fixture, "opt/node/bin/npm", "");
  g_assert_cmpint (g_chmod (npm, 0700), ==, 0);
  write_file (fixture, "opt/node/etc/npmrc", "registry=https://beside.example/\n");
  expect_npm (fixture, NULL);
  set_variable (fixture, path);
  expect_npm (fixture, "https://beside.example/");
}

static void
test_npm_variables (Fixture      *fixture,
                    gconstpointer data)
{
  g_autofree char *elsewhere = g_strdup_printf ("npm_config_userconfig=%s/elsewhere", fixture->root);

  write_file (fixture, "home/.npmrc", "registry=https://mine.example/\n");
  write_file (fixture, "elsewhere", "registry=https://${WHERE}/${WHAT}/\n");
  set_variable (fixture, elsewhere);
  expect_npm (fixture, NULL);
  set_variable (fixture, "WHERE=elsewhere.example");
  set_variable (fixture, "WHAT=npm");
  expect_npm (fixture, "https://elsewhere.example/npm/");
  set_variable (fixture, "NPM_CONFIG_REGISTRY=");
  expect_npm (fixture, "https://elsewhere.example/npm/");
  set_variable (fixture, "NPM_CONFIG_REGISTRY=https://jane:secret@variable.example:8081/npm/");
  expect_npm (fixture, "https://variable.example:8081/npm/");
}

/* ---- pip ---- */

static void
test_pip_files (Fixture      *fixture,
                gconstpointer data)
{
  expect_pip (fixture, NULL);
  write_file (fixture, "etc/xdg/pip/pip.conf", "[global]\nindex-url = https://xdg.example/simple\n");
  expect_pip (fixture, "https://xdg.example/simple");
  write_file (fixture, "etc/pip.conf", "[global]\nindex-url = https://all.example/simple\n");
  expect_pip (fixture, "https://all.example/simple");
  write_file (fixture, "home/.pip/pip.conf", "[global]\nindex-url = https://old.example/simple\n");
  expect_pip (fixture, "https://old.example/simple");
  write_file (fixture, "home/.config/pip/pip.conf",
              "index-url = https://no-section.example/\n"
              "; a comment\n"
              "[global]\n"
              "timeout: 60\n"
              "trusted-host =\n"
              "    one.example\n"
              "    index-url = https://indented.example/\n"
              "Index_URL : https://jane:secret@mine.example:8081/pypi/simple\n"
              "[list]\n"
              "index-url = https://list.example/\n");
  expect_pip (fixture, "https://mine.example:8081/pypi/simple");
  /* Of installing alone, and so before what is said of everything. */
  write_file (fixture, "etc/pip.conf", "[install]\nindex-url = https://install.example/simple\n");
  expect_pip (fixture, "https://install.example/simple");
}

static void
test_pip_variables (Fixture      *fixture,
                    gconstpointer data)
{
  g_autofree char *named = g_strdup_printf ("PIP_CONFIG_FILE=%s/named", fixture->root);

  write_file (fixture, "home/.config/pip/pip.conf", "[global]\nindex-url = https://mine.example/simple\n");
  write_file (fixture, "named", "[global]\nindex-url = https://named.example/simple\n");
  set_variable (fixture, "PIP_CONFIG_FILE=/dev/null");
  expect_pip (fixture, NULL);
  set_variable (fixture, named);
  expect_pip (fixture, "https://named.example/simple");
  set_variable (fixture, "PIP_INDEX_URL=http://variable.example/simple/");
  expect_pip (fixture, "http://variable.example/simple/");
}

/* More than settings have; nothing of it is taken for one. */
static void
test_large_file (Fixture      *fixture,
                 gconstpointer data)
{
  g_autofree char *comment = g_strnfill (64 * 1024, ';');
  g_autofree char *text = g_strdup_printf ("registry=https://mine.example/\n%s", comment);

  write_file (fixture, "home/.npmrc", text);
  expect_npm (fixture, NULL);
  text[64 * 1024] = '\0';
  write_file (fixture, "home/.npmrc", text);
  expect_npm (fixture, "https://mine.example/");
}

/* ---- what is told ---- */

static void
test_told_certificates (void)
{
  ClocheHostCustoms then = { .timezone = (char *) "UTC", .ca_bundle = (char *) "A", .ca_bundle_sha256 = (char *) "aa" };
  ClocheHostCustoms now = { .timezone = (char *) "UTC", .ca_bundle = (char *) "A and B", .ca_bundle_sha256 = (char *) "ab" };
  g_autoptr (JsonObject) noted = json_object_new ();
  g_autoptr (JsonObject) first = json_object_new ();
  g_autoptr (JsonObject) same = json_object_new ();
  g_autoptr (JsonObject) changed = json_object_new ();

  cloche_host_customs_tell (&then, first, NULL);
  g_assert_cmpstr (cloche_json_get_string (first, "ca_bundle"), ==, "A");
  cloche_host_customs_note (&then, noted);
  cloche_host_customs_tell (&then, same, noted);
  g_assert_false (json_object_has_member (same, "ca_bundle"));
  cloche_host_customs_tell (&now, changed, noted);
  g_assert_cmpstr (cloche_json_get_string (changed, "ca_bundle"), ==, "A and B");
}

static void
test_told_settings (void)
{
  ClocheHostCustoms customs = { .timezone = (char *) "Asia/Kathmandu" };
  g_autoptr (JsonObject) without = json_object_new ();
  g_autoptr (JsonObject) with = json_object_new ();

  cloche_host_customs_tell (&customs, without, NULL);
  g_assert_cmpstr (cloche_json_get_string (without, "timezone"), ==, "Asia/Kathmandu");
  g_assert_cmpuint (json_object_get_size (without), ==, 1);
  customs.npm_registry = (char *) "https://npm.example/";
  customs.pip_index = (char *) "https://pip.example/";
  cloche_host_customs_tell (&customs, with, NULL);
  g_assert_cmpstr (cloche_json_get_string (with, "npm_registry"), ==, "https://npm.example/");
  g_assert_cmpstr (cloche_json_get_string (with, "pip_index"), ==, "https://pip.example/");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/machine/host-customs/addresses", test_addresses);
#define ADD(name, function) \
  g_test_add ("/machine/host-customs/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("npm-files", test_npm_files);
  ADD ("npm-beside", test_npm_beside);
  ADD ("npm-variables", test_npm_variables);
  ADD ("pip-files", test_pip_files);
  ADD ("pip-variables", test_pip_variables);
  ADD ("large-file", test_large_file);
  g_test_add_func ("/machine/host-customs/told-certificates", test_told_certificates);
  g_test_add_func ("/machine/host-customs/told-settings", test_told_settings);

  return g_test_run ();
}
