/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-files.h"

#include "cloche-id.h"
#include "cloche-string.h"

#include <errno.h>

#include <glib/gi18n.h>

/*
 * A copy is written beside its target, whatever its source, and renamed once it is whole: what fails or is cancelled leaves
 * neither half a file nor an older one spoilt.
 */

/* bytes: the size of a machine's disk; no file in it is honestly larger. */
#define FROM_MACHINE_BYTES_MAX (G_GUINT64_CONSTANT (32) * 1024 * 1024 * 1024)

struct _ClocheFiles
{
  GObject parent_instance;

  ClocheStore *store;
  char *conversation_id;
  ClocheSandbox *sandbox;   /* or NULL */
  char *staging_folder;
};

/* One copy on its way. */
typedef struct
{
  GFile *target;
  GFile *part;                  /* beside @target, until it is whole */
  GOutputStream *stream;        /* into @part; like @path only if it comes from a machine */
  char *path;
  GFileProgressCallback progress;
  gpointer progress_data;
  GError *error;                /* of a copy that is being taken away again */
} Save;

typedef struct
{
  GFile *target;
  GError *error;                /* of a copy whose folder is being taken away again */
} Stage;

G_DEFINE_FINAL_TYPE (ClocheFiles, cloche_files, G_TYPE_OBJECT)

static guint replaced_signal;

static void
save_free (Save *save)
{
  g_object_unref (save->target);
  g_object_unref (save->part);
  g_clear_object (&save->stream);
  g_clear_error (&save->error);
  g_free (save->path);
  g_free (save);
}

static void
stage_free (Stage *stage)
{
  g_object_unref (stage->target);
  g_clear_error (&stage->error);
  g_free (stage);
}

static void
part_deleted_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Save *save = g_task_get_task_data (task);

  (void) g_file_delete_finish (G_FILE (object), result, NULL);  /* Mostly there is none: why is in the error. */
  g_task_return_error (task, g_steal_pointer (&save->error));
}

static void
fail (GTask  *taken_task,
      GError *take_error)
{
  Save *save = g_task_get_task_data (taken_task);

  if (g_error_matches (take_error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)) {
    g_free (take_error->message);
    take_error->message = g_strdup (_ ("The disk of this computer is full. Free some space and try again."));
  }
  save->error = take_error;
  g_file_delete_async (save->part, G_PRIORITY_DEFAULT, NULL, part_deleted_cb, taken_task);
}

static void
moved_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_file_move_finish (G_FILE (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    fail (g_steal_pointer (&task), error);
}

/* All of it is there, under its other name. */
static void
move (GTask *taken_task)
{
  Save *save = g_task_get_task_data (taken_task);

  g_file_move_async (save->part, save->target, G_FILE_COPY_OVERWRITE, G_PRIORITY_DEFAULT,
                     g_task_get_cancellable (taken_task), NULL, NULL, moved_cb, taken_task);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    move (g_steal_pointer (&task));
  else
    fail (g_steal_pointer (&task), error);
}

static void
copied_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (g_file_copy_finish (G_FILE (object), result, &error))
    move (g_steal_pointer (&task));
  else
    fail (g_steal_pointer (&task), error);
}

static void
closed_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Save *save = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (object), result, &error) && save->error == NULL)
    save->error = g_steal_pointer (&error);
  g_clear_error (&error);
  if (save->error != NULL)
    fail (g_steal_pointer (&task), g_steal_pointer (&save->error));
  else
    move (g_steal_pointer (&task));
}

static void
got_cb (GObject      *object,
        GAsyncResult *result,
        gpointer      user_data)
{
  GTask *task = user_data;
  Save *save = g_task_get_task_data (task);

  (void) cloche_sandbox_get_finish (CLOCHE_SANDBOX (object), result, &save->error);     /* Told once it is closed. */
  g_output_stream_close_async (save->stream, G_PRIORITY_DEFAULT, NULL, closed_cb, task);
}

