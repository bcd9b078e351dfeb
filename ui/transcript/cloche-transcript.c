/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-transcript.h"

#include "cloche-transcript-private.h"
#include "cloche-viewed.h"

/*
 * Rows [first, first + widgets->len) have widgets. Where the eye is, is kept as an anchor, a row and how far its top is
 * above the top of the view, and never as a number of pixels from the start, since that changes whenever a guess becomes a
 * measured height. size_allocate() measures the rows that have widgets, and only then computes the adjustment from the
 * anchor; so nothing jumps, not even for one frame. While the view sticks to the end there is no anchor but the end.
 *
 * Widgets are made outside of allocation: cover() makes what the view and one page above and below need, at once;
 * extend_cb() makes more in short slices while there is nothing else to do.
 */

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheTranscript, cloche_transcript, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

enum {
  PROP_0,
  PROP_MODEL,
  PROP_AT_END,
  N_PROPS,
  PROP_HADJUSTMENT = N_PROPS,
  PROP_VADJUSTMENT,
  PROP_HSCROLL_POLICY,
  PROP_VSCROLL_POLICY,
};

static GParamSpec *props[N_PROPS];

static void
set_sticks (ClocheTranscript *self,
            gboolean          sticks)
{
  if (self->sticks == sticks)
    return;

  self->sticks = sticks;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AT_END]);
}

static void
value_changed_cb (ClocheTranscript *self)
{
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  double value = gtk_adjustment_get_value (adjustment);
  double end = gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment);

  if (self->is_configuring)
    return;

  self->anchor = cloche_row_heights_find (self->heights, value, &self->anchor_into);
  set_sticks (self, value >= end - 1);
  _cloche_transcript_cover (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* Only rows in the view or a page around it are given a place, so that a frame costs what is seen. */
static void
place_rows (ClocheTranscript *self,
            gint64            value)
{
  gint64 y = cloche_row_heights_get_offset (self->heights, self->first) - value;
  int page = _cloche_transcript_get_page (self);

  for (guint i = 0; i < self->widgets->len; i++) {
    GtkWidget *widget = self->widgets->pdata[i];
    int height = cloche_row_heights_get (self->heights, self->first + i);
    gboolean is_near = y + height > -page && y < 2 * page;

    gtk_widget_set_child_visible (widget, is_near);
    if (is_near) {
      int min_width;

      gtk_widget_measure (widget, GTK_ORIENTATION_HORIZONTAL, -1, &min_width, NULL, NULL, NULL);
      gtk_widget_size_allocate (widget, &(GtkAllocation) { 0, y, MAX (self->width, min_width), height }, -1);
      if (CLOCHE_IS_VIEWED (widget))
        cloche_viewed_show_part (CLOCHE_VIEWED (widget), GTK_WIDGET (self), -page, 2 * page);
    }
    y += height;
  }
}

static gint64
get_value (ClocheTranscript *self,
           gint64            total,
           int               page)
{
  gint64 end = MAX (total - page, 0);

  if (self->sticks)
    return end;

  return CLAMP (cloche_row_heights_get_offset (self->heights, self->anchor) + self->anchor_into, 0, end);
}

static void
configure (ClocheTranscript *self,
           gint64            value,
           gint64            total,
           int               width,
           int               page)
{
  self->is_configuring = TRUE;
  if (self->adjustments[GTK_ORIENTATION_HORIZONTAL] != NULL)
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_HORIZONTAL], 0, 0, width, width * 0.1, width * 0.9,
                              width);
  if (self->adjustments[GTK_ORIENTATION_VERTICAL] != NULL)
    gtk_adjustment_configure (self->adjustments[GTK_ORIENTATION_VERTICAL], value, 0, MAX (total, page), page * 0.1,
                              page * 0.9, page);
  self->is_configuring = FALSE;
}

