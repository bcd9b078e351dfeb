/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-transcript-private.h"

#include "cloche-selectable.h"

#include <glib/gi18n.h>

/*
 * A selection that goes over several widgets. Inside one text it is the text's own affair: a drag becomes ours when it
 * leaves the widget where it began, which then loses the sequence. It has two ends, each a place that may have a width
 * (what can only be selected whole), and covers both and all between. Rows between give their Markdown without having
 * widgets; a row at an end whose widget has gone meanwhile gives all of it.
 */

/* Of how far the mouse is beyond the edge, what is scrolled with each frame. */
#define SCROLL_SHARE 0.15

static gboolean
is_before (const ClocheTranscriptPlace *a,
           const ClocheTranscriptPlace *b)
{
  return a->row < b->row || (a->row == b->row && a->start <= b->start);
}

/* What of @row is selected. */
static void
get_part (ClocheTranscript *self,
          guint             row,
          int              *ret_start,
          int              *ret_end)
{
  gboolean is_down = is_before (&self->selection.anchor, &self->selection.head);
  const ClocheTranscriptPlace *first = is_down ? &self->selection.anchor : &self->selection.head;
  const ClocheTranscriptPlace *last = is_down ? &self->selection.head : &self->selection.anchor;

  *ret_start = *ret_end = 0;
  if (!self->selection.is_active || row < first->row || row > last->row)
    return;

  *ret_start = row == first->row ? first->start : 0;
  *ret_end = row == last->row ? MAX (last->end, first->row == last->row ? first->end : 0) : CLOCHE_SELECTABLE_END;
}

void
_cloche_transcript_show_selection (ClocheTranscript *self,
                                   guint             row)
{
  GtkWidget *widget = cloche_transcript_get_row_widget (self, row);
  int start;
  int end;

  if (!CLOCHE_IS_SELECTABLE (widget))
    return;

  get_part (self, row, &start, &end);
  cloche_selectable_select (CLOCHE_SELECTABLE (widget), start, end);
}

static void
update (ClocheTranscript *self)
{
  for (guint i = 0; i < self->widgets->len; i++)
    _cloche_transcript_show_selection (self, self->first + i);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "transcript.copy", self->selection.is_active);
}

void
_cloche_transcript_clear_selection (ClocheTranscript *self)
{
  if (!self->selection.is_active)
    return;

  self->selection.is_active = FALSE;
  update (self);
}

/* There is one selection only: a new one elsewhere ends ours. */
static void
primary_changed_cb (ClocheTranscript *self,
                    GdkClipboard     *primary)
{
  if (self->selection.primary != NULL && gdk_clipboard_get_content (primary) != self->selection.primary) {
    g_clear_object (&self->selection.primary);
    _cloche_transcript_clear_selection (self);
  }
}

static void
take_primary (ClocheTranscript *self)
{
  g_autofree char *markdown = cloche_transcript_dup_selected_markdown (self);
  GdkContentProvider *content = gdk_content_provider_new_typed (G_TYPE_STRING, markdown);

  g_clear_object (&self->selection.primary);
  gdk_clipboard_set_content (gtk_widget_get_primary_clipboard (GTK_WIDGET (self)), content);
  self->selection.primary = content;
}

/* The place at a point of the view, which may lie outside of it. */
static gboolean
find_place (ClocheTranscript      *self,
            double                 x,
            double                 y,
            ClocheTranscriptPlace *ret_place)
{
  double value = gtk_adjustment_get_value (self->adjustments[GTK_ORIENTATION_VERTICAL]);
  gint64 total = cloche_row_heights_get_total (self->heights);
  GtkWidget *widget;
  int into;

  if (_cloche_transcript_get_n_rows (self) == 0)
    return FALSE;

  ret_place->row = cloche_row_heights_find (self->heights, CLAMP (value + y, 0, MAX (total - 1, 0)), &into);
  widget = cloche_transcript_get_row_widget (self, ret_place->row);
  if (!CLOCHE_IS_SELECTABLE (widget))
    return FALSE;
  cloche_selectable_find (CLOCHE_SELECTABLE (widget), GTK_WIDGET (self), x, y, &ret_place->start, &ret_place->end);

  return TRUE;
}

