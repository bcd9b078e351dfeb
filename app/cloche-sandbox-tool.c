/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sandbox-tool.h"

#include "cloche-json.h"
#include "cloche-previews.h"
#include "cloche-sandbox-result.h"
#include "cloche-string.h"

#include <string.h>

/*
 * One call: look at /workspace (the first time) → run → see which files are new, copy them out, sync → make previews of
 * videos and documents → ask what the network refused → keep the whole text in the machine if it has to be cut → result. It
 * cannot fail: each step that does is told in the result.
 */

/* Where texts go that were cut; hidden, so that they are no chips. */
#define FULL_TEXT_FOLDER "/workspace/.out"

struct _ClocheSandboxTool
{
  ClocheTool parent_instance;

  ClocheSandboxToolKind kind;
  ClocheBrowserAction action;   /* of a browser's tool */
  ClocheSandbox *sandbox;
  ClocheWorkspaceFiles *files;
  ClocheToolSpec *spec;
  guint timeout_s;
  gsize max_chars;
};

typedef struct
{
  ClocheToolRun *run;
  ClocheToolCapture *capture;
  GCancellable *cancellable;    /* of what runs: cancelled by the caller's, and when it prints too much */
  GCancellable *outer;          /* the caller's, or NULL */
  gulong outer_id;
  gint64 started_us;
  JsonObject *end;
  GError *error;
  GPtrArray *made;              /* of ClocheFile, or NULL */
  guint n_more;
  char *refusals;               /* what the network refused, or NULL */
  char *full_text_path;
  char *request;                /* to the browser, or NULL */
  ClocheToolResult *result;     /* while its full text is written */
} Call;

G_DEFINE_FINAL_TYPE (ClocheSandboxTool, cloche_sandbox_tool, CLOCHE_TYPE_TOOL)

static void
call_free (Call *call)
{
  g_cancellable_disconnect (call->outer, call->outer_id);
  g_clear_object (&call->outer);
  g_clear_object (&call->cancellable);
  g_clear_pointer (&call->capture, cloche_tool_capture_free);
  g_clear_object (&call->run);
  g_clear_pointer (&call->end, json_object_unref);
  g_clear_error (&call->error);
  g_clear_pointer (&call->made, g_ptr_array_unref);
  g_clear_pointer (&call->result, cloche_tool_result_unref);
  g_free (call->refusals);
  g_free (call->full_text_path);
  g_free (call->request);
  g_free (call);
}

static ClocheToolSpec *
cloche_sandbox_tool_get_spec (ClocheTool *tool)
{
  return CLOCHE_SANDBOX_TOOL (tool)->spec;
}

/* Code and commands work on the same files, and a model that calls both at once may mean one to find the other's. */
static const char *
cloche_sandbox_tool_get_lane (ClocheTool *tool)
{
  return "machine";
}

static const char *
argument_name (ClocheSandboxTool *self)
{
  return self->kind == CLOCHE_SANDBOX_TOOL_PYTHON ? "code" : "command";
}

static void
return_result (GTask            *task,
               ClocheToolResult *result)
{
  Call *call = g_task_get_task_data (task);

  cloche_tool_result_set_duration_us (result, g_get_monotonic_time () - call->started_us);
  g_task_return_pointer (task, cloche_tool_result_ref (result), (GDestroyNotify) cloche_tool_result_unref);
}

static void
full_text_put_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  Call *call = g_task_get_task_data (task);

  /* Without the full text the result is still good: it says how much is missing. */
  (void) cloche_sandbox_put_finish (CLOCHE_SANDBOX (source), result, NULL);
  return_result (task, call->result);
}