static gboolean
is_covered (ClocheTranscript *self,
            gint64            value,
            gint64            total,
            int               page)
{
  gint64 top = cloche_row_heights_get_offset (self->heights, self->first);
  gint64 bottom = top;

  for (guint i = 0; i < self->widgets->len; i++)
    bottom += cloche_row_heights_get (self->heights, self->first + i);

  return top <= value && bottom >= MIN (value + page, total);
}

static void
cloche_transcript_size_allocate (GtkWidget *widget,
                                 int        width,
                                 int        height,
                                 int        baseline)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (widget);
  gint64 total;
  gint64 value;

  if (width != self->width) {
    cloche_row_heights_forget (self->heights);
    self->width = width;
  }
  for (guint i = 0; i < self->widgets->len; i++)
    cloche_row_heights_set (self->heights, self->first + i, _cloche_transcript_measure_row (self, self->widgets->pdata[i]));

  total = cloche_row_heights_get_total (self->heights);
  value = get_value (self, total, height);
  place_rows (self, value);
  configure (self, value, total, width, height);

  if (self->selection.menu != NULL)
    gtk_popover_present (GTK_POPOVER (self->selection.menu));
  if (!is_covered (self, value, total, height))
    _cloche_transcript_schedule_cover (self);
  _cloche_transcript_schedule_extend (self);
}

static void
cloche_transcript_measure (GtkWidget     *widget,
                           GtkOrientation orientation,
                           int            for_size,
                           int           *minimum,
                           int           *natural,
                           int           *minimum_baseline,
                           int           *natural_baseline)
{
  /* It takes what it is given, like every scrollable. */
  *minimum = 0;
  *natural = 0;
}

static GtkSizeRequestMode
cloche_transcript_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
move_anchor (ClocheTranscript *self,
             guint             position,
             guint             removed,
             guint             added)
{
  guint n_rows = _cloche_transcript_get_n_rows (self);

  if (position + removed <= self->anchor) {
    self->anchor += added - removed;
  } else if (position <= self->anchor) {
    self->anchor = MIN (position, n_rows > 0 ? n_rows - 1 : 0);
    self->anchor_into = 0;
  }
}

