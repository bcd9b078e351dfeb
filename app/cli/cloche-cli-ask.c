/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-ask.h"

#include "cloche-cli-model.h"
#include "cloche-cli-session.h"

#include <glib/gi18n.h>
#include <string.h>

/* characters: of the title that a conversation gets of its first question. */
#define TITLE_CHARS 60

typedef struct
{
  char *model;
  char **files;
  char **allow;
  char *output;
  char *conversation_id;
  gboolean is_last;
  char **words;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->model);
  g_strfreev (options->files);
  g_strfreev (options->allow);
  g_free (options->output);
  g_free (options->conversation_id);
  g_strfreev (options->words);
}

static char *
make_title (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_auto (GStrv) lines = g_strsplit (valid, "\n", 2);
  g_autofree char *start = lines[0] != NULL ? g_utf8_substring (lines[0], 0, MIN (g_utf8_strlen (lines[0], -1), TITLE_CHARS))
                                            : g_strdup ("");

  return *start != '\0' ? g_steal_pointer (&start) : g_strdup (_ ("New Conversation"));
}

/* Waits until all models are known, or Ctrl+C. */
static int
choose_model (ClocheCli        *cli,
              ClocheCliSession *session,
              const char       *wanted)
{
  ClocheContext *context = cloche_cli_session_get_context (session);
  ClocheChat *chat = cloche_cli_session_get_chat (session);
  g_autoptr (GError) error = NULL;
  g_autofree char *problem = NULL;
  ClocheModelChoice *choice;

  cloche_context_refresh_models (context);
  while (!cloche_context_are_models_known (context) && !g_cancellable_is_cancelled (cli->cancellable))
    g_main_context_iteration (NULL, TRUE);
  if (g_cancellable_set_error_if_cancelled (cli->cancellable, &error))
    return cloche_cli_fail (error, "");

  choice = cloche_cli_model_choose (cloche_context_get_models (context), cloche_context_get_settings (context),
                                    cloche_chat_get_conversation (chat), wanted, &problem);
  if (choice == NULL) {
    g_printerr ("%s\n", problem);
    return CLOCHE_CLI_FAILED;
  }

  cloche_chat_set_model (chat, cloche_model_choice_get_provider (choice), cloche_model_choice_get_info (choice));

  return CLOCHE_CLI_OK;
}

/* What is wrong with the files is said before a conversation is begun or a machine started for them. */
static int
check_files (const Options *options)
{
  for (guint i = 0; options->files != NULL && options->files[i] != NULL; i++)
    if (!g_file_test (options->files[i], G_FILE_TEST_EXISTS)) {
      g_autofree char *printable = g_filename_display_name (options->files[i]);

      /* Translators: the placeholder is the name of a file. */
      g_printerr (_ ("There is no file “%s”.\n"), printable);
      return CLOCHE_CLI_FAILED;
    }

  return CLOCHE_CLI_OK;
}

static void
tell_where (ClocheCliSession *session,
            ClocheCliOutputs *outputs)
{
  GPtrArray *paths = cloche_cli_outputs_get_paths (outputs);

  g_printerr ("\n");
  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *printable = g_filename_display_name (g_ptr_array_index (paths, i));

    /* Translators: the placeholder is the path of a file that was written. */
    g_printerr (_ ("Saved %s\n"), printable);
  }
  /* Translators: the placeholder is the id of a conversation; the command is typed as it is. */
  g_printerr (_ ("To go on: clochectl ask --conversation %s …\n"),
              cloche_conversation_get_id (cloche_chat_get_conversation (cloche_cli_session_get_chat (session))));
}

/* A model that is known to use no tools needs no machine. */
static gboolean
wants_machine (ClocheChat *chat)
{
  return cloche_model_info_get_tools (cloche_chat_get_model (chat)) != CLOCHE_CAPABILITY_NO;
}

static int
ask (ClocheCli     *cli,
     const Options *options)
{
  g_autoptr (ClocheCliSession) session = cloche_cli_session_new (cli);
  g_autoptr (ClocheCliOutputs) outputs = NULL;
  g_autofree char *text = g_strjoinv (" ", options->words);
  g_autofree char *title = make_title (text);
  g_autofree char *folder = NULL;
  ClocheChat *chat;
  guint first;
  int status, saved;

  if ((status = check_files (options)) != CLOCHE_CLI_OK || (status = cloche_cli_session_open (session)) != CLOCHE_CLI_OK)
    return status;

  if (options->conversation_id != NULL || options->is_last)
    status = cloche_cli_session_resume (session, options->conversation_id);
  else
    status = cloche_cli_session_begin (session, title);
  if (status != CLOCHE_CLI_OK || (status = choose_model (cli, session, options->model)) != CLOCHE_CLI_OK ||
      (wants_machine (cloche_cli_session_get_chat (session)) &&
       (status = cloche_cli_session_check_machine (session)) != CLOCHE_CLI_OK) ||
      (status = cloche_cli_session_allow (session, (const char *const *) options->allow)) != CLOCHE_CLI_OK)
    return status;

  chat = cloche_cli_session_get_chat (session);
  first = g_list_model_get_n_items (G_LIST_MODEL (chat));
  folder = options->output != NULL ? g_strdup (options->output)
    : g_strconcat ("cloche-", cloche_conversation_get_id (cloche_chat_get_conversation (chat)), NULL);
  outputs = cloche_cli_outputs_new (folder);
  status = cloche_cli_session_ask (session, text, (const char *const *) options->files);
  saved = cloche_cli_session_save (session, outputs, first);
  tell_where (session, outputs);

  return status != CLOCHE_CLI_OK ? status : saved;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  Options options = { 0 };
  const GOptionEntry entries[] = {
    { "model", 'm', 0, G_OPTION_ARG_STRING, &options.model,
      N_ ("Ask this model; else the conversation’s, the one chosen last, or the only one"), N_ ("[SERVER/]MODEL") },
    { "file", 'f', 0, G_OPTION_ARG_FILENAME_ARRAY, &options.files,
      N_ ("Copy FILE into the machine’s /workspace; may be given several times"), N_ ("FILE") },
    { "allow", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.allow,
      N_ ("Let the machine reach HOST, or HOST:PORT; may be given several times"), N_ ("HOST") },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
      N_ ("Write pictures, tables and files to DIR instead of cloche-ID"), N_ ("DIR") },
    { "conversation", 'c', 0, G_OPTION_ARG_STRING, &options.conversation_id,
      N_ ("Go on with the conversation ID instead of a new one"), N_ ("ID") },
    { "last", 'l', 0, G_OPTION_ARG_NONE, &options.is_last, N_ ("Go on with the conversation that was used last"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.words, NULL, N_ ("TEXT") },
    { NULL }
  };
  int status = CLOCHE_CLI_USAGE;

  if (cloche_cli_parse ("ask", entries, &argc, &argv)) {
    if (options.words == NULL)
      g_printerr ("%s\n", _ ("Say what to ask: clochectl ask [OPTION…] TEXT"));
    else if (options.conversation_id != NULL && options.is_last)
      g_printerr ("%s\n", _ ("--conversation and --last exclude each other."));
    else
      status = ask (cli, &options);
  }
  options_clear (&options);

  return status;
}

const ClocheCliCommand cloche_cli_ask_command = {
  "ask", N_ ("Ask a model, which may run code in an isolated machine"), run_command
};
