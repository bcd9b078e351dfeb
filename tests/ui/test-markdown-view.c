/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-markdown-view.h"

#include "cloche-code-block.h"
#include "cloche-code-view.h"
#include "cloche-link.h"
#include "cloche-prose.h"
#include "cloche-selectable.h"
#include "cloche-table.h"
#include "ui-test.h"

#include <adwaita.h>

static GtkWidget *
get_child (GtkWidget *view,
           guint      index)
{
  GtkWidget *child = gtk_widget_get_first_child (view);

  while (index-- > 0)
    child = gtk_widget_get_next_sibling (child);

  return child;
}

static void
set (GtkWidget  *view,
     const char *text)
{
  cloche_markdown_view_set_text (CLOCHE_MARKDOWN_VIEW (view), text, FALSE);
}

static void
test_kinds (void)
{
  GtkWidget *view = g_object_ref_sink (cloche_markdown_view_new ());

  set (view, "a\n\n```c\nx\n```\n\n|a|\n|-|\n|1|\n\n---\n\n![p](http://example.org/x.png)\n");
  g_assert_true (CLOCHE_IS_PROSE (get_child (view, 0)));
  g_assert_true (CLOCHE_IS_CODE_BLOCK (get_child (view, 1)));
  g_assert_true (CLOCHE_IS_TABLE (get_child (view, 2)));
  g_assert_true (GTK_IS_SEPARATOR (get_child (view, 3)));
  g_assert_true (GTK_IS_BOX (get_child (view, 4)));
  g_assert_null (get_child (view, 5));
  g_assert_finalize_object (view);
}

/* The first widget below that is a label with this text. */
static GtkWidget *
find_label (GtkWidget  *widget,
            const char *text)
{
  GtkWidget *found = GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_label (child, text);

  return found;
}

/* Text that grows keeps its widgets, so that a selection survives and nothing flickers. */
static void
test_growing (void)
{
  GtkWidget *view = g_object_ref_sink (cloche_markdown_view_new ());
  GtkWidget *prose;
  GtkWidget *code;
  GtkWidget *table;
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *text = NULL;

  set (view, "Hello wor");
  prose = get_child (view, 0);
  set (view, "Hello world\n\nand more\n\n```py\nx");
  g_assert_true (get_child (view, 0) == prose);
  code = get_child (view, 1);
  set (view, "Hello world\n\nand more\n\n```py\nx = 1\ny");
  g_assert_true (get_child (view, 0) == prose);
  g_assert_true (get_child (view, 1) == code);
  gtk_text_buffer_get_bounds (gtk_text_view_get_buffer (GTK_TEXT_VIEW (prose)), &start, &end);
  text = gtk_text_iter_get_text (&start, &end);
  g_assert_cmpstr (text, ==, "Hello world\nand more");

  set (view, "|a|b|\n|-|-|\n|1|");
  table = get_child (view, 0);
  g_assert_nonnull (find_label (table, "1 row"));
  set (view, "|a|b|\n|-|-|\n|1|two|\n|3|fo");
  g_assert_true (get_child (view, 0) == table);
  g_assert_nonnull (find_label (table, "two"));
  g_assert_nonnull (find_label (table, "fo"));
  g_assert_nonnull (find_label (table, "2 rows"));
  set (view, "|a|\n|-|\n|1|");
  g_assert_true (get_child (view, 0) != table);

  set (view, "other");
  g_assert_null (get_child (view, 1));
  g_assert_finalize_object (view);
}

static void
select_range (GtkWidget *prose,
              int        from,
              int        to)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (prose));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, from);
  gtk_text_buffer_get_iter_at_offset (buffer, &end, to);
  gtk_text_buffer_select_range (buffer, &start, &end);
}

static void
test_copy (void)
{
  GtkWidget *view = g_object_ref_sink (cloche_markdown_view_new ());
  /* In the buffer: "a b" newline "•" tab "c" newline "•" tab "d e" */
  static const struct
  {
    int from;
    int to;
    const char *markdown;
  } CASES[] = {
    { 0, 0, "" },
    { 0, 3, "a **b**" },
    { 2, 7, "**b**\n\n- c" },
    { 6, 11, "- c\n- d" },
    { 4, 13, "- c\n- d *e*" },
  };

  set (view, "a **b**\n\n- c\n- d *e*");
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *markdown = NULL;

    select_range (get_child (view, 0), CASES[i].from, CASES[i].to);
    markdown = cloche_prose_dup_selected_markdown (CLOCHE_PROSE (get_child (view, 0)));
    g_assert_cmpstr (markdown, ==, CASES[i].markdown);
  }
  g_assert_finalize_object (view);
}

