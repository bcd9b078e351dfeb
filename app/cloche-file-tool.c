/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-file-tool.h"

#include "cloche-json.h"
#include "cloche-string.h"
#include "cloche-tool-text.h"

#include <string.h>

/* What the texts here say is read by models and not translated. */

#define ROOT "/workspace"

struct _ClocheFileTool
{
  ClocheTool parent_instance;

  ClocheFileToolKind kind;
  ClocheSandbox *sandbox;
  ClocheWorkspaceFiles *files;
  ClocheToolSpec *spec;
  gsize max_chars;
};

typedef struct
{
  ClocheToolCall *call;
  char *path;
  GBytes *bytes;                /* that are written, or NULL */
  gint64 started_us;
} Call;

G_DEFINE_FINAL_TYPE (ClocheFileTool, cloche_file_tool, CLOCHE_TYPE_TOOL)

static void
call_free (Call *call)
{
  cloche_tool_call_unref (call->call);
  g_free (call->path);
  g_clear_pointer (&call->bytes, g_bytes_unref);
  g_free (call);
}

static ClocheToolSpec *
cloche_file_tool_get_spec (ClocheTool *tool)
{
  return CLOCHE_FILE_TOOL (tool)->spec;
}

/* Whoever writes a file and runs what reads it means them in this order. */
static const char *
cloche_file_tool_get_lane (ClocheTool *tool)
{
  return "machine";
}

/* @file: (nullable): what was read or written */
static void
return_result (GTask           *task,
               ClocheToolStatus status,
               const char      *text,
               ClocheFile      *file)
{
  Call *call = g_task_get_task_data (task);
  ClocheToolResult *result = cloche_tool_result_new (cloche_tool_call_get_id (call->call),
                                                     cloche_tool_call_get_name (call->call), status, text);

  cloche_tool_result_set_duration_us (result, g_get_monotonic_time () - call->started_us);
  if (file != NULL)
    cloche_tool_result_take_file (result, cloche_file_ref (file));
  g_task_return_pointer (task, result, (GDestroyNotify) cloche_tool_result_unref);
}

static void return_error (GTask      *task,
                          const char *format,
                          ...) G_GNUC_PRINTF (2, 3);

static void
return_error (GTask      *task,
              const char *format,
              ...)
{
  g_autofree char *note = NULL;
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  note = g_strdup_vprintf (format, args);
  va_end (args);
  text = g_strconcat ("exit: error\nnote: ", note, NULL);
  return_result (task, CLOCHE_TOOL_ERROR, text, NULL);
}

static ClocheFile *
file_new (const char *path,
          GBytes     *bytes)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = cloche_file_name_sanitize (base);
  g_autofree char *mime_type = g_content_type_guess (name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
  g_autoptr (ClocheContent) content = cloche_content_new_bytes (mime_type, bytes);

  return cloche_file_new (name, path, content);
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const ClocheSandboxEntry *left = *(ClocheSandboxEntry *const *) a;
  const ClocheSandboxEntry *right = *(ClocheSandboxEntry *const *) b;

  return strcmp (left->path, right->path);
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = cloche_sandbox_list_finish (CLOCHE_SANDBOX (source), result, &error);
  g_autoptr (GString) text = g_string_new ("exit: ok\nresult:\n");

  if (entries == NULL) {
    return_error (task, "%s", error->message);
    return;
  }

  g_ptr_array_sort (entries, compare_entries);
  for (guint i = 0; i < MIN (entries->len, CLOCHE_FILE_TOOL_MAX_ENTRIES); i++) {
    ClocheSandboxEntry *entry = g_ptr_array_index (entries, i);
    g_autofree char *printable = cloche_text_make_printable (entry->path, -1);
    g_autofree char *size = g_format_size (entry->size);

    if (g_str_equal (entry->kind, "file"))
      g_string_append_printf (text, "%s (%s)\n", printable, size);
    else
      g_string_append_printf (text, "%s%s (%s)\n", printable, g_str_equal (entry->kind, "folder") ? "/" : "", entry->kind);
  }
  if (entries->len == 0)
    g_string_append (text, "(nothing)\n");
  if (entries->len > CLOCHE_FILE_TOOL_MAX_ENTRIES)
    g_string_append_printf (text, "note: %u more\n", entries->len - CLOCHE_FILE_TOOL_MAX_ENTRIES);
  g_string_truncate (text, text->len - 1);
  return_result (task, CLOCHE_TOOL_OK, text->str, NULL);
}

static gboolean
is_text (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length == 0 || g_utf8_validate_len (data, length, NULL);
}

