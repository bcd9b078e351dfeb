/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-open.h"

#include "cloche-problem.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *widget;
  ClocheFileProgress *progress; /* or NULL */
} Open;

static void
open_free (Open *open)
{
  g_object_unref (open->widget);
  g_clear_object (&open->progress);
  g_free (open);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Open, open_free)

static void
shown_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (Open) open = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_show_uri_full_finish (GTK_WINDOW (object), result, &error))
    cloche_problem_show (open->widget, _ ("The file could not be opened"), error);
}

static void
staged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (Open) open = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) staged = cloche_files_stage_finish (CLOCHE_FILES (object), result, &error);
  GtkRoot *root = gtk_widget_get_root (open->widget);
  g_autofree char *uri = NULL;

  if (open->progress != NULL)
    cloche_file_progress_end (open->progress);
  if (staged == NULL) {
    cloche_problem_show (open->widget, _ ("The file could not be opened"), error);
    return;
  }
  if (root == NULL)
    return;

  uri = g_file_get_uri (staged);
  gtk_show_uri_full (GTK_WINDOW (root), uri, GDK_CURRENT_TIME, NULL, shown_cb, g_steal_pointer (&open));
}

/**
 * cloche_file_open:
 * @widget: where the person asked for it
 * @progress: (nullable): shows how far it is if it takes its time, and can cancel it
 */
void
cloche_file_open (GtkWidget          *widget,
                  ClocheFiles        *files,
                  ClocheFile         *file,
                  ClocheFileProgress *progress)
{
  Open *open = g_new0 (Open, 1);
  g_autoptr (GCancellable) cancellable = NULL;

  open->widget = g_object_ref (widget);
  g_set_object (&open->progress, progress);
  if (progress != NULL)
    cancellable = cloche_file_progress_begin (progress);
  cloche_files_stage_async (files, file, progress != NULL ? cloche_file_progress_update : NULL, progress, cancellable,
                            staged_cb, open);
}
