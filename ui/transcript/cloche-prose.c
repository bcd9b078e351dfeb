/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-prose.h"

#include "cloche-link.h"
#include "cloche-prose-tags.h"
#include "cloche-scroll-keys.h"
#include "cloche-selectable.h"
#include "cloche-text-height.h"
#include "cloche-text-selection.h"

/*
 * The buffer's text is not the block's: list items have their marker and a tab in front. @starts maps between the two:
 * for each paragraph, where it starts in the buffer and how many characters of marker it has there.
 */

/* pixels: narrower than any window. Words break anywhere if they must, so no width is too small for the text. */
#define WIDTH_MIN 40

typedef struct
{
  int start;     /* characters into the buffer */
  int n_marker;  /* characters of marker and tab */
  int length;    /* characters of text behind the marker */
} Start;

struct _ClocheProse
{
  GtkTextView parent_instance;

  ClocheMarkdownBlock *block;
  GArray *starts;             /* of Start */
  ClocheTextHeight *height;   /* or NULL before the first measure */
  int link;                   /* characters into the buffer: the link that the Tab key has come to, or -1 */
};

static void cloche_prose_selectable_init (ClocheSelectableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheProse, cloche_prose, GTK_TYPE_TEXT_VIEW,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_SELECTABLE, cloche_prose_selectable_init))

static void
insert_paragraph (ClocheProse                   *self,
                  const ClocheMarkdownParagraph *previous,
                  const ClocheMarkdownParagraph *paragraph)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  gboolean is_first = previous == NULL;
  GtkTextIter start;
  GtkTextIter end;
  Start entry = { 0 };

  gtk_text_buffer_get_end_iter (buffer, &end);
  if (!is_first)
    gtk_text_buffer_insert (buffer, &end, "\n", 1);
  entry.start = gtk_text_iter_get_offset (&end);

  if (paragraph->marker != NULL) {
    gtk_text_buffer_insert (buffer, &end, paragraph->marker, -1);
    gtk_text_buffer_insert (buffer, &end, "\t", 1);
    entry.n_marker = gtk_text_iter_get_offset (&end) - entry.start;
  }
  for (guint i = 0; i < paragraph->runs->len; i++) {
    const ClocheMarkdownRun *run = paragraph->runs->pdata[i];
    int at = gtk_text_iter_get_offset (&end);

    gtk_text_buffer_insert (buffer, &end, run->text, -1);
    gtk_text_buffer_get_iter_at_offset (buffer, &start, at);
    cloche_prose_tags_apply_run (buffer, run, &start, &end);
  }
  entry.length = gtk_text_iter_get_offset (&end) - entry.start - entry.n_marker;

  gtk_text_buffer_get_iter_at_offset (buffer, &start, entry.start);
  cloche_prose_tags_apply_paragraph (buffer, previous, paragraph, &start, &end);
  g_array_append_val (self->starts, entry);
}

/* Removes all paragraphs from the one at @index on. */
static void
truncate_paragraphs (ClocheProse *self,
                     guint        index)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  GtkTextIter start;
  GtkTextIter end;

  if (index >= self->starts->len)
    return;

  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_get_iter_at_offset (buffer, &start, g_array_index (self->starts, Start, index).start);
  if (index > 0)
    gtk_text_iter_backward_char (&start);
  gtk_text_buffer_delete (buffer, &start, &end);
  g_array_set_size (self->starts, index);
}

/* Of the buffer's characters only those of the block's text count; @offset within a marker is its end. */
static guint
to_block_offset (ClocheProse *self,
                 int          offset)
{
  guint at = 0;

  for (guint i = 0; i < self->starts->len; i++) {
    const Start *entry = &g_array_index (self->starts, Start, i);
    int into = offset - entry->start - entry->n_marker;

    if (into <= entry->length)
      return at + MAX (into, 0);
    at += entry->length + 1;
  }

  return at;
}

static gboolean
find_uri (ClocheProse *self,
          double       x,
          double       y,
          const char **ret_uri)
{
  GtkTextIter iter;
  int buffer_x;
  int buffer_y;

  gtk_text_view_window_to_buffer_coords (GTK_TEXT_VIEW (self), GTK_TEXT_WINDOW_WIDGET, x, y, &buffer_x, &buffer_y);
  if (!gtk_text_view_get_iter_at_location (GTK_TEXT_VIEW (self), &iter, buffer_x, buffer_y))
    return FALSE;
  *ret_uri = cloche_prose_get_uri_at (self, gtk_text_iter_get_offset (&iter));

  return *ret_uri != NULL;
}

