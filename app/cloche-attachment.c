/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-attachment.h"

#include "cloche-app-error.h"
#include "cloche-string.h"

#include <glib/gi18n.h>
#include <string.h>

/*
 * A file of the host on its way into the machine: ask what it is → open → put under a name that is free there → for a
 * picture, read it once more, for the window and the model. The copy in the machine is the model's to change; the file of
 * the host is only ever read. Where that is and how it was goes with the attachment, but never into the machine.
 */

/* names that are tried: "a.csv", "a-2.csv", … */
#define MAX_NAMES 100

typedef struct
{
  GFile *file;
  ClocheSandbox *sandbox;
  char *name;                   /* as it was on the host, made safe */
  char *path;                   /* in the machine */
  char *mime_type;
  guint64 size;
  gboolean has_origin;
  ClocheOrigin *origin;         /* or NULL */
  guint n_tried;
} Put;

static void put_next (GTask *taken_task);

static void
put_free (Put *put)
{
  g_object_unref (put->file);
  g_object_unref (put->sandbox);
  g_free (put->name);
  g_free (put->path);
  g_free (put->mime_type);
  g_clear_pointer (&put->origin, cloche_origin_unref);
  g_free (put);
}

static void
return_file (GTask  *task,
             GBytes *bytes)
{
  Put *put = g_task_get_task_data (task);
  g_autofree char *name = g_path_get_basename (put->path);
  g_autoptr (ClocheContent) content = bytes != NULL ? cloche_content_new_bytes (put->mime_type, bytes)
                                                    : cloche_content_new_absent (put->mime_type, put->size);
  g_autoptr (ClocheFile) file = cloche_file_new (name, put->path, content);

  g_task_return_pointer (task, put->origin != NULL ? cloche_file_with_origin (file, put->origin) : cloche_file_ref (file),
                         (GDestroyNotify) cloche_file_unref);
}

static void
image_loaded_cb (GObject      *source,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  /* It is in the machine, which is what was asked for; it is shown from there if it cannot be read again here. */
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result, NULL, NULL);

  if (bytes != NULL && g_bytes_get_size (bytes) > CLOCHE_ATTACHMENT_MAX_IMAGE_BYTES)
    g_clear_pointer (&bytes, g_bytes_unref);
  return_file (task, bytes);
}

static void
was_put_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Put *put = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  if (!cloche_sandbox_put_finish (CLOCHE_SANDBOX (source), result, &error)) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_EXISTS) && put->n_tried < MAX_NAMES)
      put_next (g_steal_pointer (&task));
    else
      g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  if ((g_str_equal (put->mime_type, "image/png") || g_str_equal (put->mime_type, "image/jpeg")) &&
      put->size <= CLOCHE_ATTACHMENT_MAX_IMAGE_BYTES)
    g_file_load_bytes_async (put->file, g_task_get_cancellable (task), image_loaded_cb, g_object_ref (task));
  else
    return_file (task, NULL);
}

static void
opened_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Put *put = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (source), result, &error);

  if (stream == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  cloche_sandbox_put_async (put->sandbox, put->path, G_INPUT_STREAM (stream), put->size, FALSE,
                            g_task_get_cancellable (task), was_put_cb, g_object_ref (task));
}

static void
put_next (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  Put *put = g_task_get_task_data (task);
  const char *dot = strrchr (put->name, '.');
  int stem = dot != NULL && dot > put->name ? (int) (dot - put->name) : (int) strlen (put->name);

  put->n_tried++;
  g_free (put->path);
  if (put->n_tried == 1)
    put->path = g_strconcat ("/workspace/", put->name, NULL);
  else
    put->path = g_strdup_printf ("/workspace/%.*s-%u%s", stem, put->name, put->n_tried, put->name + stem);

  g_file_read_async (put->file, G_PRIORITY_DEFAULT, g_task_get_cancellable (task), opened_cb, g_object_ref (task));
}

/* Of a file that has a place of its own on this computer: what is elsewhere, or of nobody's choosing, is not replaced. */
static ClocheOrigin *
origin_new (GFile     *file,
            GFileInfo *info)
{
  g_autofree char *uri = g_file_get_uri (file);
  guint64 seconds = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED);
  guint32 rest_us = g_file_info_get_attribute_uint32 (info, G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC);

  if (g_file_peek_path (file) == NULL || !g_file_is_native (file))
    return NULL;

  return cloche_origin_new (uri, (guint64) g_file_info_get_size (info), (gint64) seconds * G_USEC_PER_SEC + rest_us);
}

static void
queried_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Put *put = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);
  g_autofree char *most = g_format_size (CLOCHE_ATTACHMENT_MAX_BYTES);

  if (info == NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    return;
  }

  put->size = (guint64) MAX (g_file_info_get_size (info), 0);
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY) {
    /* Translators: %s is the name of a folder. */
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_IS_FOLDER,
                             _ ("“%s” is a folder. Add the files in it instead."), put->name);
  } else if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR) {
    /* Translators: %s is the name of a file. */
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, _ ("“%s” is no ordinary file."), put->name);
  } else if (put->size > CLOCHE_ATTACHMENT_MAX_BYTES) {
    /* Translators: the first %s is the name of a file, the second a size such as “2.1 GB”. */
    g_task_return_new_error (task, CLOCHE_APP_ERROR, CLOCHE_APP_ERROR_TOO_LARGE,
                             _ ("“%s” is too large. Files may have up to %s."), put->name, most);
  } else {
    put->mime_type = g_content_type_get_mime_type (g_file_info_get_content_type (info));
    if (put->mime_type == NULL)
      put->mime_type = g_strdup ("application/octet-stream");
    if (put->has_origin)
      put->origin = origin_new (G_FILE (source), info);
    put_next (g_steal_pointer (&task));
  }
}

/**
 * cloche_attachment_put_async:
 * @file: of the host
 * @has_origin: whether it is a file of the person's own, which may be replaced later by what becomes of it
 *
 * Copies @file into /workspace.
 */
void
cloche_attachment_put_async (GFile              *file,
                             gboolean            has_origin,
                             ClocheSandbox      *sandbox,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  g_autofree char *base = g_file_get_basename (file);
  GTask *task = g_task_new (NULL, cancellable, callback, user_data);
  Put *put = g_new0 (Put, 1);

  g_task_set_source_tag (task, cloche_attachment_put_async);
  put->file = g_object_ref (file);
  put->has_origin = has_origin;
  put->sandbox = g_object_ref (sandbox);
  put->name = cloche_file_name_sanitize (base != NULL ? base : "");
  g_task_set_task_data (task, put, (GDestroyNotify) put_free);

  g_file_query_info_async (file,
                           G_FILE_ATTRIBUTE_STANDARD_TYPE "," G_FILE_ATTRIBUTE_STANDARD_SIZE ","
                           G_FILE_ATTRIBUTE_STANDARD_CONTENT_TYPE ","
                           G_FILE_ATTRIBUTE_TIME_MODIFIED "," G_FILE_ATTRIBUTE_TIME_MODIFIED_USEC,
                           G_FILE_QUERY_INFO_NONE, G_PRIORITY_DEFAULT, cancellable, queried_cb, task);
}

/**
 * cloche_attachment_put_finish:
 *
 * Returns: (transfer full): as it is in the machine; a picture has its bytes
 *
 * Errors: %CLOCHE_APP_ERROR, %G_IO_ERROR, those of the machine.
 */
ClocheFile *
cloche_attachment_put_finish (GAsyncResult *result,
                              GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
