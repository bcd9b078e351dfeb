/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sandbox.h"

G_DEFINE_INTERFACE (ClocheSandbox, cloche_sandbox, G_TYPE_OBJECT)

static void
cloche_sandbox_default_init (ClocheSandboxInterface *iface)
{
}

ClocheSandboxEntry *
cloche_sandbox_entry_new (const char *path,
                          const char *kind,
                          guint64     size,
                          gint64      mtime_us)
{
  ClocheSandboxEntry *self = g_new0 (ClocheSandboxEntry, 1);

  self->path = g_strdup (path);
  self->kind = g_strdup (kind);
  self->size = size;
  self->mtime_us = mtime_us;

  return self;
}

void
cloche_sandbox_entry_free (ClocheSandboxEntry *self)
{
  g_free (self->path);
  g_free (self->kind);
  g_free (self);
}

/**
 * cloche_sandbox_run_code_async:
 * @code: Python
 * @timeout_ms: 0 = none
 * @listener: (nullable): what it prints and shows
 *
 * Runs @code in the conversation's Python session.
 */
void
cloche_sandbox_run_code_async (ClocheSandbox               *self,
                               const char                  *code,
                               guint                        timeout_ms,
                               const ClocheSandboxListener *listener,
                               GCancellable                *cancellable,
                               GAsyncReadyCallback          callback,
                               gpointer                     user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (code != NULL);

  CLOCHE_SANDBOX_GET_IFACE (self)->run_code_async (self, code, timeout_ms, listener, cancellable, callback, user_data);
}

/**
 * cloche_sandbox_run_shell_async:
 * @script: shell text
 * @timeout_ms: 0 = none
 * @listener: (nullable): what it prints
 *
 * Runs @script in a new shell in /workspace.
 */
void
cloche_sandbox_run_shell_async (ClocheSandbox               *self,
                                const char                  *script,
                                guint                        timeout_ms,
                                const ClocheSandboxListener *listener,
                                GCancellable                *cancellable,
                                GAsyncReadyCallback          callback,
                                gpointer                     user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (script != NULL);

  CLOCHE_SANDBOX_GET_IFACE (self)->run_shell_async (self, script, timeout_ms, listener, cancellable, callback, user_data);
}

/**
 * cloche_sandbox_run_browser_async:
 * @request: from cloche_browser_action_make_request()
 * @timeout_ms: 0 = none
 * @listener: (nullable): the view as printed text, pictures as displays
 *
 * Has the machine's browser do one thing.
 */
void
cloche_sandbox_run_browser_async (ClocheSandbox               *self,
                                  const char                  *request,
                                  guint                        timeout_ms,
                                  const ClocheSandboxListener *listener,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (request != NULL);

  CLOCHE_SANDBOX_GET_IFACE (self)->run_browser_async (self, request, timeout_ms, listener, cancellable, callback,
                                                      user_data);
}

/**
 * cloche_sandbox_run_finish:
 *
 * Returns: (transfer full): what protocol.md calls the "end" event: "status" is "ok", "error", "timeout", "killed",
 *   "interrupted" or "lost"
 *
 * Errors: those of the machine (it cannot be started, it is gone); %G_IO_ERROR_CANCELLED.
 */
JsonObject *
cloche_sandbox_run_finish (ClocheSandbox *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), NULL);

  return CLOCHE_SANDBOX_GET_IFACE (self)->run_finish (self, result, error);
}

/**
 * cloche_sandbox_put_async:
 * @path: absolute, in /workspace
 * @size: bytes; what @content has more is an error
 * @overwrite: whether a file may be replaced; else it is %G_IO_ERROR_EXISTS
 *
 * Writes a file.
 */
void
cloche_sandbox_put_async (ClocheSandbox      *self,
                          const char         *path,
                          GInputStream       *content,
                          guint64             size,
                          gboolean            overwrite,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (path != NULL);
  g_return_if_fail (content != NULL);

  CLOCHE_SANDBOX_GET_IFACE (self)->put_async (self, path, content, size, overwrite, cancellable, callback, user_data);
}

gboolean
cloche_sandbox_put_finish (ClocheSandbox *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), FALSE);

  return CLOCHE_SANDBOX_GET_IFACE (self)->put_finish (self, result, error);
}

