/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-fake-sandbox.h"

#include "cloche-json.h"

#include <string.h>

/* bytes: a file comes out of the machine in pieces. */
#define CHUNK_BYTES ((gsize) 1024)

typedef struct
{
  GBytes *bytes;
  gint64 mtime_us;
} Node;

/* A file on its way out. */
typedef struct
{
  GBytes *bytes;
  gsize done;
  GOutputStream *target;
  GFileProgressCallback progress;
  gpointer progress_data;
} Copy;

struct _ClocheFakeSandbox
{
  GObject parent_instance;

  ClocheFakeRunner runner;
  GHashTable *nodes;            /* path → Node */
  gint64 clock_us;
  guint n_runs;
  guint n_syncs;
  char *refusals;               /* that are told once, or NULL */
};

static void sandbox_iface_init (ClocheSandboxInterface *iface);
static void chunk_written_cb (GObject      *source,
                              GAsyncResult *result,
                              gpointer      user_data);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheFakeSandbox, cloche_fake_sandbox, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_SANDBOX, sandbox_iface_init))

static void
node_free (Node *node)
{
  g_bytes_unref (node->bytes);
  g_free (node);
}

static void
copy_free (Copy *copy)
{
  g_bytes_unref (copy->bytes);
  g_object_unref (copy->target);
  g_free (copy);
}

static void
write_bytes (ClocheFakeSandbox *self,
             const char        *path,
             GBytes            *bytes)
{
  Node *node = g_new0 (Node, 1);

  node->bytes = g_bytes_ref (bytes);
  node->mtime_us = ++self->clock_us;
  g_hash_table_insert (self->nodes, g_strdup (path), node);
}

static gboolean
cancelled_cb (GCancellable *cancellable,
              gpointer      user_data)
{
  g_task_return_error_if_cancelled (G_TASK (user_data));

  return G_SOURCE_REMOVE;
}

static void
run (ClocheFakeSandbox           *self,
     gboolean                     is_shell,
     const char                  *text,
     const ClocheSandboxListener *listener,
     GCancellable                *cancellable,
     GAsyncReadyCallback          callback,
     gpointer                     user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GSource) source = NULL;
  const char *end;

  self->n_runs++;
  end = self->runner (self, is_shell, text, listener);
  if (end == NULL) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED, "The machine does not start");
    return;
  }
  if (*end != '\0') {
    g_task_return_pointer (task, cloche_json_parse_object (end, -1, NULL), (GDestroyNotify) json_object_unref);
    return;
  }

  source = g_cancellable_source_new (cancellable);
  g_source_set_callback (source, G_SOURCE_FUNC (cancelled_cb), g_object_ref (task), g_object_unref);
  g_source_attach (source, NULL);
}

static void
cloche_fake_sandbox_run_code_async (ClocheSandbox               *sandbox,
                                    const char                  *code,
                                    guint                        timeout_ms,
                                    const ClocheSandboxListener *listener,
                                    GCancellable                *cancellable,
                                    GAsyncReadyCallback          callback,
                                    gpointer                     user_data)
{
  run (CLOCHE_FAKE_SANDBOX (sandbox), FALSE, code, listener, cancellable, callback, user_data);
}

static void
cloche_fake_sandbox_run_shell_async (ClocheSandbox               *sandbox,
                                     const char                  *script,
                                     guint                        timeout_ms,
                                     const ClocheSandboxListener *listener,
                                     GCancellable                *cancellable,
                                     GAsyncReadyCallback          callback,
                                     gpointer                     user_data)
{
  run (CLOCHE_FAKE_SANDBOX (sandbox), TRUE, script, listener, cancellable, callback, user_data);
}

