/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-tool-words.h"

#include "cloche-json.h"
#include "cloche-sandbox-result.h"
#include "cloche-string.h"

#include <glib/gi18n.h>

#include <string.h>

/* bytes: of a title or a problem; it stands on one line. */
#define LINE_BYTES_MAX 200

static gboolean
is_tool (ClocheToolRun *run,
         const char    *name)
{
  return g_strcmp0 (cloche_tool_call_get_name (cloche_tool_run_get_call (run)), name) == 0;
}

static gboolean
is_file_tool (ClocheToolRun *run)
{
  return is_tool (run, "list_files") || is_tool (run, "read_file") || is_tool (run, "write_file");
}

static const struct
{
  const char *tool;
  const char *doing;
  const char *done;
} TITLES[] = {
  { "run_python", N_ ("Running Python"), N_ ("Ran Python") },
  { "run_shell", N_ ("Running a Command"), N_ ("Ran a Command") },
  { "list_files", N_ ("Listing a Folder"), N_ ("Listed a Folder") },
  { "read_file", N_ ("Reading a File"), N_ ("Read a File") },
  { "write_file", N_ ("Writing a File"), N_ ("Wrote a File") },
  { "browser_navigate", N_ ("Opening a Page"), N_ ("Opened a Page") },
  { "browser_snapshot", N_ ("Looking at the Page"), N_ ("Looked at the Page") },
  { "browser_click", N_ ("Clicking on the Page"), N_ ("Clicked on the Page") },
  { "browser_type", N_ ("Typing into the Page"), N_ ("Typed into the Page") },
  { "browser_select_option", N_ ("Choosing from a List of the Page"), N_ ("Chose from a List of the Page") },
  { "browser_press_key", N_ ("Pressing a Key on the Page"), N_ ("Pressed a Key on the Page") },
  { "browser_navigate_back", N_ ("Going Back to a Page"), N_ ("Went Back to a Page") },
  { "browser_take_screenshot", N_ ("Taking a Picture of the Page"), N_ ("Took a Picture of the Page") },
  { "browser_read", N_ ("Reading the Page"), N_ ("Read the Page") },
};

/**
 * cloche_tool_words_dup_title:
 *
 * What is being done or was done, for the person.
 */
char *
cloche_tool_words_dup_title (ClocheToolRun *run)
{
  for (gsize i = 0; i < G_N_ELEMENTS (TITLES); i++)
    if (is_tool (run, TITLES[i].tool))
      return g_strdup (cloche_tool_run_get_state (run) == CLOCHE_TOOL_RUN_DONE ? _ (TITLES[i].done) : _ (TITLES[i].doing));

  /* A name from a model, which may have made it up. */
  return cloche_text_make_printable (cloche_tool_call_get_name (cloche_tool_run_get_call (run)), -1);
}

/**
 * cloche_tool_words_format_time:
 * @duration_us: µs; less than a tenth of a second counts as one
 */
char *
cloche_tool_words_format_time (gint64 duration_us)
{
  double seconds = MAX (duration_us / 1e6, 0.1);

  if (seconds < 60)
    /* Translators: a duration in seconds, such as "1.4 s" */
    return g_strdup_printf (_ ("%.1f s"), seconds);

  /* Translators: a duration in minutes and seconds, such as "2 min 5 s" */
  return g_strdup_printf (_ ("%d min %d s"), (int) seconds / 60, (int) seconds % 60);
}

/**
 * cloche_tool_words_dup_state:
 *
 * How it stands: "Waiting", "Running", "1.4 s", "Failed · 1.4 s".
 */
char *
cloche_tool_words_dup_state (ClocheToolRun *run)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);
  g_autofree char *time = NULL;
  const char *words = NULL;

  if (cloche_tool_run_get_state (run) == CLOCHE_TOOL_RUN_WAITING)
    return g_strdup (_ ("Waiting"));
  if (result == NULL)
    return g_strdup (_ ("Running"));

  switch (cloche_tool_result_get_status (result)) {
  case CLOCHE_TOOL_OK:
    break;
  case CLOCHE_TOOL_ERROR:
    words = _ ("Failed");
    break;
  case CLOCHE_TOOL_TIMEOUT:
    words = _ ("Took too long");
    break;
  case CLOCHE_TOOL_KILLED:
    words = _ ("Ended from outside");
    break;
  case CLOCHE_TOOL_CANCELLED:
    words = _ ("Stopped");
    break;
  case CLOCHE_TOOL_DENIED:
    words = _ ("Declined");
    break;
  }

  if (cloche_tool_result_get_duration_us (result) <= 0)
    return g_strdup (words != NULL ? words : _ ("Done"));
  time = cloche_tool_words_format_time (cloche_tool_result_get_duration_us (result));

  return words != NULL ? g_strdup_printf ("%s · %s", words, time) : g_steal_pointer (&time);
}

/* What begins a line that says why, for the model. */
static const char *const LEADS[] = { "note: ", CLOCHE_SANDBOX_RESULT_NOT_RUN, CLOCHE_SANDBOX_RESULT_NETWORK ": " };

