/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-machine-sandbox.h"

#include "cloche-base-error.h"
#include "cloche-json.h"
#include "cloche-machine-text.h"
#include "cloche-refusals.h"
#include "cloche-wire-error.h"

struct _ClocheMachineSandbox
{
  GObject parent_instance;

  ClocheMachine *machine;
  ClocheRefusals *refusals;
};

static void sandbox_iface_init (ClocheSandboxInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (ClocheMachineSandbox, cloche_machine_sandbox, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (CLOCHE_TYPE_SANDBOX, sandbox_iface_init))

/* One run, from its request to its end or to its being cancelled. Held by its task. */
typedef struct
{
  ClocheSandboxListener listener;
  ClocheJob *job;               /* NULL until the agent has answered */
  gulong cancelled_id;
  gboolean is_code;
  gboolean is_over;             /* nobody listens any more */
} Run;

static void
run_free (Run *run)
{
  g_clear_object (&run->job);
  g_free (run);
}

/* The wire's codes for what the interface promises as codes of the system, and a sentence for the person who reads it. */
static void
return_error (GTask  *task,
              GError *take_error)
{
  GIOErrorEnum code = G_IO_ERROR_FAILED;
  char *sentence;

  if (g_error_matches (take_error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_EXISTS))
    code = G_IO_ERROR_EXISTS;
  else if (g_error_matches (take_error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_NOT_FOUND))
    code = G_IO_ERROR_NOT_FOUND;
  else if (g_error_matches (take_error, CLOCHE_WIRE_ERROR, CLOCHE_WIRE_ERROR_NO_SPACE) ||
           g_error_matches (take_error, CLOCHE_BASE_ERROR, CLOCHE_BASE_ERROR_TOO_LARGE))
    code = G_IO_ERROR_NO_SPACE;

  sentence = cloche_machine_text_for_error (take_error);
  g_free (take_error->message);
  take_error->message = sentence;
  if (code != G_IO_ERROR_FAILED) {
    take_error->domain = G_IO_ERROR;
    take_error->code = code;
  }
  g_task_return_error (task, take_error);
}

/* Lets go of the task that the job's handlers hold. */
static void
stop_listening (GTask *task)
{
  Run *run = g_task_get_task_data (task);

  if (run->job != NULL && g_signal_handlers_disconnect_by_data (run->job, task) > 0)
    g_object_unref (task);
}

/* What runs is told to end; nobody waits for its answer. */
static void
end_job (ClocheMachine *machine,
         Run           *run)
{
  g_autoptr (JsonObject) request = NULL;

  if (run->job == NULL || cloche_job_is_over (run->job))
    return;

  if (run->is_code) {
    request = json_object_new ();
    json_object_set_string_member (request, "op", "interrupt");
    json_object_set_int_member (request, "job", cloche_job_get_id (run->job));
    cloche_machine_request_async (machine, request, NULL, NULL, NULL);
  }
  cloche_job_detach (run->job);
}

static void
finish_run (GTask      *task,
            JsonObject *end,
            GError     *take_error)
{
  Run *run = g_task_get_task_data (task);

  if (run->is_over) {
    g_clear_error (&take_error);
    return;
  }

  run->is_over = TRUE;
  g_cancellable_disconnect (g_task_get_cancellable (task), run->cancelled_id);
  if (end != NULL)
    g_task_return_pointer (task, json_object_ref (end), (GDestroyNotify) json_object_unref);
  else
    return_error (task, take_error);
  stop_listening (task);
}

static void
output_cb (ClocheJob *job,
           gboolean   is_error,
           GBytes    *bytes,
           GTask     *task)
{
  Run *run = g_task_get_task_data (task);

  if (!run->is_over && run->listener.output != NULL)
    run->listener.output (is_error, bytes, run->listener.user_data);
}

static void
event_cb (ClocheJob  *job,
          JsonObject *event,
          GTask      *task)
{
  Run *run = g_task_get_task_data (task);

  if (!run->is_over && run->listener.event != NULL)
    run->listener.event (event, run->listener.user_data);
}

static void
ended_cb (ClocheJob  *job,
          JsonObject *end,
          GError     *error,
          GTask      *task)
{
  finish_run (task, end, end == NULL ? g_error_copy (error) : NULL);
}

static gboolean
cancelled_cb (gpointer user_data)
{
  GTask *task = user_data;
  Run *run = g_task_get_task_data (task);
  ClocheMachineSandbox *self = g_task_get_source_object (task);

  if (!run->is_over) {
    run->is_over = TRUE;
    end_job (self->machine, run);
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Stopped");
    stop_listening (task);
  }

  return G_SOURCE_REMOVE;
}

/* Cancellables call from any place; the main loop is where jobs are touched. */
static void
cancel_requested_cb (GCancellable *cancellable,
                     GTask        *task)
{
  g_main_context_invoke_full (g_task_get_context (task), G_PRIORITY_DEFAULT, cancelled_cb,
                              g_object_ref (task), g_object_unref);
}

static void
begun_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  Run *run = g_task_get_task_data (task);
  GError *error = NULL;

  run->job = cloche_machine_run_finish (CLOCHE_MACHINE (source), result, &error);
  if (run->job == NULL) {
    finish_run (task, NULL, error);
    return;
  }

  /* Cancelled while it was being asked for: it begins all the same, and ends at once. */
  if (run->is_over) {
    end_job (CLOCHE_MACHINE (source), run);
    return;
  }

  g_signal_connect (run->job, "output", G_CALLBACK (output_cb), task);
  g_signal_connect (run->job, "event", G_CALLBACK (event_cb), task);
  g_signal_connect (run->job, "ended", G_CALLBACK (ended_cb), task);
  cloche_job_listen (run->job);
  (void) g_steal_pointer (&task);       /* Given back by stop_listening(). */
}

