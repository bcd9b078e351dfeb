/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-accelerator.h"
#include "cloche-machine-error.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define STALE "{\"key\":\"another\",\"accelerator\":\"kvm\",\"reason\":\"stale\"}"

static ClocheQemuProgram *program;

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      slot)
{
  *(GAsyncResult **) slot = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);

  return *slot;
}

static gboolean
try (ClocheAccelerator accelerator,
     guint             timeout_ms,
     GCancellable     *cancellable,
     GError          **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  cloche_accelerator_try_async (program, accelerator, timeout_ms, cancellable, result_cb, &result);

  return cloche_accelerator_try_finish (wait_for (&result), error);
}

/* Emulation always works, so the way of trying does. */
static void
test_emulated (void)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  g_assert_true (try (CLOCHE_ACCELERATOR_TCG, G_MAXINT, NULL, &error));
  g_assert_no_error (error);
  g_test_message ("firmware through after %" G_GINT64_FORMAT " ms", (g_get_monotonic_time () - start) / 1000);
}

/* No firmware is through in a millisecond. */
static void
test_hangs (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (try (CLOCHE_ACCELERATOR_TCG, 1, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static void
test_cancelled (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_false (try (CLOCHE_ACCELERATOR_TCG, G_MAXINT, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static ClocheAccelerator
probe (const char *cache_path,
       char      **ret_reason)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  ClocheAccelerator accelerator;

  cloche_accelerator_probe_async (program, cache_path, NULL, result_cb, &result);
  g_assert_true (cloche_accelerator_probe_finish (wait_for (&result), &accelerator, ret_reason, &error));
  g_assert_no_error (error);

  return accelerator;
}

/* Whatever this host's KVM does, there is a verdict with a reason; it is remembered, and not asked for twice. */
static void
test_probe (void)
{
  g_autofree char *dir = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "accelerator.json", NULL);
  g_autofree char *reason = NULL;
  g_autofree char *reason_again = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) parts = NULL;
  ClocheAccelerator accelerator;

  /* Of another QEMU: not believed. */
  g_assert_true (g_file_set_contents (path, STALE, -1, NULL));
  accelerator = probe (path, &reason);

  g_test_message ("%s: %s", cloche_accelerator_to_string (accelerator), reason);
  g_assert_cmpstr (reason, !=, "stale");

  if (access ("/dev/kvm", R_OK | W_OK) < 0) {
    g_assert_cmpint (accelerator, ==, CLOCHE_ACCELERATOR_TCG);
    g_assert_cmpint (g_unlink (path), ==, 0);
    g_assert_cmpint (g_rmdir (dir), ==, 0);
    return;
  }

  /* A verdict that only the file can have said. */
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  parts = g_strsplit (text, "A test machine", 2);
  g_clear_pointer (&text, g_free);
  text = g_strjoinv ("Somebody", parts);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_assert_cmpint (probe (path, &reason_again), ==, accelerator);
  g_assert_true (g_str_has_prefix (reason_again, "Somebody"));

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

/* A damaged file: probed anew, and no worse for it. */
static void
test_damaged_cache (void)
{
  g_autofree char *dir = g_dir_make_tmp ("cloche-test-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "accelerator.json", NULL);
  g_autofree char *reason = NULL;

  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  (void) probe (path, &reason);
  g_assert_cmpstr (reason, !=, "");

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (dir), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  cloche_qemu_program_find_async (NULL, NULL, NULL, result_cb, &result);
  program = cloche_qemu_program_find_finish (wait_for (&result), &error);
  g_assert_no_error (error);

  g_test_add_func ("/machine/accelerator/emulated", test_emulated);
  g_test_add_func ("/machine/accelerator/hangs", test_hangs);
  g_test_add_func ("/machine/accelerator/cancelled", test_cancelled);
  g_test_add_func ("/machine/accelerator/probe", test_probe);
  g_test_add_func ("/machine/accelerator/damaged-cache", test_damaged_cache);
  status = g_test_run ();

  cloche_qemu_program_free (program);
  return status;
}
