/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-chip.h"

#include <adwaita.h>
#include <glib/gstdio.h>
#include <string.h>

#include "cloche-drag-file.h"
#include "cloche-fake-sandbox.h"
#include "cloche-file-progress.h"
#include "cloche-file-replace.h"
#include "store-fixture.h"
#include "ui-test.h"

/* bytes: many of the pieces in which the machine gives it away. */
#define LARGE (100 * 1024)

typedef struct
{
  StoreFixture store;
  char *folder;
  ClocheFakeSandbox *sandbox;
  ClocheFiles *files;
  GtkWidget *chip;
  GtkWidget *progress;
  GtkWidget *window;
} Fixture;

static GtkWidget *
find (GtkWidget *widget,
      GType      type)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child)) {
    GtkWidget *found = find (child, type);

    if (found != NULL)
      return found;
  }

  return NULL;
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autofree char *text = g_strnfill (LARGE, 'x');
  g_autoptr (ClocheContent) content = cloche_content_new_absent ("text/plain", LARGE);
  g_autoptr (ClocheFile) file = cloche_file_new ("large.txt", "/workspace/large.txt", content);

  store_fixture_set_up (&fixture->store, NULL);
  fixture->folder = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  fixture->sandbox = cloche_fake_sandbox_new (NULL);
  cloche_fake_sandbox_write (fixture->sandbox, "/workspace/large.txt", text);
  fixture->files = cloche_files_new (fixture->store.store, "aaaaaaaaaaaa", CLOCHE_SANDBOX (fixture->sandbox), fixture->folder);
  fixture->chip = cloche_file_chip_new (file, fixture->files);
  fixture->progress = find (fixture->chip, CLOCHE_TYPE_FILE_PROGRESS);
  fixture->window = ui_test_show (fixture->chip, 500, 200);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->files);
  g_assert_finalize_object (fixture->sandbox);
  /* What was staged is gone by now, or was never there. */
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  store_fixture_tear_down (&fixture->store, NULL);
}

/* What a drag that begins now would carry; NULL: it does not begin. */
static GdkContentProvider *
prepare (Fixture *fixture)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (fixture->chip);
  GdkContentProvider *provider = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);

    if (GTK_IS_DRAG_SOURCE (controller))
      g_signal_emit_by_name (controller, "prepare", 1.0, 1.0, &provider);
  }

  return provider;
}

static GOutputStream *
ask (GdkContentProvider *provider,
     GAsyncResult      **result)
{
  GOutputStream *answer = g_memory_output_stream_new_resizable ();

  gdk_content_provider_write_mime_type_async (provider, "text/uri-list", answer, G_PRIORITY_DEFAULT, NULL,
                                              cloche_test_result_cb, result);

  return answer;
}

static char *
dup_answer (GOutputStream *stream)
{
  GMemoryOutputStream *answer = G_MEMORY_OUTPUT_STREAM (stream);

  return g_strndup (g_memory_output_stream_get_data (answer), g_memory_output_stream_get_data_size (answer));
}

/* Some file managers ask before the drop and at it: one file for both, whole when they hear of it. */
static void
test_asked_twice (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GdkContentProvider) provider = prepare (fixture);
  g_autoptr (GAsyncResult) first = NULL, second = NULL;
  g_autoptr (GOutputStream) first_stream = ask (provider, &first);
  g_autoptr (GOutputStream) second_stream = NULL;
  g_autofree char *first_answer = NULL, *second_answer = NULL, *text = NULL;
  g_autoptr (GFile) file = NULL, folder = NULL;
  gsize length;

  g_assert_true (gtk_widget_get_visible (fixture->progress));
  g_assert_null (prepare (fixture));
  cloche_test_wait (&first);
  g_assert_false (gtk_widget_get_visible (fixture->progress));
  second_stream = ask (provider, &second);
  g_assert_false (gtk_widget_get_visible (fixture->progress));
  cloche_test_wait (&second);
  g_assert_true (gdk_content_provider_write_mime_type_finish (provider, first, NULL));
  g_assert_true (gdk_content_provider_write_mime_type_finish (provider, second, NULL));

  first_answer = dup_answer (first_stream);
  second_answer = dup_answer (second_stream);
  g_assert_cmpstr (first_answer, ==, second_answer);
  g_assert_true (g_str_has_suffix (first_answer, "/large.txt\r\n"));
  file = g_file_new_for_uri (g_strchomp (first_answer));
  g_assert_true (g_file_load_contents (file, NULL, &text, &length, NULL, NULL));
  g_assert_cmpuint (length, ==, LARGE);

  folder = g_file_get_parent (file);
  g_assert_true (g_file_delete (file, NULL, NULL));
  g_assert_true (g_file_delete (folder, NULL, NULL));
}

static void
assert_cancelled (Fixture            *fixture,
                  GdkContentProvider *provider,
                  GAsyncResult       *result)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gdk_content_provider_write_mime_type_finish (provider, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (gtk_widget_get_visible (fixture->progress));
}