static void
released_cb (ClocheProse     *self,
             int              n_press,
             double           x,
             double           y,
             GtkGestureClick *gesture)
{
  const char *uri;

  if (n_press == 1 && !gtk_text_buffer_get_has_selection (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self))) &&
      find_uri (self, x, y, &uri))
    cloche_link_open (GTK_WIDGET (self), uri);
}

static void
motion_cb (ClocheProse *self,
           double       x,
           double       y)
{
  const char *uri;

  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), find_uri (self, x, y, &uri) ? "pointer" : "text");
}

/* Says where a link leads, since its text need not. */
static gboolean
cloche_prose_query_tooltip (GtkWidget  *widget,
                            int         x,
                            int         y,
                            gboolean    is_keyboard,
                            GtkTooltip *tooltip)
{
  g_autofree char *text = NULL;
  const char *uri;

  if (is_keyboard || !find_uri (CLOCHE_PROSE (widget), x, y, &uri))
    return FALSE;

  text = cloche_link_describe (uri);
  gtk_tooltip_set_text (tooltip, text);

  return TRUE;
}

static void
cloche_prose_copy_clipboard (GtkTextView *view)
{
  g_autofree char *markdown = cloche_prose_dup_selected_markdown (CLOCHE_PROSE (view));

  if (*markdown != '\0')
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (view)), markdown);
}

static void
cloche_prose_move_cursor (GtkTextView    *view,
                          GtkMovementStep step,
                          int             count,
                          gboolean        extends_selection)
{
  if (extends_selection || !cloche_scroll_keys_move (GTK_WIDGET (view), step, count))
    GTK_TEXT_VIEW_CLASS (cloche_prose_parent_class)->move_cursor (view, step, count, extends_selection);
}

/* The start of the link next to @offset in that direction, or -1. */
static int
find_link (ClocheProse *self,
           int          offset,
           gboolean     is_forward)
{
  int before = -1;

  for (guint i = 0; i < self->starts->len; i++) {
    const Start *entry = &g_array_index (self->starts, Start, i);
    const ClocheMarkdownParagraph *paragraph = cloche_markdown_block_get_paragraphs (self->block)->pdata[i];
    const char *previous_uri = NULL;
    int at = entry->start + entry->n_marker;

    for (guint j = 0; j < paragraph->runs->len; j++) {
      const ClocheMarkdownRun *run = paragraph->runs->pdata[j];
      gboolean begins = run->uri != NULL && g_strcmp0 (run->uri, previous_uri) != 0;

      if (begins && is_forward && at > offset)
        return at;
      if (begins && at < offset)
        before = at;
      previous_uri = run->uri;
      at += g_utf8_strlen (run->text, -1);
    }
  }

  return is_forward ? -1 : before;
}

/* Where the link that starts at @offset ends. */
static int
find_link_end (ClocheProse *self,
               int          offset)
{
  const char *uri = cloche_prose_get_uri_at (self, offset);

  while (g_strcmp0 (cloche_prose_get_uri_at (self, offset), uri) == 0)
    offset++;

  return offset;
}

/* Shows which link Enter would open, and tells where it leads; -1: none. */
static void
set_link (ClocheProse *self,
          int          offset)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self));
  g_autofree char *description = NULL;
  GtkTextIter start;
  GtkTextIter end;

  if (offset == self->link)
    return;

  self->link = offset;
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  gtk_text_buffer_remove_tag_by_name (buffer, "focused", &start, &end);
  if (offset >= 0) {
    description = cloche_link_describe (cloche_prose_get_uri_at (self, offset));
    gtk_text_buffer_get_iter_at_offset (buffer, &start, offset);
    gtk_text_buffer_get_iter_at_offset (buffer, &end, find_link_end (self, offset));
    gtk_text_buffer_apply_tag_by_name (buffer, "focused", &start, &end);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  description != NULL ? description : "", -1);
}

