/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-item-row.h"

#include <adwaita.h>
#include <string.h>

#include "cloche-comparison.h"
#include "cloche-file-chip.h"
#include "cloche-file-preview.h"
#include "cloche-image.h"
#include "cloche-item-markdown.h"
#include "cloche-transcript.h"
#include "cloche-ui-resources.h"
#include "store-fixture.h"
#include "ui-test.h"

typedef struct
{
  StoreFixture store;
  ClocheFiles *files;
  GListStore *items;
  GtkWidget *transcript;
  GtkWidget *window;
} Fixture;

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  return cloche_item_row_new (item, ((Fixture *) user_data)->files);
}

static char *
make_text (gpointer item)
{
  return cloche_item_markdown_build (CLOCHE_ITEM (item));
}

static void
set_up (Fixture      *fixture,
        gconstpointer user_data)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  store_fixture_set_up (&fixture->store, NULL);
  fixture->files = cloche_files_new (fixture->store.store, "aaaaaaaaaaaa", NULL, "/tmp");
  fixture->items = g_list_store_new (CLOCHE_TYPE_ITEM);
  fixture->transcript = cloche_transcript_new ();
  cloche_transcript_set_row_func (CLOCHE_TRANSCRIPT (fixture->transcript), make_row, fixture, NULL);
  cloche_transcript_set_text_func (CLOCHE_TRANSCRIPT (fixture->transcript), make_text);
  cloche_transcript_set_model (CLOCHE_TRANSCRIPT (fixture->transcript), G_LIST_MODEL (fixture->items));
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), fixture->transcript);
  fixture->window = ui_test_show (scrolled, 500, 600);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer user_data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  g_assert_finalize_object (fixture->items);
  g_assert_finalize_object (fixture->files);
  store_fixture_tear_down (&fixture->store, NULL);
}

static ClocheItem *
add (Fixture       *fixture,
     ClocheItemKind kind,
     const char    *text)
{
  g_autoptr (ClocheItem) item = cloche_item_new (kind, text);

  g_list_store_append (fixture->items, item);

  return item;
}

static GtkWidget *
get_row (Fixture *fixture,
         guint    position)
{
  return cloche_transcript_get_row_widget (CLOCHE_TRANSCRIPT (fixture->transcript), position);
}

static void
assert_height_fits (Fixture *fixture,
                    guint    position)
{
  GtkWidget *row = get_row (fixture, position);
  int needed;

  /* As if nothing had ever been measured. */
  for (GtkWidget *child = row; child != NULL; child = gtk_widget_get_first_child (child))
    gtk_widget_queue_resize (child);
  gtk_widget_measure (row, GTK_ORIENTATION_VERTICAL, gtk_widget_get_allocated_width (row), NULL, &needed, NULL, NULL);
  g_assert_cmpint (gtk_widget_get_allocated_height (row), ==, needed);
}

/* What a model sends piece by piece has its full height at every moment, its button included when it is whole. */
static void
test_streamed (Fixture      *fixture,
               gconstpointer user_data)
{
  ClocheItem *item = add (fixture, CLOCHE_ITEM_ANSWER, "");

  cloche_item_set_open (item, TRUE);
  for (int i = 0; i < 40; i++) {
    cloche_item_add_text (item, i % 10 == 9 ? "\n\n```\ncode\n```\n\n" : "some words, ");
    ui_test_frames (fixture->window, 1);
  }
  ui_test_frames (fixture->window, 2);
  assert_height_fits (fixture, 0);
  cloche_item_set_open (item, FALSE);
  add (fixture, CLOCHE_ITEM_NOTICE, "next");
  ui_test_frames (fixture->window, 3);
  assert_height_fits (fixture, 0);
}

