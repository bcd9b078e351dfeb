/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-sandbox-result.h"

#include "cloche-browser-view.h"
#include "cloche-json.h"
#include "cloche-tool-text.h"

#include <string.h>

/*
 * What a model reads of a call: one line each for how it ended, pictures, files and notes; the value, what was printed
 * and the exception in between, cut to what the model's context allows. Terse and always the same, because models learn
 * it within a conversation. Not translated: no person reads it first.
 */

typedef struct
{
  GString *text;
  GString *full;                /* the same without cuts */
  gsize omitted;                /* characters */
  gsize total;                  /* characters of what was cut */
} Writer;

/* Adds "NAME: TEXT" or, if it has several lines, "NAME:" and the text below. */
static void
add_section (Writer     *writer,
             const char *name,
             const char *text,
             gsize       max_chars)
{
  gsize omitted;
  g_autofree char *cut = cloche_tool_text_cut (text, max_chars, &omitted);
  gsize length = strlen (cut);
  const char *separator = strchr (text, '\n') != NULL ? "\n" : " ";

  if (*text == '\0')
    return;

  g_string_append_printf (writer->text, "%s:%s%s%s", name, separator, cut,
                          length > 0 && cut[length - 1] == '\n' ? "" : "\n");
  g_string_append_printf (writer->full, "%s:%s%s\n", name, separator, text);
  writer->omitted += omitted;
  writer->total += omitted > 0 ? (gsize) g_utf8_strlen (text, -1) : 0;
}

static ClocheToolStatus
read_status (const ClocheSandboxEnding *ending,
             ClocheToolCapture         *capture,
             const char               **ret_word)
{
  static const struct
  {
    const char *status;
    const char *word;
    ClocheToolStatus tool_status;
  } WORDS[] = {
    { "ok", "ok", CLOCHE_TOOL_OK },
    { "error", "error", CLOCHE_TOOL_ERROR },
    { "timeout", "timeout", CLOCHE_TOOL_TIMEOUT },
    { "interrupted", "cancelled by user", CLOCHE_TOOL_CANCELLED },
    { "killed", "killed", CLOCHE_TOOL_KILLED },
    { "lost", "killed", CLOCHE_TOOL_KILLED },
  };
  const char *status = cloche_json_get_string (ending->end, "status");
  const char *message = cloche_json_get_string (ending->end, "message");

  *ret_word = "error";
  if (cloche_tool_capture_is_too_much (capture)) {
    *ret_word = "killed(output)";
    return CLOCHE_TOOL_KILLED;
  }

  for (gsize i = 0; i < G_N_ELEMENTS (WORDS); i++) {
    if (g_strcmp0 (status, WORDS[i].status) != 0)
      continue;
    *ret_word = WORDS[i].word;
    if (g_strcmp0 (status, "killed") == 0 && message != NULL && strstr (message, "memory") != NULL)
      *ret_word = "killed(memory)";
    return WORDS[i].tool_status;
  }

  return CLOCHE_TOOL_ERROR;
}

static void
add_files (Writer                    *writer,
           const ClocheSandboxEnding *ending)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; ending->files != NULL && i < ending->files->len; i++) {
    ClocheFile *file = g_ptr_array_index (ending->files, i);
    const char *path = cloche_file_get_path (file);
    g_autofree char *size = g_format_size (cloche_content_get_size (cloche_file_get_content (file)));

    if (g_str_has_prefix (path, "/workspace/"))
      path += strlen ("/workspace/");
    g_string_append_printf (names, "%s%s (%s)", i > 0 ? ", " : "", path, size);
  }
  if (ending->n_more_files > 0)
    g_string_append_printf (names, " and %u more", ending->n_more_files);

  add_section (writer, "files", names->str, G_MAXSIZE);
}

static void add_note (Writer     *writer,
                      const char *format,
                      ...) G_GNUC_PRINTF (2, 3);

static void
add_note (Writer     *writer,
          const char *format,
          ...)
{
  g_autofree char *note = NULL;
  va_list args;

  va_start (args, format);
  note = g_strdup_vprintf (format, args);
  va_end (args);
  add_section (writer, "note", note, G_MAXSIZE);
}