/* The Tab key comes to each link in turn, as in labels. */
static gboolean
cloche_prose_focus (GtkWidget       *widget,
                    GtkDirectionType direction)
{
  ClocheProse *self = CLOCHE_PROSE (widget);
  gboolean is_forward = direction == GTK_DIR_TAB_FORWARD;
  int from = self->link;
  int next;

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (cloche_prose_parent_class)->focus (widget, direction);

  if (!gtk_widget_is_focus (widget))
    from = is_forward ? -1 : G_MAXINT;
  else if (from < 0 && !is_forward)
    return GTK_WIDGET_CLASS (cloche_prose_parent_class)->focus (widget, direction);
  next = find_link (self, from, is_forward);
  if (next < 0)
    return GTK_WIDGET_CLASS (cloche_prose_parent_class)->focus (widget, direction);

  if (!gtk_widget_is_focus (widget) && !gtk_widget_grab_focus (widget))
    return FALSE;
  set_link (self, next);

  return TRUE;
}

static void
focus_left_cb (ClocheProse *self)
{
  set_link (self, -1);
}

static gboolean
key_pressed_cb (ClocheProse    *self,
                guint           keyval,
                guint           keycode,
                GdkModifierType state)
{
  if (self->link < 0 || (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter))
    return FALSE;

  cloche_link_open (GTK_WIDGET (self), cloche_prose_get_uri_at (self, self->link));

  return TRUE;
}

static int
cloche_prose_get_length (ClocheSelectable *selectable)
{
  return cloche_text_selection_get_length (GTK_TEXT_VIEW (selectable));
}

static void
cloche_prose_find (ClocheSelectable *selectable,
                   double            x,
                   double            y,
                   int              *ret_start,
                   int              *ret_end)
{
  *ret_start = *ret_end = cloche_text_selection_find (GTK_TEXT_VIEW (selectable), x, y);
}

static void
cloche_prose_select (ClocheSelectable *selectable,
                     int               start,
                     int               end)
{
  cloche_text_selection_select (GTK_TEXT_VIEW (selectable), start, end);
}

static char *
cloche_prose_dup_markdown (ClocheSelectable *selectable,
                           int               start,
                           int               end)
{
  ClocheProse *self = CLOCHE_PROSE (selectable);

  if (self->block == NULL || start >= end)
    return g_strdup ("");

  return cloche_markdown_block_dup_markdown (self->block, to_block_offset (self, start), to_block_offset (self, end));
}

static void
cloche_prose_selectable_init (ClocheSelectableInterface *iface)
{
  iface->get_length = cloche_prose_get_length;
  iface->find = cloche_prose_find;
  iface->select = cloche_prose_select;
  iface->dup_markdown = cloche_prose_dup_markdown;
}

static void
update_colors (ClocheProse *self)
{
  GdkRGBA text;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &text);
  cloche_prose_tags_set_colors (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), &text);
}

static void
cloche_prose_css_changed (GtkWidget         *widget,
                          GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (cloche_prose_parent_class)->css_changed (widget, change);
  update_colors (CLOCHE_PROSE (widget));
}

static GtkSizeRequestMode
cloche_prose_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
cloche_prose_measure (GtkWidget     *widget,
                      GtkOrientation orientation,
                      int            for_size,
                      int           *minimum,
                      int           *natural,
                      int           *minimum_baseline,
                      int           *natural_baseline)
{
  ClocheProse *self = CLOCHE_PROSE (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = *natural = WIDTH_MIN;
    return;
  }

  if (self->height == NULL)
    self->height = cloche_text_height_new (GTK_TEXT_VIEW (self));
  *minimum = *natural = cloche_text_height_get_height (self->height, MAX (for_size, WIDTH_MIN));
}

static void
cloche_prose_finalize (GObject *object)
{
  ClocheProse *self = CLOCHE_PROSE (object);

  g_clear_object (&self->block);
  g_clear_pointer (&self->height, cloche_text_height_free);
  g_clear_pointer (&self->starts, g_array_unref);

  G_OBJECT_CLASS (cloche_prose_parent_class)->finalize (object);
}

static void
cloche_prose_class_init (ClocheProseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GtkTextViewClass *view_class = GTK_TEXT_VIEW_CLASS (klass);

  object_class->finalize = cloche_prose_finalize;
  widget_class->css_changed = cloche_prose_css_changed;
  widget_class->get_request_mode = cloche_prose_get_request_mode;
  widget_class->measure = cloche_prose_measure;
  widget_class->query_tooltip = cloche_prose_query_tooltip;
  widget_class->focus = cloche_prose_focus;
  view_class->copy_clipboard = cloche_prose_copy_clipboard;
  view_class->move_cursor = cloche_prose_move_cursor;
}