/* Within what the widget at hand selects by itself. */
static GtkWidget *
find_scope (ClocheTranscript *self,
            double            x,
            double            y)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  if (!GTK_IS_TEXT_VIEW (widget) && !(GTK_IS_LABEL (widget) && gtk_label_get_selectable (GTK_LABEL (widget))))
    return NULL;

  while (widget != NULL && !CLOCHE_IS_SELECTABLE (widget) && !CLOCHE_IS_SELECTABLE (gtk_widget_get_parent (widget)))
    widget = gtk_widget_get_parent (widget);

  return widget;
}

static gboolean
is_in_scope (ClocheTranscript *self,
             double            y)
{
  graphene_rect_t bounds;

  return gtk_widget_compute_bounds (self->selection.scope, GTK_WIDGET (self), &bounds) && y >= bounds.origin.y &&
         y < bounds.origin.y + bounds.size.height;
}

static void
drag_begin_cb (ClocheTranscript *self,
               double            x,
               double            y,
               GtkGesture       *gesture)
{
  /* A finger scrolls. */
  gboolean is_touch = gtk_gesture_single_get_current_sequence (GTK_GESTURE_SINGLE (gesture)) != NULL;

  _cloche_transcript_clear_selection (self);
  g_set_weak_pointer (&self->selection.scope, find_scope (self, x, y));
  if (is_touch || self->selection.scope == NULL || !find_place (self, x, y, &self->selection.anchor))
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
}

static void
move_head (ClocheTranscript *self)
{
  if (!find_place (self, self->selection.x, self->selection.y, &self->selection.head))
    return;

  self->selection.is_active = TRUE;
  update (self);
}

static gboolean
scroll_cb (GtkWidget     *widget,
           GdkFrameClock *clock,
           gpointer       user_data)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (widget);
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  int page = _cloche_transcript_get_page (self);
  double beyond = MIN (self->selection.y, 0) + MAX (self->selection.y - page, 0);

  if (beyond != 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + beyond * SCROLL_SHARE);
  move_head (self);

  return G_SOURCE_CONTINUE;
}

/* The keyboard comes to us, and what is selected inside a widget ends with the primary selection. */
static void
claim (ClocheTranscript *self,
       GtkGesture       *gesture)
{
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  move_head (self);
  take_primary (self);
  self->selection.tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), scroll_cb, NULL, NULL);
}

static void
drag_update_cb (ClocheTranscript *self,
                double            dx,
                double            dy,
                GtkGestureDrag   *gesture)
{
  double x;
  double y;

  gtk_gesture_drag_get_start_point (gesture, &x, &y);
  self->selection.x = x + dx;
  self->selection.y = y + dy;
  if (self->selection.tick_id != 0)
    move_head (self);
  else if (self->selection.scope == NULL)
    gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
  else if (!is_in_scope (self, self->selection.y))
    claim (self, GTK_GESTURE (gesture));
}

static void
drag_end_cb (ClocheTranscript *self)
{
  if (self->selection.tick_id == 0)
    return;

  gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->selection.tick_id);
  self->selection.tick_id = 0;
  if (self->selection.is_active)
    take_primary (self);
}

static GtkWidget *
make_menu (ClocheTranscript *self)
{
  g_autoptr (GMenu) model = g_menu_new ();
  GtkWidget *menu;

  g_menu_append (model, _ ("_Copy"), "transcript.copy");
  g_menu_append (model, _ ("Select _All"), "transcript.select-all");
  menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (model));
  gtk_popover_set_has_arrow (GTK_POPOVER (menu), FALSE);
  gtk_widget_set_halign (menu, GTK_ALIGN_START);
  gtk_widget_set_parent (menu, GTK_WIDGET (self));

  return menu;
}

/* The menus of the texts inside know only their own selection. */
static void
menu_pressed_cb (ClocheTranscript *self,
                 int               n_press,
                 double            x,
                 double            y,
                 GtkGesture       *gesture)
{
  if (!self->selection.is_active) {
    gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_DENIED);
    return;
  }

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (self->selection.menu == NULL)
    self->selection.menu = make_menu (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->selection.menu), &(GdkRectangle) { x, y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->selection.menu));
}

static void
copy_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  g_autofree char *markdown = cloche_transcript_dup_selected_markdown (CLOCHE_TRANSCRIPT (widget));

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), markdown);
}