static void
read_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheFileTool *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cloche_sandbox_load_finish (CLOCHE_SANDBOX (source), result, &error);
  g_autoptr (GString) text = g_string_new ("exit: ok\n");
  g_autoptr (ClocheFile) file = NULL;
  gsize omitted = 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)) {
    return_error (task, "The file is larger than the %d kB that can be read at once. Make a smaller one of it, or look at a "
                  "part of it, with run_python or run_shell.", CLOCHE_FILE_TOOL_MAX_READ_BYTES / 1000);
    return;
  }
  if (bytes == NULL) {
    return_error (task, "%s", error->message);
    return;
  }

  if (is_text (bytes)) {
    g_autofree char *clean = cloche_tool_text_clean (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    g_autofree char *cut = cloche_tool_text_cut (clean, self->max_chars, &omitted);

    g_string_append_printf (text, "result:\n%s", *cut != '\0' ? cut : "(empty)");
  } else {
    g_autofree char *size = g_format_size (g_bytes_get_size (bytes));

    file = file_new (call->path, bytes);
    g_string_append_printf (text, "files: %s (%s, %s)", cloche_file_get_name (file), size,
                            cloche_content_get_mime_type (cloche_file_get_content (file)));
  }
  if (omitted > 0)
    g_string_append_printf (text, "\nnote: cut, %" G_GSIZE_FORMAT " characters omitted in the middle; look at parts of the "
                            "file with run_python or run_shell", omitted);
  return_result (task, CLOCHE_TOOL_OK, text->str, file);
}

static void
written_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  ClocheFileTool *self = g_task_get_source_object (task);
  Call *call = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (ClocheFile) written = NULL;
  g_autoptr (ClocheFile) file = NULL;
  g_autofree char *text = NULL;

  if (!cloche_sandbox_put_finish (CLOCHE_SANDBOX (source), result, &error)) {
    return_error (task, "%s", error->message);
    return;
  }

  cloche_workspace_files_forget (self->files);
  written = file_new (call->path, call->bytes);
  file = cloche_attached_files_change (cloche_workspace_files_get_attached (self->files), written);
  text = g_strdup_printf ("exit: ok\nresult: %" G_GSIZE_FORMAT " bytes are in %s", g_bytes_get_size (call->bytes), call->path);
  return_result (task, CLOCHE_TOOL_OK, text, file);
}

/* Strictly: what is no base64 must not end up as half a file. */
static GBytes *
decode_base64 (const char *text)
{
  gsize length = strlen (text), decoded_length;
  gsize n = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
  guchar *decoded;

  if (length % 4 != 0 || length - n > 2 || strspn (text + n, "=") != length - n)
    return NULL;

  decoded = g_base64_decode (text, &decoded_length);

  return g_bytes_new_take (decoded, decoded_length);
}

/* FALSE: @task has been answered. */
static gboolean
take_content (GTask      *task,
              JsonObject *arguments)
{
  Call *call = g_task_get_task_data (task);
  const char *content = cloche_json_get_string (arguments, "content");
  const char *encoding = cloche_json_get_string (arguments, "encoding");
  gboolean is_base64 = g_strcmp0 (encoding, "base64") == 0;

  if (content == NULL)
    return_error (task, "The argument “content” is missing or no string.");
  else if (json_object_has_member (arguments, "encoding") && !is_base64 && g_strcmp0 (encoding, "utf-8") != 0)
    return_error (task, "The argument “encoding” must be \"utf-8\" or \"base64\".");
  else if (!is_base64)
    call->bytes = g_bytes_new (content, strlen (content));
  else if ((call->bytes = decode_base64 (content)) == NULL)
    return_error (task, "The argument “content” is not valid base64.");

  return call->bytes != NULL;
}