static void
created_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheFiles *self = g_task_get_source_object (task);
  Save *save = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  save->stream = (GOutputStream *) g_file_create_finish (G_FILE (object), result, &error);
  if (save->stream == NULL) {
    fail (g_steal_pointer (&task), error);
    return;
  }

  cloche_sandbox_get_async (self->sandbox, save->path, save->stream, FROM_MACHINE_BYTES_MAX, save->progress,
                            save->progress_data, cancellable, got_cb, g_steal_pointer (&task));
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
folder_deleted_cb (GObject      *object,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  Stage *stage = g_task_get_task_data (task);

  (void) g_file_delete_finish (G_FILE (object), result, NULL);  /* An empty folder of the cache harms nobody. */
  g_task_return_error (task, g_steal_pointer (&stage->error));
}

static void
staged_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Stage *stage = g_task_get_task_data (task);
  g_autoptr (GFile) folder = g_file_get_parent (stage->target);

  if (cloche_files_save_finish (CLOCHE_FILES (object), result, &stage->error))
    g_task_return_pointer (task, g_object_ref (stage->target), g_object_unref);
  else
    g_file_delete_async (folder, G_PRIORITY_DEFAULT, NULL, folder_deleted_cb, g_steal_pointer (&task));
}

static void
cloche_files_finalize (GObject *object)
{
  ClocheFiles *self = CLOCHE_FILES (object);

  g_clear_object (&self->store);
  g_clear_object (&self->sandbox);
  g_clear_pointer (&self->conversation_id, g_free);
  g_clear_pointer (&self->staging_folder, g_free);

  G_OBJECT_CLASS (cloche_files_parent_class)->finalize (object);
}

static void
cloche_files_class_init (ClocheFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_files_finalize;
  replaced_signal = g_signal_new ("replaced", CLOCHE_TYPE_FILES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_OBJECT);
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
                  const char    *conversation_id,
                  ClocheSandbox *sandbox,
                  const char    *staging_folder)
{
  ClocheFiles *self = g_object_new (CLOCHE_TYPE_FILES, NULL);

  self->store = g_object_ref (store);
  self->conversation_id = g_strdup (conversation_id);
  g_set_object (&self->sandbox, sandbox);
  self->staging_folder = g_strdup (staging_folder);

  return self;
}

ClocheStore *
cloche_files_get_store (ClocheFiles *self)
{
  g_return_val_if_fail (CLOCHE_IS_FILES (self), NULL);

  return self->store;
}

const char *
cloche_files_get_conversation_id (ClocheFiles *self)
{
  g_return_val_if_fail (CLOCHE_IS_FILES (self), NULL);

  return self->conversation_id;
}

/**
 * cloche_files_tell_replaced:
 * @replacement: a ClocheReplacement
 */