static void
select_all_cb (GtkWidget  *widget,
               const char *name,
               GVariant   *parameter)
{
  cloche_transcript_select_all (CLOCHE_TRANSCRIPT (widget));
}

void
_cloche_transcript_add_selection_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "transcript.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "transcript.select-all", NULL, select_all_cb);
}

static void
add_shortcut (GtkEventController *controller,
              const char         *trigger,
              const char         *action)
{
  gtk_shortcut_controller_add_shortcut (GTK_SHORTCUT_CONTROLLER (controller),
                                        gtk_shortcut_new (gtk_shortcut_trigger_parse_string (trigger),
                                                          gtk_named_action_new (action)));
}

/* The texts inside have the same keys for their own selection, so ours come first while there is one of ours. */
void
_cloche_transcript_init_selection (ClocheTranscript *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkGesture *menu = gtk_gesture_click_new ();
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (drag_update_cb), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (drag_end_cb), self);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (drag), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect_swapped (menu, "pressed", G_CALLBACK (menu_pressed_cb), self);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (menu), GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (menu));

  add_shortcut (shortcuts, "<Control>c|<Control>Insert", "transcript.copy");
  add_shortcut (shortcuts, "<Control>a", "transcript.select-all");
  gtk_event_controller_set_propagation_phase (shortcuts, GTK_PHASE_CAPTURE);
  gtk_widget_add_controller (GTK_WIDGET (self), shortcuts);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "transcript.copy", FALSE);
  g_signal_connect_object (gtk_widget_get_primary_clipboard (GTK_WIDGET (self)), "changed",
                           G_CALLBACK (primary_changed_cb), self, G_CONNECT_SWAPPED);
}

void
_cloche_transcript_dispose_selection (ClocheTranscript *self)
{
  g_clear_weak_pointer (&self->selection.scope);
  g_clear_pointer (&self->selection.menu, gtk_widget_unparent);
  g_clear_object (&self->selection.primary);
}

/* Rows that come at the end leave it as it is. */
void
_cloche_transcript_splice_selection (ClocheTranscript *self,
                                     guint             position)
{
  if (position <= MAX (self->selection.anchor.row, self->selection.head.row))
    _cloche_transcript_clear_selection (self);
}

void
cloche_transcript_select_all (ClocheTranscript *self)
{
  guint n_rows;

  g_return_if_fail (CLOCHE_IS_TRANSCRIPT (self));

  n_rows = _cloche_transcript_get_n_rows (self);
  if (n_rows == 0)
    return;

  self->selection.anchor = (ClocheTranscriptPlace) { 0, 0, 0 };
  self->selection.head = (ClocheTranscriptPlace) { n_rows - 1, CLOCHE_SELECTABLE_END, CLOCHE_SELECTABLE_END };
  self->selection.is_active = TRUE;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  take_primary (self);
  update (self);
}

static char *
dup_row_markdown (ClocheTranscript *self,
                  guint             row)
{
  g_autoptr (GObject) item = g_list_model_get_item (self->model, row);
  GtkWidget *widget = cloche_transcript_get_row_widget (self, row);
  int start;
  int end;

  get_part (self, row, &start, &end);
  if (CLOCHE_IS_SELECTABLE (widget) && !(start == 0 && end == CLOCHE_SELECTABLE_END))
    return cloche_selectable_dup_markdown (CLOCHE_SELECTABLE (widget), start, end);

  return self->text_func != NULL ? self->text_func (item) : g_strdup ("");
}

/**
 * cloche_transcript_dup_selected_markdown:
 *
 * The Markdown of what is selected over several widgets; empty if nothing is.
 */
char *
cloche_transcript_dup_selected_markdown (ClocheTranscript *self)
{
  GString *out = g_string_new (NULL);
  guint from;
  guint to;

  g_return_val_if_fail (CLOCHE_IS_TRANSCRIPT (self), g_string_free (out, FALSE));

  from = MIN (self->selection.anchor.row, self->selection.head.row);
  to = MAX (self->selection.anchor.row, self->selection.head.row);
  for (guint row = from; self->selection.is_active && row <= to; row++) {
    g_autofree char *part = dup_row_markdown (self, row);

    if (*part != '\0')
      g_string_append_printf (out, "%s%s", out->len > 0 ? "\n\n" : "", part);
  }

  return g_string_free (out, FALSE);
}