static void
run_async (ClocheMachineSandbox        *self,
           JsonObject                  *request,
           gboolean                     is_code,
           const ClocheSandboxListener *listener,
           GCancellable                *cancellable,
           GAsyncReadyCallback          callback,
           gpointer                     user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Run *run = g_new0 (Run, 1);

  g_task_set_source_tag (task, run_async);
  g_task_set_check_cancellable (task, FALSE);
  run->is_code = is_code;
  if (listener != NULL)
    run->listener = *listener;
  g_task_set_task_data (task, run, (GDestroyNotify) run_free);
  if (cancellable != NULL)
    run->cancelled_id = g_cancellable_connect (cancellable, G_CALLBACK (cancel_requested_cb),
                                               g_object_ref (task), g_object_unref);
  cloche_machine_run_async (self->machine, request, NULL, begun_cb, g_steal_pointer (&task));
}

static JsonObject *
code_request_new (const char *kernel,
                  const char *code,
                  guint       timeout_ms)
{
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "op", "code");
  json_object_set_string_member (request, "kernel", kernel);
  json_object_set_string_member (request, "code", code);
  json_object_set_int_member (request, "timeout_ms", timeout_ms);

  return request;
}

static void
cloche_machine_sandbox_run_code_async (ClocheSandbox               *sandbox,
                                       const char                  *code,
                                       guint                        timeout_ms,
                                       const ClocheSandboxListener *listener,
                                       GCancellable                *cancellable,
                                       GAsyncReadyCallback          callback,
                                       gpointer                     user_data)
{
  g_autoptr (JsonObject) request = code_request_new ("python", code, timeout_ms);

  run_async (CLOCHE_MACHINE_SANDBOX (sandbox), request, TRUE, listener, cancellable, callback, user_data);
}

static void
cloche_machine_sandbox_run_browser_async (ClocheSandbox               *sandbox,
                                          const char                  *text,
                                          guint                        timeout_ms,
                                          const ClocheSandboxListener *listener,
                                          GCancellable                *cancellable,
                                          GAsyncReadyCallback          callback,
                                          gpointer                     user_data)
{
  g_autoptr (JsonObject) request = code_request_new ("browser", text, timeout_ms);

  run_async (CLOCHE_MACHINE_SANDBOX (sandbox), request, TRUE, listener, cancellable, callback, user_data);
}

