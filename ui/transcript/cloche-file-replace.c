/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-replace.h"

#include <adwaita.h>

#include "cloche-problem.h"
#include "cloche-replacement.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

typedef struct
{
  GtkWidget *widget;
  ClocheFiles *files;
  ClocheFile *file;
  ClocheFileProgress *progress;
} Replace;

static void
replace_free (Replace *replace)
{
  g_object_unref (replace->widget);
  g_object_unref (replace->files);
  cloche_file_unref (replace->file);
  g_object_unref (replace->progress);
  g_free (replace);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Replace, replace_free)

static void
replace_closure_free (gpointer  data,
                      GClosure *closure)
{
  replace_free (data);
}

static Replace *
replace_new (GtkWidget          *widget,
             ClocheFiles        *files,
             ClocheFile         *file,
             ClocheFileProgress *progress)
{
  Replace *replace = g_new0 (Replace, 1);

  replace->widget = g_object_ref (widget);
  replace->files = g_object_ref (files);
  replace->file = cloche_file_ref (file);
  replace->progress = g_object_ref (progress);

  return replace;
}

static void
replaced_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (Replace) replace = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheReplacement) replacement = cloche_replacement_make_finish (result, &error);

  cloche_file_progress_end (replace->progress);
  if (replacement == NULL)
    cloche_problem_show (replace->widget, _ ("The original was not replaced"), error);
}

static void
response_cb (AdwMessageDialog *dialog,
             const char       *response,
             Replace          *replace)
{
  g_autoptr (GCancellable) cancellable = NULL;

  if (!g_str_equal (response, "replace"))
    return;

  cancellable = cloche_file_progress_begin (replace->progress);
  cloche_replacement_make_async (replace->files, replace->file, cloche_file_progress_update, replace->progress, cancellable,
                                 replaced_cb,
                                 replace_new (replace->widget, replace->files, replace->file, replace->progress));
}

/* What is written, where to, and that nothing is lost. */
static char *
dup_body (ClocheFile *file)
{
  ClocheOrigin *origin = cloche_file_get_origin (file);
  g_autofree char *path = cloche_origin_dup_path (origin);
  g_autofree char *printable = cloche_text_make_printable (path != NULL ? path : cloche_origin_get_uri (origin), -1);
  g_autofree char *size = g_format_size (cloche_content_get_size (cloche_file_get_content (file)));

  /* Translators: the placeholders are the path of a file and the size of its new version. */
  return g_strdup_printf (_ ("%s becomes the version that stands here (%s).\n\nWhat it is now is kept beside it, and you can "
                             "undo this."), printable, size);
}

/**
 * cloche_file_replace:
 * @widget: where the person asked for it
 * @file: with its origin
 * @progress: shows how far it is if it takes its time, and can cancel it
 */
void
cloche_file_replace (GtkWidget          *widget,
                     ClocheFiles        *files,
                     ClocheFile         *file,
                     ClocheFileProgress *progress)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  g_autofree char *body = dup_body (file);
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (root), _ ("Replace the Original?"), NULL);

  adw_message_dialog_set_body (ADW_MESSAGE_DIALOG (dialog), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "replace", _ ("_Replace"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "replace");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), replace_new (widget, files, file, progress),
                         replace_closure_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}
