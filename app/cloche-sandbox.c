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
 * @max_bytes: a larger file is %G_IO_ERROR_NO_SPACE
 *
 * Reads a file.
 */
void
cloche_sandbox_get_async (ClocheSandbox      *self,
                          const char         *path,
                          gsize               max_bytes,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  g_return_if_fail (CLOCHE_IS_SANDBOX (self));
  g_return_if_fail (path != NULL);

  CLOCHE_SANDBOX_GET_IFACE (self)->get_async (self, path, max_bytes, cancellable, callback, user_data);
}

/**
 * cloche_sandbox_get_finish:
 *
 * Returns: (transfer full): the whole file
 */
GBytes *
cloche_sandbox_get_finish (ClocheSandbox *self,
                           GAsyncResult  *result,
                           GError       **error)
{
  g_return_val_if_fail (CLOCHE_IS_SANDBOX (self), NULL);

  return CLOCHE_SANDBOX_GET_IFACE (self)->get_finish (self, result, error);
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
