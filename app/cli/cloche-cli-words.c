/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-words.h"

#include "cloche-json.h"
#include "cloche-string.h"
#include "cloche-tool-text.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
is_tool (ClocheToolRun *run,
         const char    *name)
{
  return g_strcmp0 (cloche_tool_call_get_name (cloche_tool_run_get_call (run)), name) == 0;
}

/**
 * cloche_cli_words_dup_heading:
 *
 * One line that says what is run.
 */
char *
cloche_cli_words_dup_heading (ClocheToolRun *run)
{
  if (is_tool (run, "run_python"))
    return g_strdup (_ ("Python"));
  if (is_tool (run, "run_shell"))
    return g_strdup (_ ("Shell"));
  if (g_str_has_prefix (cloche_tool_call_get_name (cloche_tool_run_get_call (run)), "browser_"))
    return g_strdup (_ ("Browser"));

  /* A name from a model, which may have made it up. */
  return cloche_text_make_printable (cloche_tool_call_get_name (cloche_tool_run_get_call (run)), -1);
}

/**
 * cloche_cli_words_dup_code:
 *
 * The code or command of the call, or its arguments as the model wrote them.
 */
char *
cloche_cli_words_dup_code (ClocheToolRun *run)
{
  ClocheToolCall *call = cloche_tool_run_get_call (run);
  JsonObject *arguments = cloche_tool_call_get_arguments (call);
  const char *text = NULL;

  if (arguments != NULL && is_tool (run, "run_python"))
    text = cloche_json_get_string (arguments, "code");
  else if (arguments != NULL && is_tool (run, "run_shell"))
    text = cloche_json_get_string (arguments, "command");
  if (text == NULL)
    text = cloche_tool_call_get_arguments_text (call);

  return cloche_tool_text_clean (text, strlen (text));
}

/**
 * cloche_cli_words_dup_output:
 *
 * The text of an output; of a picture, that it is one.
 */
char *
cloche_cli_words_dup_output (ClocheOutput *output)
{
  static const char *const PICTURES[] = { "image/png", "image/jpeg", "image/svg+xml" };
  ClocheContent *content = cloche_output_find_content (output, "text/plain");
  g_autofree char *text = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (PICTURES); i++)
    if (cloche_output_find_content (output, PICTURES[i]) != NULL)
      return g_strdup (_ ("(a picture)"));

  text = content != NULL ? cloche_content_dup_text (content) : NULL;
  if (text == NULL)
    return g_strdup (_ ("(something that a terminal cannot show)"));

  return cloche_tool_text_clean (text, strlen (text));
}

/* The lines of a result that say why: "note: …" of what app/cloche-sandbox-result.c writes. */
static char *
dup_note (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *notes = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "note: "))
      g_string_append_printf (notes, "\n%s", lines[i] + strlen ("note: "));

  return g_string_free (notes, FALSE);
}

/**
 * cloche_cli_words_dup_ending:
 *
 * Returns: (nullable): how the call ended, if not well
 */
char *
cloche_cli_words_dup_ending (ClocheToolRun *run)
{
  ClocheToolResult *result = cloche_tool_run_get_result (run);
  const char *words;
  g_autofree char *note = NULL;
  g_autofree char *text = NULL;

  if (result == NULL)
    return g_strdup (_ ("It was not run to its end."));

  switch (cloche_tool_result_get_status (result)) {
  case CLOCHE_TOOL_OK:
    return NULL;
  case CLOCHE_TOOL_TIMEOUT:
    words = _ ("Its time was over.");
    break;
  case CLOCHE_TOOL_KILLED:
    words = _ ("It was ended from outside.");
    break;
  case CLOCHE_TOOL_CANCELLED:
    words = _ ("It was stopped.");
    break;
  case CLOCHE_TOOL_DENIED:
    words = _ ("It was declined.");
    break;
  case CLOCHE_TOOL_ERROR:
  default:
    words = _ ("It failed.");
    break;
  }

  note = dup_note (cloche_tool_result_get_text (result));
  text = g_strconcat (words, note, NULL);

  return cloche_tool_text_clean (text, strlen (text));
}