/* Over several blocks: their source where they are whole, fresh marks where they are cut. */
static void
test_copy_over_blocks (void)
{
  GtkWidget *view = g_object_ref_sink (cloche_markdown_view_new ());
  ClocheSelectable *selectable = CLOCHE_SELECTABLE (view);
  /* Positions: "a b" 0 to 3, "x = 1" newline "y" 3 to 10, the table 10 to 11, the line 11 to 12, "end" 12 to 15. */
  static const struct
  {
    int start;
    int end;
    const char *markdown;
  } CASES[] = {
    { 0, 0, "" },
    { 3, 3, "" },
    { 0, CLOCHE_SELECTABLE_END, "a **b**\n\n```c\nx = 1\ny\n```\n\n|h|\n|-|\n|1|\n\n---\n\nend" },
    { 2, 8, "**b**\n\n```c\nx = 1\n```" },
    { 7, 11, "```c\n1\ny\n```\n\n|h|\n|-|\n|1|" },
    { 10, 13, "|h|\n|-|\n|1|\n\n---\n\ne" },
    { 3, 10, "```c\nx = 1\ny\n```" },
  };

  set (view, "a **b**\n\n```c\nx = 1\ny\n```\n\n|h|\n|-|\n|1|\n\n---\n\nend");
  g_assert_cmpint (cloche_selectable_get_length (selectable), ==, 15);
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++) {
    g_autofree char *markdown = cloche_selectable_dup_markdown (selectable, CASES[i].start, CASES[i].end);

    g_assert_cmpstr (markdown, ==, CASES[i].markdown);
  }
  g_assert_finalize_object (view);
}

static gboolean
is_tagged (GtkWidget *text_view,
           int        offset)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (text_view));
  GtkTextTag *tag = gtk_text_tag_table_lookup (gtk_text_buffer_get_tag_table (buffer), "selected");
  GtkTextIter iter;

  gtk_text_buffer_get_iter_at_offset (buffer, &iter, offset);

  return tag != NULL && gtk_text_iter_has_tag (&iter, tag);
}

/* What is selected is seen to be, also when text comes behind it. */
static void
test_shown_selection (void)
{
  GtkWidget *view = g_object_ref_sink (cloche_markdown_view_new ());

  set (view, "abc\n\n---\n\ndef");
  cloche_selectable_select (CLOCHE_SELECTABLE (view), 1, 5);
  set (view, "abc\n\n---\n\ndefg");
  g_assert_false (is_tagged (get_child (view, 0), 0));
  g_assert_true (is_tagged (get_child (view, 0), 1));
  g_assert_true (gtk_widget_has_css_class (get_child (view, 1), "selected-whole"));
  g_assert_true (is_tagged (get_child (view, 2), 0));
  g_assert_false (is_tagged (get_child (view, 2), 1));

  cloche_selectable_select (CLOCHE_SELECTABLE (view), 0, 0);
  g_assert_false (is_tagged (get_child (view, 0), 1));
  g_assert_false (gtk_widget_has_css_class (get_child (view, 1), "selected-whole"));
  g_assert_false (is_tagged (get_child (view, 2), 0));
  g_assert_finalize_object (view);
}

static void
test_links (void)
{
  GtkWidget *view = g_object_ref_sink (cloche_markdown_view_new ());
  ClocheProse *prose;
  g_autofree char *file = cloche_link_describe ("file:///etc/passwd");
  g_autofree char *web = cloche_link_describe ("https://example.org/\u202e");

  set (view, "- a [b](https://example.org) c");
  prose = CLOCHE_PROSE (get_child (view, 0));
  g_assert_null (cloche_prose_get_uri_at (prose, 0));
  g_assert_null (cloche_prose_get_uri_at (prose, 3));
  g_assert_cmpstr (cloche_prose_get_uri_at (prose, 4), ==, "https://example.org");
  g_assert_null (cloche_prose_get_uri_at (prose, 5));
  g_assert_null (cloche_prose_get_uri_at (prose, 99));

  g_assert_true (cloche_link_is_allowed ("HTTPS://example.org"));
  g_assert_true (cloche_link_is_allowed ("mailto:a@example.org"));
  g_assert_false (cloche_link_is_allowed ("file:///etc/passwd"));
  g_assert_false (cloche_link_is_allowed ("javascript:alert (1)"));
  g_assert_false (cloche_link_is_allowed ("/relative"));
  g_assert_cmpstr (file, !=, "file:///etc/passwd");
  g_assert_cmpstr (web, ==, "https://example.org/\ufffd");
  g_assert_finalize_object (view);
}

