/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-transcript.h"

#include <adwaita.h>

#include "cloche-code-view.h"
#include "cloche-markdown-view.h"
#include "ui-test.h"

#define PAGE 600

/* A transcript in a scrolled window, its rows plain boxes of 20 to 219 pixels. */
typedef struct
{
  GtkStringList *model;
  GtkWidget *transcript;
  GtkWidget *scrolled;
  GtkWidget *window;
} Fixture;

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_size_request (row, 50, atoi (gtk_string_object_get_string (item)));

  return row;
}

static char *
make_height (guint i)
{
  return g_strdup_printf ("%u", 20 + (i * 7919) % 200);
}

static void
append_rows (Fixture *fixture,
             guint    n)
{
  for (guint i = 0; i < n; i++) {
    g_autofree char *height = make_height (i);

    gtk_string_list_append (fixture->model, height);
  }
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  fixture->model = gtk_string_list_new (NULL);
  append_rows (fixture, GPOINTER_TO_UINT (user_data));
  fixture->transcript = cloche_transcript_new ();
  cloche_transcript_set_row_func (CLOCHE_TRANSCRIPT (fixture->transcript), make_row, NULL, NULL);
  cloche_transcript_set_model (CLOCHE_TRANSCRIPT (fixture->transcript), G_LIST_MODEL (fixture->model));
  fixture->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (fixture->scrolled), fixture->transcript);
  fixture->window = ui_test_show (fixture->scrolled, 500, PAGE);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  gpointer transcript = fixture->transcript;

  g_object_add_weak_pointer (transcript, &transcript);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_null (transcript);
  g_assert_finalize_object (fixture->model);
}

static GtkAdjustment *
get_adjustment (Fixture *fixture)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (fixture->scrolled));
}

/* Where the top of a row is in the view. */
static int
get_y (Fixture *fixture,
       guint    row)
{
  GtkWidget *widget = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), row);
  graphene_rect_t bounds;

  g_assert_nonnull (widget);
  g_assert_true (gtk_widget_compute_bounds (widget, fixture->transcript, &bounds));

  return bounds.origin.y;
}

static void
assert_at_end (Fixture *fixture)
{
  GtkAdjustment *adjustment = get_adjustment (fixture);
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (fixture->model));
  GtkWidget *last = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), n_rows - 1);

  g_assert_true (cloche_transcript_is_at_end (CLOCHE_TRANSCRIPT (fixture->transcript)));
  g_assert_cmpfloat (gtk_adjustment_get_value (adjustment), ==, gtk_adjustment_get_upper (adjustment) - PAGE);
  g_assert_cmpint (get_y (fixture, n_rows - 1) + gtk_widget_get_height (last), ==, PAGE);
}

/* The first row that is at least partly in the view. */
static guint
find_top_row (Fixture *fixture)
{
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (fixture->model));

  for (guint i = 0; i < n_rows; i++) {
    GtkWidget *widget = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), i);

    if (widget != NULL && gtk_widget_get_child_visible (widget) &&
        get_y (fixture, i) + gtk_widget_get_height (widget) > 0)
      return i;
  }
  g_assert_not_reached ();
}

static void
wait_for_rows (Fixture *fixture,
               guint    n)
{
  while (cloche_transcript_get_n_realized (CLOCHE_TRANSCRIPT (fixture->transcript)) < n)
    g_main_context_iteration (NULL, TRUE);
  ui_test_frames (fixture->window, 2);
}

static void
test_empty (Fixture      *fixture,
            gconstpointer user_data)
{
  g_assert_cmpuint (cloche_transcript_get_n_realized (CLOCHE_TRANSCRIPT (fixture->transcript)), ==, 0);
  append_rows (fixture, 1);
  ui_test_frames (fixture->window, 2);
  g_assert_cmpint (get_y (fixture, 0), ==, 0);
}

static void
test_few_start_at_top (Fixture      *fixture,
                       gconstpointer user_data)
{
  g_assert_cmpint (get_y (fixture, 0), ==, 0);
  g_assert_cmpfloat (gtk_adjustment_get_upper (get_adjustment (fixture)), ==, PAGE);
  g_assert_true (cloche_transcript_is_at_end (CLOCHE_TRANSCRIPT (fixture->transcript)));
}