static void
test_short (Fixture      *fixture,
            gconstpointer user_data)
{
  ClocheItem *item = add (fixture, CLOCHE_ITEM_ANSWER, "");

  cloche_item_set_open (item, TRUE);
  ui_test_frames (fixture->window, 2);
  cloche_item_add_text (item, "I will read the file and plot it.");
  ui_test_frames (fixture->window, 2);
  cloche_item_set_open (item, FALSE);
  ui_test_frames (fixture->window, 2);
  assert_height_fits (fixture, 0);
}

/* Text, all of it at once with its end, as a fast model sends it. */
static void
test_at_once (Fixture      *fixture,
              gconstpointer user_data)
{
  ClocheItem *item;

  add (fixture, CLOCHE_ITEM_QUESTION, "A question");
  ui_test_frames (fixture->window, 2);
  item = add (fixture, CLOCHE_ITEM_ANSWER, "");
  cloche_item_set_open (item, TRUE);
  cloche_item_add_text (item, "I will read the file and plot it.");
  cloche_item_set_open (item, FALSE);
  add (fixture, CLOCHE_ITEM_NOTICE, "next");
  ui_test_frames (fixture->window, 3);
  for (guint i = 0; i < 3; i++)
    assert_height_fits (fixture, i);
}

static void
test_kinds (Fixture      *fixture,
            gconstpointer user_data)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_python", "{\"code\":\"print (1)\"}");
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheItem) tool = cloche_item_new_tool (run);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_ERROR, "no");

  add (fixture, CLOCHE_ITEM_QUESTION, "<b>not markup</b>\nsecond line");
  add (fixture, CLOCHE_ITEM_THINKING, "hm");
  add (fixture, CLOCHE_ITEM_NOTICE, "something");
  g_list_store_append (fixture->items, tool);
  ui_test_frames (fixture->window, 3);
  cloche_tool_run_start (run);
  cloche_tool_run_add_text (run, FALSE, "line\nline\n");
  ui_test_frames (fixture->window, 3);
  assert_height_fits (fixture, 3);
  cloche_tool_run_finish (run, result);
  ui_test_frames (fixture->window, 3);
  for (guint i = 0; i < 4; i++)
    assert_height_fits (fixture, i);
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

/* Every widget of that type, in the order of the screen. */
static void
find_all (GtkWidget *widget,
          GType      type,
          GPtrArray *found)
{
  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    g_ptr_array_add (found, widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    find_all (child, type, found);
}

static GtkWidget *
find_icon (GtkWidget  *widget,
           const char *name)
{
  g_autoptr (GPtrArray) icons = g_ptr_array_new ();

  find_all (widget, GTK_TYPE_IMAGE, icons);
  for (guint i = 0; i < icons->len; i++)
    if (g_strcmp0 (gtk_image_get_icon_name (icons->pdata[i]), name) == 0)
      return icons->pdata[i];

  return NULL;
}

static ClocheOutput *
make_picture (int width,
              int height)
{
  g_autofree guint8 *pixels = g_malloc0 (width * height * 4);
  g_autoptr (GBytes) bytes = g_bytes_new (pixels, width * height * 4);
  g_autoptr (GdkTexture) texture = gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8A8, bytes, width * 4);
  g_autoptr (GBytes) png = gdk_texture_save_to_png_bytes (texture);
  ClocheOutput *output = cloche_output_new (CLOCHE_OUTPUT_DISPLAY, NULL);

  cloche_output_take_content (output, cloche_content_new_bytes ("image/png", png));

  return output;
}

