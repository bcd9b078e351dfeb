/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-composer.h"

#include <adwaita.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib/gstdio.h>

#include "cloche-folder-files.h"
#include "cloche-ui-resources.h"
#include "ui-test.h"

typedef struct
{
  GtkWidget *composer;
  GtkWidget *window;
  char *text;           /* of the last message */
  guint n_files;        /* of the last message */
  guint n_sent;
  guint n_stopped;
  guint n_problems;
} Fixture;

static void
send_cb (Fixture    *fixture,
         const char *text,
         GListModel *files)
{
  fixture->n_sent++;
  fixture->n_files = g_list_model_get_n_items (files);
  g_free (fixture->text);
  fixture->text = g_strdup (text);
}

static void
stop_cb (Fixture *fixture)
{
  fixture->n_stopped++;
}

static void
problem_cb (Fixture *fixture)
{
  fixture->n_problems++;
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->composer = cloche_composer_new ();
  g_signal_connect_swapped (fixture->composer, "send", G_CALLBACK (send_cb), fixture);
  g_signal_connect_swapped (fixture->composer, "stop", G_CALLBACK (stop_cb), fixture);
  g_signal_connect_swapped (fixture->composer, "problem", G_CALLBACK (problem_cb), fixture);
  fixture->window = ui_test_show (fixture->composer, 500, 200);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  gpointer composer = fixture->composer;

  g_object_add_weak_pointer (composer, &composer);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_null (composer);
  g_free (fixture->text);
}

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

/* Presses a key in the text view, as its controllers see it. */
static gboolean
press (Fixture        *fixture,
       guint           keyval,
       GdkModifierType state)
{
  GtkWidget *view = find (fixture->composer, GTK_TYPE_TEXT_VIEW);
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (view);

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++) {
    g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
    gboolean is_handled = FALSE;

    if (!GTK_IS_EVENT_CONTROLLER_KEY (controller) ||
        gtk_event_controller_get_propagation_phase (controller) != GTK_PHASE_CAPTURE)
      continue;
    g_signal_emit_by_name (controller, "key-pressed", keyval, 0, state, &is_handled);
    if (is_handled)
      return TRUE;
  }

  return FALSE;
}

static void
test_enter (Fixture      *fixture,
            gconstpointer user_data)
{
  ClocheComposer *composer = CLOCHE_COMPOSER (fixture->composer);
  g_autofree char *left = NULL;

  g_assert_true (press (fixture, GDK_KEY_Return, 0));
  g_assert_cmpuint (fixture->n_sent, ==, 0);

  cloche_composer_set_text (composer, "  \n ");
  press (fixture, GDK_KEY_Return, 0);
  g_assert_cmpuint (fixture->n_sent, ==, 0);

  cloche_composer_set_text (composer, " Hello\nthere \n");
  g_assert_false (press (fixture, GDK_KEY_Return, GDK_SHIFT_MASK));
  g_assert_cmpuint (fixture->n_sent, ==, 0);
  g_assert_true (press (fixture, GDK_KEY_KP_Enter, 0));
  g_assert_cmpuint (fixture->n_sent, ==, 1);
  g_assert_cmpstr (fixture->text, ==, "Hello\nthere");
  left = cloche_composer_dup_text (composer);
  g_assert_cmpstr (left, ==, "");
}

static void
test_busy (Fixture      *fixture,
           gconstpointer user_data)
{
  ClocheComposer *composer = CLOCHE_COMPOSER (fixture->composer);

  cloche_composer_set_text (composer, "Hello");
  cloche_composer_set_busy (composer, TRUE);
  press (fixture, GDK_KEY_Return, 0);
  g_assert_cmpuint (fixture->n_sent, ==, 0);
  g_assert_true (press (fixture, GDK_KEY_Escape, 0));
  g_assert_cmpuint (fixture->n_stopped, ==, 1);
  gtk_widget_activate_action (fixture->composer, "composer.stop", NULL);
  g_assert_cmpuint (fixture->n_stopped, ==, 2);

  cloche_composer_set_busy (composer, FALSE);
  g_assert_false (press (fixture, GDK_KEY_Escape, 0));
  gtk_widget_activate_action (fixture->composer, "composer.send", NULL);
  g_assert_cmpuint (fixture->n_sent, ==, 1);
}

static void
test_chips (Fixture      *fixture,
            gconstpointer user_data)
{
  ClocheComposer *composer = CLOCHE_COMPOSER (fixture->composer);
  g_autoptr (GFile) one = g_file_new_for_path ("/tmp/one.csv");
  g_autoptr (GFile) again = g_file_new_for_path ("/tmp/one.csv");
  g_autoptr (GFile) odd = g_file_new_for_path ("/tmp/a\nb\u202e.txt");
  GtkWidget *chips = find (fixture->composer, GTK_TYPE_FLOW_BOX);

  g_assert_false (gtk_widget_get_visible (chips));
  cloche_composer_add_file (composer, one);
  cloche_composer_add_file (composer, again);
  cloche_composer_add_file (composer, odd);
  g_assert_cmpuint (g_list_model_get_n_items (cloche_composer_get_files (composer)), ==, 2);
  g_assert_true (gtk_widget_get_visible (chips));

  g_signal_emit_by_name (find (chips, GTK_TYPE_BUTTON), "clicked");
  g_assert_cmpuint (g_list_model_get_n_items (cloche_composer_get_files (composer)), ==, 1);

  /* Files alone may be sent. */
  press (fixture, GDK_KEY_Return, 0);
  g_assert_cmpuint (fixture->n_files, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (cloche_composer_get_files (composer)), ==, 0);
  g_assert_false (gtk_widget_get_visible (chips));
}

