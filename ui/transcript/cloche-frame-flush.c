/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-frame-flush.h"

typedef void (*FlushFunc) (GtkWidget *widget);

static GQuark pending_quark (void);
G_DEFINE_QUARK (cloche-frame-flush, pending)

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       user_data)
{
  FlushFunc func = user_data;

  g_object_set_qdata (G_OBJECT (widget), pending_quark (), NULL);
  func (widget);

  return G_SOURCE_REMOVE;
}

/**
 * cloche_frame_flush_request:
 * @func: always the same for one widget
 *
 * Calls @func once before the next frame, however often this is asked for until then. A model may send hundreds of
 * pieces a second; only what can be seen is worth laying out. While @widget is not on the screen nothing happens.
 */
void
cloche_frame_flush_request (GtkWidget *widget,
                            void (    *func )(GtkWidget *widget))
{
  if (g_object_get_qdata (G_OBJECT (widget), pending_quark ()) != NULL)
    return;

  g_object_set_qdata (G_OBJECT (widget), pending_quark (), GINT_TO_POINTER (1));
  gtk_widget_add_tick_callback (widget, tick_cb, func, NULL);
}