/* A chart and the chip of its file stand close together, whatever the width. */
static void
test_chart_and_chip (Fixture      *fixture,
                     gconstpointer user_data)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_python", "{\"code\":\"plot ()\"}");
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheItem) tool = cloche_item_new_tool (run);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_OK, "");
  g_autoptr (ClocheContent) content = cloche_content_new_absent ("image/png", 1000);
  graphene_rect_t image;
  graphene_rect_t chip;

  g_list_store_append (fixture->items, tool);
  cloche_tool_result_take_output (result, make_picture (960, 540));
  cloche_tool_result_take_file (result, cloche_file_new ("chart.png", "/workspace/chart.png", content));
  cloche_tool_run_start (run);
  cloche_tool_run_finish (run, result);
  for (int width = 300; width < 1200; width += 223) {
    gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 600);
    ui_test_frames (fixture->window, 5);
    assert_height_fits (fixture, 0);
    g_assert_true (gtk_widget_compute_bounds (find (get_row (fixture, 0), CLOCHE_TYPE_IMAGE), fixture->window, &image));
    g_assert_true (gtk_widget_compute_bounds (find (get_row (fixture, 0), CLOCHE_TYPE_FILE_CHIP), fixture->window, &chip));
    g_test_message ("width %d: picture of %g × %g, chip %g below", width, image.size.width, image.size.height,
                    chip.origin.y - image.origin.y - image.size.height);
    g_assert_cmpfloat_with_epsilon (image.size.height, MIN (image.size.width, 960) * 540 / 960, 1);
    g_assert_cmpfloat (chip.origin.y - image.origin.y - image.size.height, <=, 18);
  }
}

static ClocheFile *
make_previewed (const char *name,
                const char *mime_type,
                int         width,
                int         height)
{
  g_autofree char *path = g_build_filename ("/workspace", name, NULL);
  g_autoptr (ClocheOutput) picture = make_picture (width, height);
  g_autoptr (ClocheContent) content = cloche_content_new_absent (mime_type, 1000);
  g_autoptr (ClocheFile) file = cloche_file_new (name, path, content);

  return cloche_file_with_preview (file, cloche_output_get_content (picture, 0));
}

/* A picture of a video and a page of a document stand above their names, no larger than is useful, and plays only the one. */
static void
test_previews (Fixture      *fixture,
               gconstpointer user_data)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_shell", "{\"command\":\"ffmpeg\"}");
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheItem) tool = cloche_item_new_tool (run);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_shell", CLOCHE_TOOL_OK, "");
  g_autoptr (GPtrArray) previews = g_ptr_array_new ();

  g_list_store_append (fixture->items, tool);
  cloche_tool_result_take_file (result, make_previewed ("clip.mp4", "video/mp4", 640, 360));
  cloche_tool_result_take_file (result, make_previewed ("report.pdf", "application/pdf", 566, 800));
  cloche_tool_run_start (run);
  cloche_tool_run_finish (run, result);
  for (int width = 300; width < 1200; width += 446) {
    graphene_rect_t video;
    graphene_rect_t page;

    gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 600);
    ui_test_frames (fixture->window, 5);
    assert_height_fits (fixture, 0);
    g_ptr_array_set_size (previews, 0);
    find_all (get_row (fixture, 0), CLOCHE_TYPE_FILE_PREVIEW, previews);
    g_assert_cmpuint (previews->len, ==, 2);
    g_assert_true (gtk_widget_compute_bounds (previews->pdata[0], fixture->window, &video));
    g_assert_true (gtk_widget_compute_bounds (previews->pdata[1], fixture->window, &page));
    g_test_message ("width %d: video %g × %g, page %g × %g", width, video.size.width, video.size.height, page.size.width,
                    page.size.height);
    g_assert_cmpfloat (video.size.width, <=, 320);
    g_assert_cmpfloat (video.size.width, >, 200);
    g_assert_cmpfloat_with_epsilon (video.size.height, video.size.width * 360 / 640, 2);
    g_assert_cmpfloat (page.size.width, <=, 220);
    g_assert_cmpfloat_with_epsilon (page.size.height, page.size.width * 800 / 566, 2);
  }
  g_assert_nonnull (find_icon (previews->pdata[0], "media-playback-start-symbolic"));
  g_assert_null (find_icon (previews->pdata[1], "media-playback-start-symbolic"));
}

static char *
dup_captions (GtkWidget *widget)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();
  GString *captions = g_string_new (NULL);

  find_all (widget, GTK_TYPE_LABEL, labels);
  for (guint i = 0; i < labels->len; i++)
    g_string_append_printf (captions, "%s%s", i > 0 ? " " : "", gtk_label_get_text (labels->pdata[i]));

  return g_string_free (captions, FALSE);
}