static void
cloche_machine_sandbox_run_shell_async (ClocheSandbox               *sandbox,
                                        const char                  *script,
                                        guint                        timeout_ms,
                                        const ClocheSandboxListener *listener,
                                        GCancellable                *cancellable,
                                        GAsyncReadyCallback          callback,
                                        gpointer                     user_data)
{
  g_autoptr (JsonObject) request = json_object_new ();

  json_object_set_string_member (request, "op", "exec");
  json_object_set_string_member (request, "script", script);
  json_object_set_int_member (request, "timeout_ms", timeout_ms);
  json_object_set_boolean_member (request, "kill_on_close", TRUE);
  run_async (CLOCHE_MACHINE_SANDBOX (sandbox), request, FALSE, listener, cancellable, callback, user_data);
}

static JsonObject *
cloche_machine_sandbox_run_finish (ClocheSandbox *sandbox,
                                   GAsyncResult  *result,
                                   GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, sandbox), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
put_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_machine_put_finish (CLOCHE_MACHINE (source), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, error);
}

static void
cloche_machine_sandbox_put_async (ClocheSandbox      *sandbox,
                                  const char         *path,
                                  GInputStream       *content,
                                  guint64             size,
                                  gboolean            overwrite,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data)
{
  ClocheMachineSandbox *self = CLOCHE_MACHINE_SANDBOX (sandbox);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_machine_sandbox_put_async);
  cloche_machine_put_async (self->machine, content, size, path, overwrite, cancellable, NULL, NULL, put_cb, task);
}

static void
get_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;

  if (cloche_machine_get_finish (CLOCHE_MACHINE (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, error);
}

static void
cloche_machine_sandbox_get_async (ClocheSandbox        *sandbox,
                                  const char           *path,
                                  GOutputStream        *target,
                                  guint64               max_bytes,
                                  GFileProgressCallback progress,
                                  gpointer              progress_data,
                                  GCancellable         *cancellable,
                                  GAsyncReadyCallback   callback,
                                  gpointer              user_data)
{
  ClocheMachineSandbox *self = CLOCHE_MACHINE_SANDBOX (sandbox);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_machine_sandbox_get_async);
  cloche_machine_get_async (self->machine, path, target, max_bytes, cancellable, progress, progress_data, get_cb, task);
}

static void
list_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GPtrArray) entries = NULL;
  GPtrArray *copies;
  GError *error = NULL;

  entries = cloche_machine_list_finish (CLOCHE_MACHINE (source), result, &error);
  if (entries == NULL) {
    return_error (task, error);
    return;
  }

  copies = g_ptr_array_new_full (entries->len, (GDestroyNotify) cloche_sandbox_entry_free);
  for (guint i = 0; i < entries->len; i++) {
    const ClocheMachineEntry *entry = g_ptr_array_index (entries, i);

    g_ptr_array_add (copies, cloche_sandbox_entry_new (entry->path, entry->kind, entry->size, entry->mtime_us));
  }
  g_task_return_pointer (task, copies, (GDestroyNotify) g_ptr_array_unref);
}

static void
cloche_machine_sandbox_list_async (ClocheSandbox      *sandbox,
                                   const char         *path,
                                   guint               depth,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  ClocheMachineSandbox *self = CLOCHE_MACHINE_SANDBOX (sandbox);
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, cloche_machine_sandbox_list_async);
  cloche_machine_list_async (self->machine, path, depth, cancellable, list_cb, task);
}

static void
synced_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (JsonObject) answer = NULL;
  GError *error = NULL;

  answer = cloche_machine_request_finish (CLOCHE_MACHINE (source), result, &error);
  if (answer != NULL)
    g_task_return_boolean (task, TRUE);
  else
    return_error (task, error);
}