void
cloche_files_tell_replaced (ClocheFiles *self,
                            GObject     *replacement)
{
  g_return_if_fail (CLOCHE_IS_FILES (self));

  g_signal_emit (self, replaced_signal, 0, replacement);
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

static Save *
save_new (GFile                *target,
          GFileProgressCallback progress,
          gpointer              progress_data)
{
  Save *save = g_new0 (Save, 1);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *name = g_strdup_printf (".cloche-%s.part", id);
  g_autoptr (GFile) folder = g_file_get_parent (target);

  save->target = g_object_ref (target);
  save->part = g_file_get_child (folder != NULL ? folder : target, name);
  save->progress = progress;
  save->progress_data = progress_data;

  return save;
}

/**
 * cloche_files_save_async:
 * @progress: (nullable): called now and then in the caller's main context, never after the operation has finished
 *
 * A file that is still in its machine is never in memory as a whole. What was cancelled or failed has changed nothing.
 *
 * Errors: %G_IO_ERROR_NOT_FOUND if the file is nowhere any more; those of the machine and of the file system.
 */
void
cloche_files_save_async (ClocheFiles          *self,
                         ClocheFile           *file,
                         GFile                *target,
                         GFileProgressCallback progress,
                         gpointer              progress_data,
                         GCancellable         *cancellable,
                         GAsyncReadyCallback   callback,
                         gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  ClocheContent *content = cloche_file_get_content (file);
  Save *save = save_new (target, progress, progress_data);

  g_task_set_source_tag (task, cloche_files_save_async);
  g_task_set_check_cancellable (task, FALSE);   /* It says what has become of the file. */
  g_task_set_task_data (task, save, (GDestroyNotify) save_free);

  if (cloche_content_get_bytes (content) != NULL) {
    GBytes *bytes = cloche_content_get_bytes (content);
    /* GIO takes no bytes whose address is NULL, which those of an empty file have. */
    g_autoptr (GBytes) none = g_bytes_new_static ("", 0);

    g_file_replace_contents_bytes_async (save->part, g_bytes_get_size (bytes) > 0 ? bytes : none, NULL, FALSE,
                                         G_FILE_CREATE_NONE, cancellable, written_cb, g_steal_pointer (&task));
  } else if (cloche_content_get_blob (content) != NULL) {
    g_autofree char *path = cloche_store_dup_blob_path (self->store, cloche_content_get_blob (content));
    g_autoptr (GFile) blob = g_file_new_for_path (path);

    /* A blob is read-only for everybody; a copy belongs to the person. */
    g_file_copy_async (blob, save->part, G_FILE_COPY_TARGET_DEFAULT_PERMS, G_PRIORITY_DEFAULT, cancellable, progress,
                       progress_data, copied_cb, g_steal_pointer (&task));
  } else if (self->sandbox != NULL && cloche_file_get_path (file) != NULL) {
    save->path = g_strdup (cloche_file_get_path (file));
    g_file_create_async (save->part, G_FILE_CREATE_NONE, G_PRIORITY_DEFAULT, cancellable, created_cb,
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
 * cloche_files_is_staged:
 *
 * Whether @file is a copy that cloche_files_stage_async() made, of which the person knows no place: it may have been dragged
 * back into a conversation.
 */
gboolean
cloche_files_is_staged (ClocheFiles *self,
                        GFile       *file)
{
  g_autoptr (GFile) folder = NULL;

  g_return_val_if_fail (CLOCHE_IS_FILES (self), FALSE);

  folder = g_file_new_for_path (self->staging_folder);

  return g_file_has_prefix (file, folder);
}

/**
 * cloche_files_stage_async:
 *
 * Each copy has a folder of its own, so that its name needs no number. Errors: as cloche_files_save_async().
 */
void
cloche_files_stage_async (ClocheFiles          *self,
                          ClocheFile           *file,
                          GFileProgressCallback progress,
                          gpointer              progress_data,
                          GCancellable         *cancellable,
                          GAsyncReadyCallback   callback,
                          gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *id = cloche_id_new ();
  g_autofree char *name = cloche_file_name_sanitize (cloche_file_get_name (file));
  g_autofree char *folder = g_build_filename (self->staging_folder, id, NULL);
  Stage *stage = g_new0 (Stage, 1);

  g_task_set_source_tag (task, cloche_files_stage_async);
  g_task_set_check_cancellable (task, FALSE);
  stage->target = g_file_new_build_filename (folder, name, NULL);
  g_task_set_task_data (task, stage, (GDestroyNotify) stage_free);
  if (g_mkdir_with_parents (folder, 0700) < 0) {
    int errsv = errno;

    g_task_return_new_error (task, G_IO_ERROR, g_io_error_from_errno (errsv), "“%s”: %s", folder, g_strerror (errsv));
    return;
  }

  cloche_files_save_async (self, file, stage->target, progress, progress_data, cancellable, staged_cb,
                           g_steal_pointer (&task));
}

GFile *
cloche_files_stage_finish (ClocheFiles  *self,
                           GAsyncResult *result,
                           GError      **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