static void
test_button (Fixture      *fixture,
             gconstpointer data)
{
  g_autoptr (GdkContentProvider) provider = prepare (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GOutputStream) stream = ask (provider, &result);
  GtkProgressBar *bar = GTK_PROGRESS_BAR (find (fixture->progress, GTK_TYPE_PROGRESS_BAR));

  cloche_test_wait_until (gtk_progress_bar_get_fraction (bar) > 0);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (bar), <, 1);
  g_assert_false (gtk_widget_get_sensitive (find (fixture->chip, GTK_TYPE_BUTTON)));
  g_signal_emit_by_name (find (fixture->progress, GTK_TYPE_BUTTON), "clicked");
  cloche_test_wait (&result);
  assert_cancelled (fixture, provider, result);
  g_assert_true (gtk_widget_get_sensitive (find (fixture->chip, GTK_TYPE_BUTTON)));
}

/* Escape, or a drop where nobody takes it, after a file manager on the way has asked. */
static void
test_not_dropped (Fixture      *fixture,
                  gconstpointer data)
{
  g_autoptr (GdkContentProvider) provider = prepare (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GOutputStream) stream = ask (provider, &result);

  cloche_drag_file_cancel (CLOCHE_DRAG_FILE (provider));
  cloche_test_wait (&result);
  assert_cancelled (fixture, provider, result);
}

/* The row goes out of sight and its widgets with it; who has asked gets the file all the same. */
static void
test_chip_gone (Fixture      *fixture,
                gconstpointer data)
{
  g_autoptr (GdkContentProvider) provider = prepare (fixture);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GOutputStream) stream = ask (provider, &result);
  g_autofree char *answer = NULL;
  g_autoptr (GFile) file = NULL, folder = NULL;

  gtk_window_set_child (GTK_WINDOW (fixture->window), NULL);
  cloche_test_wait (&result);
  g_assert_true (gdk_content_provider_write_mime_type_finish (provider, result, NULL));
  answer = dup_answer (stream);
  file = g_file_new_for_uri (g_strchomp (answer));
  folder = g_file_get_parent (file);
  g_assert_true (g_file_delete (file, NULL, NULL));
  g_assert_true (g_file_delete (folder, NULL, NULL));
}

static GtkWidget *
find_dialog (const char *heading)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

    if (ADW_IS_MESSAGE_DIALOG (window) && gtk_widget_get_visible (window) &&
        g_str_equal (adw_message_dialog_get_heading (ADW_MESSAGE_DIALOG (window)), heading))
      return window;
  }

  return NULL;
}

/* The row has left the window while the original was to be replaced: that it was not is told all the same. */
static void
test_problem_of_gone_chip (Fixture      *fixture,
                           gconstpointer data)
{
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);
  g_autofree char *path = g_build_filename (fixture->folder, "not-there.txt", NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autoptr (ClocheOrigin) origin = cloche_origin_new (uri, 1, 1);
  g_autoptr (ClocheFile) file = cloche_file_with_origin (cloche_file_chip_get_file (CLOCHE_FILE_CHIP (fixture->chip)), origin);
  GtkWidget *chip = g_object_ref_sink (cloche_file_chip_new (file, fixture->files));
  GtkWidget *problem;

  g_application_set_default (G_APPLICATION (application));
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  gtk_application_add_window (application, GTK_WINDOW (fixture->window));
  gtk_window_set_child (GTK_WINDOW (fixture->window), chip);
  cloche_file_replace (chip, fixture->files, file, CLOCHE_FILE_PROGRESS (find (chip, CLOCHE_TYPE_FILE_PROGRESS)));
  gtk_window_set_child (GTK_WINDOW (fixture->window), NULL);
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (find_dialog ("Replace the Original?")), "replace");
  cloche_test_wait_until (find_dialog ("The original was not replaced") != NULL);
  problem = find_dialog ("The original was not replaced");
  g_assert_nonnull (strstr (adw_message_dialog_get_body (ADW_MESSAGE_DIALOG (problem)), "“not-there.txt” is not in"));
  g_assert_true (gtk_window_get_transient_for (GTK_WINDOW (problem)) == GTK_WINDOW (fixture->window));
  gtk_window_destroy (GTK_WINDOW (problem));
  gtk_application_remove_window (application, GTK_WINDOW (fixture->window));
  g_application_set_default (NULL);
  g_object_unref (chip);
}

#define ADD(name, func) g_test_add ("/ui/file-chip/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  UI_TEST_INIT (argc, argv);
  adw_init ();
  ADD ("asked-twice", test_asked_twice);
  ADD ("button", test_button);
  ADD ("not-dropped", test_not_dropped);
  ADD ("chip-gone", test_chip_gone);
  ADD ("problem-of-gone-chip", test_problem_of_gone_chip);

  return g_test_run ();
}
