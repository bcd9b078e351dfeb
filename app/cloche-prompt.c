/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-prompt.h"

#include "cloche-prompt-resource.h"

#include <gio/gio.h>
#include <string.h>

/*
 * The system prompt is prompt/system-prompt.txt, which is written to be read and changed by people. Its first part always
 * holds; then comes one part for models with tools and one for those without. {date} and {network} are facts.
 */

#define PATH "/cloche/prompt/system-prompt.txt"
#define WITH_TOOLS "{with-tools}\n"
#define WITHOUT_TOOLS "{without-tools}\n"

/**
 * cloche_prompt_build:
 * @now: local time
 * @network: (nullable): a sentence on what the machine may reach
 */
char *
cloche_prompt_build (GDateTime  *now,
                     gboolean    with_tools,
                     const char *network)
{
  g_autoptr (GBytes) bytes = g_resource_lookup_data (cloche_prompt_get_resource (), PATH,
                                                     G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autofree char *date = g_date_time_format (now, "%A, %Y-%m-%d");
  g_autoptr (GString) text = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  const char *with = strstr (text->str, WITH_TOOLS);
  const char *without = strstr (text->str, WITHOUT_TOOLS);
  GString *prompt;

  g_assert (with != NULL && without > with);
  prompt = g_string_new_len (text->str, with - text->str);
  if (with_tools)
    g_string_append_len (prompt, with + strlen (WITH_TOOLS), without - with - (gssize) strlen (WITH_TOOLS));
  else
    g_string_append (prompt, without + strlen (WITHOUT_TOOLS));

  g_string_replace (prompt, "{date}", date, 0);
  g_string_replace (prompt, "{network}", network != NULL ? network : "", 0);

  return g_string_free (prompt, FALSE);
}