static void
conclude (GTask *taken_task)
{
  g_autoptr (GTask) task = taken_task;
  ClocheSandboxTool *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autofree char *full_text = NULL;
  g_autoptr (GInputStream) stream = NULL;
  gsize length;
  const ClocheSandboxEnding ending = {
    .end = call->end,
    .error = call->error,
    .files = call->made,
    .n_more_files = call->n_more,
    .refusals = call->refusals,
    .timeout_s = self->timeout_s,
    .kind = self->kind,
    .full_text_path = call->full_text_path,
    .max_chars = self->max_chars,
  };

  call->result = cloche_sandbox_result_new (cloche_tool_run_get_call (call->run), call->capture, &ending, &full_text);
  if (full_text == NULL || call->error != NULL) {
    return_result (task, call->result);
    return;
  }

  length = strlen (full_text);
  stream = g_memory_input_stream_new_from_data (g_steal_pointer (&full_text), (gssize) length, g_free);
  cloche_sandbox_put_async (self->sandbox, call->full_text_path, stream, length, TRUE,
                            g_task_get_cancellable (task), full_text_put_cb, g_object_ref (task));
}

static void
refusals_taken_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  Call *call = g_task_get_task_data (task);

  call->refusals = cloche_sandbox_take_refusals_finish (CLOCHE_SANDBOX (source), result);
  conclude (task);
}

static void
previews_added_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  GTask *task = G_TASK (user_data);

  (void) cloche_previews_add_finish (result, NULL);     /* The files are named all the same. */
  cloche_sandbox_take_refusals_async (CLOCHE_SANDBOX (source), refusals_taken_cb, task);
}

static void
collected_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  GTask *task = G_TASK (user_data);
  ClocheSandboxTool *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);

  /* A machine that cannot say what it made has already said how the call ended. */
  call->made = cloche_workspace_files_collect_finish (CLOCHE_WORKSPACE_FILES (source), result, &call->n_more, NULL);
  if (call->made != NULL)
    cloche_previews_add_async (self->sandbox, call->made, g_task_get_cancellable (task), previews_added_cb, task);
  else
    cloche_sandbox_take_refusals_async (self->sandbox, refusals_taken_cb, task);
}

static void
ran_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheSandboxTool *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);

  call->end = cloche_sandbox_run_finish (CLOCHE_SANDBOX (source), result, &call->error);
  if (cloche_tool_capture_is_too_much (call->capture))
    g_clear_error (&call->error);
  if (call->error != NULL) {
    conclude (g_steal_pointer (&task));
    return;
  }

  cloche_workspace_files_collect_async (self->files, g_task_get_cancellable (task),
                                        collected_cb, g_object_ref (task));
}

static void
prepared_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  g_autoptr (GTask) task = G_TASK (user_data);
  ClocheSandboxTool *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  JsonObject *arguments = cloche_tool_call_get_arguments (cloche_tool_run_get_call (call->run));
  const char *text = cloche_json_get_string (arguments, argument_name (self));
  ClocheSandboxListener listener = cloche_tool_capture_get_listener (call->capture);

  if (!cloche_workspace_files_prepare_finish (CLOCHE_WORKSPACE_FILES (source), result, &call->error)) {
    conclude (g_steal_pointer (&task));
    return;
  }

  if (self->kind == CLOCHE_SANDBOX_TOOL_BROWSER)
    cloche_sandbox_run_browser_async (self->sandbox, call->request, self->timeout_s * 1000, &listener, call->cancellable,
                                      ran_cb, g_object_ref (task));
  else if (self->kind == CLOCHE_SANDBOX_TOOL_PYTHON)
    cloche_sandbox_run_code_async (self->sandbox, text, self->timeout_s * 1000, &listener, call->cancellable,
                                   ran_cb, g_object_ref (task));
  else
    cloche_sandbox_run_shell_async (self->sandbox, text, self->timeout_s * 1000, &listener, call->cancellable,
                                    ran_cb, g_object_ref (task));
}

