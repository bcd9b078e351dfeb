/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-secrets.h"
#include "cloche-test-isolated.h"
#include "store-fixture.h"

#include <string.h>

static char *
lookup (ClocheSecrets *secrets,
        const char    *endpoint_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *key;

  AWAIT (result, cloche_secrets_lookup_async (secrets, endpoint_id, NULL, cloche_test_result_cb, &result));
  key = cloche_secrets_lookup_finish (secrets, result, &error);
  g_assert_no_error (error);

  return key;
}

static void
save (ClocheSecrets *secrets,
      const char    *endpoint_id,
      const char    *key)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_secrets_save_async (secrets, endpoint_id, "A label", key, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_secrets_save_finish (secrets, result, &error));
  g_assert_no_error (error);
}

static void
forget (ClocheSecrets *secrets,
        const char    *endpoint_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  AWAIT (result, cloche_secrets_forget_async (secrets, endpoint_id, NULL, cloche_test_result_cb, &result));
  g_assert_true (cloche_secrets_forget_finish (secrets, result, &error));
  g_assert_no_error (error);
}

static void
count_cb (guint *n)
{
  (*n)++;
}

/* Keys of two endpoints live side by side, and what was forgotten is gone. */
static void
exercise (ClocheSecrets *secrets)
{
  g_autofree char *none = lookup (secrets, "ep1");
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *gone = NULL;

  g_assert_null (none);
  save (secrets, "ep1", "sk-old");
  save (secrets, "ep1", "sk-1");
  save (secrets, "ep2", "sk-2");
  first = lookup (secrets, "ep1");
  second = lookup (secrets, "ep2");
  g_assert_cmpstr (first, ==, "sk-1");
  g_assert_cmpstr (second, ==, "sk-2");

  forget (secrets, "ep1");
  forget (secrets, "ep1");
  gone = lookup (secrets, "ep1");
  g_assert_null (gone);
}

/* libsecret chooses its backend once per process, so each case has a process of its own. */
static void
run_apart (void)
{
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
test_file (void)
{
  g_autofree char *options = NULL;

  if (g_test_subprocess ()) {
    g_autofree char *path = g_build_filename (g_get_user_data_dir (), "keyring", NULL);
    ClocheSecrets *secrets;
    ClocheSecrets *next_run;
    g_autofree char *kept = NULL;
    g_autofree char *bytes = NULL;
    gsize length;

    g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
    g_setenv ("SECRET_BACKEND", "file", TRUE);
    g_setenv ("SECRET_FILE_TEST_PATH", path, TRUE);
    g_setenv ("SECRET_FILE_TEST_PASSWORD", "open sesame", TRUE);
    secrets = cloche_secrets_new ();
    exercise (secrets);
    g_assert_true (cloche_secrets_is_persistent (secrets));
    g_assert_finalize_object (secrets);

    next_run = cloche_secrets_new ();
    kept = lookup (next_run, "ep2");
    g_assert_cmpstr (kept, ==, "sk-2");
    g_assert_finalize_object (next_run);
    g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
    g_assert_null (memmem (bytes, length, "sk-2", 4));
    return;
  }

  /* libsecret's file backend, which only tests use, leaks the etag of each file that it writes. */
  options = g_strdup (g_getenv ("LSAN_OPTIONS"));
  g_setenv ("LSAN_OPTIONS", "detect_leaks=0", TRUE);
  run_apart ();
  if (options != NULL)
    g_setenv ("LSAN_OPTIONS", options, TRUE);
  else
    g_unsetenv ("LSAN_OPTIONS");
}

static void
test_no_bus (void)
{
  if (g_test_subprocess ()) {
    ClocheSecrets *secrets;
    ClocheSecrets *next_run;
    g_autofree char *lost = NULL;
    guint n_notified = 0;

    g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
    g_unsetenv ("SECRET_BACKEND");
    secrets = cloche_secrets_new ();
    g_signal_connect_swapped (secrets, "notify::is-persistent", G_CALLBACK (count_cb), &n_notified);
    g_assert_true (cloche_secrets_is_persistent (secrets));
    exercise (secrets);
    g_assert_false (cloche_secrets_is_persistent (secrets));
    g_assert_cmpuint (n_notified, ==, 1);
    g_assert_finalize_object (secrets);

    /* Nothing of it was written anywhere. */
    next_run = cloche_secrets_new ();
    lost = lookup (next_run, "ep2");
    g_assert_null (lost);
    g_assert_finalize_object (next_run);
    return;
  }

  run_apart ();
}

/* A bus on which nobody offers the service. It belongs to the parent, which has no connection to it: taking down a bus
 * waits for the process's own connection, and libsecret keeps one. */
static void
test_no_service (void)
{
  if (g_test_subprocess ()) {
    ClocheSecrets *secrets;

    g_unsetenv ("SECRET_BACKEND");
    secrets = cloche_secrets_new ();
    exercise (secrets);
    g_assert_false (cloche_secrets_is_persistent (secrets));
    g_assert_finalize_object (secrets);
  } else {
    g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);

    g_test_dbus_up (bus);
    run_apart ();
    g_test_dbus_down (bus);
  }
}

static void
test_cancelled (void)
{
  if (g_test_subprocess ()) {
    g_autoptr (GCancellable) cancellable = g_cancellable_new ();
    g_autoptr (GAsyncResult) result = NULL;
    g_autoptr (GError) error = NULL;
    ClocheSecrets *secrets;

    g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
    secrets = cloche_secrets_new ();
    g_cancellable_cancel (cancellable);
    AWAIT (result, cloche_secrets_save_async (secrets, "ep1", "A label", "sk-1", cancellable,
                                              cloche_test_result_cb, &result));
    g_assert_false (cloche_secrets_save_finish (secrets, result, &error));
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_object (&result);
    g_assert_finalize_object (secrets);
    return;
  }

  run_apart ();
}

int
main (int    argc,
      char **argv)
{
  cloche_test_init_isolated (&argc, &argv);
  g_test_add_func ("/store/secrets/file", test_file);
  g_test_add_func ("/store/secrets/no-bus", test_no_bus);
  g_test_add_func ("/store/secrets/no-service", test_no_service);
  g_test_add_func ("/store/secrets/cancelled", test_cancelled);

  return g_test_run ();
}
