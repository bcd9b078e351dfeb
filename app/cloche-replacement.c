/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-replacement.h"

#include "cloche-original.h"

#include <glib/gi18n.h>

/*
 * Which file is replaced comes from the store, where it was put when the person attached it; what the guest calls its file
 * does not matter. Look up what the conversation wrote there last → check that the original is what is known → write the new
 * content beside it → take its place → remember how that was left.
 */

struct _ClocheReplacement
{
  GObject parent_instance;

  char *path;                   /* in the file system's encoding, as is @backup */
  char *backup;
  ClocheOriginal written;
  ClocheOriginal former;        /* what was replaced */
  ClocheStore *store;
  char *conversation_id;
  char *uri;                    /* of @path */
};

typedef struct
{
  ClocheFiles *files;
  ClocheFile *file;
  GFileProgressCallback progress;
  gpointer progress_data;
  char *path;
  char *part;                   /* its new content */
  ClocheOrigin *known;          /* as the conversation left it last, or NULL */
  ClocheOriginal found;
  GError *error;                /* while all is being cleared away */
  ClocheReplacement *replacement;
} Make;

G_DEFINE_FINAL_TYPE (ClocheReplacement, cloche_replacement, G_TYPE_OBJECT)

static guint undone_signal;

static void
make_free (Make *make)
{
  g_object_unref (make->files);
  cloche_file_unref (make->file);
  g_clear_pointer (&make->known, cloche_origin_unref);
  g_clear_object (&make->replacement);
  g_clear_error (&make->error);
  g_free (make->path);
  g_free (make->part);
  g_free (make);
}

static void
cloche_replacement_finalize (GObject *object)
{
  ClocheReplacement *self = CLOCHE_REPLACEMENT (object);

  g_free (self->path);
  g_free (self->backup);
  g_clear_object (&self->store);
  g_free (self->conversation_id);
  g_free (self->uri);

  G_OBJECT_CLASS (cloche_replacement_parent_class)->finalize (object);
}

static void
cloche_replacement_class_init (ClocheReplacementClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_replacement_finalize;
  undone_signal = g_signal_new ("undone", CLOCHE_TYPE_REPLACEMENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
}

static void
cloche_replacement_init (ClocheReplacement *self)
{
}

static void
remembered_cb (GObject      *object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Make *make = g_task_get_task_data (task);

  /* If not, the next replacement is refused, and says why. */
  (void) cloche_store_write_finish (CLOCHE_STORE (object), result, NULL);
  cloche_files_tell_replaced (make->files, G_OBJECT (make->replacement));
  g_task_return_pointer (task, g_object_ref (make->replacement), g_object_unref);
}

/* So that it is known as the conversation's own work. */
static void
remember (ClocheReplacement    *self,
          const ClocheOriginal *left,
          GAsyncReadyCallback   callback,
          GTask                *taken_task)
{
  g_autoptr (ClocheOrigin) origin = cloche_origin_new (self->uri, left->size, left->mtime_us);

  cloche_store_set_original_async (self->store, self->conversation_id, origin, NULL, callback, taken_task);
}

static void
replaced_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Make *make = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    remember (make->replacement, &make->replacement->written, remembered_cb, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
replace_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  Make *make = task_data;
  g_autoptr (ClocheReplacement) replacement = g_object_new (CLOCHE_TYPE_REPLACEMENT, NULL);
  GError *error = g_steal_pointer (&make->error);

  replacement->path = g_strdup (make->path);
  replacement->store = g_object_ref (cloche_files_get_store (make->files));
  replacement->conversation_id = g_strdup (cloche_files_get_conversation_id (make->files));
  replacement->uri = g_strdup (cloche_origin_get_uri (cloche_file_get_origin (make->file)));
  replacement->former = make->found;
  if (error == NULL && cloche_original_replace (make->path, &make->found, make->part, &replacement->backup,
                                                &replacement->written, &error))
    make->replacement = g_steal_pointer (&replacement);
  cloche_original_end (make->part);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
}

/* A step in a thread of its own; nothing else looks at @make meanwhile. It ends by itself, soon. */
static void
run_in_thread (GTask              *taken_task,
               GTaskThreadFunc     func,
               GAsyncReadyCallback callback)
{
  g_autoptr (GTask) step = g_task_new (NULL, NULL, callback, taken_task);

  g_task_set_source_tag (step, run_in_thread);
  g_task_set_task_data (step, g_task_get_task_data (taken_task), NULL);
  g_task_run_in_thread (step, func);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  GTask *task = user_data;
  Make *make = g_task_get_task_data (task);

  (void) cloche_files_save_finish (CLOCHE_FILES (object), result, &make->error);        /* Told once all is cleared away. */
  run_in_thread (task, replace_thread, replaced_cb);
}

static void
checked_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Make *make = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GFile) part = NULL;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error)) {
    g_task_return_error (task, error);
    return;
  }

  part = g_file_new_for_path (make->part);
  cloche_files_save_async (make->files, make->file, part, make->progress, make->progress_data, cancellable, written_cb,
                           g_steal_pointer (&task));
}

