/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-cli-tour.h"

#include "cloche-cli-session.h"
#include "cloche-cli-transcript.h"
#include "cloche-tour.h"

#include <glib/gi18n.h>
#include <string.h>

#define DEFAULT_FOLDER "cloche-tour"
#define TRANSCRIPT_NAME "transcript.md"

static const char *const STOPS[CLOCHE_TOUR_N_STOPS] = {
  [CLOCHE_TOUR_TABLE] = "table",
  [CLOCHE_TOUR_PICTURE] = "picture",
  [CLOCHE_TOUR_VIDEO] = "video",
  [CLOCHE_TOUR_PAGE] = "page",
};

/* Which of the stops @names names, all of them if it is empty. FALSE: one that there is not; the person has been told. */
static gboolean
read_stops (char   **names,
            gboolean wanted[CLOCHE_TOUR_N_STOPS])
{
  for (guint stop = 0; stop < CLOCHE_TOUR_N_STOPS; stop++)
    wanted[stop] = names == NULL;

  for (guint i = 0; names != NULL && names[i] != NULL; i++) {
    gboolean is_known = FALSE;

    for (guint stop = 0; stop < CLOCHE_TOUR_N_STOPS; stop++)
      if (g_str_equal (names[i], STOPS[stop]))
        wanted[stop] = is_known = TRUE;
    if (!is_known) {
      /* Translators: the placeholder is what was typed; table, picture, video and page are typed as they are. */
      g_printerr (_ ("The tour has no stop “%s”, only: table, picture, video, page.\n"), names[i]);
      return FALSE;
    }
  }

  return TRUE;
}

/* The folder of each tour is new, so that what is in it belongs together. */
static char *
find_folder (void)
{
  for (guint i = 1;; i++) {
    g_autofree char *name = i == 1 ? g_strdup (DEFAULT_FOLDER) : g_strdup_printf ("%s-%u", DEFAULT_FOLDER, i);

    if (!g_file_test (name, G_FILE_TEST_EXISTS))
      return g_steal_pointer (&name);
  }
}

static int
visit (ClocheCliSession *session,
       ClocheTourStop    stop)
{
  g_autofree char *sample = cloche_tour_dup_sample_path (stop);
  const char *const paths[] = { sample, NULL };

  return cloche_cli_session_ask (session, cloche_tour_get_question (stop), paths);
}

/* The engine says that a call failed, and goes on; a tour in which one did has not shown what it promised. */
static int
check_runs (GListModel *items)
{
  for (guint i = 0; i < g_list_model_get_n_items (items); i++) {
    g_autoptr (ClocheItem) item = g_list_model_get_item (items, i);
    ClocheToolRun *run = cloche_item_get_run (item);
    ClocheToolResult *result = run != NULL ? cloche_tool_run_get_result (run) : NULL;

    if (run != NULL && (result == NULL || cloche_tool_result_get_status (result) != CLOCHE_TOOL_OK)) {
      g_printerr ("%s\n", _ ("Not everything in the tour worked; what did not says why above."));
      return CLOCHE_CLI_FAILED;
    }
  }

  return CLOCHE_CLI_OK;
}

static int
write_transcript (GListModel       *items,
                  ClocheCliOutputs *outputs)
{
  g_autofree char *text = cloche_cli_transcript_build (_ ("Guided tour (not an AI)"), items, 0, outputs);
  g_autoptr (GError) error = NULL;

  if (!cloche_cli_outputs_add_text (outputs, TRANSCRIPT_NAME, text, &error))
    return cloche_cli_fail (error, _ ("The transcript could not be written. Name another folder with --output."));

  return CLOCHE_CLI_OK;
}

static void
tell_where (ClocheCliOutputs *outputs)
{
  GPtrArray *paths = cloche_cli_outputs_get_paths (outputs);

  g_print ("\n");
  for (guint i = 0; i < paths->len; i++) {
    g_autofree char *absolute = g_canonicalize_filename (g_ptr_array_index (paths, i), NULL);
    g_autofree char *printable = g_filename_display_name (absolute);

    if (g_str_has_suffix (printable, ".md"))
      /* Translators: the placeholder is the path of a file. */
      g_print (_ ("Transcript: %s\n"), printable);
    else if (g_str_has_suffix (printable, ".png"))
      /* Translators: the placeholder is the path of a file. */
      g_print (_ ("Picture:    %s\n"), printable);
    else
      /* Translators: the placeholder is the path of a file. */
      g_print (_ ("File:       %s\n"), printable);
  }
}

static int
tour (ClocheCli     *cli,
      const gboolean wanted[CLOCHE_TOUR_N_STOPS],
      const char    *folder)
{
  g_autoptr (ClocheCliSession) session = cloche_cli_session_new (cli);
  g_autoptr (ClocheCliOutputs) outputs = cloche_cli_outputs_new (folder);
  GListModel *items;
  int status, later;

  if ((status = cloche_cli_session_open (session)) != CLOCHE_CLI_OK ||
      (status = cloche_cli_session_begin (session, _ ("Tour"))) != CLOCHE_CLI_OK ||
      (status = cloche_cli_session_check_machine (session)) != CLOCHE_CLI_OK)
    return status;

  items = G_LIST_MODEL (cloche_cli_session_get_chat (session));
  cloche_context_use_tour (cloche_cli_session_get_context (session), cloche_cli_session_get_chat (session));
  for (guint stop = 0; status == CLOCHE_CLI_OK && stop < CLOCHE_TOUR_N_STOPS; stop++)
    if (wanted[stop])
      status = visit (session, (ClocheTourStop) stop);

  later = cloche_cli_session_save (session, outputs, 0);
  if (later == CLOCHE_CLI_OK)
    later = write_transcript (items, outputs);
  tell_where (outputs);
  if (status == CLOCHE_CLI_OK)
    status = check_runs (items);
  if (status == CLOCHE_CLI_OK)
    status = later;
  if (status == CLOCHE_CLI_OK)
    g_print ("\n%s\n", _ ("With a model of Ollama, go on like this: clochectl ask --file sales.csv 'Which month was best?'"));
  later = cloche_cli_session_stop_machine (session);

  return status != CLOCHE_CLI_OK ? status : later;
}

static int
run_command (ClocheCli *cli,
             int        argc,
             char     **argv)
{
  g_autofree char *folder = NULL;
  char **names = NULL;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &folder,
      N_ ("Write transcript, pictures and files to DIR instead of cloche-tour"), N_ ("DIR") },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, "[table] [picture] [video]" },
    { NULL }
  };
  gboolean wanted[CLOCHE_TOUR_N_STOPS];
  int status = CLOCHE_CLI_USAGE;

  if (cloche_cli_parse ("tour", entries, &argc, &argv) && read_stops (names, wanted)) {
    if (folder == NULL)
      folder = find_folder ();
    status = tour (cli, wanted, folder);
  }
  g_strfreev (names);

  return status;
}

const ClocheCliCommand cloche_cli_tour_command = {
  "tour", N_ ("See what Cloche does, without a model: a fixed set of rules in a real machine"), run_command
};