static void
cloche_fake_sandbox_run_browser_async (ClocheSandbox               *sandbox,
                                       const char                  *request,
                                       guint                        timeout_ms,
                                       const ClocheSandboxListener *listener,
                                       GCancellable                *cancellable,
                                       GAsyncReadyCallback          callback,
                                       gpointer                     user_data)
{
  run (CLOCHE_FAKE_SANDBOX (sandbox), FALSE, request, listener, cancellable, callback, user_data);
}

static JsonObject *
cloche_fake_sandbox_run_finish (ClocheSandbox *sandbox,
                                GAsyncResult  *result,
                                GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_fake_sandbox_put_async (ClocheSandbox      *sandbox,
                               const char         *path,
                               GInputStream       *content,
                               guint64             size,
                               gboolean            overwrite,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  ClocheFakeSandbox *self = CLOCHE_FAKE_SANDBOX (sandbox);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GBytes) bytes = NULL;

  if (!overwrite && g_hash_table_contains (self->nodes, path)) {
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_EXISTS, "It is there");
    return;
  }

  bytes = g_input_stream_read_bytes (content, size, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
  write_bytes (self, path, bytes);
  g_task_return_boolean (task, TRUE);
}

static gboolean
cloche_fake_sandbox_boolean_finish (ClocheSandbox *sandbox,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
copy_chunk (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  Copy *copy = g_task_get_task_data (task);

  if (copy->progress != NULL && copy->done > 0)
    copy->progress ((goffset) copy->done, (goffset) g_bytes_get_size (copy->bytes), copy->progress_data);
  if (copy->done == g_bytes_get_size (copy->bytes)) {
    g_task_return_boolean (task, TRUE);
    return;
  }

  g_output_stream_write_all_async (copy->target, (const char *) g_bytes_get_data (copy->bytes, NULL) + copy->done,
                                   MIN (CHUNK_BYTES, g_bytes_get_size (copy->bytes) - copy->done), G_PRIORITY_DEFAULT,
                                   g_task_get_cancellable (task), chunk_written_cb, g_object_ref (task));
}

static void
chunk_written_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Copy *copy = g_task_get_task_data (task);
  GError *error = NULL;
  gsize written;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, &written, &error)) {
    g_task_return_error (task, error);
    return;
  }

  copy->done += written;
  copy_chunk (g_steal_pointer (&task));
}

static void
cloche_fake_sandbox_get_async (ClocheSandbox        *sandbox,
                               const char           *path,
                               GOutputStream        *target,
                               guint64               max_bytes,
                               GFileProgressCallback progress,
                               gpointer              progress_data,
                               GCancellable         *cancellable,
                               GAsyncReadyCallback   callback,
                               gpointer              user_data)
{
  ClocheFakeSandbox *self = CLOCHE_FAKE_SANDBOX (sandbox);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Node *node = g_hash_table_lookup (self->nodes, path);
  Copy *copy;

  if (node == NULL || g_bytes_get_size (node->bytes) > max_bytes) {
    g_task_return_new_error (task, G_IO_ERROR, node == NULL ? G_IO_ERROR_NOT_FOUND : G_IO_ERROR_NO_SPACE,
                             "It cannot be read");
    return;
  }

  copy = g_new0 (Copy, 1);
  copy->bytes = g_bytes_ref (node->bytes);
  copy->target = g_object_ref (target);
  copy->progress = progress;
  copy->progress_data = progress_data;
  g_task_set_task_data (task, copy, (GDestroyNotify) copy_free);
  copy_chunk (g_steal_pointer (&task));
}

static void
cloche_fake_sandbox_list_async (ClocheSandbox      *sandbox,
                                const char         *path,
                                guint               depth,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  ClocheFakeSandbox *self = CLOCHE_FAKE_SANDBOX (sandbox);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) cloche_sandbox_entry_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    Node *node = value;

    g_ptr_array_add (entries, cloche_sandbox_entry_new (key, g_str_has_suffix (key, "/") ? "folder" : "file",
                                                        g_bytes_get_size (node->bytes), node->mtime_us));
  }
  g_task_return_pointer (task, entries, (GDestroyNotify) g_ptr_array_unref);
}

