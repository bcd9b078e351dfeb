/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-drag-file.h"

#include <string.h>

#define URI_LIST "text/uri-list"

struct _ClocheDragFile
{
  GdkContentProvider parent_instance;

  ClocheFile *file;
  ClocheFiles *files;
};

G_DEFINE_FINAL_TYPE (ClocheDragFile, cloche_drag_file, GDK_TYPE_CONTENT_PROVIDER)

static GdkContentFormats *
cloche_drag_file_ref_formats (GdkContentProvider *provider)
{
  return gdk_content_formats_new ((const char *[]) { URI_LIST }, 1);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (object), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
staged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) staged = cloche_files_stage_finish (CLOCHE_FILES (object), result, &error);
  GOutputStream *stream = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  int priority = g_task_get_priority (task);
  g_autofree char *uri = NULL;
  char *list;

  if (staged == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  /* RFC 2483, section 5: lines end in CR LF. The list has to live until it is written. */
  uri = g_file_get_uri (staged);
  list = g_strconcat (uri, "\r\n", NULL);
  g_object_set_data_full (G_OBJECT (task), "cloche-uri-list", list, g_free);
  g_output_stream_write_all_async (stream, list, strlen (list), priority, cancellable, written_cb,
                                   g_steal_pointer (&task));
}

static void
cloche_drag_file_write_mime_type_async (GdkContentProvider *provider,
                                        const char         *mime_type,
                                        GOutputStream      *stream,
                                        int                 io_priority,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data)
{
  ClocheDragFile *self = CLOCHE_DRAG_FILE (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_drag_file_write_mime_type_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, g_object_ref (stream), g_object_unref);
  if (!g_str_equal (mime_type, URI_LIST)) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "no such format: %s", mime_type);
    return;
  }

  cloche_files_stage_async (self->files, self->file, NULL, NULL, cancellable, staged_cb, g_steal_pointer (&task));
}

static gboolean
cloche_drag_file_write_mime_type_finish (GdkContentProvider *provider,
                                         GAsyncResult       *result,
                                         GError            **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
cloche_drag_file_finalize (GObject *object)
{
  ClocheDragFile *self = CLOCHE_DRAG_FILE (object);

  g_clear_pointer (&self->file, cloche_file_unref);
  g_clear_object (&self->files);

  G_OBJECT_CLASS (cloche_drag_file_parent_class)->finalize (object);
}

static void
cloche_drag_file_class_init (ClocheDragFileClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_drag_file_finalize;
  provider_class->ref_formats = cloche_drag_file_ref_formats;
  provider_class->write_mime_type_async = cloche_drag_file_write_mime_type_async;
  provider_class->write_mime_type_finish = cloche_drag_file_write_mime_type_finish;
}

static void
cloche_drag_file_init (ClocheDragFile *self)
{
}

GdkContentProvider *
cloche_drag_file_new (ClocheFile  *file,
                      ClocheFiles *files)
{
  ClocheDragFile *self = g_object_new (CLOCHE_TYPE_DRAG_FILE, NULL);

  self->file = cloche_file_ref (file);
  self->files = g_object_ref (files);

  return GDK_CONTENT_PROVIDER (self);
}