static void
test_ten_thousand (Fixture      *fixture,
                   gconstpointer user_data)
{
  assert_at_end (fixture);
  wait_for_rows (fixture, CLOCHE_TRANSCRIPT_ROWS_MAX);
  assert_at_end (fixture);
  g_assert_cmpuint (cloche_transcript_get_n_realized (CLOCHE_TRANSCRIPT (fixture->transcript)), ==,
                    CLOCHE_TRANSCRIPT_ROWS_MAX);

  /* A jump into what was never measured, and back. */
  gtk_adjustment_set_value (get_adjustment (fixture), 300000);
  ui_test_frames (fixture->window, 2);
  g_assert_false (cloche_transcript_is_at_end (CLOCHE_TRANSCRIPT (fixture->transcript)));
  g_assert_cmpuint (find_top_row (fixture), >, 100);
  gtk_adjustment_set_value (get_adjustment (fixture), 0);
  ui_test_frames (fixture->window, 2);
  g_assert_cmpint (get_y (fixture, 0), ==, 0);
  cloche_transcript_scroll_to_end (CLOCHE_TRANSCRIPT (fixture->transcript));
  ui_test_frames (fixture->window, 2);
  assert_at_end (fixture);
}

static void
test_sticks (Fixture      *fixture,
             gconstpointer user_data)
{
  GtkWidget *last = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), 99);

  append_rows (fixture, 3);
  ui_test_frames (fixture->window, 2);
  assert_at_end (fixture);

  gtk_widget_set_size_request (last, 50, 900);
  ui_test_frames (fixture->window, 2);
  assert_at_end (fixture);

  gtk_window_set_default_size (GTK_WINDOW (fixture->window), 400, PAGE);
  ui_test_frames (fixture->window, 3);
  assert_at_end (fixture);
}

static void
test_does_not_stick (Fixture      *fixture,
                     gconstpointer user_data)
{
  GtkAdjustment *adjustment = get_adjustment (fixture);
  guint top;
  int y;

  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 100);
  ui_test_frames (fixture->window, 2);
  top = find_top_row (fixture);
  y = get_y (fixture, top);
  append_rows (fixture, 3);
  ui_test_frames (fixture->window, 2);
  g_assert_cmpint (get_y (fixture, top), ==, y);
  g_assert_false (cloche_transcript_is_at_end (CLOCHE_TRANSCRIPT (fixture->transcript)));
}

/* Whatever happens above, what is being read stays. */
static void
test_anchor_stays (Fixture      *fixture,
                   gconstpointer user_data)
{
  guint top;
  int y;

  gtk_adjustment_set_value (get_adjustment (fixture), 4000);
  ui_test_frames (fixture->window, 2);
  top = find_top_row (fixture);
  y = get_y (fixture, top);

  gtk_widget_set_size_request (cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), top - 1), 50,
                               777);
  ui_test_frames (fixture->window, 2);
  g_assert_cmpint (get_y (fixture, top), ==, y);

  gtk_string_list_splice (fixture->model, 0, 5, (const char *[]) { "33", "44", NULL });
  ui_test_frames (fixture->window, 2);
  g_assert_cmpint (get_y (fixture, top - 3), ==, y);

  gtk_string_list_splice (fixture->model, top - 2, 1, NULL);
  ui_test_frames (fixture->window, 2);
  g_assert_cmpint (get_y (fixture, top - 3), ==, y);

  wait_for_rows (fixture, 96);
  g_assert_cmpint (get_y (fixture, top - 3), ==, y);
}

static void
test_scroll_up_slowly (Fixture      *fixture,
                       gconstpointer user_data)
{
  GtkAdjustment *adjustment = get_adjustment (fixture);

  /* Guesses above become measured heights on the way; a step must still be a step. */
  for (int i = 0; i < 200; i++) {
    guint top = find_top_row (fixture);
    int y = get_y (fixture, top);

    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 37);
    ui_test_frames (fixture->window, 1);
    g_assert_cmpint (get_y (fixture, top), ==, y + 37);
  }
}

static void
count_notify_cb (GObject    *object,
                 GParamSpec *pspec,
                 gpointer    user_data)
{
  ++*(int *) user_data;
}