static gboolean
has_button (GtkWidget  *widget,
            const char *label)
{
  g_autoptr (GPtrArray) buttons = g_ptr_array_new ();

  find_all (widget, GTK_TYPE_BUTTON, buttons);
  for (guint i = 0; i < buttons->len; i++)
    if (g_strcmp0 (gtk_button_get_label (buttons->pdata[i]), label) == 0)
      return TRUE;

  return FALSE;
}

/* What a changed picture was and is stand beside each other, at any width; its chip is below, the others' above. */
static void
test_comparison (Fixture      *fixture,
                 gconstpointer user_data)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_python", "{\"code\":\"crop ()\"}");
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheItem) tool = cloche_item_new_tool (run);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_OK, "");
  g_autoptr (ClocheOutput) large = make_picture (800, 600);
  g_autoptr (ClocheOutput) small = make_picture (200, 100);
  g_autoptr (ClocheOrigin) origin = cloche_origin_new ("file:///home/ada/a.png", 5, 1);
  g_autoptr (ClocheFile) plain = cloche_file_new ("a.png", "/workspace/a.png", cloche_output_get_content (small, 0));
  g_autoptr (ClocheFile) attached = cloche_file_with_origin (plain, origin);
  GtkWidget *comparison;
  g_autoptr (GPtrArray) images = g_ptr_array_new ();
  g_autoptr (GPtrArray) chips = g_ptr_array_new ();
  g_autofree char *captions = NULL;

  g_list_store_append (fixture->items, tool);
  cloche_tool_result_take_file (result, cloche_file_with_before (attached, cloche_output_get_content (large, 0)));
  cloche_tool_result_take_file (result, cloche_file_new ("b.png", "/workspace/b.png", cloche_output_get_content (small, 0)));
  cloche_tool_run_start (run);
  cloche_tool_run_finish (run, result);
  for (int width = 300; width < 1200; width += 446) {
    graphene_rect_t before;
    graphene_rect_t after;

    gtk_window_set_default_size (GTK_WINDOW (fixture->window), width, 600);
    ui_test_frames (fixture->window, 5);
    assert_height_fits (fixture, 0);
    comparison = find (get_row (fixture, 0), CLOCHE_TYPE_COMPARISON);
    g_ptr_array_set_size (images, 0);
    find_all (comparison, CLOCHE_TYPE_IMAGE, images);
    g_assert_cmpuint (images->len, ==, 2);
    g_assert_true (gtk_widget_compute_bounds (images->pdata[0], fixture->window, &before));
    g_assert_true (gtk_widget_compute_bounds (images->pdata[1], fixture->window, &after));
    g_test_message ("width %d: before %g × %g, after %g × %g", width, before.size.width, before.size.height,
                    after.size.width, after.size.height);
    g_assert_cmpfloat_with_epsilon (before.size.height, before.size.width * 600 / 800, 2);
    g_assert_cmpfloat_with_epsilon (after.size.height, after.size.width / 2, 2);
    g_assert_cmpfloat (after.origin.x, >=, before.origin.x + before.size.width);
    g_assert_cmpfloat (before.size.width, >, 100);
  }

  captions = dup_captions (comparison);
  g_assert_cmpstr (captions, ==, "Before After");
  find_all (get_row (fixture, 0), CLOCHE_TYPE_FILE_CHIP, chips);
  g_assert_cmpuint (chips->len, ==, 2);
  g_assert_cmpstr (cloche_file_get_name (cloche_file_chip_get_file (chips->pdata[0])), ==, "b.png");
  g_assert_cmpstr (cloche_file_get_name (cloche_file_chip_get_file (chips->pdata[1])), ==, "a.png");
  /* Only what the person had attached has something that it can replace. */
  g_assert_false (has_button (chips->pdata[0], "Replace…"));
  g_assert_true (has_button (chips->pdata[1], "Replace…"));
}