static void
cloche_file_tool_run_async (ClocheTool         *tool,
                            ClocheToolRun      *run,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  ClocheFileTool *self = CLOCHE_FILE_TOOL (tool);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Call *call = g_new0 (Call, 1);
  JsonObject *arguments = cloche_tool_call_get_arguments (cloche_tool_run_get_call (run));
  const char *path = cloche_json_get_string (arguments, "path");
  g_autoptr (GInputStream) stream = NULL;

  g_task_set_source_tag (task, cloche_file_tool_run_async);
  g_task_set_check_cancellable (task, FALSE);           /* There is a result in any case. */
  call->call = cloche_tool_call_ref (cloche_tool_run_get_call (run));
  call->started_us = g_get_monotonic_time ();
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  if ((path == NULL && (self->kind != CLOCHE_FILE_TOOL_LIST || json_object_has_member (arguments, "path"))) ||
      (path != NULL && (*path == '\0' || strstr (path, "\ufffd") != NULL))) {
    return_error (task, "The argument “path” is missing or is not the name of a file.");
    return;
  }
  call->path = g_canonicalize_filename (path != NULL ? path : ROOT, ROOT);

  switch (self->kind) {
  case CLOCHE_FILE_TOOL_LIST:
    cloche_sandbox_list_async (self->sandbox, call->path, 1, cancellable, listed_cb, g_object_ref (task));
    break;
  case CLOCHE_FILE_TOOL_READ:
    cloche_sandbox_load_async (self->sandbox, call->path, CLOCHE_FILE_TOOL_MAX_READ_BYTES, cancellable, read_cb,
                               g_object_ref (task));
    break;
  case CLOCHE_FILE_TOOL_WRITE:
  default:
    if (!take_content (task, arguments))
      break;
    stream = g_memory_input_stream_new_from_bytes (call->bytes);
    cloche_sandbox_put_async (self->sandbox, call->path, stream, g_bytes_get_size (call->bytes), TRUE, cancellable,
                              written_cb, g_object_ref (task));
  }
}

static ClocheToolResult *
cloche_file_tool_run_finish (ClocheTool   *tool,
                             GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}

static void
cloche_file_tool_finalize (GObject *object)
{
  ClocheFileTool *self = CLOCHE_FILE_TOOL (object);

  g_clear_object (&self->sandbox);
  g_clear_object (&self->files);
  g_clear_pointer (&self->spec, cloche_tool_spec_unref);

  G_OBJECT_CLASS (cloche_file_tool_parent_class)->finalize (object);
}

static void
cloche_file_tool_class_init (ClocheFileToolClass *klass)
{
  ClocheToolClass *tool_class = CLOCHE_TOOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = cloche_file_tool_finalize;
  tool_class->get_spec = cloche_file_tool_get_spec;
  tool_class->get_lane = cloche_file_tool_get_lane;
  tool_class->run_async = cloche_file_tool_run_async;
  tool_class->run_finish = cloche_file_tool_run_finish;
}

static void
cloche_file_tool_init (ClocheFileTool *self)
{
}

#define PATH_SCHEMA "\"path\":{\"type\":\"string\",\"description\":\"Absolute, or relative to /workspace\"}"

static ClocheToolSpec *
spec_new (ClocheFileToolKind kind)
{
  static const struct
  {
    const char *name;
    const char *description;
    const char *schema;
  } SPECS[] = {
    [CLOCHE_FILE_TOOL_LIST] = {
      "list_files", "List one folder of the sandboxed machine, by default /workspace.",
      "{\"type\":\"object\",\"properties\":{" PATH_SCHEMA "}}",
    },
    [CLOCHE_FILE_TOOL_READ] = {
      CLOCHE_FILE_TOOL_READ_NAME,
      "Read one file of the sandboxed machine, of at most 600 kB. Text comes as text, pictures as pictures, everything else as "
      "an embedded resource.",
      "{\"type\":\"object\",\"properties\":{" PATH_SCHEMA "},\"required\":[\"path\"]}",
    },
    [CLOCHE_FILE_TOOL_WRITE] = {
      "write_file",
      "Write one file of the sandboxed machine, inside /workspace, /home/user or /tmp. A file of that name is replaced; the "
      "folder must be there.",
      "{\"type\":\"object\",\"properties\":{" PATH_SCHEMA ","
      "\"content\":{\"type\":\"string\",\"description\":\"What the file shall hold\"},"
      "\"encoding\":{\"type\":\"string\",\"enum\":[\"utf-8\",\"base64\"],\"description\":\"Of content; utf-8 if left out\"}},"
      "\"required\":[\"path\",\"content\"]}",
    },
  };
  g_autoptr (JsonObject) schema = cloche_json_parse_object (SPECS[kind].schema, -1, NULL);

  g_assert (schema != NULL);

  return cloche_tool_spec_new (SPECS[kind].name, SPECS[kind].description, schema);
}

/**
 * cloche_file_tool_new:
 * @files: shared by the tools of one machine
 * @max_chars: of one result's text
 */
ClocheTool *
cloche_file_tool_new (ClocheFileToolKind    kind,
                      ClocheSandbox        *sandbox,
                      ClocheWorkspaceFiles *files,
                      gsize                 max_chars)
{
  ClocheFileTool *self = g_object_new (CLOCHE_TYPE_FILE_TOOL, NULL);

  self->kind = kind;
  self->sandbox = g_object_ref (sandbox);
  self->files = g_object_ref (files);
  self->spec = spec_new (kind);
  self->max_chars = max_chars;

  return CLOCHE_TOOL (self);
}