static void
test_model (Fixture      *fixture,
            gconstpointer user_data)
{
  ClocheTranscript *transcript = CLOCHE_TRANSCRIPT (fixture->transcript);
  int n = 0;

  g_signal_connect (transcript, "notify::model", G_CALLBACK (count_notify_cb), &n);
  cloche_transcript_set_model (transcript, G_LIST_MODEL (fixture->model));
  g_assert_cmpint (n, ==, 0);
  cloche_transcript_set_model (transcript, NULL);
  g_assert_cmpint (n, ==, 1);
  g_assert_cmpuint (cloche_transcript_get_n_realized (transcript), ==, 0);
  cloche_transcript_set_model (transcript, G_LIST_MODEL (fixture->model));
  ui_test_frames (fixture->window, 2);
  assert_at_end (fixture);
}

static GtkWidget *
make_long_row (gpointer item,
               gpointer user_data)
{
  GtkWidget *view = cloche_markdown_view_new ();

  cloche_markdown_view_set_text (CLOCHE_MARKDOWN_VIEW (view), gtk_string_object_get_string (item), TRUE);

  return view;
}

/* What is in the view or a page around it is mapped, what is further away is not. */
static void
assert_part_is_shown (GtkWidget *answer,
                      GtkWidget *transcript)
{
  for (GtkWidget *block = gtk_widget_get_first_child (answer); block != NULL; block = gtk_widget_get_next_sibling (block)) {
    graphene_rect_t bounds;
    gboolean is_near;

    g_assert_true (gtk_widget_compute_bounds (block, transcript, &bounds));
    is_near = bounds.origin.y + bounds.size.height > -PAGE && bounds.origin.y < 2 * PAGE;
    g_assert_cmpint (gtk_widget_get_mapped (block), ==, is_near);
  }
}

/* A frame costs what is seen, however long one answer gets. */
static void
test_long_answer (void)
{
  GString *text = g_string_new (NULL);
  GtkStringList *model = gtk_string_list_new (NULL);
  GtkWidget *transcript = cloche_transcript_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkAdjustment *adjustment;
  GtkWidget *window;
  GtkWidget *answer;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (text, "Paragraph %u\n\n---\n\n", i);
  gtk_string_list_append (model, text->str);
  cloche_transcript_set_row_func (CLOCHE_TRANSCRIPT (transcript), make_long_row, NULL, NULL);
  cloche_transcript_set_model (CLOCHE_TRANSCRIPT (transcript), G_LIST_MODEL (model));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), transcript);
  window = ui_test_show (scrolled, 500, PAGE);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  answer = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (transcript), 0);

  g_assert_true (cloche_transcript_is_at_end (CLOCHE_TRANSCRIPT (transcript)));
  g_assert_false (gtk_widget_get_mapped (gtk_widget_get_first_child (answer)));
  assert_part_is_shown (answer, transcript);
  for (guint page = 0; page < 4; page++) {
    gtk_adjustment_set_value (adjustment, page * 1.5 * PAGE);
    ui_test_frames (window, 2);
    assert_part_is_shown (answer, transcript);
  }

  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (model);
  g_string_free (text, TRUE);
}

static GtkWidget *
find_view (GtkWidget *widget)
{
  GtkWidget *found = CLOCHE_IS_CODE_VIEW (widget) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_view (child);

  return found;
}

/* Where a line of code is, in pixels from the top of the view that it is scrolled in. */
static double
get_line_y (GtkWidget *code,
            guint      line,
            GtkWidget *transcript)
{
  GtkTextIter iter;
  GdkRectangle place;
  int x;
  int y;
  double ret_x;
  double ret_y;

  gtk_text_buffer_get_iter_at_line (gtk_text_view_get_buffer (GTK_TEXT_VIEW (code)), &iter, line);
  gtk_text_view_get_iter_location (GTK_TEXT_VIEW (code), &iter, &place);
  gtk_text_view_buffer_to_window_coords (GTK_TEXT_VIEW (code), GTK_TEXT_WINDOW_WIDGET, place.x, place.y, &x, &y);
  g_assert_true (gtk_widget_translate_coordinates (code, transcript, x, y, &ret_x, &ret_y));

  return ret_y;
}