static void
cloche_prose_init (ClocheProse *self)
{
  GtkTextView *view = GTK_TEXT_VIEW (self);
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->link = -1;
  self->starts = g_array_new (FALSE, FALSE, sizeof (Start));
  cloche_prose_tags_add (gtk_text_view_get_buffer (view));
  gtk_text_view_set_wrap_mode (view, GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_text_view_set_pixels_inside_wrap (view, 3);
  /* GTK 4.8 rounds the height of all lines down, but draws the last one at a whole pixel: it would lose its lowest. */
  gtk_text_view_set_bottom_margin (view, 1);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_has_tooltip (GTK_WIDGET (self), TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self), "prose");

  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_left_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}

GtkWidget *
cloche_prose_new (ClocheMarkdownBlock *block)
{
  GtkWidget *self = g_object_new (CLOCHE_TYPE_PROSE, NULL);

  cloche_prose_set_block (CLOCHE_PROSE (self), block);

  return self;
}

ClocheMarkdownBlock *
cloche_prose_get_block (ClocheProse *self)
{
  g_return_val_if_fail (CLOCHE_IS_PROSE (self), NULL);

  return self->block;
}

/**
 * cloche_prose_set_block:
 * @block: of kind %CLOCHE_MARKDOWN_PROSE
 *
 * Shows @block. Paragraphs that are the same as before stay, and with them a selection and the time to lay them out.
 */
void
cloche_prose_set_block (ClocheProse         *self,
                        ClocheMarkdownBlock *block)
{
  GPtrArray *new_paragraphs;
  guint n_same = 0;

  g_return_if_fail (CLOCHE_IS_PROSE (self));
  g_return_if_fail (cloche_markdown_block_get_kind (block) == CLOCHE_MARKDOWN_PROSE);

  new_paragraphs = cloche_markdown_block_get_paragraphs (block);
  if (self->block != NULL) {
    GPtrArray *old_paragraphs = cloche_markdown_block_get_paragraphs (self->block);

    while (n_same < old_paragraphs->len && n_same < new_paragraphs->len &&
           cloche_markdown_paragraph_equal (old_paragraphs->pdata[n_same], new_paragraphs->pdata[n_same]))
      n_same++;
  }

  set_link (self, -1);
  truncate_paragraphs (self, n_same);
  for (guint i = n_same; i < new_paragraphs->len; i++)
    insert_paragraph (self, i > 0 ? new_paragraphs->pdata[i - 1] : NULL, new_paragraphs->pdata[i]);
  g_set_object (&self->block, block);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

/**
 * cloche_prose_get_focused_uri:
 *
 * Returns: (nullable): where the link leads that the Tab key has come to
 */
const char *
cloche_prose_get_focused_uri (ClocheProse *self)
{
  g_return_val_if_fail (CLOCHE_IS_PROSE (self), NULL);

  return self->link >= 0 ? cloche_prose_get_uri_at (self, self->link) : NULL;
}

/**
 * cloche_prose_dup_selected_markdown:
 *
 * The Markdown of what is selected; empty if nothing is.
 */
char *
cloche_prose_dup_selected_markdown (ClocheProse *self)
{
  GtkTextIter start;
  GtkTextIter end;

  g_return_val_if_fail (CLOCHE_IS_PROSE (self), g_strdup (""));

  if (!gtk_text_buffer_get_selection_bounds (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self)), &start, &end))
    return g_strdup ("");

  return cloche_prose_dup_markdown (CLOCHE_SELECTABLE (self), gtk_text_iter_get_offset (&start),
                                    gtk_text_iter_get_offset (&end));
}

/**
 * cloche_prose_get_uri_at:
 * @offset: characters into the buffer
 *
 * Returns: (nullable): where the link at @offset leads
 */
const char *
cloche_prose_get_uri_at (ClocheProse *self,
                         int          offset)
{
  g_return_val_if_fail (CLOCHE_IS_PROSE (self), NULL);

  for (guint i = 0; i < self->starts->len; i++) {
    const Start *entry = &g_array_index (self->starts, Start, i);
    const ClocheMarkdownParagraph *paragraph = cloche_markdown_block_get_paragraphs (self->block)->pdata[i];
    int at = entry->start + entry->n_marker;

    if (offset < at || offset >= at + entry->length)
      continue;
    for (guint j = 0; j < paragraph->runs->len; j++) {
      const ClocheMarkdownRun *run = paragraph->runs->pdata[j];

      at += g_utf8_strlen (run->text, -1);
      if (offset < at)
        return run->uri;
    }
  }

  return NULL;
}