static gboolean
has_text (GtkWidget  *widget,
          const char *text)
{
  g_autofree char *captions = dup_captions (widget);

  return strstr (captions, text) != NULL;
}

/* On another day: what it was comes from the store, and what is not there any more is said to be gone. */
static void
test_comparison_from_store (Fixture      *fixture,
                            gconstpointer user_data)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_python", "{\"code\":\"crop ()\"}");
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", CLOCHE_TOOL_OK, "");
  g_autoptr (ClocheOutput) picture = make_picture (40, 30);
  GBytes *png = cloche_content_get_bytes (cloche_output_get_content (picture, 0));
  g_autoptr (GAsyncResult) added = NULL;
  g_autoptr (ClocheContent) stored = NULL;
  g_autoptr (ClocheContent) before = NULL;
  g_autoptr (ClocheContent) after = cloche_content_new_absent ("image/png", 5);
  g_autoptr (ClocheFile) file = cloche_file_new ("a.png", "/workspace/a.png", after);
  g_autoptr (ClocheToolRun) run = NULL;
  g_autoptr (ClocheItem) tool = NULL;
  GtkWidget *comparison;

  AWAIT (added, cloche_store_add_blob_async (fixture->store.store, "image/png", png, NULL, cloche_test_result_cb, &added));
  stored = cloche_store_add_blob_finish (fixture->store.store, added, NULL);
  before = cloche_content_with_blob (stored, cloche_content_get_blob (stored));
  cloche_tool_result_take_file (result, cloche_file_with_before (file, before));
  run = cloche_tool_run_new_done (call, result);
  tool = cloche_item_new_tool (run);
  g_list_store_append (fixture->items, tool);
  ui_test_frames (fixture->window, 3);
  comparison = find (get_row (fixture, 0), CLOCHE_TYPE_COMPARISON);
  while (find (comparison, CLOCHE_TYPE_IMAGE) == NULL || !has_text (comparison, "This picture cannot be shown"))
    g_main_context_iteration (NULL, TRUE);
  ui_test_frames (fixture->window, 3);
  assert_height_fits (fixture, 0);
}

static guint
count_previews (Fixture *fixture,
                guint    n_files,
                gboolean has_output)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_shell", "{\"command\":\"convert\"}");
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_shell", CLOCHE_TOOL_OK, "");
  g_autoptr (ClocheOutput) picture = make_picture (40, 30);
  g_autoptr (ClocheContent) absent = cloche_content_new_absent ("image/png", 100000000);
  g_autoptr (ClocheToolRun) run = NULL;
  g_autoptr (ClocheItem) tool = NULL;
  g_autoptr (GPtrArray) previews = g_ptr_array_new ();

  if (has_output)
    cloche_tool_result_take_output (result, make_picture (50, 50));
  cloche_tool_result_take_file (result, cloche_file_new ("large.png", "/workspace/large.png", absent));
  for (guint i = 0; i < n_files; i++) {
    g_autofree char *name = g_strdup_printf ("%u.png", i);
    g_autofree char *path = g_strconcat ("/workspace/", name, NULL);

    cloche_tool_result_take_file (result, cloche_file_new (name, path, cloche_output_get_content (picture, 0)));
  }
  run = cloche_tool_run_new_done (call, result);
  tool = cloche_item_new_tool (run);
  g_list_store_remove_all (fixture->items);
  g_list_store_append (fixture->items, tool);
  ui_test_frames (fixture->window, 5);
  assert_height_fits (fixture, 0);
  find_all (get_row (fixture, 0), CLOCHE_TYPE_FILE_PREVIEW, previews);

  return previews->len;
}

/* Pictures that were only written are seen, a few of them; what was shown besides is not shown twice. */
static void
test_pictures (Fixture      *fixture,
               gconstpointer user_data)
{
  g_assert_cmpuint (count_previews (fixture, 2, FALSE), ==, 2);
  g_assert_cmpuint (count_previews (fixture, 9, FALSE), ==, 4);
  g_assert_cmpuint (count_previews (fixture, 2, TRUE), ==, 0);
}

