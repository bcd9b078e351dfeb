/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * ClocheSandboxListener:
 * @output: bytes that a program printed; may end anywhere, even inside a UTF-8 sequence
 * @event: an event of a "code" job but its last one, as sandbox/wire/protocol.md has it: "result", "display", "clear",
 *   "traceback"
 * @user_data: for both
 *
 * What is told while something runs. Copied by whoever runs it; called in the caller's main context, and never after the
 * operation has finished or its cancellable was cancelled.
 */
typedef struct
{
  void (*output) (gboolean  is_error,
                  GBytes   *bytes,
                  gpointer  user_data);
  void (*event)  (JsonObject *event,
                  gpointer    user_data);
  gpointer user_data;
} ClocheSandboxListener;

/**
 * ClocheSandboxEntry:
 * @path: absolute
 * @kind: "file", "folder", "link" or "other"
 * @size: bytes
 * @mtime_us: µs since 1970 UTC
 */
typedef struct
{
  char *path;
  char *kind;
  guint64 size;
  gint64 mtime_us;
} ClocheSandboxEntry;

ClocheSandboxEntry *cloche_sandbox_entry_new  (const char         *path,
                                               const char         *kind,
                                               guint64             size,
                                               gint64              mtime_us) G_GNUC_WARN_UNUSED_RESULT;
void                cloche_sandbox_entry_free (ClocheSandboxEntry *self);

/**
 * ClocheSandbox:
 *
 * What a conversation needs of its machine, and nothing else of it. Every operation starts the machine if it is asleep.
 * Cancelling finishes the operation at once, in the caller's main context; what runs is interrupted (Python keeps its
 * variables, the browser closes its page) or killed (a shell command) by whoever implements this.
 */
#define CLOCHE_TYPE_SANDBOX (cloche_sandbox_get_type ())
G_DECLARE_INTERFACE (ClocheSandbox, cloche_sandbox, CLOCHE, SANDBOX, GObject)

struct _ClocheSandboxInterface
{
  GTypeInterface parent_iface;

  void        (*run_code_async)  (ClocheSandbox               *self,
                                  const char                  *code,
                                  guint                        timeout_ms,
                                  const ClocheSandboxListener *listener,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data);
  void        (*run_shell_async) (ClocheSandbox               *self,
                                  const char                  *script,
                                  guint                        timeout_ms,
                                  const ClocheSandboxListener *listener,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data);
  void        (*run_browser_async) (ClocheSandbox               *self,
                                    const char                  *request,
                                    guint                        timeout_ms,
                                    const ClocheSandboxListener *listener,
                                    GCancellable                *cancellable,
                                    GAsyncReadyCallback          callback,
                                    gpointer                     user_data);
  JsonObject *(*run_finish)      (ClocheSandbox               *self,
                                  GAsyncResult                *result,
                                  GError                     **error);

  void        (*put_async)       (ClocheSandbox               *self,
                                  const char                  *path,
                                  GInputStream                *content,
                                  guint64                      size,
                                  gboolean                     overwrite,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data);
  gboolean    (*put_finish)      (ClocheSandbox               *self,
                                  GAsyncResult                *result,
                                  GError                     **error);

  void        (*get_async)       (ClocheSandbox               *self,
                                  const char                  *path,
                                  GOutputStream               *target,
                                  guint64                      max_bytes,
                                  GFileProgressCallback        progress,
                                  gpointer                     progress_data,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data);
  gboolean    (*get_finish)      (ClocheSandbox               *self,
                                  GAsyncResult                *result,
                                  GError                     **error);

  void        (*list_async)      (ClocheSandbox               *self,
                                  const char                  *path,
                                  guint                        depth,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data);
  GPtrArray  *(*list_finish)     (ClocheSandbox               *self,
                                  GAsyncResult                *result,
                                  GError                     **error);

  void        (*sync_async)      (ClocheSandbox               *self,
                                  GCancellable                *cancellable,
                                  GAsyncReadyCallback          callback,
                                  gpointer                     user_data);
  gboolean    (*sync_finish)     (ClocheSandbox               *self,
                                  GAsyncResult                *result,
                                  GError                     **error);

  /* Optional: of one that reaches no network there is nothing to tell. */
  void        (*take_refusals_async)  (ClocheSandbox          *self,
                                       GAsyncReadyCallback     callback,
                                       gpointer                user_data);
  char       *(*take_refusals_finish) (ClocheSandbox          *self,
                                       GAsyncResult           *result);
};

void        cloche_sandbox_run_code_async  (ClocheSandbox               *self,
                                            const char                  *code,
                                            guint                        timeout_ms,
                                            const ClocheSandboxListener *listener,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
void        cloche_sandbox_run_shell_async (ClocheSandbox               *self,
                                            const char                  *script,
                                            guint                        timeout_ms,
                                            const ClocheSandboxListener *listener,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
void        cloche_sandbox_run_browser_async (ClocheSandbox               *self,
                                              const char                  *request,
                                              guint                        timeout_ms,
                                              const ClocheSandboxListener *listener,
                                              GCancellable                *cancellable,
                                              GAsyncReadyCallback          callback,
                                              gpointer                     user_data);
JsonObject *cloche_sandbox_run_finish      (ClocheSandbox               *self,
                                            GAsyncResult                *result,
                                            GError                     **error) G_GNUC_WARN_UNUSED_RESULT;

void        cloche_sandbox_put_async       (ClocheSandbox               *self,
                                            const char                  *path,
                                            GInputStream                *content,
                                            guint64                      size,
                                            gboolean                     overwrite,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
gboolean    cloche_sandbox_put_finish      (ClocheSandbox               *self,
                                            GAsyncResult                *result,
                                            GError                     **error);
void        cloche_sandbox_get_async       (ClocheSandbox               *self,
                                            const char                  *path,
                                            GOutputStream               *target,
                                            guint64                      max_bytes,
                                            GFileProgressCallback        progress,
                                            gpointer                     progress_data,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
gboolean    cloche_sandbox_get_finish      (ClocheSandbox               *self,
                                            GAsyncResult                *result,
                                            GError                     **error);

/* The same into memory, for what is small. */
void        cloche_sandbox_load_async      (ClocheSandbox               *self,
                                            const char                  *path,
                                            gsize                        max_bytes,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
GBytes     *cloche_sandbox_load_finish     (ClocheSandbox               *self,
                                            GAsyncResult                *result,
                                            GError                     **error) G_GNUC_WARN_UNUSED_RESULT;
void        cloche_sandbox_list_async      (ClocheSandbox               *self,
                                            const char                  *path,
                                            guint                        depth,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
GPtrArray  *cloche_sandbox_list_finish     (ClocheSandbox               *self,
                                            GAsyncResult                *result,
                                            GError                     **error) G_GNUC_WARN_UNUSED_RESULT;
void        cloche_sandbox_sync_async      (ClocheSandbox               *self,
                                            GCancellable                *cancellable,
                                            GAsyncReadyCallback          callback,
                                            gpointer                     user_data);
gboolean    cloche_sandbox_sync_finish     (ClocheSandbox               *self,
                                            GAsyncResult                *result,
                                            GError                     **error);

/* What the network refused since this was last asked, and what waits for the person, in a line for the model that says how it
 * can be allowed. %NULL: nothing. */
void        cloche_sandbox_take_refusals_async  (ClocheSandbox         *self,
                                                 GAsyncReadyCallback    callback,
                                                 gpointer               user_data);
char       *cloche_sandbox_take_refusals_finish (ClocheSandbox         *self,
                                                 GAsyncResult          *result) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ClocheSandboxEntry, cloche_sandbox_entry_free)

G_END_DECLS