/**
 * cloche_sandbox_get_async:
 * @path: absolute
 * @target: gets the bytes as they come, never all at once; not closed
 * @max_bytes: a larger file is %G_IO_ERROR_NO_SPACE
 * @progress: (nullable): called now and then in the caller's main context, never after the operation has finished
 *
 * Copies a file out of the machine.
 */
void
cloche_sandbox_get_async (ClocheSandbox        *self,
                          const char           *path,
                          GOutputStream        *target,
                          guint64               max_bytes,
                          GFileProgressCallback progress,
                          gpointer              progress_data,
                          GCancellable         *cancellable,
                          GAsyncReadyCallback   callback,
                          gpointer              user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (path != NULL);
  g_return_if_fail (G_IS_OUTPUT_STREAM (target));

  CLOCHE_SANDBOX_GET_IFACE (self)->get_async (self, path, target, max_bytes, progress, progress_data, cancellable,
                                              callback, user_data);
}

gboolean
cloche_sandbox_get_finish (ClocheSandbox *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), FALSE);

  return CLOCHE_SANDBOX_GET_IFACE (self)->get_finish (self, result, error);
}

static void
loaded_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GMemoryOutputStream *target = g_task_get_task_data (task);
  GError *error = NULL;

  if (!cloche_sandbox_get_finish (CLOCHE_SANDBOX (source), result, &error)) {
    g_task_return_error (task, error);
    return;
  }

  (void) g_output_stream_close (G_OUTPUT_STREAM (target), NULL, NULL);  /* In memory; cannot fail. */
  g_task_return_pointer (task, g_memory_output_stream_steal_as_bytes (target), (GDestroyNotify) g_bytes_unref);
}

void
cloche_sandbox_load_async (ClocheSandbox      *self,
                           const char         *path,
                           gsize               max_bytes,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GOutputStream *target = g_memory_output_stream_new_resizable ();

  g_task_set_source_tag (task, cloche_sandbox_load_async);
  g_task_set_task_data (task, target, g_object_unref);
  cloche_sandbox_get_async (self, path, target, max_bytes, NULL, NULL, cancellable, loaded_cb, task);
}

/**
 * cloche_sandbox_load_finish:
 *
 * Returns: (transfer full): the whole file
 */
GBytes *
cloche_sandbox_load_finish (ClocheSandbox *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * cloche_sandbox_list_async:
 * @path: absolute
 * @depth: how many levels of folders, 1 … 16
 *
 * Lists what is below @path.
 */
void
cloche_sandbox_list_async (ClocheSandbox      *self,
                           const char         *path,
                           guint               depth,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (path != NULL);

  CLOCHE_SANDBOX_GET_IFACE (self)->list_async (self, path, depth, cancellable, callback, user_data);
}

/**
 * cloche_sandbox_list_finish:
 *
 * Returns: (transfer full) (element-type ClocheSandboxEntry)
 */
GPtrArray *
cloche_sandbox_list_finish (ClocheSandbox *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), NULL);

  return CLOCHE_SANDBOX_GET_IFACE (self)->list_finish (self, result, error);
}

/**
 * cloche_sandbox_sync_async:
 *
 * Writes everything to the conversation's disk.
 */
void
cloche_sandbox_sync_async (ClocheSandbox      *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));

  CLOCHE_SANDBOX_GET_IFACE (self)->sync_async (self, cancellable, callback, user_data);
}

gboolean
cloche_sandbox_sync_finish (ClocheSandbox *self,
                            GAsyncResult  *result,
                            GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), FALSE);

  return CLOCHE_SANDBOX_GET_IFACE (self)->sync_finish (self, result, error);
}

void
cloche_sandbox_take_refusals_async (ClocheSandbox      *self,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (CLOCHE_IS_SANDBOX (self));

  if (CLOCHE_SANDBOX_GET_IFACE (self)->take_refusals_async != NULL) {
    CLOCHE_SANDBOX_GET_IFACE (self)->take_refusals_async (self, callback, user_data);
    return;
  }

  task = g_task_new (self, NULL, callback, user_data);
  g_task_return_pointer (task, NULL, NULL);
}

char *
cloche_sandbox_take_refusals_finish (ClocheSandbox *self,
                                     GAsyncResult  *result)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), NULL);

  if (CLOCHE_SANDBOX_GET_IFACE (self)->take_refusals_finish != NULL)
    return CLOCHE_SANDBOX_GET_IFACE (self)->take_refusals_finish (self, result);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}