static void
cloche_machine_sandbox_sync_async (ClocheSandbox      *sandbox,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  ClocheMachineSandbox *self = CLOCHE_MACHINE_SANDBOX (sandbox);
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonObject) request = json_object_new ();

  g_task_set_source_tag (task, cloche_machine_sandbox_sync_async);
  json_object_set_string_member (request, "op", "sync");
  cloche_machine_request_async (self->machine, request, cancellable, synced_cb, task);
}

static void
network_synced_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheMachineSandbox *self = g_task_get_source_object (task);

  /* A gate that is gone has told all that it will. */
  (void) cloche_machine_network_request_finish (CLOCHE_MACHINE_NETWORK (source), result, NULL);
  g_task_return_pointer (task, cloche_refusals_take_line (self->refusals), g_free);
}

static void
cloche_machine_sandbox_take_refusals_async (ClocheSandbox      *sandbox,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data)
{
  ClocheMachineSandbox *self = CLOCHE_MACHINE_SANDBOX (sandbox);
  GTask *task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, cloche_machine_sandbox_take_refusals_async);
  cloche_machine_network_sync_async (cloche_machine_get_network (self->machine), NULL, network_synced_cb, task);
}

static char *
cloche_machine_sandbox_take_refusals_finish (ClocheSandbox *sandbox,
                                             GAsyncResult  *result)
{
  g_return_val_if_fail (g_task_is_valid (result, sandbox), NULL);

  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static gboolean
finish_boolean (ClocheSandbox *sandbox,
                GAsyncResult  *result,
                GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, sandbox), FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}

static GPtrArray *
cloche_machine_sandbox_list_finish (ClocheSandbox *sandbox,
                                    GAsyncResult  *result,
                                    GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, sandbox), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
sandbox_iface_init (ClocheSandboxInterface *iface)
{
  iface->run_code_async = cloche_machine_sandbox_run_code_async;
  iface->run_shell_async = cloche_machine_sandbox_run_shell_async;
  iface->run_browser_async = cloche_machine_sandbox_run_browser_async;
  iface->run_finish = cloche_machine_sandbox_run_finish;
  iface->put_async = cloche_machine_sandbox_put_async;
  iface->put_finish = finish_boolean;
  iface->get_async = cloche_machine_sandbox_get_async;
  iface->get_finish = finish_boolean;
  iface->list_async = cloche_machine_sandbox_list_async;
  iface->list_finish = cloche_machine_sandbox_list_finish;
  iface->sync_async = cloche_machine_sandbox_sync_async;
  iface->sync_finish = finish_boolean;
  iface->take_refusals_async = cloche_machine_sandbox_take_refusals_async;
  iface->take_refusals_finish = cloche_machine_sandbox_take_refusals_finish;
}

static void
cloche_machine_sandbox_dispose (GObject *object)
{
  ClocheMachineSandbox *self = CLOCHE_MACHINE_SANDBOX (object);

  g_clear_object (&self->refusals);
  g_clear_object (&self->machine);

  G_OBJECT_CLASS (cloche_machine_sandbox_parent_class)->dispose (object);
}

static void
cloche_machine_sandbox_class_init (ClocheMachineSandboxClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = cloche_machine_sandbox_dispose;
}

static void
cloche_machine_sandbox_init (ClocheMachineSandbox *self)
{
}

ClocheMachineSandbox *
cloche_machine_sandbox_new (ClocheMachine *machine)
{
  ClocheMachineSandbox *self;

  g_return_val_if_fail (CLOCHE_IS_MACHINE (machine), NULL);

  self = g_object_new (CLOCHE_TYPE_MACHINE_SANDBOX, NULL);
  self->machine = g_object_ref (machine);
  self->refusals = cloche_refusals_new (cloche_machine_get_network (machine));

  return self;
}

ClocheMachine *
cloche_machine_sandbox_get_machine (ClocheMachineSandbox *self)
{
  g_return_val_if_fail (CLOCHE_IS_MACHINE_SANDBOX (self), NULL);

  return self->machine;
}