static void
check_thread (GTask        *task,
              gpointer      source,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Make *make = task_data;
  GError *error = NULL;

  if (cloche_original_check (make->path, cloche_file_get_origin (make->file), make->known, &make->found, &error) &&
      cloche_original_begin (make->path, &make->part, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
known_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      user_data)
{
  GTask *task = user_data;
  Make *make = g_task_get_task_data (task);

  /* Mostly there is nothing; and of what cannot be read nothing is known. */
  make->known = cloche_store_find_original_finish (CLOCHE_STORE (object), result, NULL);
  run_in_thread (task, check_thread, checked_cb);
}

/**
 * cloche_replacement_make_async:
 * @file: with its origin
 * @progress: (nullable): called now and then in the caller's main context, never after the operation has finished
 *
 * Replaces the file that @file was attached from, once nobody can be surprised by it: that is the caller's business. What was
 * cancelled or failed has changed nothing. @files tells of it when it is done.
 *
 * Errors: %CLOCHE_APP_ERROR_ORIGINAL_CHANGED, %G_IO_ERROR, those of the machine; each a sentence for the person.
 */
void
cloche_replacement_make_async (ClocheFiles          *files,
                               ClocheFile           *file,
                               GFileProgressCallback progress,
                               gpointer              progress_data,
                               GCancellable         *cancellable,
                               GAsyncReadyCallback   callback,
                               gpointer              user_data)
{
  g_autoptr (GTask) task = g_task_new (files, cancellable, callback, user_data);
  ClocheOrigin *origin = cloche_file_get_origin (file);
  Make *make = g_new0 (Make, 1);

  g_return_if_fail (origin != NULL);

  g_task_set_source_tag (task, cloche_replacement_make_async);
  g_task_set_check_cancellable (task, FALSE);   /* It says what has become of the file. */
  make->files = g_object_ref (files);
  make->file = cloche_file_ref (file);
  make->progress = progress;
  make->progress_data = progress_data;
  make->path = cloche_origin_dup_path (origin);
  g_task_set_task_data (task, make, (GDestroyNotify) make_free);
  if (make->path == NULL) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("the file is not there any more"));
    return;
  }

  cloche_store_find_original_async (cloche_files_get_store (files), cloche_files_get_conversation_id (files),
                                    cloche_origin_get_uri (origin), cancellable, known_cb, g_steal_pointer (&task));
}

ClocheReplacement *
cloche_replacement_make_finish (GAsyncResult *result,
                                GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_replacement_get_path:
 *
 * Returns: (type filename): what was replaced
 */
const char *
cloche_replacement_get_path (ClocheReplacement *self)
{
  g_return_val_if_fail (CLOCHE_IS_REPLACEMENT (self), NULL);

  return self->path;
}

/**
 * cloche_replacement_get_backup_path:
 *
 * Returns: (type filename): what it was before, in the same folder
 */
const char *
cloche_replacement_get_backup_path (ClocheReplacement *self)
{
  g_return_val_if_fail (CLOCHE_IS_REPLACEMENT (self), NULL);

  return self->backup;
}

static void
restored_remembered_cb (GObject      *object,
                        GAsyncResult *result,
                        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;

  /* If not, the next replacement is refused, and says why. */
  (void) cloche_store_write_finish (CLOCHE_STORE (object), result, NULL);
  g_task_return_boolean (task, TRUE);
}

static void
restored_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheReplacement *self = g_task_get_source_object (task);
  GError *error = NULL;

  if (g_task_propagate_boolean (G_TASK (result), &error))
    remember (self, &self->former, restored_remembered_cb, g_steal_pointer (&task));
  else
    g_task_return_error (task, error);
}

static void
restore_thread (GTask        *task,
                gpointer      source,
                gpointer      task_data,
                GCancellable *cancellable)
{
  ClocheReplacement *self = task_data;
  GError *error = NULL;

  if (cloche_original_restore (self->path, &self->written, self->backup, &self->former, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * cloche_replacement_undo_async:
 *
 * Puts back what was replaced, if nobody has written there since; it can be replaced anew then.
 *
 * Errors: %CLOCHE_APP_ERROR_ORIGINAL_CHANGED, %G_IO_ERROR; each a sentence for the person.
 */
void
cloche_replacement_undo_async (ClocheReplacement  *self,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask *task;

  g_return_if_fail (CLOCHE_IS_REPLACEMENT (self));

  task = g_task_new (self, NULL, callback, user_data);
  g_task_set_source_tag (task, cloche_replacement_undo_async);
  g_task_set_task_data (task, self, NULL);      /* It is the task's source. */
  run_in_thread (task, restore_thread, restored_cb);
}

gboolean
cloche_replacement_undo_finish (ClocheReplacement *self,
                                GAsyncResult      *result,
                                GError           **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  g_signal_emit (self, undone_signal, 0);

  return TRUE;
}