/* The Tab key comes to one link after the other, forwards and backwards, and goes on from there. */
static void
test_links_by_keyboard (void)
{
  GtkWidget *view = cloche_markdown_view_new ();
  GtkWidget *window;
  ClocheProse *prose;

  set (view, "one [a](https://a.example) two\n\n- [b **bold**](https://b.example) end\n\n---\n\nlast");
  window = ui_test_show (view, 500, 400);
  prose = CLOCHE_PROSE (get_child (view, 0));
  gtk_window_set_focus (GTK_WINDOW (window), NULL);
  g_assert_null (cloche_prose_get_focused_uri (prose));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  g_assert_cmpstr (cloche_prose_get_focused_uri (prose), ==, "https://a.example");
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  g_assert_cmpstr (cloche_prose_get_focused_uri (prose), ==, "https://b.example");
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_BACKWARD));
  g_assert_cmpstr (cloche_prose_get_focused_uri (prose), ==, "https://a.example");
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  ui_test_frames (window, 2);
  g_assert_true (gtk_widget_has_focus (get_child (view, 2)));
  g_assert_null (cloche_prose_get_focused_uri (prose));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_BACKWARD));
  g_assert_cmpstr (cloche_prose_get_focused_uri (prose), ==, "https://b.example");
  gtk_window_destroy (GTK_WINDOW (window));
}

/* The first widget below that is of this type. */
static GtkWidget *
find_view (GtkWidget *widget,
           GType      type)
{
  GtkWidget *found = G_TYPE_CHECK_INSTANCE_TYPE (widget, type) ? widget : NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_view (child, type);

  return found;
}

/* A table is one stop on the way. */
static void
test_table_by_keyboard (void)
{
  GtkWidget *view = cloche_markdown_view_new ();
  GtkWidget *window;
  GtkWidget *table;
  GtkWidget *focus;

  set (view, "before\n\n|a|b|\n|-|-|\n|1|2|\n\nbehind");
  window = ui_test_show (view, 500, 400);
  table = get_child (view, 1);
  gtk_widget_grab_focus (get_child (view, 0));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (GTK_IS_GRID (focus) && gtk_widget_is_ancestor (focus, table));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  focus = gtk_window_get_focus (GTK_WINDOW (window));
  g_assert_true (GTK_IS_BUTTON (focus) && gtk_widget_is_ancestor (focus, table));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_widget_has_focus (get_child (view, 2)));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_BACKWARD));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_BACKWARD));
  g_assert_true (GTK_IS_GRID (gtk_window_get_focus (GTK_WINDOW (window))));
  g_assert_true (gtk_widget_child_focus (view, GTK_DIR_TAB_BACKWARD));
  g_assert_true (gtk_widget_has_focus (get_child (view, 0)));
  gtk_window_destroy (GTK_WINDOW (window));
}

static void
send_keys (GtkWidget      *view,
           GtkMovementStep step,
           int             count)
{
  g_signal_emit_by_name (view, "move-cursor", step, count, FALSE);
}

/* Text that is only read has no cursor: the keys that would move one scroll what is around it. */
static void
test_keys_scroll (void)
{
  GtkWidget *view = cloche_markdown_view_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkAdjustment *rows = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
  GString *text = g_string_new ("```\n");
  GtkWidget *code;
  GtkAdjustment *columns;
  GtkWidget *window;
  double width;

  for (guint i = 0; i < 100; i++)
    g_string_append (text, "a line that is so long that it goes far beyond what the window is wide, and therefore scrolls\n");
  set (view, text->str);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  window = ui_test_show (scrolled, 300, 200);
  code = find_view (view, CLOCHE_TYPE_CODE_VIEW);
  columns = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (code, GTK_TYPE_SCROLLED_WINDOW)));

  send_keys (code, GTK_MOVEMENT_DISPLAY_LINES, 1);
  g_assert_cmpfloat (gtk_adjustment_get_value (rows), >, 0);
  g_assert_cmpfloat (gtk_adjustment_get_value (columns), ==, 0);
  send_keys (code, GTK_MOVEMENT_VISUAL_POSITIONS, 1);
  g_assert_cmpfloat (gtk_adjustment_get_value (columns), >, 0);
  send_keys (code, GTK_MOVEMENT_BUFFER_ENDS, 1);
  g_assert_cmpfloat (gtk_adjustment_get_value (rows), ==, gtk_adjustment_get_upper (rows) - gtk_adjustment_get_page_size (rows));
  send_keys (code, GTK_MOVEMENT_DISPLAY_LINE_ENDS, -1);
  g_assert_cmpfloat (gtk_adjustment_get_value (columns), ==, 0);

  /* A longer line can be scrolled to as soon as it comes. */
  width = gtk_adjustment_get_upper (columns);
  for (guint i = 0; i < 10; i++)
    g_string_append (text, "one that is even longer, ");
  set (view, text->str);
  ui_test_frames (window, 2);
  g_assert_cmpfloat (gtk_adjustment_get_upper (columns), >, 2 * width);
  gtk_window_destroy (GTK_WINDOW (window));
  g_string_free (text, TRUE);
}