/* Of long code the view is only as high as what is near the view, and every line is where it would be anyway. */
static void
test_long_code (void)
{
  GString *text = g_string_new ("```\n");
  GtkStringList *model = gtk_string_list_new (NULL);
  GtkWidget *transcript = cloche_transcript_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkAdjustment *adjustment;
  GtkWidget *window;
  GtkWidget *row;
  GtkWidget *code;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "line %u\n", i);
  gtk_string_list_append (model, text->str);
  cloche_transcript_set_row_func (CLOCHE_TRANSCRIPT (transcript), make_long_row, NULL, NULL);
  cloche_transcript_set_model (CLOCHE_TRANSCRIPT (transcript), G_LIST_MODEL (model));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), transcript);
  window = ui_test_show (scrolled, 500, PAGE);
  adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  row = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (transcript), 0);
  code = find_view (row);

  for (guint step = 0; step < 8; step++) {
    double first_y;
    double line_height;

    if (step < 6)
      gtk_adjustment_set_value (adjustment, step * 1.7 * PAGE);
    else
      cloche_transcript_scroll_to_end (CLOCHE_TRANSCRIPT (transcript));
    if (step == 7) {
      g_string_append (text, "more\nand more\n");
      cloche_markdown_view_set_text (CLOCHE_MARKDOWN_VIEW (row), text->str, FALSE);
    }
    ui_test_frames (window, 3);
    g_assert_cmpint (gtk_widget_get_height (code), <=, 5 * PAGE);
    first_y = get_line_y (code, 0, transcript);
    line_height = get_line_y (code, 1, transcript) - first_y;
    g_assert_cmpfloat (line_height, >, 5);
    for (guint line = 0; line < 1000; line += 9)
      g_assert_cmpfloat_with_epsilon (get_line_y (code, line, transcript), first_y + line * line_height, 0.5);
    /* And the first one is where the row begins. */
    g_assert_cmpfloat_with_epsilon (first_y, -gtk_adjustment_get_value (adjustment), 60);
  }

  gtk_window_destroy (GTK_WINDOW (window));
  g_object_unref (model);
  g_string_free (text, TRUE);
}

/* Any change of the model leaves rows and model agreeing. */
static void
test_random_changes (Fixture      *fixture,
                     gconstpointer user_data)
{
  for (int i = 0; i < 150; i++) {
    guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (fixture->model));
    guint position = g_test_rand_int_range (0, n_rows + 1);
    guint removed = g_test_rand_int_range (0, MIN (4, n_rows - position) + 1);
    guint n_added = g_test_rand_int_range (0, 4);
    const char *added[] = { "31", "77", "150", NULL };

    if (i % 5 == 0)
      gtk_adjustment_set_value (get_adjustment (fixture), g_test_rand_int_range (0, 10000));
    added[n_added] = NULL;
    gtk_string_list_splice (fixture->model, position, removed, added);
    ui_test_frames (fixture->window, 1);

    n_rows = g_list_model_get_n_items (G_LIST_MODEL (fixture->model));
    for (guint row = 0; row < n_rows; row++) {
      GtkWidget *widget = cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), row);
      int height;

      if (widget == NULL)
        continue;
      gtk_widget_get_size_request (widget, NULL, &height);
      g_assert_cmpint (height, ==, atoi (gtk_string_list_get_string (fixture->model, row)));
    }
  }
}

#define ADD(name, n_rows, func) \
  g_test_add ("/ui/transcript/" name, Fixture, GUINT_TO_POINTER (n_rows), set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  UI_TEST_INIT (argc, argv);
  adw_init ();
  ADD ("empty", 0, test_empty);
  ADD ("few-start-at-top", 3, test_few_start_at_top);
  ADD ("ten-thousand", 10000, test_ten_thousand);
  ADD ("sticks", 100, test_sticks);
  ADD ("does-not-stick", 100, test_does_not_stick);
  ADD ("anchor-stays", 100, test_anchor_stays);
  ADD ("scroll-up-slowly", 1000, test_scroll_up_slowly);
  ADD ("model", 100, test_model);
  ADD ("random-changes", 100, test_random_changes);
  g_test_add_func ("/ui/transcript/long-answer", test_long_answer);
  g_test_add_func ("/ui/transcript/long-code", test_long_code);

  return g_test_run ();
}
