/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-drag-file.h"

#include "cloche-problem.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * What file managers ask for is text/uri-list: the bytes themselves, which GDK could hand over as a stream, they do not
 * take, and what they are given an address of has to be a whole file. So the answer to their question waits until the file
 * is there: it flows from the machine to the disk meanwhile. Some ask already while the mouse is over them, to know what a
 * drop would do, and again at the drop; all get the same file.
 */
#define URI_LIST "text/uri-list"

struct _ClocheDragFile
{
  GdkContentProvider parent_instance;

  ClocheFile *file;
  ClocheFiles *files;
  ClocheFileProgress *progress;
  GCancellable *cancellable;    /* of the copying; NULL before somebody asks */
  char *list;                   /* the answer to everybody, once the file is there */
  GError *error;                /* or why it is not */
  GPtrArray *waiting;           /* of GTask, each with its GOutputStream */
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
answer (ClocheDragFile *self,
        GTask          *task)
{
  if (self->error != NULL)
    g_task_return_error (task, g_error_copy (self->error));
  else
    g_output_stream_write_all_async (g_task_get_task_data (task), self->list, strlen (self->list),
                                     g_task_get_priority (task), g_task_get_cancellable (task), written_cb,
                                     g_object_ref (task));
}

static void
staged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (ClocheDragFile) self = user_data;
  g_autoptr (GFile) staged = cloche_files_stage_finish (CLOCHE_FILES (object), result, &self->error);
  g_autoptr (GPtrArray) waiting = g_steal_pointer (&self->waiting);

  cloche_file_progress_end (self->progress);
  if (staged != NULL) {
    g_autofree char *uri = g_file_get_uri (staged);

    /* RFC 2483, section 5: lines end in CR LF. */
    self->list = g_strconcat (uri, "\r\n", NULL);
  } else {
    cloche_problem_show (GTK_WIDGET (self->progress), _ ("The file could not be dragged out"), self->error);
  }

  for (guint i = 0; i < waiting->len; i++)
    answer (self, waiting->pdata[i]);
}

static void
stage (ClocheDragFile *self)
{
  self->waiting = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = cloche_file_progress_begin (self->progress);
  cloche_files_stage_async (self->files, self->file, cloche_file_progress_update, self->progress, self->cancellable,
                            staged_cb, g_object_ref (self));
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

  if (self->cancellable == NULL)
    stage (self);
  if (self->waiting != NULL)
    g_ptr_array_add (self->waiting, g_steal_pointer (&task));
  else
    answer (self, task);
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
  g_clear_object (&self->progress);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->list, g_free);
  g_clear_error (&self->error);

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
cloche_drag_file_new (ClocheFile         *file,
                      ClocheFiles        *files,
                      ClocheFileProgress *progress)
{
  ClocheDragFile *self = g_object_new (CLOCHE_TYPE_DRAG_FILE, NULL);

  self->file = cloche_file_ref (file);
  self->files = g_object_ref (files);
  self->progress = g_object_ref (progress);

  return GDK_CONTENT_PROVIDER (self);
}

/**
 * cloche_drag_file_cancel:
 *
 * Nobody took it: whoever has asked for it gets nothing, and half a file does not stay.
 */
void
cloche_drag_file_cancel (ClocheDragFile *self)
{
  g_return_if_fail (CLOCHE_IS_DRAG_FILE (self));

  g_cancellable_cancel (self->cancellable);
}