static void
refuse (GTask      *task,
        const char *text)
{
  ClocheToolCall *call = cloche_tool_run_get_call (((Call *) g_task_get_task_data (task))->run);
  g_autoptr (ClocheToolResult) result = cloche_tool_result_new (cloche_tool_call_get_id (call),
                                                                cloche_tool_call_get_name (call),
                                                                CLOCHE_TOOL_ERROR, text);

  return_result (task, result);
}

/* FALSE: refused. */
static gboolean
check_arguments (ClocheSandboxTool *self,
                 GTask             *task,
                 JsonObject        *arguments)
{
  const char *name = argument_name (self);
  const char *text = cloche_json_get_string (arguments, name);
  Call *call = g_task_get_task_data (task);
  g_autofree char *refusal = NULL;
  g_autofree char *problem = NULL;

  if (self->kind == CLOCHE_SANDBOX_TOOL_BROWSER) {
    call->request = cloche_browser_action_make_request (self->action, arguments, self->max_chars, &problem);
    if (call->request == NULL)
      refusal = g_strdup_printf ("exit: error\nnote: %s", problem);
  } else if (text == NULL)
    refusal = g_strdup_printf ("exit: error\nnote: The argument “%s” is missing or no string.", name);
  else if (strstr (text, "\ufffd") != NULL)             /* A NUL, or bytes that are no text: not what was meant. */
    refusal = g_strdup_printf ("exit: error\nnote: The argument “%s” holds a character that cannot be read.", name);
  if (refusal == NULL)
    return TRUE;

  refuse (task, refusal);
  return FALSE;
}

static void
outer_cancelled_cb (GCancellable *outer,
                    GCancellable *inner)
{
  g_cancellable_cancel (inner);
}

static void
cloche_sandbox_tool_run_async (ClocheTool         *tool,
                               ClocheToolRun      *run,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  ClocheSandboxTool *self = CLOCHE_SANDBOX_TOOL (tool);
  ClocheToolCall *tool_call = cloche_tool_run_get_call (run);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);
  g_autofree char *name = NULL;

  g_task_set_source_tag (task, cloche_sandbox_tool_run_async);
  g_task_set_check_cancellable (task, FALSE);           /* There is a result in any case. */
  call->run = g_object_ref (run);
  call->started_us = g_get_monotonic_time ();
  call->cancellable = g_cancellable_new ();
  call->capture = cloche_tool_capture_new (run, call->cancellable);
  name = cloche_file_name_sanitize (cloche_tool_call_get_id (tool_call));       /* The id is the server's. */
  call->full_text_path = g_strdup_printf ("%s/%s.txt", FULL_TEXT_FOLDER, name);
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  if (!check_arguments (self, task, cloche_tool_call_get_arguments (tool_call)))
    return;

  if (cancellable != NULL) {
    call->outer = g_object_ref (cancellable);
    call->outer_id = g_cancellable_connect (cancellable, G_CALLBACK (outer_cancelled_cb),
                                            g_object_ref (call->cancellable), g_object_unref);
  }
  cloche_workspace_files_prepare_async (self->files, cancellable, prepared_cb, g_object_ref (task));
}