static GPtrArray *
cloche_fake_sandbox_list_finish (ClocheSandbox *sandbox,
                                 GAsyncResult  *result,
                                 GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
cloche_fake_sandbox_sync_async (ClocheSandbox      *sandbox,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (sandbox, cancellable, callback, user_data);

  CLOCHE_FAKE_SANDBOX (sandbox)->n_syncs++;
  g_task_return_boolean (task, TRUE);
}

static void
cloche_fake_sandbox_take_refusals_async (ClocheSandbox      *sandbox,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (sandbox, NULL, callback, user_data);

  g_task_return_pointer (task, g_steal_pointer (&CLOCHE_FAKE_SANDBOX (sandbox)->refusals), g_free);
}

static char *
cloche_fake_sandbox_take_refusals_finish (ClocheSandbox *sandbox,
                                          GAsyncResult  *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
cloche_fake_sandbox_finalize (GObject *object)
{
  g_free (CLOCHE_FAKE_SANDBOX (object)->refusals);
  g_hash_table_unref (CLOCHE_FAKE_SANDBOX (object)->nodes);

  G_OBJECT_CLASS (cloche_fake_sandbox_parent_class)->finalize (object);
}

static void
cloche_fake_sandbox_class_init (ClocheFakeSandboxClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = cloche_fake_sandbox_finalize;
}

static void
sandbox_iface_init (ClocheSandboxInterface *iface)
{
  iface->run_code_async = cloche_fake_sandbox_run_code_async;
  iface->run_shell_async = cloche_fake_sandbox_run_shell_async;
  iface->run_browser_async = cloche_fake_sandbox_run_browser_async;
  iface->run_finish = cloche_fake_sandbox_run_finish;
  iface->put_async = cloche_fake_sandbox_put_async;
  iface->put_finish = cloche_fake_sandbox_boolean_finish;
  iface->get_async = cloche_fake_sandbox_get_async;
  iface->get_finish = cloche_fake_sandbox_boolean_finish;
  iface->list_async = cloche_fake_sandbox_list_async;
  iface->list_finish = cloche_fake_sandbox_list_finish;
  iface->sync_async = cloche_fake_sandbox_sync_async;
  iface->sync_finish = cloche_fake_sandbox_boolean_finish;
  iface->take_refusals_async = cloche_fake_sandbox_take_refusals_async;
  iface->take_refusals_finish = cloche_fake_sandbox_take_refusals_finish;
}

static void
cloche_fake_sandbox_init (ClocheFakeSandbox *self)
{
  self->nodes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) node_free);
}

ClocheFakeSandbox *
cloche_fake_sandbox_new (ClocheFakeRunner runner)
{
  ClocheFakeSandbox *self = g_object_new (CLOCHE_TYPE_FAKE_SANDBOX, NULL);

  self->runner = runner;

  return self;
}

void
cloche_fake_sandbox_write (ClocheFakeSandbox *self,
                           const char        *path,
                           const char        *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  write_bytes (self, path, bytes);
}

char *
cloche_fake_sandbox_dup_text (ClocheFakeSandbox *self,
                              const char        *path)
{
  Node *node = g_hash_table_lookup (self->nodes, path);

  return node != NULL ? g_strndup (g_bytes_get_data (node->bytes, NULL), g_bytes_get_size (node->bytes)) : NULL;
}

void
cloche_fake_sandbox_refuse (ClocheFakeSandbox *self,
                            const char        *refusals)
{
  g_free (self->refusals);
  self->refusals = g_strdup (refusals);
}

guint
cloche_fake_sandbox_get_n_runs (ClocheFakeSandbox *self)
{
  return self->n_runs;
}

guint
cloche_fake_sandbox_get_n_syncs (ClocheFakeSandbox *self)
{
  return self->n_syncs;
}