/* The last line that says why, or else the last one. */
static char *
find_reason (char *text)
{
  char *reason = NULL;

  for (char *line = text;; line = strchr (line, '\n') + 1) {
    for (gsize i = 0; i < G_N_ELEMENTS (LEADS); i++)
      if (g_str_has_prefix (line, LEADS[i]))
        reason = line;
    if (strchr (line, '\n') == NULL)
      return reason != NULL ? reason : line;
  }
}

/* Without the words that lead up to it for the model. */
static char *
dup_reason (const char *text)
{
  g_autofree char *stripped = g_strchomp (g_strdup (text));
  char *begin = find_reason (stripped);
  g_autofree char *line = NULL;

  begin[strcspn (begin, "\n")] = '\0';
  for (gsize i = 0; i < G_N_ELEMENTS (LEADS); i++)
    if (g_str_has_prefix (begin, LEADS[i]))
      begin += strlen (LEADS[i]);
  line = cloche_text_make_printable (begin, -1);

  if (strlen (line) > LINE_BYTES_MAX)
    *g_utf8_find_prev_char (line, line + LINE_BYTES_MAX) = '\0';

  return g_steal_pointer (&line);
}

static ClocheOutput *
find_output (ClocheToolRun   *run,
             ClocheOutputKind kind)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);

  for (guint i = 0; result != NULL && i < cloche_tool_result_get_n_outputs (result); i++)
    if (cloche_output_get_kind (cloche_tool_result_get_output (result, i)) == kind)
      return cloche_tool_result_get_output (result, i);

  return NULL;
}

static char *
dup_output_text (ClocheOutput *output)
{
  ClocheContent *content = cloche_output_find_content (output, "text/plain");

  return content != NULL ? cloche_content_dup_text (content) : NULL;
}

/**
 * cloche_tool_words_dup_problem:
 *
 * Returns: (nullable): one line that says what went wrong: the last line of the traceback, or of what the model is told
 */
char *
cloche_tool_words_dup_problem (ClocheToolRun *run)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);
  ClocheOutput *traceback = find_output (run, CLOCHE_OUTPUT_TRACEBACK);
  g_autofree char *text = traceback != NULL ? dup_output_text (traceback) : NULL;

  if (result == NULL || cloche_tool_result_get_status (result) == CLOCHE_TOOL_OK ||
      cloche_tool_result_get_status (result) == CLOCHE_TOOL_CANCELLED)
    return NULL;
  if (text == NULL)
    text = g_strdup (cloche_tool_result_get_text (result));

  return text != NULL && *text != '\0' ? dup_reason (text) : NULL;
}

/**
 * cloche_tool_words_dup_code:
 *
 * What the tool was told to run, or the file or page that it is about; of another tool, or one called wrongly, all that the
 * model wrote.
 *
 * Returns: empty if it was told nothing
 */
char *
cloche_tool_words_dup_code (ClocheToolRun *run)
{
  static const char *const NAMES[] = { "code", "command", "script", "path", "url" };
  ClocheToolCall *call = cloche_tool_run_get_call (run);
  JsonObject *arguments = cloche_tool_call_get_arguments (call);

  for (gsize i = 0; arguments != NULL && i < G_N_ELEMENTS (NAMES); i++) {
    const char *code = cloche_json_get_string (arguments, NAMES[i]);

    if (code != NULL)
      return g_strchomp (g_utf8_make_valid (code, -1));
  }
  if (arguments != NULL && is_tool (run, "list_files"))
    return g_strdup ("/workspace");
  if (arguments != NULL && json_object_get_size (arguments) == 0)
    return g_strdup ("");

  return g_utf8_make_valid (cloche_tool_call_get_arguments_text (call), -1);
}

/**
 * cloche_tool_words_dup_printed:
 *
 * What it printed so far, and after it the traceback.
 */
char *
cloche_tool_words_dup_printed (ClocheToolRun *run)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);
  GString *text;

  if (result == NULL)
    return g_strchomp (g_strdup (cloche_tool_run_get_text (run)));

  text = g_string_new (NULL);
  for (guint i = 0; i < cloche_tool_result_get_n_outputs (result); i++) {
    ClocheOutput *output = cloche_tool_result_get_output (result, i);
    ClocheOutputKind kind = cloche_output_get_kind (output);
    g_autofree char *part = NULL;

    if (kind != CLOCHE_OUTPUT_STDOUT && kind != CLOCHE_OUTPUT_STDERR && kind != CLOCHE_OUTPUT_TRACEBACK)
      continue;
    part = dup_output_text (output);
    if (part != NULL)
      g_string_append (text, part);
  }

  return g_strchomp (g_string_free (text, FALSE));
}

const char *
cloche_tool_words_get_language (ClocheToolRun *run)
{
  if (is_tool (run, "run_python"))
    return "python";

  if (is_tool (run, "run_shell"))
    return "sh";

  return is_file_tool (run) || is_tool (run, "browser_navigate") ? "text" : "json";
}

const char *
cloche_tool_words_get_icon (ClocheToolRun *run)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);

  if (result == NULL)
    return "content-loading-symbolic";
  switch (cloche_tool_result_get_status (result)) {
  case CLOCHE_TOOL_OK:
    return "object-select-symbolic";
  case CLOCHE_TOOL_CANCELLED:
    return "media-playback-stop-symbolic";
  default:
    return "dialog-warning-symbolic";
  }
}