static ClocheToolResult *
cloche_sandbox_tool_run_finish (ClocheTool   *tool,
                                GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
cloche_sandbox_tool_finalize (GObject *object)
{
  ClocheSandboxTool *self = CLOCHE_SANDBOX_TOOL (object);

  g_clear_object (&self->sandbox);
  g_clear_object (&self->files);
  g_clear_pointer (&self->spec, cloche_tool_spec_unref);

  G_OBJECT_CLASS (cloche_sandbox_tool_parent_class)->finalize (object);
}

static void
cloche_sandbox_tool_class_init (ClocheSandboxToolClass *klass)
{
  ClocheToolClass *tool_class = CLOCHE_TOOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_sandbox_tool_finalize;
  tool_class->get_spec = cloche_sandbox_tool_get_spec;
  tool_class->get_lane = cloche_sandbox_tool_get_lane;
  tool_class->run_async = cloche_sandbox_tool_run_async;
  tool_class->run_finish = cloche_sandbox_tool_run_finish;
}

static void
cloche_sandbox_tool_init (ClocheSandboxTool *self)
{
}

static JsonObject *
schema_new (const char *argument,
            const char *description)
{
  JsonObject *schema = json_object_new ();
  JsonObject *properties = json_object_new ();
  JsonObject *property = json_object_new ();
  JsonArray *required = json_array_new ();

  json_object_set_string_member (property, "type", "string");
  json_object_set_string_member (property, "description", description);
  json_object_set_object_member (properties, argument, property);
  json_array_add_string_element (required, argument);
  json_object_set_string_member (schema, "type", "object");
  json_object_set_object_member (schema, "properties", properties);
  json_object_set_array_member (schema, "required", required);

  return schema;
}

/* One tool, one required argument: small models fail with more. */
static ClocheToolSpec *
spec_new (ClocheSandboxToolKind     kind,
          const ClocheSandboxFacts *facts)
{
  gboolean is_python = kind == CLOCHE_SANDBOX_TOOL_PYTHON;
  g_autoptr (JsonObject) schema = is_python ? schema_new ("code", "Python source, not JSON-escaped twice")
                                            : schema_new ("command", "One or more lines of shell");
  g_autofree char *description = g_strdup_printf (
    "%s %s%sTime limit %u s per call. Print only what you need: output over %" G_GSIZE_FORMAT
    " characters is cut in the middle.",
    is_python
    ? "Run Python 3 in a persistent sandboxed session and return its output. Variables, imports and files in /workspace "
    "persist between calls. The value of the last expression, printed text, images shown with matplotlib and files saved "
    "in /workspace are returned."
    : "Run a shell command in /workspace of the same machine that run_python uses and return its output. Files persist "
    "between calls; ffmpeg, ImageMagick, poppler-utils, git, jq, node and sudo are there. Files saved in /workspace are "
    "returned.",
    facts->network != NULL ? facts->network : "", facts->network != NULL ? " " : "",
    facts->timeout_s, facts->max_chars);

  return cloche_tool_spec_new (is_python ? "run_python" : "run_shell", description, schema);
}

/**
 * cloche_sandbox_tool_new:
 * @files: shared by the tools of one machine
 * @facts: copied
 */
ClocheTool *
cloche_sandbox_tool_new (ClocheSandboxToolKind     kind,
                         ClocheSandbox            *sandbox,
                         ClocheWorkspaceFiles     *files,
                         const ClocheSandboxFacts *facts)
{
  ClocheSandboxTool *self = g_object_new (CLOCHE_TYPE_SANDBOX_TOOL, NULL);

  self->kind = kind;
  self->sandbox = g_object_ref (sandbox);
  self->files = g_object_ref (files);
  self->spec = spec_new (kind, facts);
  self->timeout_s = facts->timeout_s;
  self->max_chars = facts->max_chars;

  return CLOCHE_TOOL (self);
}

/**
 * cloche_sandbox_tool_new_browser:
 * @files: shared by the tools of one machine: downloads are files, too
 * @facts: copied
 */
ClocheTool *
cloche_sandbox_tool_new_browser (ClocheBrowserAction       action,
                                 ClocheSandbox            *sandbox,
                                 ClocheWorkspaceFiles     *files,
                                 const ClocheSandboxFacts *facts)
{
  ClocheSandboxTool *self = g_object_new (CLOCHE_TYPE_SANDBOX_TOOL, NULL);

  self->kind = CLOCHE_SANDBOX_TOOL_BROWSER;
  self->action = action;
  self->sandbox = g_object_ref (sandbox);
  self->files = g_object_ref (files);
  self->spec = cloche_browser_action_new_spec (action);
  self->timeout_s = facts->timeout_s;
  self->max_chars = MIN (facts->max_chars, CLOCHE_BROWSER_MAX_CHARS);

  return CLOCHE_TOOL (self);
}