static void
items_changed_cb (ClocheTranscript *self,
                  guint             position,
                  guint             removed,
                  guint             added)
{
  _cloche_transcript_splice_selection (self, position);
  _cloche_transcript_splice_widgets (self, position, removed, added);
  cloche_row_heights_splice (self->heights, position, removed, added);
  move_anchor (self, position, removed, added);
  _cloche_transcript_cover (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
set_adjustment (ClocheTranscript *self,
                GtkOrientation    orientation,
                GtkAdjustment    *adjustment)
{
  if (adjustment != NULL && self->adjustments[orientation] == adjustment)
    return;

  if (self->adjustments[orientation] != NULL)
    g_signal_handlers_disconnect_by_data (self->adjustments[orientation], self);
  g_clear_object (&self->adjustments[orientation]);

  self->adjustments[orientation] = g_object_ref_sink (adjustment != NULL ? adjustment
                                                      : gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  if (orientation == GTK_ORIENTATION_VERTICAL)
    g_signal_connect_swapped (self->adjustments[orientation], "value-changed", G_CALLBACK (value_changed_cb), self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/* Brings what got the keyboard's focus into the view, if nothing of it is there. */
static void
cloche_transcript_set_focus_child (GtkWidget *widget,
                                   GtkWidget *child)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (widget);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  GtkAdjustment *adjustment = self->adjustments[GTK_ORIENTATION_VERTICAL];
  graphene_rect_t bounds;

  GTK_WIDGET_CLASS (cloche_transcript_parent_class)->set_focus_child (widget, child);

  if (child == NULL || focus == NULL || !gtk_widget_is_ancestor (focus, child) ||
      !gtk_widget_compute_bounds (focus, widget, &bounds))
    return;

  if (bounds.origin.y + bounds.size.height <= 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + bounds.origin.y);
  else if (bounds.origin.y >= _cloche_transcript_get_page (self))
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + bounds.origin.y +
                              bounds.size.height - _cloche_transcript_get_page (self));
}

static void
cloche_transcript_dispose (GObject *object)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (object);

  cloche_transcript_set_model (self, NULL);
  _cloche_transcript_dispose_selection (self);
  g_clear_handle_id (&self->cover_id, g_source_remove);
  g_clear_handle_id (&self->extend_id, g_source_remove);
  for (guint i = 0; i < G_N_ELEMENTS (self->adjustments); i++) {
    if (self->adjustments[i] != NULL)
      g_signal_handlers_disconnect_by_data (self->adjustments[i], self);
    g_clear_object (&self->adjustments[i]);
  }
  cloche_transcript_set_row_func (self, NULL, NULL, NULL);

  G_OBJECT_CLASS (cloche_transcript_parent_class)->dispose (object);
}

static void
cloche_transcript_finalize (GObject *object)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (object);

  g_clear_pointer (&self->heights, cloche_row_heights_free);
  g_clear_pointer (&self->widgets, g_ptr_array_unref);

  G_OBJECT_CLASS (cloche_transcript_parent_class)->finalize (object);
}

static void
cloche_transcript_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (object);

  switch (prop_id) {
  case PROP_MODEL:
    g_value_set_object (value, self->model);
    break;
  case PROP_AT_END:
    g_value_set_boolean (value, self->sticks);
    break;
  case PROP_HADJUSTMENT:
    g_value_set_object (value, self->adjustments[GTK_ORIENTATION_HORIZONTAL]);
    break;
  case PROP_VADJUSTMENT:
    g_value_set_object (value, self->adjustments[GTK_ORIENTATION_VERTICAL]);
    break;
  case PROP_HSCROLL_POLICY:
    g_value_set_enum (value, self->policies[GTK_ORIENTATION_HORIZONTAL]);
    break;
  case PROP_VSCROLL_POLICY:
    g_value_set_enum (value, self->policies[GTK_ORIENTATION_VERTICAL]);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_transcript_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  ClocheTranscript *self = CLOCHE_TRANSCRIPT (object);

  switch (prop_id) {
  case PROP_MODEL:
    cloche_transcript_set_model (self, g_value_get_object (value));
    break;
  case PROP_HADJUSTMENT:
    set_adjustment (self, GTK_ORIENTATION_HORIZONTAL, g_value_get_object (value));
    break;
  case PROP_VADJUSTMENT:
    set_adjustment (self, GTK_ORIENTATION_VERTICAL, g_value_get_object (value));
    break;
  case PROP_HSCROLL_POLICY:
    self->policies[GTK_ORIENTATION_HORIZONTAL] = g_value_get_enum (value);
    break;
  case PROP_VSCROLL_POLICY:
    self->policies[GTK_ORIENTATION_VERTICAL] = g_value_get_enum (value);
    break;
  default:
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
cloche_transcript_class_init (ClocheTranscriptClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = cloche_transcript_dispose;
  object_class->finalize = cloche_transcript_finalize;
  object_class->get_property = cloche_transcript_get_property;
  object_class->set_property = cloche_transcript_set_property;
  widget_class->size_allocate = cloche_transcript_size_allocate;
  widget_class->measure = cloche_transcript_measure;
  widget_class->get_request_mode = cloche_transcript_get_request_mode;
  widget_class->set_focus_child = cloche_transcript_set_focus_child;

  /* What is shown, a list of items. */
  props[PROP_MODEL] = g_param_spec_object ("model", NULL, NULL, G_TYPE_LIST_MODEL,
                                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  /* Whether the end is in sight and will stay so. */
  props[PROP_AT_END] = g_param_spec_boolean ("at-end", NULL, NULL, TRUE,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HSCROLL_POLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VSCROLL_POLICY, "vscroll-policy");

  gtk_widget_class_set_css_name (widget_class, "transcript");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST);
  _cloche_transcript_add_selection_actions (widget_class);
}

static void
cloche_transcript_init (ClocheTranscript *self)
{
  self->heights = cloche_row_heights_new ();
  self->widgets = g_ptr_array_new ();
  self->sticks = TRUE;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  /* For the keys that select and scroll. */
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  _cloche_transcript_init_selection (self);
}

GtkWidget *
cloche_transcript_new (void)
{
  return g_object_new (CLOCHE_TYPE_TRANSCRIPT, NULL);
}

/**
 * cloche_transcript_set_row_func:
 *
 * Says how rows are made. Call it before a model is set.
 */
void
cloche_transcript_set_row_func (ClocheTranscript       *self,
                                ClocheTranscriptRowFunc func,
                                gpointer                user_data,
                                GDestroyNotify          destroy)
{
  g_return_if_fail (CLOCHE_IS_TRANSCRIPT (self));
  g_return_if_fail (self->model == NULL);

  if (self->row_destroy != NULL)
    self->row_destroy (self->row_data);
  self->row_func = func;
  self->row_data = user_data;
  self->row_destroy = destroy;
}

/**
 * cloche_transcript_set_text_func:
 *
 * Says what a row is as Markdown, for copying.
 */
void
cloche_transcript_set_text_func (ClocheTranscript        *self,
                                 ClocheTranscriptTextFunc func)
{
  g_return_if_fail (CLOCHE_IS_TRANSCRIPT (self));

  self->text_func = func;
}

GListModel *
cloche_transcript_get_model (ClocheTranscript *self)
{
  g_return_val_if_fail (CLOCHE_IS_TRANSCRIPT (self), NULL);

  return self->model;
}

/**
 * cloche_transcript_set_model:
 * @model: (nullable): what to show; the end comes into sight
 */
void
cloche_transcript_set_model (ClocheTranscript *self,
                             GListModel       *model)
{
  g_return_if_fail (CLOCHE_IS_TRANSCRIPT (self));
  g_return_if_fail (model == NULL || G_IS_LIST_MODEL (model));

  if (self->model == model)
    return;

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  _cloche_transcript_clear_selection (self);
  _cloche_transcript_drop_widgets (self, 0, self->widgets->len);
  cloche_row_heights_splice (self->heights, 0, _cloche_transcript_get_n_rows (self), 0);
  g_set_object (&self->model, model);
  self->first = 0;
  self->anchor = 0;
  self->anchor_into = 0;
  set_sticks (self, TRUE);

  if (model != NULL) {
    g_signal_connect_swapped (model, "items-changed", G_CALLBACK (items_changed_cb), self);
    items_changed_cb (self, 0, 0, g_list_model_get_n_items (model));
  }
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MODEL]);
}

/**
 * cloche_transcript_is_at_end:
 *
 * Whether the end is in sight and will stay so.
 */
gboolean
cloche_transcript_is_at_end (ClocheTranscript *self)
{
  g_return_val_if_fail (CLOCHE_IS_TRANSCRIPT (self), TRUE);

  return self->sticks;
}

void
cloche_transcript_scroll_to_end (ClocheTranscript *self)
{
  g_return_if_fail (CLOCHE_IS_TRANSCRIPT (self));

  set_sticks (self, TRUE);
  _cloche_transcript_cover (self);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

/**
 * cloche_transcript_get_n_realized:
 *
 * How many rows have widgets at the moment.
 */
guint
cloche_transcript_get_n_realized (ClocheTranscript *self)
{
  g_return_val_if_fail (CLOCHE_IS_TRANSCRIPT (self), 0);

  return self->widgets->len;
}

/**
 * cloche_transcript_get_row_widget:
 *
 * Returns: (transfer none) (nullable): the widget of the row at @position, if it has one
 */
GtkWidget *
cloche_transcript_get_row_widget (ClocheTranscript *self,
                                  guint             position)
{
  g_return_val_if_fail (CLOCHE_IS_TRANSCRIPT (self), NULL);

  return _cloche_transcript_has_widget (self, position) ? self->widgets->pdata[position - self->first] : NULL;
}