static void
test_too_many (Fixture      *fixture,
               gconstpointer user_data)
{
  ClocheComposer *composer = CLOCHE_COMPOSER (fixture->composer);

  for (int i = 0; i <= CLOCHE_COMPOSER_FILES_MAX; i++) {
    g_autofree char *path = g_strdup_printf ("/tmp/%d", i);
    g_autoptr (GFile) file = g_file_new_for_path (path);

    cloche_composer_add_file (composer, file);
  }
  g_assert_cmpuint (g_list_model_get_n_items (cloche_composer_get_files (composer)), ==, CLOCHE_COMPOSER_FILES_MAX);
  g_assert_cmpuint (fixture->n_problems, ==, 1);
}

static void
paste (Fixture            *fixture,
       GdkContentProvider *content)
{
  g_assert_true (gdk_clipboard_set_content (gtk_widget_get_clipboard (fixture->composer), content));
  g_signal_emit_by_name (find (fixture->composer, GTK_TYPE_TEXT_VIEW), "paste-clipboard");
}

static char *
dup_text (Fixture *fixture)
{
  return cloche_composer_dup_text (CLOCHE_COMPOSER (fixture->composer));
}

/* Bytes that are nothing we know are refused in words and change nothing; odd characters of a text are the person's. */
static void
test_paste (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (GBytes) bytes = g_bytes_new ("\0\377\1", 3);
  g_autoptr (GdkContentProvider) binary = gdk_content_provider_new_for_bytes ("application/octet-stream", bytes);
  g_autoptr (GdkContentProvider) text = gdk_content_provider_new_typed (G_TYPE_STRING, "a\001b");
  g_autofree char *before = NULL, *after = NULL;

  gdk_clipboard_set_content (gtk_widget_get_clipboard (fixture->composer), NULL);
  g_signal_emit_by_name (find (fixture->composer, GTK_TYPE_TEXT_VIEW), "paste-clipboard");
  g_assert_cmpuint (fixture->n_problems, ==, 0);

  cloche_composer_set_text (CLOCHE_COMPOSER (fixture->composer), "typed ");
  paste (fixture, binary);
  g_assert_cmpuint (fixture->n_problems, ==, 1);
  ui_test_frames (fixture->window, 2);
  before = dup_text (fixture);
  g_assert_cmpstr (before, ==, "typed ");
  g_assert_cmpuint (g_list_model_get_n_items (cloche_composer_get_files (CLOCHE_COMPOSER (fixture->composer))), ==, 0);

  paste (fixture, text);
  for (after = dup_text (fixture); g_str_equal (after, before); after = dup_text (fixture)) {
    g_free (after);
    g_main_context_iteration (NULL, TRUE);
  }
  g_assert_nonnull (strstr (after, "a\001b"));
  g_assert_cmpuint (fixture->n_problems, ==, 1);
}

static void
expanded_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GPtrArray *
expand (const char *path,
        guint       max_files,
        GError    **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GAsyncResult) result = NULL;

  g_ptr_array_add (files, g_file_new_for_path (path));
  cloche_folder_files_expand_async (files, max_files, NULL, expanded_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return cloche_folder_files_expand_finish (result, error);
}

static void
touch (const char *folder,
       const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

/* A dropped folder stands for its files, but not for links, pipes and what is hidden. */
static void
test_folder (void)
{
  g_autofree char *root = g_dir_make_tmp ("cloche-XXXXXX", NULL);
  g_autofree char *inner = g_build_filename (root, "inner", NULL);
  g_autofree char *link = g_build_filename (root, "link", NULL);
  g_autofree char *pipe = g_build_filename (root, "pipe", NULL);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  touch (root, "a.csv");
  touch (root, ".hidden");
  touch (inner, "b.csv");
  g_assert_cmpint (symlink ("/etc/passwd", link), ==, 0);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  found = expand (root, 10, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 2);
  g_assert_null (expand (root, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (expand ("/nowhere", 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  for (guint i = 0; i < found->len; i++)
    g_assert_true (g_file_delete (found->pdata[i], NULL, NULL));
  {
    g_autofree char *hidden = g_build_filename (root, ".hidden", NULL);

    g_assert_cmpint (g_remove (hidden) | g_remove (link) | g_remove (pipe) | g_rmdir (inner) | g_rmdir (root), ==, 0);
  }
}

#define ADD(name, func) g_test_add ("/ui/composer/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  UI_TEST_INIT (argc, argv);
  adw_init ();
  g_resources_register (cloche_ui_get_resource ());
  ADD ("enter", test_enter);
  ADD ("busy", test_busy);
  ADD ("chips", test_chips);
  ADD ("too-many", test_too_many);
  ADD ("paste", test_paste);
  g_test_add_func ("/ui/composer/folder", test_folder);

  return g_test_run ();
}
