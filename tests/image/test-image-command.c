/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-image-command.h"
#include "cloche-image-error.h"

#include <string.h>

static void
collect_cb (const char *line,
            gpointer    user_data)
{
  g_ptr_array_add (user_data, g_strdup (line));
}

static void
test_lines (void)
{
  const char *const argv[] = { "sh", "-c", "printf 'one\\n'; printf 'tw\\033o\\n' >&2; printf \"$WORD\"", NULL };
  const char *const environment[] = { "WORD", "three; exit 1", NULL };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  g_assert_true (cloche_image_command_run (argv, environment, collect_cb, lines, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (lines->len, ==, 3);
  g_assert_cmpstr (g_ptr_array_index (lines, 0), ==, "one");
  g_assert_cmpstr (g_ptr_array_index (lines, 1), ==, "tw\xef\xbf\xbdo");
  g_assert_cmpstr (g_ptr_array_index (lines, 2), ==, "three; exit 1");
}

static void
test_failed (void)
{
  const char *const argv[] = { "sh", "-c", "for i in $(seq 100); do echo line $i; done; exit 3", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_image_command_run (argv, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_TOOL_FAILED);
  g_assert_null (strstr (error->message, "line 50\n"));
  g_assert_true (g_str_has_suffix (error->message, "line 99\nline 100"));
}

static void
test_full_disk (void)
{
  const char *const argv[] = { "sh", "-c", "echo one; echo 'tool: x: No space left on device'; exit 1", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_image_command_run (argv, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_SPACE);
}

static void
test_missing (void)
{
  const char *const argv[] = { "cloche-no-such-tool", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_image_command_run (argv, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_TOOL);
  g_assert_cmpstr (error->message, ==, "cloche-no-such-tool");
}

static void
cancel_cb (const char *line,
           gpointer    user_data)
{
  g_cancellable_cancel (user_data);
}

/* Would run for ever, were it not killed. */
static void
test_cancelled (void)
{
  const char *const argv[] = { "sh", "-c", "echo begun; exec sleep 100000", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (cloche_image_command_run (argv, NULL, cancel_cb, cancellable, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  g_assert_false (cloche_image_command_run (argv, NULL, NULL, NULL, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Where namespaces are forbidden the code says so; nothing else may come of it. */
static void
test_namespace (void)
{
  const char *const argv[] = { "sh", "-c", "echo $$; id -u", NULL };
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) command = cloche_image_command_in_namespace (argv, &error);

  if (command == NULL) {
    g_assert_error (error, CLOCHE_IMAGE_ERROR, CLOCHE_IMAGE_ERROR_NO_NAMESPACE);
    g_test_skip ("This user may not make namespaces");
    return;
  }

  g_assert_true (cloche_image_command_run ((const char *const *) command, NULL, collect_cb, lines, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (lines->len, ==, 2);
  g_assert_cmpstr (g_ptr_array_index (lines, 0), ==, "1");      /* The first process of its namespace. */
  g_assert_cmpstr (g_ptr_array_index (lines, 1), ==, "0");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image/command/lines", test_lines);
  g_test_add_func ("/image/command/failed", test_failed);
  g_test_add_func ("/image/command/full-disk", test_full_disk);
  g_test_add_func ("/image/command/missing", test_missing);
  g_test_add_func ("/image/command/cancelled", test_cancelled);
  g_test_add_func ("/image/command/namespace", test_namespace);

  return g_test_run ();
}
