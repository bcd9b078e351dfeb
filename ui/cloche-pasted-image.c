/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-pasted-image.h"

#include <glib/gi18n.h>

/* Of the name of a folder that a pasted picture is put into. */
#define FOLDER_PREFIX "cloche-pasted-"

/* Encoding and writing take too long for the main loop. */
static void
save_in_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  GdkTexture *texture = task_data;
  g_autoptr (GBytes) png = gdk_texture_save_to_png_bytes (texture);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  /* Translators: the name of a pasted picture, a strftime() format */
  g_autofree char *name = g_date_time_format (now, _ ("Pasted picture %Y-%m-%d %H-%M-%S.png"));
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  GError *error = NULL;

  folder = g_dir_make_tmp ("cloche-pasted-XXXXXX", &error);
  if (folder != NULL)
    path = g_build_filename (folder, name, NULL);
  if (path == NULL || !g_file_set_contents (path, g_bytes_get_data (png, NULL), g_bytes_get_size (png), &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, g_file_new_for_path (path), g_object_unref);
}

static void
texture_read_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  GdkTexture *texture = gdk_clipboard_read_texture_finish (GDK_CLIPBOARD (object), result, &error);

  if (texture == NULL) {
    g_task_return_error (task, error);
    return;
  }

  g_task_set_task_data (task, texture, g_object_unref);
  g_task_run_in_thread (task, save_in_thread);
}

/**
 * cloche_pasted_image_async:
 *
 * Writes the picture on @clipboard to a PNG file in a temporary folder of its own.
 */
void
cloche_pasted_image_async (GdkClipboard       *clipboard,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_pasted_image_async);
  gdk_clipboard_read_texture_async (clipboard, cancellable, texture_read_cb, g_steal_pointer (&task));
}

GFile *
cloche_pasted_image_finish (GAsyncResult *result,
                            GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_pasted_image_is:
 *
 * Whether @file was made by pasting, and so is nobody's but the program's.
 */
gboolean
cloche_pasted_image_is (GFile *file)
{
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *name = folder != NULL ? g_file_get_basename (folder) : NULL;
  g_autoptr (GFile) place = folder != NULL ? g_file_get_parent (folder) : NULL;
  g_autoptr (GFile) temporary = g_file_new_for_path (g_get_tmp_dir ());

  return place != NULL && g_file_equal (place, temporary) && g_str_has_prefix (name, FOLDER_PREFIX);
}
