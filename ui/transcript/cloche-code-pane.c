/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-code-pane.h"

#include "cloche-viewed.h"

/*
 * A text view lays out and draws all lines that are within its height, in view or not, each time one of them changes; of
 * 250 and more it forgets the layouts as well (GtkTextLineDisplayCache of 4.8), so that a long piece of code that grows
 * takes longer with each line. So the view gets the part that is near the view, and scrolls in itself to what stands there.
 */

/* pixels: the part begins and ends at a multiple, so that it does not move with each pixel that is scrolled. */
#define STEP 512

struct _ClocheCodePane
{
  GtkWidget parent_instance;

  GtkWidget *view;
  GtkAdjustment *adjustment;    /* of @view */
  int top;                      /* pixels: the part that is near the view */
  int bottom;
};

static void cloche_code_pane_viewed_init (ClocheViewedInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheCodePane, cloche_code_pane, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_VIEWED, cloche_code_pane_viewed_init))

static void
place_part (ClocheCodePane *self,
            int             width,
            int             height)
{
  int top = CLAMP (self->top, 0, height);
  int bottom = CLAMP (self->bottom, top, height);

  gtk_widget_size_allocate (self->view, &(GtkAllocation) { 0, top, width, bottom - top }, -1);
  gtk_adjustment_set_value (self->adjustment, top);
}

/* The view follows its cursor, which moves with keys; what is where is not for it to say. */
static void
value_changed_cb (ClocheCodePane *self)
{
  int top = CLAMP (self->top, 0, gtk_widget_get_height (GTK_WIDGET (self)));
  double end = gtk_adjustment_get_upper (self->adjustment) - gtk_adjustment_get_page_size (self->adjustment);

  if (gtk_adjustment_get_value (self->adjustment) != MIN (top, end))
    gtk_adjustment_set_value (self->adjustment, top);
}

static void
cloche_code_pane_show_part (ClocheViewed *viewed,
                            int           top,
                            int           bottom)
{
  ClocheCodePane *self = CLOCHE_CODE_PANE (viewed);

  top = MAX (top, 0) / STEP * STEP;
  bottom = (MAX (bottom, 0) + STEP - 1) / STEP * STEP;
  if (top == self->top && bottom == self->bottom)
    return;

  self->top = top;
  self->bottom = bottom;
  place_part (self, gtk_widget_get_width (GTK_WIDGET (self)), gtk_widget_get_height (GTK_WIDGET (self)));
}

static void
cloche_code_pane_viewed_init (ClocheViewedInterface *iface)
{
  iface->show_part = cloche_code_pane_show_part;
}

static GtkSizeRequestMode
cloche_code_pane_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_CONSTANT_SIZE;
}

static void
cloche_code_pane_measure (GtkWidget     *widget,
                          GtkOrientation orientation,
                          int            for_size,
                          int           *minimum,
                          int           *natural,
                          int           *minimum_baseline,
                          int           *natural_baseline)
{
  gtk_widget_measure (CLOCHE_CODE_PANE (widget)->view, orientation, -1, NULL, natural, NULL, NULL);
  *minimum = *natural;
}

static void
cloche_code_pane_size_allocate (GtkWidget *widget,
                                int        width,
                                int        height,
                                int        baseline)
{
  ClocheCodePane *self = CLOCHE_CODE_PANE (widget);

  /* Lays out what is new: of lines that it has not seen, a text view does not know the height, and scrolls to the wrong
   * ones. What it knows already takes no time. */
  gtk_widget_size_allocate (self->view, &(GtkAllocation) { 0, 0, width, height }, -1);
  place_part (self, width, height);
}

static void
cloche_code_pane_dispose (GObject *object)
{
  ClocheCodePane *self = CLOCHE_CODE_PANE (object);

  if (self->adjustment != NULL)
    g_signal_handlers_disconnect_by_data (self->adjustment, self);
  g_clear_object (&self->adjustment);
  g_clear_pointer (&self->view, gtk_widget_unparent);

  G_OBJECT_CLASS (cloche_code_pane_parent_class)->dispose (object);
}

static void
cloche_code_pane_class_init (ClocheCodePaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = cloche_code_pane_dispose;
  widget_class->get_request_mode = cloche_code_pane_get_request_mode;
  widget_class->measure = cloche_code_pane_measure;
  widget_class->size_allocate = cloche_code_pane_size_allocate;
}

static void
cloche_code_pane_init (ClocheCodePane *self)
{
  self->bottom = G_MAXINT;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
cloche_code_pane_new (ClocheCodeView *view)
{
  ClocheCodePane *self = g_object_new (CLOCHE_TYPE_CODE_PANE, NULL);

  self->view = GTK_WIDGET (view);
  gtk_widget_set_parent (self->view, GTK_WIDGET (self));
  self->adjustment = g_object_ref_sink (gtk_adjustment_new (0, 0, 0, 0, 0, 0));
  gtk_scrollable_set_vadjustment (GTK_SCROLLABLE (view), self->adjustment);
  g_signal_connect_swapped (self->adjustment, "value-changed", G_CALLBACK (value_changed_cb), self);

  return GTK_WIDGET (self);
}