static void
add_notes (Writer                    *writer,
           ClocheToolCapture         *capture,
           const ClocheSandboxEnding *ending)
{
  static const char *const WHAT_IS_KEPT[] = {
    [CLOCHE_SANDBOX_TOOL_PYTHON] = "the session is kept, with its variables",
    [CLOCHE_SANDBOX_TOOL_SHELL] = "files are kept",
    [CLOCHE_SANDBOX_TOOL_BROWSER] = "the page was closed",
  };
  const char *status = cloche_json_get_string (ending->end, "status");
  const char *message = cloche_json_get_string (ending->end, "message");
  gint64 code = cloche_json_get_int (ending->end, "code", 0);

  if (ending->error != NULL)
    add_note (writer, CLOCHE_SANDBOX_RESULT_NOT_RUN "%s", ending->error->message);
  else if (cloche_tool_capture_is_too_much (capture))
    add_note (writer, "stopped, for it printed or showed too much");
  else if (g_strcmp0 (status, "timeout") == 0)
    add_note (writer, "stopped after %u s; %s", ending->timeout_s, WHAT_IS_KEPT[ending->kind]);
  else if (g_strcmp0 (status, "lost") == 0 && ending->kind == CLOCHE_SANDBOX_TOOL_BROWSER)
    add_note (writer, "the browser ended; open the page again with browser_navigate");
  else if (g_strcmp0 (status, "lost") == 0)
    add_note (writer, "the machine went away; variables are lost, files are kept");
  else if (code != 0)
    add_note (writer, "exit code %" G_GINT64_FORMAT, code);
  else if (g_strcmp0 (status, "ok") != 0 && message != NULL && ending->kind != CLOCHE_SANDBOX_TOOL_BROWSER)
    add_note (writer, "%s", message);

  if (writer->omitted > 0 && ending->full_text_path != NULL)
    add_note (writer, "output cut, %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " characters omitted; full text in %s",
              writer->omitted, writer->total, ending->full_text_path);
}

/* Words of all kinds that are no more than @max_chars; what was printed gets what the others leave. */
static void
add_words (Writer            *writer,
           ClocheToolCapture *capture,
           gsize              max_chars)
{
  g_autofree char *exception = cloche_tool_capture_dup_exception (capture);
  g_autofree char *shown = cloche_tool_capture_dup_shown (capture);
  g_autofree char *standard = cloche_tool_capture_dup_printed (capture, FALSE);
  g_autofree char *errors = cloche_tool_capture_dup_printed (capture, TRUE);
  gsize before = writer->text->len;
  gsize used;

  if (exception != NULL)
    add_section (writer, "error", exception, max_chars / 4);
  add_section (writer, "result", shown, max_chars / 4);
  used = MIN (max_chars / 2, writer->text->len - before) + MIN (max_chars / 4, (gsize) g_utf8_strlen (errors, -1));
  add_section (writer, "stdout", standard, max_chars - used);
  add_section (writer, "stderr", errors, max_chars / 4);
}

/* What the service says went wrong, if there are no words of ours for it. */
static const char *
find_message (JsonObject *end)
{
  static const char *const OURS[] = { "ok", "timeout", "lost", NULL };
  const char *status = cloche_json_get_string (end, "status");

  return status == NULL || g_strv_contains (OURS, status) ? NULL : cloche_json_get_string (end, "message");
}

/* The view of a page, and what went wrong there, which may be in its words: nobody may take them for anything else. */
static void
add_view (Writer                    *writer,
          ClocheToolCapture         *capture,
          const ClocheSandboxEnding *ending)
{
  const char *message = find_message (ending->end);
  g_autofree char *note = message != NULL ? cloche_tool_text_clean (message, strlen (message)) : NULL;
  g_autofree char *view = cloche_tool_capture_dup_printed (capture, FALSE);
  g_autofree char *fenced = NULL;

  if (*view == '\0' && note == NULL)
    return;

  fenced = cloche_browser_view_fence (view, note, ending->max_chars);
  g_string_append (writer->text, fenced);
}

/**
 * cloche_sandbox_result_new:
 * @ret_full_text: (out) (nullable): the whole text, if it had to be cut
 */
ClocheToolResult *
cloche_sandbox_result_new (ClocheToolCall            *call,
                           ClocheToolCapture         *capture,
                           const ClocheSandboxEnding *ending,
                           char                     **ret_full_text)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GString) full = g_string_new (NULL);
  Writer writer = { .text = text, .full = full };
  g_autofree char *images = cloche_tool_capture_dup_images (capture);
  const char *word;
  ClocheToolStatus status = read_status (ending, capture, &word);
  ClocheToolResult *result;
  gsize before;

  add_section (&writer, "exit", word, G_MAXSIZE);
  before = text->len;
  if (ending->kind == CLOCHE_SANDBOX_TOOL_BROWSER)
    add_view (&writer, capture, ending);
  else
    add_words (&writer, capture, ending->max_chars);
  add_section (&writer, "images", images, G_MAXSIZE);
  add_files (&writer, ending);
  if (text->len == before)
    g_string_append (text, "(no output)\n");
  add_notes (&writer, capture, ending);
  if (ending->refusals != NULL)
    add_section (&writer, CLOCHE_SANDBOX_RESULT_NETWORK, ending->refusals, G_MAXSIZE);
  if (text->len > 0 && text->str[text->len - 1] == '\n')
    g_string_truncate (text, text->len - 1);

  result = cloche_tool_result_new (cloche_tool_call_get_id (call), cloche_tool_call_get_name (call), status, text->str);
  cloche_tool_capture_fill_result (capture, result);
  for (guint i = 0; ending->files != NULL && i < ending->files->len; i++)
    cloche_tool_result_take_file (result, cloche_file_ref (g_ptr_array_index (ending->files, i)));
  *ret_full_text = writer.omitted > 0 ? g_strdup (full->str) : NULL;

  return result;
}