/* The height is right before anything was drawn, which is what keeps the transcript still. */
static void
test_height_is_known (void)
{
  GtkWidget *view = cloche_markdown_view_new ();
  GString *text = g_string_new ("```\n1\n2\n3\n```\n\n");
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *window;
  int narrow;
  int before;
  int after;

  for (int i = 0; i < 60; i++)
    g_string_append (text, "Some words that go on for long enough to be wrapped into several lines at this width.\n\n");
  set (view, text->str);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (window), scrolled);
  gtk_widget_measure (view, GTK_ORIENTATION_VERTICAL, 150, NULL, &narrow, NULL, NULL);
  gtk_widget_measure (view, GTK_ORIENTATION_VERTICAL, 500, NULL, &before, NULL, NULL);
  g_assert_cmpint (narrow, >, before);
  g_assert_cmpint (before, >, 60 * 20);
  gtk_window_set_child (GTK_WINDOW (window), NULL);
  gtk_window_destroy (GTK_WINDOW (window));

  view = cloche_markdown_view_new ();
  set (view, text->str);
  scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), view);
  window = ui_test_show (scrolled, 500, 400);
  ui_test_frames (window, 10);
  gtk_widget_measure (view, GTK_ORIENTATION_VERTICAL, 500, NULL, &after, NULL, NULL);
  g_assert_cmpint (before, ==, after);
  g_assert_cmpint (gtk_widget_get_height (view), ==, after);
  gtk_window_destroy (GTK_WINDOW (window));
  g_string_free (text, TRUE);
}

static void
test_long_line (void)
{
  GtkWidget *code = g_object_ref_sink (cloche_code_view_new ());
  g_autofree char *line = g_strnfill (100000, 'x');
  g_autofree char *more = g_strconcat (line, "yz", NULL);
  g_autofree char *text = NULL;
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (code));

  cloche_code_view_set_text (CLOCHE_CODE_VIEW (code), line);
  cloche_code_view_set_text (CLOCHE_CODE_VIEW (code), more);
  g_assert_cmpint (gtk_text_buffer_get_line_count (buffer), >, 20);
  text = cloche_code_view_dup_text (CLOCHE_CODE_VIEW (code));
  g_assert_cmpstr (text, ==, more);
  g_assert_finalize_object (code);
}

int
main (int    argc,
      char **argv)
{
  UI_TEST_INIT (argc, argv);
  adw_init ();
  g_test_add_func ("/ui/markdown-view/kinds", test_kinds);
  g_test_add_func ("/ui/markdown-view/growing", test_growing);
  g_test_add_func ("/ui/markdown-view/copy", test_copy);
  g_test_add_func ("/ui/markdown-view/copy-over-blocks", test_copy_over_blocks);
  g_test_add_func ("/ui/markdown-view/shown-selection", test_shown_selection);
  g_test_add_func ("/ui/markdown-view/links", test_links);
  g_test_add_func ("/ui/markdown-view/links-by-keyboard", test_links_by_keyboard);
  g_test_add_func ("/ui/markdown-view/table-by-keyboard", test_table_by_keyboard);
  g_test_add_func ("/ui/markdown-view/keys-scroll", test_keys_scroll);
  g_test_add_func ("/ui/markdown-view/height-is-known", test_height_is_known);
  g_test_add_func ("/ui/markdown-view/long-line", test_long_line);

  return g_test_run ();
}
