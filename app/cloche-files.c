/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-files.h"

#include "cloche-id.h"
#include "cloche-string.h"

#include <errno.h>

#include <glib/gi18n.h>

/* bytes: a file that is only in the machine is read into memory on its way; files up to 64 MB were copied out before. */
#define FROM_MACHINE_BYTES_MAX (512 * 1024 * 1024)

struct _ClocheFiles
{
  GObject parent_instance;

  ClocheStore *store;
  ClocheSandbox *sandbox;   /* or NULL */
  char *staging_folder;
};

G_DEFINE_FINAL_TYPE (ClocheFiles, cloche_files, G_TYPE_OBJECT)

static void
finish_write (GTask        *task,
              GFile        *target,
              GAsyncResult *result)
{
  GError *error = NULL;

  if (g_file_replace_contents_finish (target, result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  finish_write (task, G_FILE (object), result);
}

static void
write_bytes (GTask  *task,
             GFile  *target,
             GBytes *bytes)
{
  g_file_replace_contents_bytes_async (target, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
                                       g_task_get_cancellable (task), written_cb, g_object_ref (task));
}

static void
copied_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_file_copy_finish (G_FILE (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
got_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (GBytes) bytes = cloche_sandbox_get_finish (CLOCHE_SANDBOX (object), result, &error);

  if (bytes != NULL)
    write_bytes (task, g_task_get_task_data (task), bytes);
  else
    g_task_return_error (task, error);
}

static void
loaded_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (ClocheContent) content = cloche_store_load_content_finish (CLOCHE_STORE (object), result, &error);

  if (content != NULL)
    g_task_return_pointer (task, g_bytes_ref (cloche_content_get_bytes (content)), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

static void
staged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_files_save_finish (CLOCHE_FILES (object), result, &error))
    g_task_return_pointer (task, g_object_ref (g_task_get_task_data (task)), g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
cloche_files_finalize (GObject *object)
{
  ClocheFiles *self = CLOCHE_FILES (object);

  g_clear_object (&self->store);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->staging_folder, g_free);

  G_OBJECT_CLASS (cloche_files_parent_class)->finalize (object);
}

static void
cloche_files_class_init (ClocheFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_files_finalize;
}

static void
cloche_files_init (ClocheFiles *self)
{
}

/**
 * cloche_files_new:
 * @sandbox: (nullable): the conversation's machine, for files that are only there
 * @staging_folder: where copies for other programs go; scratch, may be emptied at any time
 */
ClocheFiles *
cloche_files_new (ClocheStore   *store,
                  ClocheSandbox *sandbox,
                  const char    *staging_folder)
{
  ClocheFiles *self = g_object_new (CLOCHE_TYPE_FILES, NULL);

  self->store = g_object_ref (store);
  g_set_object (&self->sandbox, sandbox);
  self->staging_folder = g_strdup (staging_folder);

  return self;
}

/**
 * cloche_files_load_async:
 *
 * Errors: %G_IO_ERROR_NOT_FOUND if @content is only in a machine; otherwise those of the store.
 */
void
cloche_files_load_async (ClocheFiles        *self,
                         ClocheContent      *content,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_files_load_async);
  if (cloche_content_get_bytes (content) != NULL)
    g_task_return_pointer (task, g_bytes_ref (cloche_content_get_bytes (content)), (GDestroyNotify) g_bytes_unref);
  else if (cloche_content_get_blob (content) != NULL)
    cloche_store_load_content_async (self->store, content, cancellable, loaded_cb, g_steal_pointer (&task));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("it is only in the conversation's machine"));
}

GBytes *
cloche_files_load_finish (ClocheFiles  *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_files_save_async:
 *
 * Errors: %G_IO_ERROR_NOT_FOUND if the file is nowhere any more; those of the machine and of the file system.
 */
void
cloche_files_save_async (ClocheFiles        *self,
                         ClocheFile         *file,
                         GFile              *target,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  ClocheContent *content = cloche_file_get_content (file);

  g_task_set_source_tag (task, cloche_files_save_async);
  g_task_set_task_data (task, g_object_ref (target), g_object_unref);

  if (cloche_content_get_bytes (content) != NULL) {
    write_bytes (task, target, cloche_content_get_bytes (content));
  } else if (cloche_content_get_blob (content) != NULL) {
    g_autofree char *path = cloche_store_dup_blob_path (self->store, cloche_content_get_blob (content));
    g_autoptr (GFile) blob = g_file_new_for_path (path);

    /* A blob is read-only for everybody; a copy belongs to the person. */
    g_file_copy_async (blob, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, G_PRIORITY_DEFAULT,
                       cancellable, NULL, NULL, copied_cb, g_steal_pointer (&task));
  } else if (self->sandbox != NULL && cloche_file_get_path (file) != NULL) {
    cloche_sandbox_get_async (self->sandbox, cloche_file_get_path (file), FROM_MACHINE_BYTES_MAX, cancellable, got_cb,
                              g_steal_pointer (&task));
  } else {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("the file is not there any more"));
  }
}

gboolean
cloche_files_save_finish (ClocheFiles  *self,
                          GAsyncResult *result,
                          GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

/**
 * cloche_files_stage_async:
 *
 * Each copy has a folder of its own, so that its name needs no number. Errors: as cloche_files_save_async().
 */
void
cloche_files_stage_async (ClocheFiles        *self,
                          ClocheFile         *file,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *name = cloche_file_name_sanitize (cloche_file_get_name (file));
  g_autofree char *folder = g_build_filename (self->staging_folder, id, NULL);
  GFile *target = g_file_new_build_filename (folder, name, NULL);

  g_task_set_source_tag (task, cloche_files_stage_async);
  g_task_set_task_data (task, target, g_object_unref);
  if (g_mkdir_with_parents (folder, 0700) < 0) {
    int errsv = errno;

    g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (errsv), "“%s”: %s", folder, g_strerror (errsv));
    return;
  }

  cloche_files_save_async (self, file, target, cancellable, staged_cb, g_steal_pointer (&task));
}

GFile *
cloche_files_stage_finish (ClocheFiles  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
