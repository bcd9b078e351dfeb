/* SPDX-License-Identifier: GPL-3.0-or-later
 * SPDX-FileCopyrightText: The Cloche authors
 */
#include "cloche-base-error.h"
#include "cloche-fd.h"
#include "cloche-gate-confine.h"
#include "cloche-gate-server.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * cloche-gate: the one process of a machine that has the network. The keeper starts it with four descriptors and hears
 * of it by the socket that they share; what may be reached it hears from clients on gate.sock only.
 *
 * It ends when the keeper's socket ends, after the last rows of the log have been written. Should the keeper die while
 * the gate hangs, the parent's death starts a clock that nothing in here stops.
 */

/* characters: the machine's token, 128 bits in hex. */
#define TOKEN_LENGTH 32

/* seconds: what the last rows of the log may take. */
#define LAST_SECONDS 5

typedef struct
{
  int keeper_fd;
  int listen_fd;
  int log_fd;
  int token_fd;
  gint64 first_seq;
} Options;

typedef struct
{
  GMainLoop *loop;
  ClocheEgressLog *log;
  gboolean is_stopping;
  int status;
} Run;

static void
parent_died_cb (int number)
{
  (void) alarm (LAST_SECONDS);
}

static gboolean
watch_parent (GError **error)
{
  struct sigaction action = { .sa_handler = parent_died_cb, .sa_flags = SA_RESTART };

  if (sigaction (SIGTERM, &action, NULL) < 0 || prctl (PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0) {
    cloche_set_errno_error (error, errno, "Could not watch the keeper");
    return FALSE;
  }

  /* A write to a socket that has ended is an error, not a signal. */
  (void) signal (SIGPIPE, SIG_IGN);
  return TRUE;
}

static gboolean
parse_options (int     *argc,
               char  ***argv,
               Options *ret_options,
               GError **error)
{
  Options options = { -1, -1, -1, -1, 1 };
  const GOptionEntry ENTRIES[] = {
    { "keeper-fd", 0, 0, G_OPTION_ARG_INT, &options.keeper_fd, NULL, "N" },
    { "listen-fd", 0, 0, G_OPTION_ARG_INT, &options.listen_fd, NULL, "N" },
    { "log-fd", 0, 0, G_OPTION_ARG_INT, &options.log_fd, NULL, "N" },
    { "token-fd", 0, 0, G_OPTION_ARG_INT, &options.token_fd, NULL, "N" },
    { "first-seq", 0, 0, G_OPTION_ARG_INT64, &options.first_seq, NULL, "N" },
    G_OPTION_ENTRY_NULL
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, ENTRIES, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options.keeper_fd < 3 || options.listen_fd < 3 || options.log_fd < 3 || options.token_fd < 3) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "Each descriptor has to be given");
    return FALSE;
  }

  *ret_options = options;
  return TRUE;
}

static char *
read_token (int      fd,
            GError **error)
{
  cloche_autofd int owned = fd;
  char token[TOKEN_LENGTH + 1] = { 0 };
  ssize_t n = read (owned, token, TOKEN_LENGTH);

  if (n != TOKEN_LENGTH || strspn (token, "0123456789abcdef") != TOKEN_LENGTH) {
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "That is no token");
    return NULL;
  }

  return g_strdup (token);
}

static void
settled_cb (ClocheEgressLog *log,
            gpointer         data)
{
  Run *run = data;

  if (run->is_stopping)
    g_main_loop_quit (run->loop);
}

static void
closed_cb (ClocheGateService *service,
           GError            *error,
           gpointer           data)
{
  Run *run = data;

  if (error != NULL) {
    g_printerr ("cloche-gate: %s\n", error->message);
    run->status = 1;
  }
  run->is_stopping = TRUE;
  (void) alarm (LAST_SECONDS);
  if (cloche_egress_log_get_waiting (run->log) == 0)
    g_main_loop_quit (run->loop);
}

static int
serve (const Options *options,
       const char    *token,
       GError       **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (ClocheClock) clock = cloche_clock_new_system ();
  g_autoptr (ClocheEgressLog) log = cloche_egress_log_new (options->log_fd, options->first_seq, error);
  g_autoptr (ClocheGateChannel) keeper = NULL;
  g_autoptr (ClocheGateService) service = NULL;
  g_autoptr (ClocheGateServer) server = NULL;
  Run run = { .loop = loop, .log = log };

  if (log == NULL)
    return 1;
  keeper = cloche_gate_channel_new (options->keeper_fd, error);
  if (keeper == NULL)
    return 1;
  service = cloche_gate_service_new (keeper, log, clock);
  server = cloche_gate_server_new (options->listen_fd, token, service, error);
  if (server == NULL)
    return 1;

  g_signal_connect (log, "settled", G_CALLBACK (settled_cb), &run);
  g_signal_connect (service, "closed", G_CALLBACK (closed_cb), &run);
  g_main_loop_run (loop);
  g_signal_handlers_disconnect_by_data (log, &run);
  g_signal_handlers_disconnect_by_data (service, &run);

  return cloche_egress_log_get_waiting (log) == 0 ? run.status : 1;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  Options options;
  int status = 1;

  setlocale (LC_ALL, "C.UTF-8");
  if (parse_options (&argc, &argv, &options, &error) && watch_parent (&error)) {
    token = read_token (options.token_fd, &error);
    if (token != NULL && cloche_gate_confine (&error))
      status = serve (&options, token, &error);
  }
  if (error != NULL)
    g_printerr ("cloche-gate: %s\n", error->message);

  return status;
}