static void
finish_run (ClocheToolRun   *run,
            ClocheToolStatus status,
            const char      *text)
{
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new ("1", "run_python", status, text);

  cloche_tool_run_start (run);
  cloche_tool_run_finish (run, result);
}

static void
assert_copied (Fixture    *fixture,
               const char *expected)
{
  g_autofree char *markdown = cloche_transcript_dup_selected_markdown (CLOCHE_TRANSCRIPT (fixture->transcript));

  g_assert_cmpstr (markdown, ==, expected);
}

static void
test_copy_all (Fixture      *fixture,
               gconstpointer user_data)
{
  g_autoptr (ClocheToolCall) call = cloche_tool_call_new ("1", "run_python", "{\"code\":\"1 / 0\"}");
  g_autoptr (ClocheToolRun) run = cloche_tool_run_new (call);
  g_autoptr (ClocheItem) tool = cloche_item_new_tool (run);
  g_autoptr (GString) expected = g_string_new ("> What is\n> it?\n\n```python\n1 / 0\n```\n\n> no\n\nIt **is**.");

  add (fixture, CLOCHE_ITEM_QUESTION, "What is\nit?");
  finish_run (run, CLOCHE_TOOL_ERROR, "no");
  g_list_store_append (fixture->items, tool);
  add (fixture, CLOCHE_ITEM_ANSWER, "It **is**.\n");
  ui_test_frames (fixture->window, 3);
  assert_copied (fixture, "");
  cloche_transcript_select_all (CLOCHE_TRANSCRIPT (fixture->transcript));
  assert_copied (fixture, expected->str);

  /* What comes later is not in it. */
  add (fixture, CLOCHE_ITEM_NOTICE, "later");
  ui_test_frames (fixture->window, 3);
  assert_copied (fixture, expected->str);

  /* Most of these rows have no widgets. */
  for (guint i = 0; i < 300; i++)
    add (fixture, CLOCHE_ITEM_ANSWER, "*more*");
  g_string_append (expected, "\n\n> later");
  for (guint i = 0; i < 300; i++)
    g_string_append (expected, "\n\n*more*");
  cloche_transcript_select_all (CLOCHE_TRANSCRIPT (fixture->transcript));
  assert_copied (fixture, expected->str);

  g_list_store_remove (fixture->items, 0);
  assert_copied (fixture, "");
}

/* A selection elsewhere ends it, as anywhere on a desktop. */
static void
test_one_selection (Fixture      *fixture,
                    gconstpointer user_data)
{
  add (fixture, CLOCHE_ITEM_ANSWER, "text");
  ui_test_frames (fixture->window, 2);
  cloche_transcript_select_all (CLOCHE_TRANSCRIPT (fixture->transcript));
  assert_copied (fixture, "text");
  gdk_clipboard_set_text (gtk_widget_get_primary_clipboard (fixture->window), "other");
  assert_copied (fixture, "");
}

#define ADD(name, func) g_test_add ("/ui/item-row/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int    argc,
      char **argv)
{
  g_autoptr (GtkCssProvider) provider = NULL;

  UI_TEST_INIT (argc, argv);
  adw_init ();
  g_resources_register (cloche_ui_get_resource ());
  provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, "/cloche/ui/style.css");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  ADD ("streamed", test_streamed);
  ADD ("short", test_short);
  ADD ("at-once", test_at_once);
  ADD ("kinds", test_kinds);
  ADD ("chart-and-chip", test_chart_and_chip);
  ADD ("previews", test_previews);
  ADD ("pictures", test_pictures);
  ADD ("comparison", test_comparison);
  ADD ("comparison-from-store", test_comparison_from_store);
  ADD ("copy-all", test_copy_all);
  ADD ("one-selection", test_one_selection);

  return g_test_run ();
}
