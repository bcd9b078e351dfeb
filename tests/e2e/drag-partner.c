/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include <gtk/gtk.h>
#include <stdio.h>

/*
 * drag-partner FILE: another program than Cloche, to drag from and to. The left half of its window gives FILE away, the
 * right half takes files. It says one line for each thing that happens: "ready", "dragging", "accepted" (the place under
 * the mouse would take it), "finished" or "cancelled"; "over" (something is held over the right half; once per place),
 * "dropped PATH" for each file that came.
 */

/* pixels: of each half. */
#define HALF_WIDTH 200
#define HEIGHT 200

static void
say (const char *word,
     const char *detail)
{
  printf ("%s%s%s\n", word, detail != NULL ? " " : "", detail != NULL ? detail : "");
  fflush (stdout);
}

static void
action_changed_cb (GdkDrag *drag)
{
  if (gdk_drag_get_selected_action (drag) == GDK_ACTION_COPY)
    say ("accepted", NULL);
}

static void
finished_cb (GdkDrag *drag)
{
  say ("finished", NULL);
}

static void
begun_cb (GtkDragSource *source,
          GdkDrag       *drag)
{
  g_signal_connect (drag, "notify::selected-action", G_CALLBACK (action_changed_cb), NULL);
  g_signal_connect (drag, "dnd-finished", G_CALLBACK (finished_cb), NULL);
  say ("dragging", NULL);
}

static gboolean
cancelled_cb (GtkDragSource      *source,
              GdkDrag            *drag,
              GdkDragCancelReason reason)
{
  say ("cancelled", NULL);

  return FALSE;
}

static GdkDragAction
over_cb (GtkDropTarget *target)
{
  say ("over", NULL);

  return GDK_ACTION_COPY;
}

static gboolean
dropped_cb (GtkDropTarget *target,
            const GValue  *value)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  for (GSList *link = files; link != NULL; link = link->next) {
    g_autofree char *path = g_file_get_path (link->data);

    say ("dropped", path != NULL ? path : "nothing local");
  }

  return TRUE;
}

static GtkWidget *
half_new (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_set_size_request (label, HALF_WIDTH, HEIGHT);

  return label;
}

static GtkWidget *
source_new (const char *path)
{
  GtkWidget *half = half_new ("Take this");
  GtkDragSource *source = gtk_drag_source_new ();
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GFile *files[] = { file };
  GdkFileList *list = gdk_file_list_new_from_array (files, G_N_ELEMENTS (files));
  g_autoptr (GdkContentProvider) provider = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);

  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  gtk_drag_source_set_content (source, provider);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect (source, "drag-begin", G_CALLBACK (begun_cb), NULL);
  g_signal_connect (source, "drag-cancel", G_CALLBACK (cancelled_cb), NULL);
  gtk_widget_add_controller (half, GTK_EVENT_CONTROLLER (source));

  return half;
}

static GtkWidget *
target_new (void)
{
  GtkWidget *half = half_new ("Drop here");
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "enter", G_CALLBACK (over_cb), NULL);
  g_signal_connect (target, "motion", G_CALLBACK (over_cb), NULL);
  g_signal_connect (target, "drop", G_CALLBACK (dropped_cb), NULL);
  gtk_widget_add_controller (half, GTK_EVENT_CONTROLLER (target));

  return half;
}

int
main (int    argc,
      char **argv)
{
  GtkWidget *window;
  GtkWidget *box;

  if (argc != 2) {
    fprintf (stderr, "Usage: %s FILE\n", argv[0]);
    return 2;
  }

  gtk_init ();
  window = gtk_window_new ();
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_append (GTK_BOX (box), source_new (argv[1]));
  gtk_box_append (GTK_BOX (box), target_new ());
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_present (GTK_WINDOW (window));
  say ("ready", NULL);

  for (;;)
    g_main_context_iteration (NULL, TRUE);
}
